"""The rules about who may come in, and what they make of each phone: a column of its row, so that
a request learns of it without asking, and a list of those that wait needs no rule."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.access import (
    ACCESSES,
    Access,
    AccessDefaultChosen,
    AccessRuleRemoved,
    AccessRuleSet,
    Rule,
    judge,
    more_lenient,
    placed,
    without,
)
from domain.partnership import (
    DeviceApproved,
    DeviceBlocked,
    DeviceDescribed,
    DeviceIntroduced,
    DevicePartnered,
    DeviceReturned,
    WipeAcknowledged,
)

TABLES = """
CREATE TABLE IF NOT EXISTS access_rule (
    place INTEGER PRIMARY KEY,
    about TEXT NOT NULL,
    pattern TEXT NOT NULL,
    access TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS access_default (
    access TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
"""

TELLING: Final = (
    DevicePartnered,
    DeviceReturned,
    DeviceDescribed,
    DeviceIntroduced,
    DeviceApproved,
    DeviceBlocked,
    WipeAcknowledged,
)
"""What may change what the rules make of a phone."""

PHONES: Final = """
SELECT id, device_type, about, agent, model, os, welcome, approved FROM partnership
WHERE NOT forgotten AND (?1 IS NULL OR id = ?1)
"""


def rules(connection: sqlite3.Connection) -> tuple[Rule, ...]:
    """In the order in which they are asked."""
    rows = connection.execute("SELECT about, pattern, access FROM access_rule ORDER BY place")
    return tuple(Rule(*row) for row in rows)


def default(connection: sqlite3.Connection) -> Access:
    """What becomes of a phone that is new here and that no rule fits."""
    row = connection.execute("SELECT access FROM access_default").fetchone()
    return row[0] if row else ACCESSES[0]


def verdicts(
    connection: sqlite3.Connection, asked: Iterable[Rule]
) -> dict[UUID, tuple[Access, str]]:
    """What these rules would make of each phone, and by which of them."""
    order = tuple(asked)
    return {UUID(bytes=id): _judged(order, *facts) for id, *facts in _phones(connection)}


def fitting(connection: sqlite3.Connection, rule: Rule) -> set[UUID]:
    """The phones that are like this, whatever decides about them."""
    return {UUID(bytes=id) for id, *facts, _, _ in _phones(connection) if rule.fits(_facts(*facts))}


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    match event:
        case AccessRuleSet():
            _write(connection, placed(rules(connection), event.rule, event.place))
        case AccessRuleRemoved():
            _write(connection, without(rules(connection), event.about, event.pattern))
        case AccessDefaultChosen():
            _choose(connection, event.access)
        case DevicePartnered() | DeviceReturned():
            welcome = (default(connection), event.originator_id.bytes)
            connection.execute("UPDATE partnership SET welcome = ? WHERE id = ?", welcome)
    if isinstance(event, AccessRuleSet | AccessRuleRemoved | AccessDefaultChosen):
        _judge(connection)
    elif isinstance(event, TELLING):
        _judge(connection, event.originator_id)


def _write(connection: sqlite3.Connection, rules: Iterable[Rule]) -> None:
    connection.execute("DELETE FROM access_rule")
    rows = [(place, *vars(rule).values()) for place, rule in enumerate(rules)]
    connection.executemany("INSERT INTO access_rule VALUES (?, ?, ?, ?)", rows)


def _choose(connection: sqlite3.Connection, access: Access) -> None:
    """It is for newcomers; whoever is here is not less welcome than before, but maybe more."""
    connection.execute("DELETE FROM access_default")
    connection.execute("INSERT INTO access_default VALUES (?)", (access,))
    known = [each for each in ACCESSES if more_lenient(each, access) == access]
    marks = ", ".join("?" * len(known))
    connection.execute(
        f"UPDATE partnership SET welcome = ? WHERE NOT forgotten AND welcome IN ({marks})",
        (access, *known),
    )


def _judge(connection: sqlite3.Connection, phone: UUID | None = None) -> None:
    """What the rules make of a phone, or of all."""
    asked = rules(connection)
    judged = [(*_judged(asked, *facts), id) for id, *facts in _phones(connection, phone)]
    connection.executemany(
        "UPDATE partnership SET access = ?, access_rule = ? WHERE id = ?", judged
    )


def _phones(connection: sqlite3.Connection, phone: UUID | None = None) -> list[Any]:
    return connection.execute(PHONES, (phone and phone.bytes,)).fetchall()


def _judged(
    rules: Iterable[Rule],
    type: str,
    told: str,
    agent: str,
    model: str,
    os: str,
    welcome: Access,
    approved: int,
) -> tuple[Access, str]:
    if approved:
        return ACCESSES[0], ""
    return judge(rules, _facts(type, told, agent, model, os), welcome)


def _facts(type: str, told: str, agent: str, model: str, os: str) -> dict[str, str]:
    """What a rule looks at."""
    about: dict[str, str] = json.loads(told)
    return {
        "type": type,
        "agent": agent,
        "model": about.get("model") or model,
        "os": about.get("os") or os,
    }
