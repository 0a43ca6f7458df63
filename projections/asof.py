"""Which rows and versions were in force when the log had come to a position.

A collection is told from its change rows: those that were live at the collection's own position
then (projections/items.py). That is one look at each of its changes up to there, whatever else the
log holds; how far its own positions had come is found by halving.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from domain.item import DELETE

_NEAREST: Final = (
    "SELECT pos, event FROM change WHERE collection = ? AND pos <= ? ORDER BY pos DESC LIMIT 1"
)
_LIVE: Final = (
    "SELECT item, edition FROM change WHERE collection = ? AND pos <= ?"
    f" AND (next_pos IS NULL OR next_pos > ?) AND op < {DELETE} ORDER BY item"
)
_VERSION: Final = (
    "SELECT max(originator_version) FROM stored_event WHERE originator_id = ? AND +position <= ?"
)
"""PERF: without the plus the planner may walk the log in the place of the stream."""


def live_at(
    connection: sqlite3.Connection, collection: int, position: int
) -> Iterator[tuple[UUID, int]]:
    """Each item that was in a collection, and its edition."""
    (head,) = connection.execute(
        "SELECT head FROM collection WHERE number = ?", (collection,)
    ).fetchone()
    pos = pos_at(connection, collection, head, position)
    for item, edition in connection.execute(_LIVE, (collection, pos, pos)):
        yield UUID(bytes=item), edition


def pos_at(connection: sqlite3.Connection, collection: int, head: int, position: int) -> int:
    """The collection's last position that was written up to there."""
    low, high = 0, head
    while low < high:
        middle = (low + high + 1) // 2
        row = connection.execute(_NEAREST, (collection, middle)).fetchone()
        if row is None or row[1] <= position:
            low = middle
        else:
            high = row[0] - 1
    return low


def version_at(connection: sqlite3.Connection, id: UUID, position: int) -> int:
    """The version something had; 0 if there was no such thing yet."""
    (found,) = connection.execute(_VERSION, (id.bytes, position)).fetchone()
    return int(found or 0)
