"""From how much on phones are not believed at once, where somebody has decided: for everybody, and
for single people."""

from __future__ import annotations

import sqlite3
from typing import Final
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.account import BrakeSet, BrakeUnset
from domain.brake import Limits
from domain.house import HOUSE, HouseBrakeSet

TABLES = """
CREATE TABLE IF NOT EXISTS brake_limit (
    about BLOB PRIMARY KEY,
    deletions INTEGER NOT NULL,
    edits INTEGER NOT NULL,
    share INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

_OWN: Final = "SELECT deletions, edits, share FROM brake_limit WHERE about = ?"


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    match event:
        case BrakeSet() | HouseBrakeSet():
            connection.execute(
                "INSERT OR REPLACE INTO brake_limit VALUES (?, ?, ?, ?)",
                (event.originator_id.bytes, event.deletions, event.edits, event.share),
            )
        case BrakeUnset():
            connection.execute(
                "DELETE FROM brake_limit WHERE about = ?", (event.originator_id.bytes,)
            )


def own(connection: sqlite3.Connection, about: UUID) -> Limits | None:
    """What was decided for one person, or with HOUSE for everybody; None if nothing was."""
    row = connection.execute(_OWN, (about.bytes,)).fetchone()
    return row and Limits(*row)


def limits(connection: sqlite3.Connection, account: UUID) -> Limits | None:
    """What holds for somebody's phones; None where nobody has decided anything."""
    return own(connection, account) or own(connection, HOUSE)
