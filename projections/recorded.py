"""Which phones are being recorded, and what was kept of them.

The first is folded from the log. The second is a cache outside the fold: what a phone asked and was
answered, sealed under the key of its person. A recording takes the place of the phone's last one.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.partnership import DeviceForgotten, DeviceRecorded, DeviceRecordingEnded
from domain.when import Instant
from projections.devices import stamp

TABLES = """
CREATE TABLE IF NOT EXISTS recording (
    partnership BLOB PRIMARY KEY,
    until TEXT NOT NULL,
    why TEXT NOT NULL,
    actor TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recorded (
    number INTEGER PRIMARY KEY,
    partnership BLOB NOT NULL,
    account BLOB NOT NULL,
    position INTEGER NOT NULL,
    at TEXT NOT NULL,
    command TEXT NOT NULL,
    status INTEGER NOT NULL,
    size INTEGER NOT NULL,
    box BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS recorded_partnership ON recorded (partnership, number);
"""
CACHES = ("recorded",)


@dataclass(frozen=True)
class Recording:
    """Whose recording goes on until when, why, and who wanted it."""

    until: Instant
    why: str
    actor: str


@dataclass(frozen=True)
class RecordedRow:
    """One exchange by its number. `position` is where the log was before it, `size` are the bytes
    it takes; what was said is in the `box`."""

    number: int
    partnership: UUID
    account: UUID
    position: int
    at: Instant
    command: str
    status: int
    size: int
    box: bytes


def running(connection: sqlite3.Connection, now: Instant) -> frozenset[UUID]:
    """The phones that are being recorded."""
    rows = connection.execute("SELECT partnership, until FROM recording").fetchall()
    return frozenset(UUID(bytes=id) for id, until in rows if datetime.fromisoformat(until) > now)


def recording(connection: sqlite3.Connection, partnership: UUID) -> Recording | None:
    """The recording of this phone that was begun last, unless somebody ended it."""
    row = connection.execute(
        "SELECT until, why, actor FROM recording WHERE partnership = ?", (partnership.bytes,)
    ).fetchone()
    return None if row is None else Recording(datetime.fromisoformat(row[0]), row[1], row[2])


def kept(connection: sqlite3.Connection, partnership: UUID) -> list[RecordedRow]:
    """All that is kept of this phone, the oldest first."""
    rows = connection.execute(
        "SELECT * FROM recorded WHERE partnership = ? ORDER BY number", (partnership.bytes,)
    )
    return [_row(row) for row in rows]


def by_number(connection: sqlite3.Connection, number: int) -> RecordedRow | None:
    row = connection.execute("SELECT * FROM recorded WHERE number = ?", (number,)).fetchone()
    return None if row is None else _row(row)


def taken(connection: sqlite3.Connection, partnership: UUID) -> tuple[int, int]:
    """How many exchanges of this phone are kept, and how many bytes they take."""
    row: tuple[int, int] = connection.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM recorded WHERE partnership = ?",
        (partnership.bytes,),
    ).fetchone()
    return row


def next_number(connection: sqlite3.Connection) -> int:
    (last,) = connection.execute("SELECT max(number) FROM recorded").fetchone()
    return (last or 0) + 1


def keep(connection: sqlite3.Connection, row: RecordedRow) -> None:
    facts = (row.number, row.partnership.bytes, row.account.bytes, row.position, stamp(row.at))
    connection.execute(
        "INSERT INTO recorded VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*facts, row.command, row.status, row.size, row.box),
    )


def drop(connection: sqlite3.Connection, partnership: UUID) -> None:
    """Let go of what was kept of this phone."""
    connection.execute("DELETE FROM recorded WHERE partnership = ?", (partnership.bytes,))


def forget(connection: sqlite3.Connection, account: UUID) -> None:
    """Let go of what was kept of all phones of a person."""
    connection.execute("DELETE FROM recorded WHERE account = ?", (account.bytes,))


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    if isinstance(event, DeviceRecorded):
        connection.execute(
            "INSERT OR REPLACE INTO recording VALUES (?, ?, ?, ?)",
            (event.originator_id.bytes, stamp(event.until), event.why, event.actor),
        )
    elif isinstance(event, DeviceRecordingEnded | DeviceForgotten):
        gone = (event.originator_id.bytes,)
        connection.execute("DELETE FROM recording WHERE partnership = ?", gone)


def _row(row: tuple[int, bytes, bytes, int, str, str, int, int, bytes]) -> RecordedRow:
    number, partnership, account, position, at, *rest = row
    who = UUID(bytes=partnership), UUID(bytes=account)
    return RecordedRow(number, *who, position, datetime.fromisoformat(at), *rest)  # type: ignore[arg-type]
