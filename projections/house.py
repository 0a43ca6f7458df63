"""The rules of the house: one row for each that somebody has decided."""

from __future__ import annotations

import sqlite3

from eventsourcing.domain import DomainEvent

from domain.house import RULES, RuleChanged

TABLES = """
CREATE TABLE IF NOT EXISTS house_rule (
    rule TEXT PRIMARY KEY,
    holds INTEGER NOT NULL,
    epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


def rules(connection: sqlite3.Connection) -> dict[str, bool]:
    """Every rule, and whether it holds."""
    decided = connection.execute("SELECT rule, holds FROM house_rule")
    return {**RULES, **{rule: bool(holds) for rule, holds in decided}}


def holds(connection: sqlite3.Connection, rule: str) -> bool:
    return rules(connection)[rule]


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    if isinstance(event, RuleChanged):
        connection.execute(
            "INSERT OR REPLACE INTO house_rule VALUES (?, ?, ?)",
            (event.rule, event.holds, position),
        )
