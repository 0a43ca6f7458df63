"""What a phone asked last, so that it may ask the same with an empty request.

A cache outside the fold: losing a row costs one Status 13 or 3 (MS-ASCMD 2.2.3.177.18).
"""

from __future__ import annotations

import sqlite3
from uuid import UUID

TABLES = """
CREATE TABLE IF NOT EXISTS asked (
    partnership BLOB NOT NULL,
    command TEXT NOT NULL,
    request BLOB NOT NULL,
    PRIMARY KEY (partnership, command)
) STRICT, WITHOUT ROWID;
"""
CACHES = ("asked",)


def last(connection: sqlite3.Connection, partnership: UUID, command: str) -> bytes | None:
    """The request as its command keeps it; None if there is none to repeat."""
    row = connection.execute(
        "SELECT request FROM asked WHERE partnership = ? AND command = ?",
        (partnership.bytes, command),
    ).fetchone()
    return row and bytes(row[0])


def every(connection: sqlite3.Connection, partnership: UUID) -> dict[str, bytes]:
    """What a phone's requests are kept as, by command."""
    rows = connection.execute(
        "SELECT command, request FROM asked WHERE partnership = ? ORDER BY command",
        (partnership.bytes,),
    )
    return dict(rows.fetchall())


def keep(connection: sqlite3.Connection, partnership: UUID, command: str, request: bytes) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO asked VALUES (?, ?, ?)", (partnership.bytes, command, request)
    )
