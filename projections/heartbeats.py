"""How long each phone may wait in each network it comes from: a cache outside the fold.

A network is a keyed digest of its address, so nobody reads here where somebody was. Losing a row
costs the two or three cuts that it took to learn it. Nothing is kept of a phone whose waits hold.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from typing import Any, Final
from uuid import UUID

from domain.heartbeat import FORGOTTEN_AFTER, NOTHING, Learned

TABLES = """
CREATE TABLE IF NOT EXISTS heartbeat (
    partnership BLOB NOT NULL,
    network BLOB NOT NULL,
    longest INTEGER NOT NULL,
    proven INTEGER NOT NULL,
    cut INTEGER NOT NULL,
    suspicion TEXT NOT NULL,
    age REAL NOT NULL,
    times INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    vain INTEGER NOT NULL,
    since REAL NOT NULL,
    PRIMARY KEY (partnership, network)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS heartbeat_since ON heartbeat (since);
"""
CACHES = ("heartbeat",)

MOST: Final = 20
"""Networks of one phone of which something is known; the oldest make room."""

AHEAD: Final = 60.0
"""Seconds by which a clock may have been set back before what it says is not believed."""

FACTS: Final = "longest, proven, cut, suspicion, age, times, failed, vain, since"
CURRENT: Final = "since BETWEEN ?1 AND ?2"


def known(connection: sqlite3.Connection, partnership: UUID, network: bytes, now: float) -> Learned:
    """What is known of a phone in a network, unless it is too old to be believed."""
    row = connection.execute(
        f"SELECT {FACTS} FROM heartbeat WHERE partnership = ?3 AND network = ?4 AND {CURRENT}",
        (*_believable(now), partnership.bytes, network),
    ).fetchone()
    return NOTHING if row is None else _learned(row)


def shortened(
    connection: sqlite3.Connection, now: float, partnership: UUID | None = None
) -> Iterator[tuple[UUID, Learned]]:
    """The phones, or this one, that wait less than they would, with what makes them."""
    rows = connection.execute(
        f"SELECT partnership, {FACTS} FROM heartbeat WHERE longest > 0 AND {CURRENT}"
        " AND (?3 IS NULL OR partnership = ?3) ORDER BY since DESC, partnership, network",
        (*_believable(now), partnership and partnership.bytes),
    )
    for id, *facts in rows.fetchall():
        yield UUID(bytes=id), _learned(facts)


def keep(
    connection: sqlite3.Connection, partnership: UUID, network: bytes, learned: Learned, now: float
) -> None:
    """In the place of what was known; NOTHING leaves no row."""
    whose = (partnership.bytes, network)
    earliest, latest = _believable(now)
    connection.execute("DELETE FROM heartbeat WHERE since < ? OR since > ?", (earliest, latest))
    connection.execute("DELETE FROM heartbeat WHERE partnership = ? AND network = ?", whose)
    if learned == NOTHING:
        return
    connection.execute(
        "INSERT INTO heartbeat VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*whose, *astuple(learned)),
    )
    connection.execute(
        "DELETE FROM heartbeat WHERE partnership = ?1 AND network IN (SELECT network"
        " FROM heartbeat WHERE partnership = ?1 ORDER BY since DESC LIMIT -1 OFFSET ?2)",
        (partnership.bytes, MOST),
    )


def _believable(now: float) -> tuple[float, float]:
    return now - FORGOTTEN_AFTER, now + AHEAD


def _learned(row: Sequence[Any]) -> Learned:
    longest, proven, cut, suspicion, age, times, failed, vain, since = row
    return Learned(longest, proven, cut, suspicion, age, times, failed, bool(vain), since)
