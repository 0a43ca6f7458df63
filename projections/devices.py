"""Phones: one row per partnership. When each was seen is beside the log: sightings.py."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.access import QUARANTINE, Access
from domain.partnership import (
    WIPED,
    CeilingSet,
    DeviceApproved,
    DeviceBlocked,
    DeviceDescribed,
    DeviceFellSilent,
    DeviceForgotten,
    DeviceHeardAgain,
    DeviceIntroduced,
    DeviceLabelled,
    DevicePartnered,
    DeviceReturned,
    DeviceUnblocked,
    WipeAcknowledged,
    WipeCancelled,
    WipeKind,
    WipeRequested,
)
from domain.provisioning import (
    PolicyAcknowledged,
    PolicyExcepted,
    PolicyExceptionEnded,
    PolicyOffered,
    PolicyRefused,
)
from domain.round import LineMissed
from domain.when import Instant

TABLES = """
CREATE TABLE IF NOT EXISTS partnership (
    id BLOB PRIMARY KEY,
    account BLOB NOT NULL,
    device TEXT NOT NULL,
    device_type TEXT NOT NULL,
    about TEXT NOT NULL DEFAULT '{}',
    agent TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '',
    os TEXT NOT NULL DEFAULT '',
    version TEXT NOT NULL DEFAULT '',
    label TEXT NOT NULL DEFAULT '',
    offered_key INTEGER NOT NULL DEFAULT 0,
    offered_policy TEXT NOT NULL DEFAULT '',
    offered_edition INTEGER NOT NULL DEFAULT 0,
    offered_at TEXT,
    acknowledged_key INTEGER NOT NULL DEFAULT 0,
    policy_key INTEGER NOT NULL DEFAULT 0,
    policy TEXT NOT NULL DEFAULT '',
    edition INTEGER NOT NULL DEFAULT 0,
    policy_status INTEGER NOT NULL DEFAULT 0,
    excepted INTEGER NOT NULL DEFAULT 0,
    ceiling TEXT NOT NULL DEFAULT '',
    approved INTEGER NOT NULL DEFAULT 0,
    welcome TEXT NOT NULL DEFAULT 'allow',
    access TEXT NOT NULL DEFAULT 'allow',
    access_rule TEXT NOT NULL DEFAULT '',
    blocked TEXT NOT NULL DEFAULT '',
    wipe TEXT,
    wiped INTEGER NOT NULL DEFAULT 0,
    shared INTEGER NOT NULL DEFAULT 0,
    silent INTEGER NOT NULL DEFAULT 0,
    forgotten INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS partnership_account ON partnership (account, created);
CREATE INDEX IF NOT EXISTS partnership_waits ON partnership (id) WHERE access = 'quarantine';
"""


@dataclass(frozen=True)
class PartnershipRow:
    """A phone of one person. `about` is what it told of itself, `agent`, `model`, `os` and
    `version` what its requests told; `policy` and `edition` are what it acknowledged with
    `policy_key`, `excepted` that it need not. `access` is what becomes of it, by `access_rule` or
    by what held for newcomers, unless it is `approved`; `blocked` says why it is, `wipe` which
    one is asked of it, `wiped` how it says it went; `shared` that two phones go by this name,
    `silent` that it was not heard of for long. `ceiling` is the newest version spoken with it."""

    id: UUID
    account: UUID
    device: str
    device_type: str
    about: dict[str, str]
    agent: str
    model: str
    os: str
    version: str
    label: str
    offered_key: int
    offered_policy: str
    offered_edition: int
    offered_at: Instant | None
    acknowledged_key: int
    policy_key: int
    policy: str
    edition: int
    policy_status: int
    excepted: bool
    ceiling: str
    approved: bool
    access: Access
    access_rule: str
    blocked: str
    wipe: WipeKind | None
    wiped: int
    shared: bool
    silent: bool
    created: int
    created_at: Instant

    @property
    def name(self) -> str:
        """What people call it, or else what it calls itself."""
        told = (self.about.get("name"), self.about.get("model"), self.model, self.device_type)
        return self.label or next(filter(None, told), self.device)

    @property
    def waits(self) -> bool:
        """In quarantine: let in, and told nothing until somebody approves it."""
        return self.access == QUARANTINE


COLUMNS = ", ".join(field.name for field in fields(PartnershipRow))
TRUTHS = ("excepted", "approved", "shared", "silent")


def by_id(connection: sqlite3.Connection, id: UUID) -> PartnershipRow | None:
    row = connection.execute(
        f"SELECT {COLUMNS} FROM partnership WHERE id = ? AND NOT forgotten", (id.bytes,)
    ).fetchone()
    return None if row is None else row_of(row)


def ever(connection: sqlite3.Connection, id: UUID) -> PartnershipRow | None:
    """Also one that was forgotten; of it there is left which phone it was."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM partnership WHERE id = ?", (id.bytes,)
    ).fetchone()
    return None if row is None else row_of(row)


