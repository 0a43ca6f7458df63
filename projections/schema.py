"""All read models in one place: their tables, and the projectors that fold them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Final
from zlib import crc32

from eventsourcing.domain import DomainEvent

from projections import (
    access,
    accounts,
    asked,
    attempts,
    brakes,
    codes,
    conflicts,
    credentials,
    deeds,
    devices,
    directory,
    findings,
    heartbeats,
    holds,
    house,
    items,
    lines,
    logbook,
    notices,
    policies,
    recorded,
    relations,
    removed,
    sessions,
    sightings,
)
from projections.codec import Codec
from projections.conflicts import ConflictProjector
from projections.erased import ErasedProjector
from projections.items import ItemProjector
from projections.lines import LineProjector

Projector = Callable[[sqlite3.Connection, DomainEvent, int], None]

MODULES = (
    accounts,
    credentials,
    house,
    devices,
    sightings,
    deeds,
    access,
    policies,
    directory,
    items,
    conflicts,
    relations,
    lines,
    holds,
    brakes,
    findings,
    logbook,
    asked,
    attempts,
    codes,
    sessions,
    notices,
    recorded,
    heartbeats,
)
"""Where the tables stand, with the indexes that the fold itself needs."""

INDEXED = (directory, items, removed, relations)
"""Where the indexes stand that only readers need. A fold of the whole log goes without them until
its end: they cost it more than the rows do."""

CACHES = frozenset(
    {
        *(*sightings.CACHES, *asked.CACHES, *attempts.CACHES, *codes.CACHES),
        *(*sessions.CACHES, *notices.CACHES, *recorded.CACHES, *heartbeats.CACHES),
    }
)
"""Tables outside the fold: losing them costs a question more, never an item."""


FOLD: Final = 2
"""To be raised where events are folded into the same tables in another way."""


def mark() -> int:
    """Stands for these tables and this fold, in the 31 bits that SQLite keeps for it."""
    said = "".join((str(FOLD), *_tables(), *_indexes()))
    return crc32(said.encode()) >> 1


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether the rows were folded by what folds them now."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    return bool(found == mark())


def create(connection: sqlite3.Connection, *, indexes: bool = True) -> None:
    """Make every table that is not there yet; without `indexes`, none that only readers need."""
    for statements in (*_tables(), *(_indexes() if indexes else ())):
        for statement in filter(str.strip, statements.split(";")):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {mark()}")


def _tables() -> Iterator[str]:
    return (module.TABLES for module in MODULES)


def _indexes() -> Iterator[str]:
    return (module.INDEXES for module in INDEXED)


def projectors(codec: Codec) -> tuple[Projector, ...]:
    """What folds events into rows, in the order it has to happen."""
    return (
        accounts.project,
        credentials.project,
        house.project,
        devices.project,
        deeds.project,
        access.project,
        policies.project,
        directory.project,
        ItemProjector(codec),
        ConflictProjector(codec),
        relations.project,
        LineProjector(codec),
        holds.project,
        brakes.project,
        findings.project,
        logbook.project,
        recorded.project,
        ErasedProjector(codec),
    )
