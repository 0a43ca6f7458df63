"""What was removed and is not back: told from the change rows, the last first."""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple
from uuid import UUID

from domain.item import DELETE

INDEXES: Final = f"""
CREATE INDEX IF NOT EXISTS change_gone ON change (collection, event)
    WHERE op = {DELETE} AND next_pos IS NULL
"""

_GONE: Final = (
    "SELECT item.id, item.kind, item.value, stored_event.position, change.event"
    " FROM collection JOIN change ON change.collection = collection.number"
    " JOIN item ON item.id = change.item AND item.collection = change.collection"
    " JOIN stored_event ON originator_id = item.id AND originator_version = item.edition"
    f" WHERE collection.owner = ? AND change.op = {DELETE} AND change.next_pos IS NULL"
    " AND item.removed AND item.kind <> 'folder' AND change.event < ?"
    " ORDER BY change.event DESC LIMIT ?"
)
LAST: Final = 1 << 62


class Gone(NamedTuple):
    """An item as it stood when it was removed. `event` is the position of the removal, `last` that
    of whatever was told about it since; by that the list is ordered."""

    item: UUID
    kind: str
    value: bytes
    event: int
    last: int


def removed(
    connection: sqlite3.Connection, owner: UUID, before: int | None, most: int
) -> list[Gone]:
    """Somebody's removed items, those before a position of the log."""
    rows = connection.execute(_GONE, (owner.bytes, LAST if before is None else before, most))
    return [Gone(UUID(bytes=row[0]), *row[1:]) for row in rows]