def of_account(connection: sqlite3.Connection, account: UUID) -> list[PartnershipRow]:
    """The phones of one person, the oldest partnership first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM partnership WHERE account = ? AND NOT forgotten ORDER BY created",
        (account.bytes,),
    )
    return [row_of(row) for row in rows]


def all_devices(connection: sqlite3.Connection) -> list[PartnershipRow]:
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM partnership WHERE NOT forgotten ORDER BY created"
    )
    return [row_of(row) for row in rows]


def count(connection: sqlite3.Connection, account: UUID) -> int:
    """How many phones a person has; those that were wiped or fell silent do not count."""
    (number,) = connection.execute(
        "SELECT count(*) FROM partnership"
        " WHERE account = ? AND NOT forgotten AND NOT silent AND blocked <> ?",
        (account.bytes, WIPED),
    ).fetchone()
    return int(number)


def unheard(connection: sqlite3.Connection, account: UUID, since: Instant) -> list[UUID]:
    """The phones of a person that count and were not seen since that moment."""
    rows = connection.execute(
        "SELECT id FROM partnership JOIN device_seen ON partnership = id"
        " WHERE account = ? AND NOT forgotten AND NOT silent AND last_seen < ? ORDER BY created",
        (account.bytes, stamp(since)),
    )
    return [UUID(bytes=id) for (id,) in rows]


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    step, plain = STEPS.get(type(event)), PLAIN.get(type(event))
    if step is not None:
        step(connection, event, position)
    elif plain is not None:
        _set(connection, event, **plain)


def _partnered(connection: sqlite3.Connection, event: DevicePartnered, position: int) -> None:
    connection.execute(
        "INSERT INTO partnership (id, account, device, device_type, created, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            event.originator_id.bytes,
            event.account.bytes,
            event.device,
            event.device_type,
            position,
            stamp(event.timestamp),
        ),
    )


def _forgotten(connection: sqlite3.Connection, event: DeviceForgotten, position: int) -> None:
    """Only who it was is left, for the day it comes back."""
    connection.execute(
        "INSERT OR REPLACE INTO partnership"
        " (id, account, device, device_type, forgotten, created, created_at)"
        " SELECT id, account, device, device_type, 1, created, created_at"
        " FROM partnership WHERE id = ?",
        (event.originator_id.bytes,),
    )


def _returned(connection: sqlite3.Connection, event: DeviceReturned, position: int) -> None:
    _set(
        connection,
        event,
        forgotten=0,
        device_type=event.device_type,
        created=position,
        created_at=stamp(event.timestamp),
    )


def _described(connection: sqlite3.Connection, event: DeviceDescribed, position: int) -> None:
    about = json.dumps(dict(event.about), sort_keys=True, ensure_ascii=False)
    _set(connection, event, about=about)


def _offered(connection: sqlite3.Connection, event: PolicyOffered, position: int) -> None:
    _set(
        connection,
        event,
        offered_key=event.key,
        offered_policy=event.policy,
        offered_edition=event.edition,
        offered_at=stamp(event.timestamp),
    )


def _acknowledged(connection: sqlite3.Connection, event: PolicyAcknowledged, position: int) -> None:
    connection.execute(
        "UPDATE partnership SET policy_key = ?, policy_status = ?, acknowledged_key = offered_key,"
        " policy = offered_policy, edition = offered_edition WHERE id = ?",
        (event.key, event.status, event.originator_id.bytes),
    )


def _refused(connection: sqlite3.Connection, event: PolicyRefused, position: int) -> None:
    _set(connection, event, policy_status=event.status)


def _introduced(connection: sqlite3.Connection, event: DeviceIntroduced, position: int) -> None:
    facts = {"agent": event.agent, "model": event.model, "os": event.os}
    _set(connection, event, **facts, version=event.version)


def _labelled(connection: sqlite3.Connection, event: DeviceLabelled, position: int) -> None:
    _set(connection, event, label=event.label)


def _ceiling(connection: sqlite3.Connection, event: CeilingSet, position: int) -> None:
    _set(connection, event, ceiling=event.version)


def _blocked(connection: sqlite3.Connection, event: DeviceBlocked, position: int) -> None:
    _set(connection, event, blocked=event.reason or "blocked", approved=0)


def _wipe_requested(connection: sqlite3.Connection, event: WipeRequested, position: int) -> None:
    _set(connection, event, wipe=event.kind)


def _wiped(connection: sqlite3.Connection, event: WipeAcknowledged, position: int) -> None:
    _set(connection, event, wipe=None, wiped=event.status, blocked=WIPED, approved=0)


def _missed(connection: sqlite3.Connection, event: LineMissed, position: int) -> None:
    if event.again:
        connection.execute("UPDATE partnership SET shared = 1 WHERE id = ?", (event.phone.bytes,))


PLAIN: dict[type, dict[str, object]] = {
    DeviceApproved: {"approved": 1, "blocked": ""},
    DeviceUnblocked: {"blocked": ""},
    WipeCancelled: {"wipe": None},
    PolicyExcepted: {"excepted": 1},
    PolicyExceptionEnded: {
        **dict.fromkeys(("excepted", "policy_key", "acknowledged_key", "policy_status"), 0),
        **{"policy": "", "edition": 0},
    },
    DeviceFellSilent: {"silent": 1},
    DeviceHeardAgain: {"silent": 0},
}
"""Facts that say nothing but what is so from now on."""

STEPS: dict[type, Callable[[sqlite3.Connection, Any, int], None]] = {
    DevicePartnered: _partnered,
    DeviceForgotten: _forgotten,
    DeviceReturned: _returned,
    DeviceDescribed: _described,
    PolicyOffered: _offered,
    PolicyAcknowledged: _acknowledged,
    PolicyRefused: _refused,
    DeviceIntroduced: _introduced,
    DeviceLabelled: _labelled,
    CeilingSet: _ceiling,
    DeviceBlocked: _blocked,
    WipeRequested: _wipe_requested,
    WipeAcknowledged: _wiped,
    LineMissed: _missed,
}


def _set(connection: sqlite3.Connection, event: DomainEvent, **columns: object) -> None:
    names = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(
        f"UPDATE partnership SET {names} WHERE id = ?",
        (*columns.values(), event.originator_id.bytes),
    )


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def row_of(row: tuple[Any, ...]) -> PartnershipRow:
    facts = dict(zip((field.name for field in fields(PartnershipRow)), row, strict=True))
    offered_at = facts["offered_at"]
    facts |= {
        "id": UUID(bytes=facts["id"]),
        "account": UUID(bytes=facts["account"]),
        "about": json.loads(facts["about"]),
        **{name: bool(facts[name]) for name in TRUTHS},
        "offered_at": datetime.fromisoformat(offered_at) if offered_at else None,
        "created_at": datetime.fromisoformat(facts["created_at"]),
    }
    return PartnershipRow(**facts)
