"""Who is signed in at the pages: one row per browser, known by the digest of its token alone.

A cache outside the fold, shared by all processes: losing it costs signing in again.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from uuid import UUID

TABLES = """
CREATE TABLE IF NOT EXISTS web_session (
    digest BLOB PRIMARY KEY,
    account BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    whole INTEGER NOT NULL,
    began REAL NOT NULL,
    used REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS web_session_account ON web_session (account);
CREATE INDEX IF NOT EXISTS web_session_began ON web_session (began);
"""

CACHES = ("web_session",)


@dataclass(frozen=True)
class SessionRow:
    """A browser somebody signed in with. `epoch` is that of their secrets then; `whole` says that
    the second factor was shown, too. `began` and `used` in seconds of Unix time."""

    digest: bytes = field(repr=False)
    account: UUID
    epoch: int
    whole: bool
    began: float
    used: float


def find(connection: sqlite3.Connection, digest: bytes) -> SessionRow | None:
    row = connection.execute(
        "SELECT digest, account, epoch, whole, began, used FROM web_session WHERE digest = ?",
        (digest,),
    ).fetchone()
    return row and SessionRow(row[0], UUID(bytes=row[1]), row[2], bool(row[3]), *row[4:])


def keep(connection: sqlite3.Connection, row: SessionRow) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO web_session VALUES (?, ?, ?, ?, ?, ?)",
        (row.digest, row.account.bytes, row.epoch, row.whole, row.began, row.used),
    )


def note_use(connection: sqlite3.Connection, digest: bytes, now: float) -> None:
    connection.execute("UPDATE web_session SET used = ? WHERE digest = ?", (now, digest))


def end(connection: sqlite3.Connection, digest: bytes) -> None:
    connection.execute("DELETE FROM web_session WHERE digest = ?", (digest,))


def end_all(connection: sqlite3.Connection, account: UUID) -> None:
    """Everywhere, for one person."""
    connection.execute("DELETE FROM web_session WHERE account = ?", (account.bytes,))


def forget(connection: sqlite3.Connection, before: float) -> None:
    """Drop what began so long ago that it is over anyhow."""
    connection.execute("DELETE FROM web_session WHERE began < ?", (before,))


def count(connection: sqlite3.Connection, account: UUID) -> int:
    """In how many browsers a person is signed in, as far as is known."""
    (found,) = connection.execute(
        "SELECT count(*) FROM web_session WHERE account = ? AND whole", (account.bytes,)
    ).fetchone()
    return int(found)
