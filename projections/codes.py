"""Codes on their way: what was sent by mail, and second factors that are not confirmed yet.

Caches outside the fold: losing them costs another mail, or beginning again.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from uuid import UUID

from domain.credentials import Factor

TABLES = """
CREATE TABLE IF NOT EXISTS mail_code (
    account BLOB PRIMARY KEY,
    digest BLOB NOT NULL,
    made REAL NOT NULL,
    tries INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS enrolment (
    account BLOB PRIMARY KEY,
    factor TEXT NOT NULL,
    sealed BLOB NOT NULL,
    made REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""

CACHES = ("mail_code", "enrolment")


@dataclass(frozen=True)
class MailCode:
    """The last code that went out; `made` in seconds of Unix time, `tries` were wrong."""

    digest: bytes = field(repr=False)
    made: float
    tries: int


@dataclass(frozen=True)
class Enrolment:
    """A second factor to be confirmed by a first code."""

    factor: Factor
    sealed: bytes = field(repr=False)
    made: float


def mail_code(connection: sqlite3.Connection, account: UUID) -> MailCode | None:
    row = connection.execute(
        "SELECT digest, made, tries FROM mail_code WHERE account = ?", (account.bytes,)
    ).fetchone()
    return None if row is None else MailCode(*row)


def keep_mail_code(
    connection: sqlite3.Connection, account: UUID, digest: bytes, now: float
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO mail_code VALUES (?, ?, ?, 0)", (account.bytes, digest, now)
    )


def count_try(connection: sqlite3.Connection, account: UUID) -> None:
    connection.execute("UPDATE mail_code SET tries = tries + 1 WHERE account = ?", (account.bytes,))


def drop_mail_code(connection: sqlite3.Connection, account: UUID) -> None:
    """It is used up, or did not go out; when it was made stays known, for the next one's pace."""
    connection.execute("UPDATE mail_code SET digest = x'' WHERE account = ?", (account.bytes,))


def enrolment(connection: sqlite3.Connection, account: UUID) -> Enrolment | None:
    row = connection.execute(
        "SELECT factor, sealed, made FROM enrolment WHERE account = ?", (account.bytes,)
    ).fetchone()
    return None if row is None else Enrolment(*row)


def begin_enrolment(
    connection: sqlite3.Connection, account: UUID, factor: Factor, sealed: bytes, now: float
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO enrolment VALUES (?, ?, ?, ?)",
        (account.bytes, factor, sealed, now),
    )


def end_enrolment(connection: sqlite3.Connection, account: UUID) -> None:
    connection.execute("DELETE FROM enrolment WHERE account = ?", (account.bytes,))
