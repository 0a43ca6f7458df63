"""People: one row each, found by name or by address in one look-up."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgpack
from eventsourcing.domain import DomainEvent

from domain.account import (
    AccountOpened,
    ActiveSyncDisabled,
    ActiveSyncEnabled,
    LoginPasswordSet,
    OutOfOffice,
    OutOfOfficeSet,
    PolicyAssigned,
    ZoneChosen,
    name_key,
)

TABLES = """
CREATE TABLE IF NOT EXISTS account (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    mail TEXT NOT NULL,
    mail_key TEXT NOT NULL,
    full_name TEXT NOT NULL,
    zone TEXT NOT NULL,
    administrator INTEGER NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 0,
    login_hash TEXT NOT NULL DEFAULT '',
    policy TEXT NOT NULL DEFAULT '',
    out_of_office BLOB,
    epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS account_mail ON account (mail_key);
"""

COLUMNS = """id, name, mail, full_name, zone, administrator, enabled, login_hash, policy,
out_of_office, epoch"""


@dataclass(frozen=True)
class AccountRow:
    """A person. `epoch` is the position of the last event about their secrets or enabling.

    `policy` is the name of a policy set, empty for none.
    """

    id: UUID
    name: str
    mail: str
    full_name: str
    zone: str
    administrator: bool
    enabled: bool
    login_hash: str
    policy: str
    out_of_office: OutOfOffice
    epoch: int


def find(connection: sqlite3.Connection, name: str) -> AccountRow | None:
    return _one(connection, "name_key = ?", name_key(name))


def by_id(connection: sqlite3.Connection, id: UUID) -> AccountRow | None:
    return _one(connection, "id = ?", id.bytes)


def by_mail(connection: sqlite3.Connection, mail: str) -> AccountRow | None:
    return _one(connection, "mail_key = ?", name_key(mail))


def all_accounts(
    connection: sqlite3.Connection, *, enabled: bool | None = None
) -> list[AccountRow]:
    """Everybody in the order of their names; only those enabled, or not, if asked."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM account WHERE ?1 IS NULL OR enabled = ?1 ORDER BY name_key",
        (enabled,),
    )
    return [_row(row) for row in rows]


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    step = STEPS.get(type(event))
    if step is not None and not getattr(event, "erased", False):
        step(connection, event, position)


def _opened(connection: sqlite3.Connection, event: AccountOpened, position: int) -> None:
    connection.execute(
        "INSERT INTO account (id, name, name_key, mail, mail_key, full_name, zone,"
        " administrator, epoch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.originator_id.bytes,
            event.name,
            name_key(event.name),
            event.mail,
            name_key(event.mail),
            event.full_name,
            event.zone,
            event.administrator,
            position,
        ),
    )


def _password(connection: sqlite3.Connection, event: LoginPasswordSet, position: int) -> None:
    _set(connection, event, "login_hash = ?, epoch = ?", event.hash, position)


def _enabled(connection: sqlite3.Connection, event: ActiveSyncEnabled, position: int) -> None:
    _set(connection, event, "enabled = 1, epoch = ?", position)


def _disabled(connection: sqlite3.Connection, event: ActiveSyncDisabled, position: int) -> None:
    _set(connection, event, "enabled = 0, epoch = ?", position)


def _zone(connection: sqlite3.Connection, event: ZoneChosen, position: int) -> None:
    _set(connection, event, "zone = ?", event.zone)


def _policy(connection: sqlite3.Connection, event: PolicyAssigned, position: int) -> None:
    _set(connection, event, "policy = ?", event.policy)


def _out_of_office(connection: sqlite3.Connection, event: OutOfOfficeSet, position: int) -> None:
    packed = msgpack.packb(OutOfOffice.of(event.settings).facts(), datetime=True)
    _set(connection, event, "out_of_office = ?", packed)


STEPS: dict[type, Callable[[sqlite3.Connection, Any, int], None]] = {
    AccountOpened: _opened,
    LoginPasswordSet: _password,
    ActiveSyncEnabled: _enabled,
    ActiveSyncDisabled: _disabled,
    ZoneChosen: _zone,
    PolicyAssigned: _policy,
    OutOfOfficeSet: _out_of_office,
}


def _set(connection: sqlite3.Connection, event: DomainEvent, columns: str, *values: object) -> None:
    connection.execute(
        f"UPDATE account SET {columns} WHERE id = ?", (*values, event.originator_id.bytes)
    )


def _one(connection: sqlite3.Connection, where: str, value: object) -> AccountRow | None:
    row = connection.execute(f"SELECT {COLUMNS} FROM account WHERE {where}", (value,)).fetchone()
    return None if row is None else _row(row)


def _row(row: tuple[Any, ...]) -> AccountRow:
    id, name, mail, full_name, zone, administrator, enabled, hash, policy, away, epoch = row
    return AccountRow(
        id=UUID(bytes=id),
        name=name,
        mail=mail,
        full_name=full_name,
        zone=zone,
        administrator=bool(administrator),
        enabled=bool(enabled),
        login_hash=hash,
        policy=policy,
        out_of_office=OutOfOffice.of(msgpack.unpackb(away, timestamp=3) if away else {}),
        epoch=epoch,
    )
