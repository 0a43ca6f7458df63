"""People: one row each, found by name or by address in one look-up."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import UUID

import msgpack
from eventsourcing.domain import DomainEvent

from domain.account import (
    AccountOpened,
    ActiveSyncDisabled,
    ActiveSyncEnabled,
    AdministratorGranted,
    AdministratorWithdrawn,
    FullNameChanged,
    LanguageChosen,
    MailChanged,
    OutOfOffice,
    OutOfOfficeSet,
    PolicyAssigned,
    VersionCeilingSet,
    ZoneChosen,
    name_key,
)
from domain.credentials import (
    ActiveSyncPasswordRehashed,
    ActiveSyncPasswordRemoved,
    ActiveSyncPasswordSet,
    Entry,
    Factor,
    LoginLeftToDirectory,
    LoginPasswordSet,
    LoginTakenFromDirectory,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorEnrolled,
    SecondFactorTurnedOff,
    entry,
)
from domain.house import SECOND_FACTOR_REQUIRED

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
    ceiling TEXT NOT NULL DEFAULT '',
    out_of_office BLOB,
    language TEXT NOT NULL DEFAULT '',
    directory INTEGER NOT NULL DEFAULT 0,
    own_factor TEXT NOT NULL DEFAULT 'off',
    recovery_codes INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS account_mail ON account (mail_key);
"""

RULE = f"FROM house_rule WHERE rule = '{SECOND_FACTOR_REQUIRED}'"
COMPUTED = {
    "epoch": f"max(epoch, coalesce((SELECT epoch {RULE}), 0))",
    "factor_required": f"coalesce((SELECT holds {RULE}), 0)",
    "has_activesync_password": "EXISTS (SELECT 1 FROM activesync_password AS password"
    " WHERE password.account = account.id)",
}
"""What a person's row tells of other tables: a rule for everybody counts for each at once."""


@dataclass(frozen=True)
class AccountRow:
    """A person. `epoch` is the position of the last event about their secrets or enabling.

    `policy` is the name of a policy set, empty for none; `ceiling` is the newest version spoken
    with their phones, empty for all. `directory` says that the directory
    knows their login password; `own_factor` is the second factor they chose, `recovery_codes` how
    many are left.
    """

    id: UUID
    name: str
    mail: str
    full_name: str
    zone: str
    administrator: bool
    enabled: bool
    login_hash: str = field(repr=False)
    policy: str
    out_of_office: OutOfOffice
    epoch: int
    language: str = ""
    directory: bool = False
    own_factor: Factor = "off"
    recovery_codes: int = 0
    ceiling: str = ""
    factor_required: bool = False
    has_activesync_password: bool = False

    @property
    def factor(self) -> Factor:
        """The second factor in force: codes by mail where one is required and none is chosen."""
        return "mail" if self.factor_required and self.own_factor == "off" else self.own_factor

    @property
    def entry(self) -> Entry:
        """By which password their phones come in."""
        return entry(self.has_activesync_password, self.factor)

    @property
    def lacks_password(self) -> bool:
        """Whether phones are refused for want of an ActiveSync password."""
        return self.enabled and self.entry == "none"


FIELDS = tuple(each.name for each in fields(AccountRow))
TRUTHS = tuple(each.name for each in fields(AccountRow) if each.type == "bool")
SELECT = f"SELECT {', '.join(COMPUTED.get(name, name) for name in FIELDS)} FROM account"


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
        f"{SELECT} WHERE ?1 IS NULL OR enabled = ?1 ORDER BY name_key", (enabled,)
    )
    return [_row(row) for row in rows]


def search(
    connection: sqlite3.Connection, query: str, start: int, number: int
) -> tuple[list[AccountRow], int]:
    """So many people in the order of their names, from `start` on, and how many there are; with
    a query, of those in whose name or address it stands."""
    where = "?1 = '' OR instr(name_key, ?1) OR instr(mail_key, ?1) OR instr(lower(full_name), ?1)"
    key = name_key(query)
    (total,) = connection.execute(f"SELECT count(*) FROM account WHERE {where}", (key,)).fetchone()
    rows = connection.execute(
        f"{SELECT} WHERE {where} ORDER BY name_key LIMIT ?2 OFFSET ?3", (key, number, start)
    )
    return [_row(row) for row in rows], total


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


