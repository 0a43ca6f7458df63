"""Who came with which secret: guesses, outdated ones, and the last use of each that is right.

All of it are caches outside the fold: losing them costs a wait that is over too early, or a word
about a phone until it comes again. They are rows, and not in memory, so that every process counts
what came to all of them, before a restart and after.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from domain.credentials import RETIRED_KEPT
from domain.when import Instant

TABLES = """
CREATE TABLE IF NOT EXISTS guess (
    who BLOB PRIMARY KEY,
    wrong INTEGER NOT NULL,
    last REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS guess_last ON guess (last);
CREATE TABLE IF NOT EXISTS guessed (
    digest BLOB PRIMARY KEY,
    last REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS guessed_last ON guessed (last);
CREATE TABLE IF NOT EXISTS familiar_place (
    who BLOB NOT NULL,
    place BLOB NOT NULL,
    last REAL NOT NULL,
    PRIMARY KEY (who, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS familiar_place_last ON familiar_place (last);
CREATE TABLE IF NOT EXISTS password_used (
    password BLOB PRIMARY KEY,
    at REAL NOT NULL,
    device TEXT NOT NULL,
    agent TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS useless_secret (
    account BLOB NOT NULL,
    device TEXT NOT NULL,
    why TEXT NOT NULL,
    agent TEXT NOT NULL,
    since REAL NOT NULL,
    last REAL NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (account, device, why)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS directory_secret (
    account BLOB NOT NULL,
    digest BLOB NOT NULL,
    since REAL NOT NULL,
    PRIMARY KEY (account, digest)
) STRICT, WITHOUT ROWID;
"""

CACHES = (
    *("guess", "guessed", "familiar_place"),
    *("password_used", "useless_secret", "directory_secret"),
)

OUTDATED: Final = "outdated password"
LOGIN: Final = "login password"
NONE: Final = "no ActiveSync password"
"""Why a phone is refused that guesses nothing: it sends what was right before, or what is right
for the login only, while there is an ActiveSync password, or while there is none yet."""

PHONES_MOST: Final = 20
"""Phones of one person of which it is known; the longest not heard of make room."""

PLACES_MOST: Final = 20
"""Addresses of one person that are familiar, likewise."""


@dataclass(frozen=True)
class Use:
    """When an ActiveSync password last let somebody in, and how the phone called itself."""

    at: Instant
    device: str
    agent: str


@dataclass(frozen=True)
class Useless:
    """A phone that sends what lets it in no more; `why` is OUTDATED, LOGIN or NONE."""

    account: UUID
    device: str
    why: str
    agent: str
    since: Instant
    last: Instant
    times: int


def guesses(connection: sqlite3.Connection, who: bytes) -> tuple[int, float]:
    """How many wrong guesses there were, and when the last was."""
    row = connection.execute("SELECT wrong, last FROM guess WHERE who = ?", (who,)).fetchone()
    return row or (0, 0.0)


def note_guess(connection: sqlite3.Connection, who: bytes, wrong: int, now: float) -> None:
    connection.execute("INSERT OR REPLACE INTO guess VALUES (?, ?, ?)", (who, wrong, now))


def forgive(connection: sqlite3.Connection, who: bytes) -> None:
    connection.execute("DELETE FROM guess WHERE who = ?", (who,))


def is_new(connection: sqlite3.Connection, digest: bytes, now: float) -> bool:
    """Whether this secret was not guessed lately; from now on it was."""
    before = connection.execute("SELECT 1 FROM guessed WHERE digest = ?", (digest,)).fetchone()
    connection.execute("INSERT OR REPLACE INTO guessed VALUES (?, ?)", (digest, now))
    return before is None


def forget_guesses(connection: sqlite3.Connection, before: float, after: float) -> None:
    """Let go of what is older, or, by a clock that was set back, of what is still to come."""
    for table in ("guess", "guessed"):
        connection.execute(f"DELETE FROM {table} WHERE last < ? OR last > ?", (before, after))


def came_last(connection: sqlite3.Connection, who: bytes, place: bytes) -> float:
    """When somebody had the right secret at this place; 0 if never, or too long ago to know."""
    row = connection.execute(
        "SELECT last FROM familiar_place WHERE who = ? AND place = ?", (who, place)
    ).fetchone()
    return row[0] if row else 0.0


def note_place(
    connection: sqlite3.Connection, who: bytes, place: bytes, now: float, before: float
) -> None:
    """They had it now; whoever came last `before` that is no longer known."""
    connection.execute("INSERT OR REPLACE INTO familiar_place VALUES (?, ?, ?)", (who, place, now))
    connection.execute("DELETE FROM familiar_place WHERE last < ?", (before,))
    connection.execute(
        "DELETE FROM familiar_place WHERE who = ?1 AND place IN (SELECT place"
        " FROM familiar_place WHERE who = ?1 ORDER BY last DESC LIMIT -1 OFFSET ?2)",
        (who, PLACES_MOST),
    )


def was_right(connection: sqlite3.Connection, account: UUID, digest: bytes) -> bool:
    """Whether the directory has found the secret with this digest right before."""
    row = connection.execute(
        "SELECT 1 FROM directory_secret WHERE account = ? AND digest = ?", (account.bytes, digest)
    ).fetchone()
    return row is not None


def note_right(connection: sqlite3.Connection, account: UUID, digest: bytes, now: float) -> None:
    """The directory finds it right; so when it does not any more, it is outdated and no guess."""
    connection.execute(
        "INSERT OR IGNORE INTO directory_secret VALUES (?, ?, ?)", (account.bytes, digest, now)
    )
    connection.execute(
        "DELETE FROM directory_secret WHERE account = ?1 AND digest IN (SELECT digest"
        " FROM directory_secret WHERE account = ?1 ORDER BY since DESC LIMIT -1 OFFSET ?2)",
        (account.bytes, RETIRED_KEPT),
    )


def last_use(connection: sqlite3.Connection, password: UUID) -> Use | None:
    row = connection.execute(
        "SELECT at, device, agent FROM password_used WHERE password = ?", (password.bytes,)
    ).fetchone()
    return None if row is None else Use(_moment(row[0]), *row[1:])


def note_use(
    connection: sqlite3.Connection,
    account: UUID,
    password: UUID,
    device: str,
    agent: str,
    now: float,
) -> None:
    """It let this phone in; nothing that the phone sent before is of interest now."""
    connection.execute(
        "INSERT OR REPLACE INTO password_used VALUES (?, ?, ?, ?)",
        (password.bytes, now, device, agent),
    )
    settle(connection, account, device)


def note_useless(
    connection: sqlite3.Connection,
    account: UUID,
    device: str,
    why: str,
    agent: str,
    now: float,
) -> None:
    connection.execute(
        "INSERT INTO useless_secret VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1) ON CONFLICT DO UPDATE SET"
        " agent = excluded.agent, last = excluded.last, times = times + 1",
        (account.bytes, device, why, agent, now),
    )
    connection.execute(
        "DELETE FROM useless_secret WHERE account = ?1 AND (device, why) IN (SELECT device, why"
        " FROM useless_secret WHERE account = ?1 ORDER BY last DESC LIMIT -1 OFFSET ?2)",
        (account.bytes, PHONES_MOST),
    )


def settle(connection: sqlite3.Connection, account: UUID, device: str) -> None:
    """This phone is let in again."""
    connection.execute(
        "DELETE FROM useless_secret WHERE account = ? AND device = ?", (account.bytes, device)
    )


def is_useless(connection: sqlite3.Connection, account: UUID, device: str) -> bool:
    """Whether what this phone sent last was of no use."""
    row = connection.execute(
        "SELECT 1 FROM useless_secret WHERE account = ? AND device = ?", (account.bytes, device)
    ).fetchone()
    return row is not None


def forget_places(connection: sqlite3.Connection, who: bytes) -> None:
    """Where somebody came from, and how often somebody else tried to be them."""
    for table in ("guess", "familiar_place"):
        connection.execute(f"DELETE FROM {table} WHERE who = ?", (who,))


def useless(
    connection: sqlite3.Connection, account: UUID | None = None, most: int = -1
) -> list[Useless]:
    """The phones of a person, or of everybody, that send what is of no use, the newest first;
    so many at most, unless it is negative."""
    rows = connection.execute(
        "SELECT account, device, why, agent, since, last, times FROM useless_secret"
        " WHERE ?1 IS NULL OR account = ?1 ORDER BY last DESC, device, why LIMIT ?2",
        (account and account.bytes, most),
    )
    return [
        Useless(UUID(bytes=whose), device, why, agent, _moment(since), _moment(last), times)
        for whose, device, why, agent, since, last, times in rows
    ]


def _moment(seconds: float) -> Instant:
    return datetime.fromtimestamp(seconds, UTC)
