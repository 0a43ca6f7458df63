"""The hash chain: each event's link covers its stored bytes and the link before it.

Whoever alters, drops, adds or reorders events changes every later link. That shows against the
links in the file, and, should all of those be written anew, against a checkpoint kept elsewhere.
The bytes are chained as they are stored, sealed: erasing a key breaks nothing.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

GENESIS: Final = bytes(32)
"""The link before the first event."""

ROW: Final = (int, bytes, int, str, bytes, bytes)
ROWS: Final = """
SELECT position, originator_id, originator_version, topic, state, link
FROM stored_event ORDER BY position
"""
OTHER: Final = "changed"
MISSING: Final = "missing"
GONE: Final = "gone-before"
PUT_IN: Final = "put-in"
REORDERED: Final = "reordered"
FORMLESS: Final = "formless"
UNREADABLE: Final = "unreadable"

REASONS: Final = (OTHER, MISSING, GONE, PUT_IN, REORDERED, FORMLESS, UNREADABLE)
"""What can be wrong with an event that does not follow the one before: it is another, events before
it are missing, the very one before it is, it was put in, stands in another order, or its row has
lost its form or cannot be read at all."""

Row = tuple[Any, ...]


def link(previous: bytes, originator: bytes, version: int, topic: str, state: bytes) -> bytes:
    """The link of an event that follows the link `previous`."""
    name = topic.encode()
    place = originator + version.to_bytes(8, "big", signed=True) + len(name).to_bytes(4, "big")
    return sha256(previous + place + name + state).digest()


def head(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Position and link of the last event; 0 and GENESIS in an empty log."""
    row: tuple[int, bytes] | None = connection.execute(
        "SELECT position, link FROM stored_event ORDER BY position DESC LIMIT 1"
    ).fetchone()
    return row or (0, GENESIS)


@dataclass(frozen=True)
class ChainReport:
    """The log is as it was written up to `position`; `broken_at` names the first that is not,
    `reason` why, and `said` what SQLite says where it cannot be read."""

    position: int
    link: bytes
    broken_at: int | None = None
    reason: str = ""
    said: str = ""

    @property
    def sound(self) -> bool:
        return self.broken_at is None


def verify_chain(connection: sqlite3.Connection) -> ChainReport:
    """Follow the chain from the first event to the last, in bounded memory."""
    position, last = 0, GENESIS
    try:
        for row in connection.execute(ROWS):
            if not _follows(position, last, row):
                reason = _reason(connection, position, last, row)
                return ChainReport(position, last, position + 1, reason)
            position, last = row[0], row[-1]
    except sqlite3.DatabaseError as error:
        return ChainReport(position, last, position + 1, UNREADABLE, str(error))
    return ChainReport(position, last)


def _follows(position: int, last: bytes, row: Row) -> bool:
    return _formed(row) and row[0] == position + 1 and _linked(last, row)


def _formed(row: Row) -> bool:
    return tuple(map(type, row)) == ROW


def _linked(last: bytes, row: Row) -> bool:
    return bool(row[-1] == link(last, *row[1:-1]))


def _reason(connection: sqlite3.Connection, position: int, last: bytes, row: Row) -> str:
    """What was done to the log at the event that does not follow the one at `position`."""
    if not _formed(row):
        return FORMLESS
    if row[0] != position + 1:
        return MISSING
    after = connection.execute(ROWS.replace("ORDER", "WHERE position = ? ORDER"), (row[0] + 1,))
    next_ = after.fetchone()
    if next_ is not None and _formed(next_):
        if _linked(last, next_):
            return REORDERED if _linked(next_[-1], row) else PUT_IN
        if _linked(row[-1], next_) and not _has_its_predecessor(connection, row):
            return GONE
    return OTHER


def _has_its_predecessor(connection: sqlite3.Connection, row: Row) -> bool:
    """Whether the event before it in its own stream stands before it in the log."""
    _, originator, version, *_ = row
    where = "originator_id = ? AND originator_version = ? AND position < ?"
    found = connection.execute(
        f"SELECT 1 FROM stored_event WHERE {where}", (originator, version - 1, row[0])
    )
    return version <= 1 or found.fetchone() is not None
