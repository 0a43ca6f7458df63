"""State is a fold: every table but the caches can be dropped and folded again from the log."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from eventsourcing.domain import DomainEvent

from projections import schema
from projections.comparing import Comparison, Difference
from projections.schema import Projector

NAME = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)")
FEW: Final = 1000
"""Up to so many wrong rows of a table are replaced one by one; beyond that it is copied whole."""
CACHE: Final = 64 * 1024
"""KiB of the second set of tables that are kept in memory; the rest lies in a temporary file."""

AT_ONCE: Final = 100
"""So many events are read before they are folded: to do both in turns costs a tenth more."""

Tick = Callable[[int], None]
"""Is told how many events have been folded since it was told before."""


class Create(Protocol):
    """Makes the tables that are not there yet, and the indexes that only readers need."""

    def __call__(self, connection: sqlite3.Connection, *, indexes: bool = True) -> None: ...


class Log(Protocol):
    """Whatever can tell all events in the order in which they were written."""

    def replay(self, *, after: int = 0) -> Iterator[tuple[int, DomainEvent]]: ...


def unheard(events: int) -> None:
    """For whoever does not want to know how far a fold has come."""


def folded_tables() -> list[str]:
    """The tables that are folded from the log, in the order in which they are made."""
    names = (name for module in schema.MODULES for name in NAME.findall(module.TABLES))
    return [name for name in names if name not in schema.CACHES]


def rebuild(
    log: Log, connection: sqlite3.Connection, create: Create, projectors: Sequence[Projector]
) -> int:
    """Fold the whole log anew, in the writing transaction of `connection`; how many events.

    Nobody sees it half done: the old rows stand until the transaction is committed.
    """
    for table in folded_tables():
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    create(connection, indexes=False)
    events = fold(log, connection, projectors)
    create(connection)
    return events


def fold(
    log: Log,
    connection: sqlite3.Connection,
    projectors: Sequence[Projector],
    after: int = 0,
    tick: Tick = unheard,
) -> int:
    """Fold all events behind the position `after` into the tables of `connection`; how many."""
    count, events = 0, log.replay(after=after)
    while some := list(islice(events, AT_ONCE)):
        for position, event in some:
            for project in projectors:
                project(connection, event, position)
        count += len(some)
        tick(len(some))
    return count


@dataclass
class Anew:
    """All tables once more, folded up to `position` in a database of their own."""

    connection: sqlite3.Connection
    create: Create
    projectors: Sequence[Projector]
    position: int = 0

    def catch_up(self, log: Log, tick: Tick = unheard) -> None:
        """Fold what the log has got since; in a reading transaction, up to its snapshot."""
        self.position += fold(log, self.connection, self.projectors, self.position, tick)
        self.create(self.connection)

    def comparisons(self, stands: sqlite3.Connection) -> list[Comparison]:
        return [Comparison(table, stands, self.connection) for table in folded_tables()]

    def replace(self, stands: sqlite3.Connection, whole: bool = False) -> int:
        """Put these rows in the place of those in `stands` that differ; how many differed.

        It takes the time of reading both side by side, for phones wait meanwhile. `whole`:
        make every table anew, for a file whose tables cannot be trusted.
        """
        wrong = sum(self._replace(stands, each, whole) for each in self.comparisons(stands))
        self.create(stands)
        return wrong

    def _replace(self, stands: sqlite3.Connection, table: Comparison, whole: bool) -> int:
        differing = []
        if not whole and table.alike():
            differing = list(islice(table.differences(), FEW + 1))
            if len(differing) <= FEW:
                _mend(stands, table, differing)
                return len(differing)
        return self._copy(stands, table)

    def _copy(self, stands: sqlite3.Connection, table: Comparison) -> int:
        stands.execute(f"DROP TABLE IF EXISTS {table.table}")
        self.create(stands, indexes=False)
        rows = self.connection.execute(f"SELECT * FROM {table.table}")
        return stands.executemany(_insert(table), rows).rowcount


@contextmanager
def anew(create: Create, projectors: Sequence[Projector]) -> Iterator[Anew]:
    """An empty second set of tables, beside the store, for as long as the block lasts."""
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(f"PRAGMA cache_size = -{CACHE}")
        connection.execute("BEGIN")
        create(connection, indexes=False)
        yield Anew(connection, create, projectors)


def _mend(stands: sqlite3.Connection, table: Comparison, wrong: Sequence[Difference]) -> None:
    """Wrong rows go first: a right one may need their place in an index."""
    where = " AND ".join(f"{name} IS ?" for name in table.key)
    gone = [table.key_of(each.stands) for each in wrong if each.stands is not None]
    stands.executemany(f"DELETE FROM {table.table} WHERE {where}", gone)
    right = [each.told for each in wrong if each.told is not None]
    stands.executemany(_insert(table), right)


def _insert(table: Comparison) -> str:
    return f"INSERT INTO {table.table} VALUES ({', '.join('?' * len(table.names))})"
