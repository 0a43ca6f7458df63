"""State is a fold: every table but the caches can be dropped and folded again from the log."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from eventsourcing.domain import DomainEvent

from projections import schema
from projections.schema import Projector

NAME = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)")


class Log(Protocol):
    """Whatever can tell all events in the order in which they were written."""

    def replay(self, *, after: int = 0) -> Iterator[tuple[int, DomainEvent]]: ...


def folded_tables() -> list[str]:
    """The tables that are folded from the log, in the order in which they are made."""
    names = (name for module in schema.MODULES for name in NAME.findall(module.TABLES))
    return [name for name in names if name not in schema.CACHES]


def rebuild(
    log: Log,
    connection: sqlite3.Connection,
    create: Callable[[sqlite3.Connection], None],
    projectors: Sequence[Projector],
) -> int:
    """Fold the whole log anew, in the writing transaction of `connection`; how many events.

    Nobody sees it half done: the old rows stand until the transaction is committed.
    """
    for table in folded_tables():
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    create(connection)
    return fold(log, connection, projectors)


def fold(log: Log, connection: sqlite3.Connection, projectors: Sequence[Projector]) -> int:
    """Fold all events into the tables of `connection`; how many there were."""
    count = 0
    for position, event in log.replay():
        count += 1
        for project in projectors:
            project(connection, event, position)
    return count
