"""Policy sets by name, each with all it ever demanded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.account import name_key
from domain.policy import PolicyRemoved, PolicyRewritten, PolicyWritten

TABLES = """
CREATE TABLE IF NOT EXISTS policy (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    edition INTEGER NOT NULL,
    settings TEXT NOT NULL,
    ever TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
"""

COLUMNS = "id, name, edition, settings, ever, removed"


@dataclass(frozen=True)
class PolicyRow:
    """`ever` names every setting this policy has or once had: what a phone may have been told, also
    by one that was `removed` since."""

    id: UUID
    name: str
    edition: int
    settings: Mapping[str, str]
    ever: frozenset[str]
    removed: bool = False


def find(connection: sqlite3.Connection, name: str) -> PolicyRow | None:
    """The policy of this name, even if it was removed; there is none without a name."""
    return _one(connection, "name_key", name_key(name))


def by_id(connection: sqlite3.Connection, id: UUID) -> PolicyRow | None:
    """A policy that was not removed."""
    row = _one(connection, "id", id.bytes)
    return None if row is None or row.removed else row


def all_policies(connection: sqlite3.Connection) -> list[PolicyRow]:
    """Those that were not removed, by their names."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM policy WHERE NOT removed ORDER BY name_key")
    return [_row(row) for row in rows]


def followers(connection: sqlite3.Connection) -> dict[str, int]:
    """How many people are under each policy, by its name."""
    rows = connection.execute(
        "SELECT policy, count(*) FROM account WHERE policy <> '' GROUP BY policy"
    )
    return dict(rows.fetchall())


def phones_under(connection: sqlite3.Connection, name: str) -> int:
    """How many phones have to take on what this policy says; those that may not come in, or need
    not keep it, are not asked."""
    (number,) = connection.execute(
        "SELECT count(*) FROM partnership AS phone JOIN account ON account.id = phone.account"
        " WHERE account.policy = ? AND account.enabled AND NOT phone.forgotten"
        " AND NOT phone.excepted AND phone.blocked = '' AND phone.access <> 'block'",
        (name,),
    ).fetchone()
    return int(number)


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    match event:
        case PolicyWritten():
            row = (event.name, name_key(event.name), event.originator_version)
            settings = (_packed(event.settings), json.dumps(sorted(event.settings)))
            connection.execute(
                "INSERT INTO policy VALUES (?, ?, ?, ?, ?, ?, 0)",
                (event.originator_id.bytes, *row, *settings),
            )
        case PolicyRewritten():
            _rewrite(connection, event)
        case PolicyRemoved():
            connection.execute(
                "UPDATE policy SET settings = '{}', removed = 1 WHERE id = ?",
                (event.originator_id.bytes,),
            )


def _rewrite(connection: sqlite3.Connection, event: PolicyRewritten) -> None:
    before = _one(connection, "id", event.originator_id.bytes)
    ever = event.settings.keys() | (before.ever if before else frozenset())
    connection.execute(
        "UPDATE policy SET edition = ?, settings = ?, ever = ?, removed = 0 WHERE id = ?",
        (
            event.originator_version,
            _packed(event.settings),
            json.dumps(sorted(ever)),
            event.originator_id.bytes,
        ),
    )


def _one(connection: sqlite3.Connection, column: str, value: str | bytes) -> PolicyRow | None:
    row = connection.execute(
        f"SELECT {COLUMNS} FROM policy WHERE {column} = ?", (value,)
    ).fetchone()
    return None if row is None else _row(row)


def _packed(settings: Mapping[str, str]) -> str:
    return json.dumps(dict(settings), sort_keys=True)


def _row(row: tuple[bytes, str, int, str, str, int]) -> PolicyRow:
    id, name, edition, settings, ever, removed = row
    return PolicyRow(
        UUID(bytes=id),
        name,
        edition,
        json.loads(settings),
        frozenset(json.loads(ever)),
        bool(removed),
    )
