"""Policy sets by name, each with all it ever demanded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.account import name_key
from domain.policy import PolicyRewritten, PolicyWritten

TABLES = """
CREATE TABLE IF NOT EXISTS policy (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    edition INTEGER NOT NULL,
    settings TEXT NOT NULL,
    ever TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True)
class PolicyRow:
    """`ever` names every setting this policy has or once had: what a phone may have been told."""

    id: UUID
    name: str
    edition: int
    settings: Mapping[str, str]
    ever: frozenset[str]


def find(connection: sqlite3.Connection, name: str) -> PolicyRow | None:
    """The policy of this name; there is none without a name."""
    return _one(connection, "name_key", name_key(name))


def all_policies(connection: sqlite3.Connection) -> list[PolicyRow]:
    rows = connection.execute(
        "SELECT id, name, edition, settings, ever FROM policy ORDER BY name_key"
    )
    return [_row(row) for row in rows]


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    if isinstance(event, PolicyWritten):
        row = (event.name, name_key(event.name), event.originator_version)
        settings = (_packed(event.settings), json.dumps(sorted(event.settings)))
        connection.execute(
            "INSERT INTO policy VALUES (?, ?, ?, ?, ?, ?)",
            (event.originator_id.bytes, *row, *settings),
        )
    elif isinstance(event, PolicyRewritten):
        before = _one(connection, "id", event.originator_id.bytes)
        ever = event.settings.keys() | (before.ever if before else frozenset())
        connection.execute(
            "UPDATE policy SET edition = ?, settings = ?, ever = ? WHERE id = ?",
            (
                event.originator_version,
                _packed(event.settings),
                json.dumps(sorted(ever)),
                event.originator_id.bytes,
            ),
        )


def _one(connection: sqlite3.Connection, column: str, value: str | bytes) -> PolicyRow | None:
    row = connection.execute(
        f"SELECT id, name, edition, settings, ever FROM policy WHERE {column} = ?", (value,)
    ).fetchone()
    return None if row is None else _row(row)


def _packed(settings: Mapping[str, str]) -> str:
    return json.dumps(dict(settings), sort_keys=True)


def _row(row: tuple[bytes, str, int, str, str]) -> PolicyRow:
    id, name, edition, settings, ever = row
    return PolicyRow(
        UUID(bytes=id), name, edition, json.loads(settings), frozenset(json.loads(ever))
    )
