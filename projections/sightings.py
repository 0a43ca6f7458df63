"""When phones were here last, and what they searched for: rows beside the log, no fold of it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.when import Instant
from projections.devices import stamp

TABLES = """
CREATE TABLE IF NOT EXISTS device_seen (
    partnership BLOB PRIMARY KEY,
    last_seen TEXT NOT NULL,
    agent TEXT NOT NULL,
    version TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS device_seen_last ON device_seen (last_seen);
CREATE TABLE IF NOT EXISTS device_search (
    partnership BLOB PRIMARY KEY,
    search BLOB NOT NULL
) STRICT, WITHOUT ROWID;
"""

CACHES = ("device_seen", "device_search")
"""Not folded from the log: losing them costs a few times and names, and a search begun anew."""

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SeenRow:
    """When a phone last asked for something, and how it called itself then."""

    last_seen: Instant
    agent: str
    version: str


def seen(connection: sqlite3.Connection, partnership: UUID) -> SeenRow | None:
    row = connection.execute(
        "SELECT last_seen, agent, version FROM device_seen WHERE partnership = ?",
        (partnership.bytes,),
    ).fetchone()
    return None if row is None else SeenRow(datetime.fromisoformat(row[0]), *row[1:])


def note_seen(
    connection: sqlite3.Connection, partnership: UUID, at: Instant, agent: str, version: str
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO device_seen VALUES (?, ?, ?, ?)",
        (partnership.bytes, stamp(at), agent, version),
    )


def last_search(connection: sqlite3.Connection, partnership: UUID) -> bytes | None:
    """Which search (Find) the phone began last, as a digest of its id and query."""
    row = connection.execute(
        "SELECT search FROM device_search WHERE partnership = ?", (partnership.bytes,)
    ).fetchone()
    return None if row is None else row[0]


def note_search(connection: sqlite3.Connection, partnership: UUID, search: bytes) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO device_search VALUES (?, ?)", (partnership.bytes, search)
    )
