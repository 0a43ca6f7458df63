"""The passwords of phones, and what is known of each secret that somebody may come with.

`known_secret` is the way from the digest of a secret to what it is: the login password, one of the
ActiveSync passwords, or one that used to be right.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.credentials import (
    RETIRED_KEPT,
    ActiveSyncPasswordRehashed,
    ActiveSyncPasswordRemoved,
    ActiveSyncPasswordSet,
    LoginPasswordSet,
)
from domain.house import PASSWORDS_VIEWABLE, RuleChanged
from domain.when import Instant

TABLES = """
CREATE TABLE IF NOT EXISTS activesync_password (
    id BLOB PRIMARY KEY,
    account BLOB NOT NULL,
    label TEXT NOT NULL,
    hash TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created TEXT NOT NULL,
    changed TEXT NOT NULL,
    place INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS activesync_password_account ON activesync_password (account, place);
CREATE TABLE IF NOT EXISTS known_secret (
    account BLOB NOT NULL,
    digest BLOB NOT NULL,
    kind TEXT NOT NULL,
    password BLOB,
    position INTEGER NOT NULL,
    PRIMARY KEY (account, digest)
) STRICT, WITHOUT ROWID;
"""

Kind = Literal["login", "activesync", "retired"]


@dataclass(frozen=True)
class PasswordRow:
    """An ActiveSync password. `label` says for which phone it is, empty for the first; `changed`
    is when it was last set to another; `sealed` is empty where it cannot be looked at."""

    id: UUID
    account: UUID
    label: str
    hash: str = field(repr=False)
    sealed: bytes = field(repr=False)
    created: Instant
    changed: Instant


@dataclass(frozen=True)
class KnownSecret:
    """What a secret is to an account; `password` names the ActiveSync password it is."""

    kind: Kind
    password: UUID | None


COLUMNS = "id, account, label, hash, sealed, created, changed"


def of_account(connection: sqlite3.Connection, account: UUID) -> list[PasswordRow]:
    """The ActiveSync passwords of a person, in the order in which they were first set."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM activesync_password WHERE account = ? ORDER BY place",
        (account.bytes,),
    )
    return [_row(row) for row in rows]


def by_id(connection: sqlite3.Connection, id: UUID) -> PasswordRow | None:
    row = connection.execute(
        f"SELECT {COLUMNS} FROM activesync_password WHERE id = ?", (id.bytes,)
    ).fetchone()
    return None if row is None else _row(row)


def known(connection: sqlite3.Connection, account: UUID, digest: bytes) -> KnownSecret | None:
    """What the secret with this digest is, or was; None if it never was anything."""
    row = connection.execute(
        "SELECT kind, password FROM known_secret WHERE account = ? AND digest = ?",
        (account.bytes, digest),
    ).fetchone()
    return None if row is None else KnownSecret(row[0], row[1] and UUID(bytes=row[1]))


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    step = STEPS.get(type(event))
    if step is not None and not getattr(event, "erased", False):
        step(connection, event, position)


def _login(connection: sqlite3.Connection, event: LoginPasswordSet, position: int) -> None:
    account = event.originator_id.bytes
    _retire(connection, account, position, event.digest, "kind = 'login'")
    _know(connection, account, event.digest, "login", None, position)


def _set(connection: sqlite3.Connection, event: ActiveSyncPasswordSet, position: int) -> None:
    account, password = event.originator_id.bytes, event.password.bytes
    at = event.timestamp.astimezone(UTC).isoformat()
    connection.execute(
        "INSERT INTO activesync_password VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " label = excluded.label, hash = excluded.hash, sealed = excluded.sealed,"
        " changed = excluded.changed",
        (password, account, event.label, event.hash, event.box, at, at, position),
    )
    _retire(connection, account, position, event.digest, "password = ?", password)
    _know(connection, account, event.digest, "activesync", password, position)


def _rehashed(
    connection: sqlite3.Connection, event: ActiveSyncPasswordRehashed, position: int
) -> None:
    connection.execute(
        "UPDATE activesync_password SET hash = ? WHERE id = ?", (event.hash, event.password.bytes)
    )


def _removed(
    connection: sqlite3.Connection, event: ActiveSyncPasswordRemoved, position: int
) -> None:
    account, password = event.originator_id.bytes, event.password.bytes
    connection.execute("DELETE FROM activesync_password WHERE id = ?", (password,))
    _retire(connection, account, position, b"", "password = ?", password)


def _rule(connection: sqlite3.Connection, event: RuleChanged, position: int) -> None:
    """What may not be looked at is not kept for it."""
    if event.rule == PASSWORDS_VIEWABLE and not event.holds:
        connection.execute("UPDATE activesync_password SET sealed = x''")


STEPS: dict[type, Callable[[sqlite3.Connection, Any, int], None]] = {
    LoginPasswordSet: _login,
    ActiveSyncPasswordSet: _set,
    ActiveSyncPasswordRehashed: _rehashed,
    ActiveSyncPasswordRemoved: _removed,
    RuleChanged: _rule,
}


def _know(
    connection: sqlite3.Connection,
    account: bytes,
    digest: bytes,
    kind: Kind,
    password: bytes | None,
    position: int,
) -> None:
    if digest:
        connection.execute(
            "INSERT OR REPLACE INTO known_secret VALUES (?, ?, ?, ?, ?)",
            (account, digest, kind, password, position),
        )


def _retire(
    connection: sqlite3.Connection,
    account: bytes,
    position: int,
    unless: bytes,
    which: str,
    *values: object,
) -> None:
    """What was right until now is outdated, unless it is the same again; the oldest are let go."""
    connection.execute(
        "UPDATE known_secret SET kind = 'retired', password = NULL, position = ?"
        f" WHERE account = ? AND digest <> ? AND {which}",
        (position, account, unless, *values),
    )
    connection.execute(
        "DELETE FROM known_secret WHERE account = ?1 AND digest IN (SELECT digest FROM known_secret"
        " WHERE account = ?1 AND kind = 'retired' AND digest <> ?2"
        " ORDER BY position DESC LIMIT -1 OFFSET ?3)",
        (account, unless, RETIRED_KEPT),
    )


def _row(row: tuple[Any, ...]) -> PasswordRow:
    id, account, label, hash, sealed, created, changed = row
    return PasswordRow(
        UUID(bytes=id),
        UUID(bytes=account),
        label,
        hash,
        sealed,
        datetime.fromisoformat(created),
        datetime.fromisoformat(changed),
    )
