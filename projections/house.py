"""The rules of the house: one row for each that somebody has decided. And the era of its rows."""

from __future__ import annotations

import sqlite3

from eventsourcing.domain import DomainEvent

from domain.house import RULES, RowsMadeAnew, RuleChanged

TABLES = """
CREATE TABLE IF NOT EXISTS house_rule (
    rule TEXT PRIMARY KEY,
    holds INTEGER NOT NULL,
    epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS era (
    begun INTEGER PRIMARY KEY
) STRICT;
"""


def rules(connection: sqlite3.Connection) -> dict[str, bool]:
    """Every rule, and whether it holds."""
    decided = connection.execute("SELECT rule, holds FROM house_rule")
    return {**RULES, **{rule: bool(holds) for rule, holds in decided}}


def holds(connection: sqlite3.Connection, rule: str) -> bool:
    return rules(connection)[rule]


def era(connection: sqlite3.Connection) -> int:
    """Where in the log rows were replaced last, 0 if they never were: what was learnt from rows of
    an earlier era may be wrong."""
    (begun,) = connection.execute("SELECT max(begun) FROM era").fetchone()
    return begun or 0


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    if isinstance(event, RuleChanged):
        connection.execute(
            "INSERT OR REPLACE INTO house_rule VALUES (?, ?, ?)",
            (event.rule, event.holds, position),
        )
    elif isinstance(event, RowsMadeAnew):
        connection.execute("DELETE FROM era")
        connection.execute("INSERT INTO era VALUES (?)", (position,))
