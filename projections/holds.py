"""Held edits: what phones did in a burst, each item by itself, until somebody decides.

A hold is a stretch of a collection's positions, from `since` up to `over`, in which an item is out
of sight for one line. It is kept for a while after it was decided: an answer given before that
may be asked for again, and must be the same. `lately` is by what a burst is known, the items
that a phone deleted or rewrote within the last minutes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.brake import RULES, WINDOW, Pace
from domain.item import (
    CHANGE,
    DELETE,
    EditDiscarded,
    EditHeld,
    EditReleased,
    ItemEvent,
    Removed,
    Revised,
)
from domain.partnership import DeviceForgotten
from domain.round import RoundAnswered
from domain.when import Instant

TABLES = """
CREATE TABLE IF NOT EXISTS hold (
    line INTEGER NOT NULL,
    item BLOB NOT NULL,
    since INTEGER NOT NULL,
    over INTEGER,
    base INTEGER,
    burst BLOB NOT NULL,
    partnership BLOB NOT NULL,
    collection BLOB NOT NULL,
    begun INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (line, item, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS hold_place ON hold (partnership, collection);
CREATE INDEX IF NOT EXISTS hold_burst ON hold (burst) WHERE over IS NULL;
CREATE TABLE IF NOT EXISTS lately (
    partnership BLOB NOT NULL,
    collection BLOB NOT NULL,
    op INTEGER NOT NULL,
    item BLOB NOT NULL,
    at INTEGER NOT NULL,
    held INTEGER NOT NULL,
    PRIMARY KEY (partnership, collection, op, item)
) STRICT, WITHOUT ROWID;
"""

ENDLESS = 1 << 62


class Hold(NamedTuple):
    """`base` is the edition that the edit was made on, None where the item was deleted."""

    since: int
    over: int
    base: int | None
    burst: UUID

    @property
    def open(self) -> bool:
        return self.over == ENDLESS


@dataclass(frozen=True)
class Burst:
    """What one phone did to one folder, and waits for a decision."""

    id: UUID
    owner: UUID
    partnership: UUID
    collection: UUID
    begun: Instant
    last: Instant
    deleted: int
    edited: int


class Waiting(NamedTuple):
    """A held edit of a burst; the edit itself is told by the item."""

    item: UUID
    line: int
    partnership: UUID
    collection: UUID


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    match event:
        case EditHeld():
            _hold(connection, event)
            _note(connection, event, DELETE if event.removal else CHANGE, held=True)
        case EditReleased() | EditDiscarded():
            _decide(connection, event)
        case Removed():
            _note(connection, event, DELETE)
        case Revised():
            _note(connection, event, CHANGE)
        case RoundAnswered():
            _settle(connection, event)
        case DeviceForgotten():
            forget(connection, event.originator_id)


def _hold(connection: sqlite3.Connection, event: EditHeld) -> None:
    """A second edit of an item that is held joins the first."""
    if event.partnership is None:
        return
    at, base = int(event.timestamp.timestamp()), None if event.removal else event.base
    known = connection.execute(
        "UPDATE hold SET base = ?, last = ? WHERE line = ? AND item = ? AND over IS NULL",
        (base, at, event.line, event.originator_id.bytes),
    )
    if known.rowcount:
        return
    place = (event.burst.bytes, event.partnership.bytes, event.collection.bytes)
    connection.execute(
        "INSERT INTO hold SELECT ?, ?, head, NULL, ?, ?, ?, ?, ?, ? FROM collection WHERE id = ?",
        (event.line, event.originator_id.bytes, base, *place, at, at, event.collection.bytes),
    )


def _decide(connection: sqlite3.Connection, event: EditReleased | EditDiscarded) -> None:
    """It is over from the event's own position on. A line that is no more asks nothing again."""
    which = (event.originator_id.bytes, event.burst.bytes)
    if isinstance(event, EditReleased):
        connection.execute(
            "DELETE FROM lately WHERE (partnership, collection) IN"
            " (SELECT partnership, collection FROM hold WHERE item = ? AND burst = ?)",
            which,
        )
    connection.execute(
        "UPDATE hold SET over = (SELECT head FROM collection WHERE id = hold.collection)"
        " WHERE line = ? AND item = ? AND burst = ? AND over IS NULL",
        (event.line, *which),
    )
    connection.execute(
        "DELETE FROM hold WHERE line = ? AND item = ? AND burst = ? AND NOT EXISTS"
        " (SELECT 1 FROM round WHERE round.partnership = hold.partnership"
        " AND round.collection = hold.collection AND round.line = hold.line)",
        (event.line, *which),
    )


def _note(connection: sqlite3.Connection, event: ItemEvent, op: int, held: bool = False) -> None:
    """Counted is what a phone did in a Sync, each item once."""
    if event.partnership is None or event.line is None:
        return
    item, at = event.originator_id.bytes, int(event.timestamp.timestamp())
    connection.execute(
        "INSERT OR REPLACE INTO lately SELECT ?, collection.id, ?, ?, ?, ?"
        " FROM item JOIN collection ON number = collection WHERE item.id = ?",
        (event.partnership.bytes, op, item, at, held, item),
    )


def _settle(connection: sqlite3.Connection, event: RoundAnswered) -> None:
    """Holds that were decided before all that may still be asked for; counts that are too old."""
    place = (event.phone.bytes, event.collection.bytes)
    connection.execute(
        "DELETE FROM hold WHERE partnership = ? AND collection = ?"
        " AND over IS NOT NULL AND (line != ? OR over <= ?)",
        (*place, event.line, event.before.base),
    )
    if any(verdict.op in RULES for verdict in event.verdicts):
        connection.execute(
            "DELETE FROM lately WHERE partnership = ? AND collection = ? AND at <= ?",
            (*place, int(event.timestamp.timestamp()) - WINDOW),
        )


def forget(connection: sqlite3.Connection, partnership: UUID) -> None:
    """A phone that is gone asks nothing again; what it did and nobody decided still waits."""
    for which in ("hold WHERE over IS NOT NULL AND", "lately WHERE"):
        connection.execute(f"DELETE FROM {which} partnership = ?", (partnership.bytes,))


def holds(connection: sqlite3.Connection, line: int, item: bytes) -> list[Hold]:
    """The holds of one line on an item, the oldest first."""
    rows = connection.execute(
        "SELECT since, ifnull(over, ?), base, burst FROM hold WHERE line = ? AND item = ?"
        " ORDER BY since",
        (ENDLESS, line, item),
    )
    return [Hold(since, over, base, UUID(bytes=burst)) for since, over, base, burst in rows]


def paces(
    connection: sqlite3.Connection, partnership: UUID, collection: UUID, since: int
) -> dict[int, Pace]:
    """What a phone did to a folder after `since`, by operation."""
    rows = connection.execute(
        "SELECT op, count(*) - sum(held), sum(held) FROM lately"
        " WHERE partnership = ? AND collection = ? AND at > ? GROUP BY op",
        (partnership.bytes, collection.bytes, since),
    )
    return {op: Pace(done, held) for op, done, held in rows}


def burst_of(connection: sqlite3.Connection, line: int, since: int) -> UUID | None:
    """The burst that a line is in, if something was held after `since`."""
    row = connection.execute(
        "SELECT burst FROM hold WHERE line = ? AND over IS NULL AND last > ?"
        " ORDER BY since DESC LIMIT 1",
        (line, since),
    ).fetchone()
    return row and UUID(bytes=row[0])


_BURSTS = (
    "SELECT burst, owner, partnership, hold.collection, min(begun), max(last),"
    " count(*) - count(base), count(base)"
    " FROM hold JOIN collection ON collection.id = hold.collection"
    " WHERE over IS NULL {which} GROUP BY burst ORDER BY min(begun), min(since)"
)


def bursts(connection: sqlite3.Connection, owner: UUID | None = None) -> list[Burst]:
    """What waits in a person's folders, or in anybody's, the oldest first."""
    if owner is None:
        rows = connection.execute(_BURSTS.format(which=""))
    else:
        rows = connection.execute(_BURSTS.format(which="AND owner = ?"), (owner.bytes,))
    return [_burst(row) for row in rows]


def find(connection: sqlite3.Connection, burst: UUID) -> Burst | None:
    """A burst of which something waits."""
    found = connection.execute(_BURSTS.format(which="AND burst = ?"), (burst.bytes,)).fetchone()
    return found and _burst(found)


def waiting_of(connection: sqlite3.Connection, partnership: UUID, collection: UUID) -> int:
    """How many edits of a phone in a folder wait for a decision."""
    found = connection.execute(
        "SELECT count(*) FROM hold WHERE partnership = ? AND collection = ? AND over IS NULL",
        (partnership.bytes, collection.bytes),
    )
    number: int = found.fetchone()[0]
    return number


def count_waiting(connection: sqlite3.Connection) -> int:
    """How many bursts wait for a decision, of everybody."""
    found = connection.execute("SELECT count(DISTINCT burst) FROM hold WHERE over IS NULL")
    number: int = found.fetchone()[0]
    return number


def waiting(connection: sqlite3.Connection, burst: UUID, limit: int = -1) -> Iterator[Waiting]:
    """The edits of a burst, in the order in which they came."""
    rows = connection.execute(
        "SELECT item, line, partnership, collection FROM hold"
        " WHERE burst = ? AND over IS NULL ORDER BY since LIMIT ?",
        (burst.bytes, limit),
    )
    for item, line, partnership, collection in rows.fetchall():
        yield Waiting(UUID(bytes=item), line, UUID(bytes=partnership), UUID(bytes=collection))


def _burst(row: tuple[bytes, bytes, bytes, bytes, int, int, int, int]) -> Burst:
    burst, owner, partnership, collection, begun, last, deleted, edited = row
    return Burst(
        UUID(bytes=burst),
        UUID(bytes=owner),
        UUID(bytes=partnership),
        UUID(bytes=collection),
        datetime.fromtimestamp(begun, UTC),
        datetime.fromtimestamp(last, UTC),
        deleted,
        edited,
    )
