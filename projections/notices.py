"""Which phones people were told of by mail: once per phone and reason, and never many at once.

A cache outside the fold, shared by all processes: losing it costs a mail that says again what is
still so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from domain.when import Instant
from projections import devices, standing
from projections.standing import Portrait

TABLES = """
CREATE TABLE IF NOT EXISTS notice (
    account BLOB NOT NULL,
    device TEXT NOT NULL,
    why TEXT NOT NULL,
    told REAL NOT NULL,
    again REAL NOT NULL,
    PRIMARY KEY (account, device, why)
) STRICT, WITHOUT ROWID;
"""
"""`told` is when, 0 for a mail that nobody took; before `again` nothing more is said of it."""

CACHES = ("notice",)

LATELY: Final = timedelta(days=1)

REFUSED: Final = (
    f"SELECT {', '.join(f'phone.{name.strip()}' for name in devices.COLUMNS.split(','))}"
    " FROM device_seen AS seen CROSS JOIN partnership AS phone ON phone.id = seen.partnership"
    " CROSS JOIN account ON account.id = phone.account"
    " WHERE seen.last_seen >= ? AND NOT phone.forgotten AND account.enabled"
    " AND (phone.access <> 'allow' OR phone.blocked <> '' OR phone.policy_status > 1"
    " OR phone.ceiling <> '' OR account.ceiling <> '') ORDER BY phone.created"
)
"""Phones that came lately and may have been refused, or told nothing."""


def refused(connection: sqlite3.Connection, now: Instant) -> Iterator[Portrait]:
    """They, as a list shows them."""
    rows = connection.execute(REFUSED, (devices.stamp(now - LATELY),)).fetchall()
    return standing.drawn(connection, now, [devices.row_of(row) for row in rows])


def is_due(
    connection: sqlite3.Connection, account: UUID, device: str, why: str, began: float, now: float
) -> bool:
    """Whether this phone and reason, which is so since `began`, was not told yet."""
    row = connection.execute(
        "SELECT told, again FROM notice WHERE account = ? AND device = ? AND why = ?",
        (account.bytes, device, why),
    ).fetchone()
    return row is None or (row[0] < began and row[1] <= now)


def mails_since(connection: sqlite3.Connection, account: UUID, since: float) -> int:
    """How many mails a person got; phones that stood in one were told at one moment."""
    (number,) = connection.execute(
        "SELECT count(DISTINCT told) FROM notice WHERE account = ? AND told >= ?",
        (account.bytes, since),
    ).fetchone()
    return int(number)


def told(connection: sqlite3.Connection, account: UUID) -> list[tuple[str, str, Instant]]:
    """Of which phones a person got a mail, why and when."""
    rows = connection.execute(
        "SELECT device, why, told FROM notice WHERE account = ? ORDER BY told, device, why",
        (account.bytes,),
    )
    return [(device, why, datetime.fromtimestamp(at, UTC)) for device, why, at in rows]


def note(
    connection: sqlite3.Connection, account: UUID, device: str, why: str, told: float, again: float
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO notice VALUES (?, ?, ?, ?, ?)",
        (account.bytes, device, why, told, again),
    )
