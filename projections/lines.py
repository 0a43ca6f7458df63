"""Rounds that count: for each phone and collection the answer in use and those given to it.

A row lives as long as its key may be named. The answer whose key was used last is `confirmed`;
its `answers` were given to requests with that key, several where the phone asked again with
other commands or choked on something. Lines begun by a key 0 stay unused, beside the line in
use, until the key of one is named: a key 0 may be the ghost of an old request.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.partnership import DeviceFellSilent, DeviceForgotten
from domain.retention import CollectionCompacted
from domain.round import (
    ItemQuarantined,
    ItemReleased,
    LineBegun,
    Reach,
    RoundAnswered,
    RoundConfirmed,
    RoundEvent,
    RoundRepeated,
    Verdict,
    Wishes,
)
from projections.codec import Codec
from projections.synckey import SyncKey

ENDLESS: Final = 1 << 62
REMEMBERED: Final = 64
"""So many rounds are kept as they were read."""

TABLES = """
CREATE TABLE IF NOT EXISTS round (
    partnership BLOB NOT NULL,
    collection BLOB NOT NULL,
    line INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    tag INTEGER NOT NULL,
    parent INTEGER,
    begun INTEGER NOT NULL,
    repeats INTEGER NOT NULL DEFAULT 0,
    record BLOB NOT NULL,
    PRIMARY KEY (partnership, collection, generation)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS round_collection ON round (collection);
CREATE TABLE IF NOT EXISTS quarantine (
    partnership BLOB NOT NULL,
    collection BLOB NOT NULL,
    item BLOB NOT NULL,
    edition INTEGER NOT NULL,
    pos INTEGER NOT NULL,
    line INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    held INTEGER NOT NULL,
    reduced INTEGER NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (partnership, collection, item)
) STRICT, WITHOUT ROWID;
"""

UNUSED_KEPT = 4
"""So many lines may lie begun and unused; each key 0 with other options begins one."""

SURPLUS = f"""generation IN (
    SELECT generation FROM round AS first WHERE partnership = ? AND collection = ?
    AND parent IS NULL AND NOT EXISTS (
        SELECT 1 FROM round AS later WHERE later.partnership = first.partnership
        AND later.collection = first.collection AND later.line = first.line
        AND later.parent IS NOT NULL
    ) ORDER BY generation DESC LIMIT -1 OFFSET {UNUSED_KEPT}
)"""
"""The oldest of the lines that nobody has used: their key 0 was answered, the answer never was."""

BEGINS = """EXISTS (
    SELECT 1 FROM round
    WHERE partnership = ? AND collection = ? AND generation = ? AND parent IS NULL
)"""
"""The key that was named is the first of its line: from here on this is the line in use."""

SHARED_KEPT = 3

REPLACED = f"""line != ? AND {BEGINS} AND line NOT IN (
    SELECT line FROM round AS other WHERE partnership = ? AND collection = ? AND line != ?
    GROUP BY line ORDER BY max(generation) DESC
    LIMIT (SELECT coalesce(max(shared), 0) * {SHARED_KEPT} FROM partnership WHERE id = ?)
)"""
"""All other lines; but where two phones go by one name, the latest of them stand beside it."""


@dataclass(frozen=True)
class Round:
    """An answer: what its key stands for, and what it said to commands."""

    line: int
    key: SyncKey
    parent: int | None
    begun: int
    repeats: int
    before: Reach
    after: Reach
    verdicts: tuple[Verdict, ...]
    wishes: Wishes
    suspect: Reach | None


@dataclass(frozen=True)
class Line:
    """The answer in use and what was answered to it. `begun` is the instant of its key 0."""

    name: int
    confirmed: Round
    answers: tuple[Round, ...]

    @property
    def rounds(self) -> tuple[Round, ...]:
        return (self.confirmed, *self.answers)

    @property
    def unused(self) -> bool:
        """Nothing was ever told in it: a repeated key 0 is answered with its key again."""
        return self.confirmed.parent is None and not self.answers


@dataclass(frozen=True)
class Quarantine:
    """An edition that a phone could not take, and the position it choked on."""

    edition: int
    pos: int
    line: int
    generation: int
    held: bool
    reduced: bool


class LineProjector:
    """Folds the rounds of every phone."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    def __call__(self, connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
        if isinstance(event, DeviceForgotten | DeviceFellSilent):
            forget(connection, event.originator_id)
        elif isinstance(event, CollectionCompacted):
            self._compact(connection, event)
        if not isinstance(event, RoundEvent):
            return
        place = (event.phone.bytes, event.collection.bytes)
        match event:
            case LineBegun():
                self._begin(connection, place, event)
                _drop(connection, place, SURPLUS, *place)
            case RoundAnswered():
                line, parent = event.line, event.parent
                others = (line, *place, parent, *place, line, place[0])
                _drop(connection, place, REPLACED, *others)
                spent = "line = ? AND generation != ? AND parent IS NOT ?"
                _drop(connection, place, spent, event.line, parent, parent)
                self._answer(connection, place, event)
            case RoundRepeated():
                connection.execute(
                    "UPDATE round SET repeats = repeats + 1"
                    " WHERE partnership = ? AND collection = ? AND generation = ?",
                    (*place, event.generation),
                )
            case RoundConfirmed():
                spent = "line = ? AND generation != ?"
                _drop(connection, place, spent, event.line, event.generation)
            case ItemQuarantined():
                _quarantine(connection, place, event, position)
            case ItemReleased():
                connection.execute(
                    "DELETE FROM quarantine WHERE partnership = ? AND collection = ? AND item = ?",
                    (*place, event.item.bytes),
                )

    def _compact(self, connection: sqlite3.Connection, event: CollectionCompacted) -> None:
        """Lines whose answers need rows that are gone go with them: their phones begin anew."""
        for phone, line in {
            (phone, line)
            for phone, line, floor in needs(connection, self.codec, event.collection)
            if floor < event.upto
        }:
            place = (phone.bytes, event.collection.bytes)
            _drop(connection, place, "line = ?", line)

    def _begin(
        self, connection: sqlite3.Connection, place: tuple[bytes, bytes], event: LineBegun
    ) -> None:
        record = self.codec.encode([Reach(), event.after, (), event.wishes, None])
        begun = int(event.timestamp.timestamp())
        row = (*place, event.line, event.generation, event.tag, None, begun, 0, record)
        connection.execute("INSERT INTO round VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _answer(
        self, connection: sqlite3.Connection, place: tuple[bytes, bytes], event: RoundAnswered
    ) -> None:
        record = self.codec.encode(
            [event.before, event.after, event.verdicts, event.wishes, event.suspect]
        )
        answer = (*place, event.line, event.generation, event.tag, event.parent)
        connection.execute(
            "INSERT INTO round SELECT ?, ?, ?, ?, ?, ?, begun, 0, ? FROM round"
            " WHERE partnership = ? AND collection = ? AND generation = ?",
            (*answer, record, *place, event.parent),
        )


def _drop(
    connection: sqlite3.Connection, place: tuple[bytes, bytes], which: str, *values: Any
) -> None:
    connection.execute(
        f"DELETE FROM round WHERE partnership = ? AND collection = ? AND {which}",
        (*place, *values),
    )


def _quarantine(
    connection: sqlite3.Connection, place: tuple[bytes, bytes], event: ItemQuarantined, at: int
) -> None:
    row = (*place, event.item.bytes, event.edition, event.row, event.line)
    state = (event.generation, event.held, event.reduced, at)
    connection.execute(
        "INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, *state)
    )


def lines(
    connection: sqlite3.Connection, codec: Codec, partnership: UUID, collection: UUID
) -> list[Line]:
    """The line in use first, then those begun but unused; none before the first key 0."""
    found: dict[int, list[Round]] = {}
    for round in _rounds(connection, codec, partnership, collection):
        found.setdefault(round.line, []).append(round)
    known = [Line(name, rounds[0], tuple(rounds[1:])) for name, rounds in found.items()]
    return sorted(known, key=lambda line: line.unused)


def _rounds(
    connection: sqlite3.Connection, codec: Codec, partnership: UUID, collection: UUID
) -> Iterator[Round]:
    rows = connection.execute(
        "SELECT line, generation, tag, parent, begun, repeats, record FROM round"
        " WHERE partnership = ? AND collection = ? ORDER BY generation",
        (partnership.bytes, collection.bytes),
    )
    for line, generation, tag, parent, begun, repeats, record in rows:
        key = SyncKey(generation, tag)
        yield Round(line, key, parent, begun, repeats, *_read(codec, record))


def needs(
    connection: sqlite3.Connection, codec: Codec, collection: UUID
) -> Iterator[tuple[UUID, int, int]]:
    """For each line of any phone on a collection: the phone, the line, and the earliest position
    at which it must be known what was live."""
    phones = connection.execute(
        "SELECT DISTINCT partnership FROM round INDEXED BY round_collection WHERE collection = ?",
        (collection.bytes,),
    ).fetchall()
    for phone in (UUID(bytes=id) for (id,) in phones):
        for line in lines(connection, codec, phone, collection):
            yield phone, line.name, min(_needed(line), default=ENDLESS)


def _needed(line: Line) -> Iterator[int]:
    """Whoever has read a whole run has what was live at its end; until then it matters what was
    live at its beginning, too. Before position 0 there was nothing."""
    for round in line.rounds:
        read = round is line.confirmed and round.after.done
        yield from filter(None, (round.after.target, 0 if read else round.after.base))


@lru_cache(REMEMBERED)
def _read(
    codec: Codec, record: bytes
) -> tuple[Reach, Reach, tuple[Verdict, ...], Wishes, Reach | None]:
    """A round as it was written. One request looks at the same few rounds several times."""
    before, after, verdicts, wishes, suspect = codec.decode(record)
    return before, after, tuple(verdicts), wishes, suspect


_APART = """
SELECT item, edition, pos, line, generation, held, reduced FROM quarantine
WHERE partnership = ?1 AND collection = ?2
UNION ALL SELECT NULL, 0, 0, 0, 0, 0, 0
WHERE EXISTS (SELECT 1 FROM hold WHERE partnership = ?1 AND collection = ?2)
"""


def apart(
    connection: sqlite3.Connection, partnership: UUID, collection: UUID
) -> tuple[dict[bytes, Quarantine], bool]:
    """What this phone cannot take, by item; and whether any edit of it is held."""
    rows = connection.execute(_APART, (partnership.bytes, collection.bytes)).fetchall()
    kept = {
        item: Quarantine(edition, pos, line, generation, bool(held), bool(reduced))
        for item, edition, pos, line, generation, held, reduced in rows
        if item is not None
    }
    return kept, len(kept) < len(rows)


def quarantined(
    connection: sqlite3.Connection, partnership: UUID, collection: UUID
) -> dict[bytes, Quarantine]:
    """What this phone cannot take, by item."""
    return apart(connection, partnership, collection)[0]


def count_quarantined(connection: sqlite3.Connection) -> int:
    """How many items are kept from a phone, over all phones."""
    number: int = connection.execute("SELECT count(*) FROM quarantine").fetchone()[0]
    return number


def forget(connection: sqlite3.Connection, partnership: UUID) -> None:
    """A phone that is gone leaves no rounds behind; its history stays in the log."""
    for table in ("round", "quarantine"):
        connection.execute(f"DELETE FROM {table} WHERE partnership = ?", (partnership.bytes,))


def synced(connection: sqlite3.Connection, partnership: UUID) -> set[UUID]:
    """The folders, and maybe the hierarchy, that a phone keeps in step."""
    rows = connection.execute(
        "SELECT DISTINCT collection FROM round WHERE partnership = ?", (partnership.bytes,)
    )
    return {UUID(bytes=id) for (id,) in rows}
