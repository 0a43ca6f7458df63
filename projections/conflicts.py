"""Edits set aside, until somebody puts them in force."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.item import EditRestored, EditSetAside
from projections.codec import Codec

TABLES = """
CREATE TABLE IF NOT EXISTS set_aside (
    edit BLOB PRIMARY KEY,
    item BLOB NOT NULL,
    owner BLOB NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    lost BLOB NOT NULL,
    kept BLOB NOT NULL,
    restored INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS set_aside_owner ON set_aside (owner, at) WHERE NOT restored;
"""


@dataclass(frozen=True)
class SetAside:
    """An edit that lost; `lost` and `kept` are patches for the codec to read."""

    edit: UUID
    item: UUID
    actor: str
    reason: str
    at: datetime
    lost: bytes
    kept: bytes


class ConflictProjector:
    """Folds what was set aside and what was restored."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    def __call__(self, connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
        match event:
            case EditSetAside():
                connection.execute(
                    "INSERT INTO set_aside SELECT ?, item.id, owner, ?, ?, ?, ?, ?, 0"
                    " FROM item JOIN collection ON number = collection WHERE item.id = ?",
                    (
                        event.edit.bytes,
                        event.actor,
                        event.reason,
                        int(event.timestamp.timestamp()),
                        self.codec.encode(dict(event.lost)),
                        self.codec.encode(dict(event.kept)),
                        event.originator_id.bytes,
                    ),
                )
            case EditRestored():
                connection.execute(
                    "UPDATE set_aside SET restored = 1 WHERE edit = ?", (event.edit.bytes,)
                )


_COLUMNS = "SELECT edit, item, actor, reason, at, lost, kept FROM set_aside"


def waiting(connection: sqlite3.Connection, owner: UUID) -> list[SetAside]:
    """A person's edits that are set aside, newest first."""
    rows = connection.execute(
        f"{_COLUMNS} WHERE owner = ? AND NOT restored ORDER BY at DESC, edit", (owner.bytes,)
    )
    return [_row(row) for row in rows]


def find(connection: sqlite3.Connection, edit: UUID) -> SetAside | None:
    """One edit that is set aside and not restored yet."""
    row = connection.execute(f"{_COLUMNS} WHERE edit = ? AND NOT restored", (edit.bytes,))
    found = row.fetchone()
    return _row(found) if found else None


def _row(row: tuple[bytes, bytes, str, str, int, bytes, bytes]) -> SetAside:
    edit, item, actor, reason, at, lost, kept = row
    moment = datetime.fromtimestamp(at, UTC)
    return SetAside(UUID(bytes=edit), UUID(bytes=item), actor, reason, moment, lost, kept)