def _enrolled(connection: sqlite3.Connection, event: SecondFactorEnrolled, position: int) -> None:
    _set(connection, event, "own_factor = ?, epoch = ?", event.factor, position)


def _codes(connection: sqlite3.Connection, event: RecoveryCodesMade, position: int) -> None:
    _set(connection, event, "recovery_codes = ?", len(event.digests))


def _full_name(connection: sqlite3.Connection, event: FullNameChanged, position: int) -> None:
    _set(connection, event, "full_name = ?", event.full_name)


def _mail(connection: sqlite3.Connection, event: MailChanged, position: int) -> None:
    _set(connection, event, "mail = ?, mail_key = ?", event.mail, name_key(event.mail))


def _language(connection: sqlite3.Connection, event: LanguageChosen, position: int) -> None:
    _set(connection, event, "language = ?", event.language)


def _zone(connection: sqlite3.Connection, event: ZoneChosen, position: int) -> None:
    _set(connection, event, "zone = ?", event.zone)


def _ceiling(connection: sqlite3.Connection, event: VersionCeilingSet, position: int) -> None:
    _set(connection, event, "ceiling = ?", event.version)


def _policy(connection: sqlite3.Connection, event: PolicyAssigned, position: int) -> None:
    _set(connection, event, "policy = ?", event.policy)


def _out_of_office(connection: sqlite3.Connection, event: OutOfOfficeSet, position: int) -> None:
    packed = msgpack.packb(OutOfOffice.of(event.settings).facts(), datetime=True)
    _set(connection, event, "out_of_office = ?", packed)


Step = Callable[[sqlite3.Connection, Any, int], None]


def _also(columns: str) -> Step:
    """A step that says the same whatever else the event tells; the epoch moves with it."""

    def step(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
        _set(connection, event, f"{columns}epoch = ?", position)

    return step


def _merely(columns: str) -> Step:
    """A step that says the same, and is nothing to whom a secret has let in."""

    def step(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
        _set(connection, event, columns)

    return step


STEPS: dict[type, Step] = {
    AccountOpened: _opened,
    LoginPasswordSet: _password,
    LoginLeftToDirectory: _also("directory = 1, "),
    LoginTakenFromDirectory: _also("directory = 0, "),
    ActiveSyncEnabled: _also("enabled = 1, "),
    ActiveSyncDisabled: _also("enabled = 0, "),
    ActiveSyncPasswordSet: _also(""),
    ActiveSyncPasswordRehashed: _also(""),
    ActiveSyncPasswordRemoved: _also(""),
    SecondFactorEnrolled: _enrolled,
    SecondFactorTurnedOff: _also("own_factor = 'off', recovery_codes = 0, "),
    RecoveryCodesMade: _codes,
    RecoveryCodeUsed: _merely("recovery_codes = recovery_codes - 1"),
    AdministratorGranted: _merely("administrator = 1"),
    AdministratorWithdrawn: _merely("administrator = 0"),
    FullNameChanged: _full_name,
    MailChanged: _mail,
    LanguageChosen: _language,
    ZoneChosen: _zone,
    PolicyAssigned: _policy,
    VersionCeilingSet: _ceiling,
    OutOfOfficeSet: _out_of_office,
}


def _set(connection: sqlite3.Connection, event: DomainEvent, columns: str, *values: object) -> None:
    connection.execute(
        f"UPDATE account SET {columns} WHERE id = ?", (*values, event.originator_id.bytes)
    )


def _one(connection: sqlite3.Connection, where: str, value: object) -> AccountRow | None:
    row = connection.execute(f"{SELECT} WHERE {where}", (value,)).fetchone()
    return None if row is None else _row(row)


def _row(row: tuple[Any, ...]) -> AccountRow:
    facts = dict(zip(FIELDS, row, strict=True))
    away = facts["out_of_office"]
    facts |= {name: bool(facts[name]) for name in TRUTHS}
    facts |= {
        "id": UUID(bytes=facts["id"]),
        "out_of_office": OutOfOffice.of(msgpack.unpackb(away, timestamp=3) if away else {}),
    }
    return AccountRow(**facts)
