"""Current values: one row per item, live or removed, and the changes of each collection.

`change` has one row per change of a collection, in positions counted by that collection alone.
A row is never altered but for `next_pos`, the position that superseded it. So "what was live at
p" is a range query, and whoever asks again is shown the same rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.item import (
    CHANGE,
    DELETE,
    Begun,
    ItemEvent,
    Moved,
    OneSided,
    Removed,
    Restored,
    Revised,
)
from domain.kinds import KINDS
from domain.likeness import LOOKED_AT, likeness
from domain.patch import Values, apply
from domain.retention import CollectionCompacted
from domain.round import OPEN
from domain.series import window_end
from projections.codec import Codec

TABLES = """
CREATE TABLE IF NOT EXISTS collection (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    owner BLOB NOT NULL,
    head INTEGER NOT NULL DEFAULT 0,
    floor INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS item (
    id BLOB PRIMARY KEY,
    collection INTEGER NOT NULL,
    kind TEXT NOT NULL,
    edition INTEGER NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0,
    uid TEXT,
    client_uid TEXT,
    likeness BLOB,
    value BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS change (
    collection INTEGER NOT NULL,
    pos INTEGER NOT NULL,
    item BLOB NOT NULL,
    op INTEGER NOT NULL,
    edition INTEGER NOT NULL,
    line INTEGER,
    silent INTEGER NOT NULL,
    present INTEGER,
    until INTEGER NOT NULL,
    next_pos INTEGER,
    event INTEGER NOT NULL,
    PRIMARY KEY (collection, pos)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS change_item ON change (collection, item, pos);
"""
INDEXES = """
CREATE INDEX IF NOT EXISTS item_collection ON item (collection, id) WHERE NOT removed;
CREATE INDEX IF NOT EXISTS item_uid ON item (uid, collection) WHERE NOT removed;
CREATE INDEX IF NOT EXISTS item_client_uid ON item (client_uid) WHERE client_uid IS NOT NULL;
CREATE INDEX IF NOT EXISTS item_likeness ON item (collection, likeness) WHERE NOT removed;
CREATE INDEX IF NOT EXISTS change_line ON change (collection, line) WHERE line IS NOT NULL;
CREATE INDEX IF NOT EXISTS change_until ON change (collection, until, item, pos) WHERE op < 3;
"""
END = 1 << 62
"""After every position."""

SUPERSEDED_BY = "collection = ? AND pos <= ? AND next_pos <= ?"
STANDS = """
SELECT kind, edition, value, collection, removed, uid, client_uid, likeness FROM item WHERE id = ?
"""
WRITE = "UPDATE item SET edition = ?, value = ? WHERE id = ?"
PLACE = """
UPDATE item SET collection = ?, removed = ?, uid = ?, client_uid = ?, likeness = ? WHERE id = ?
"""
"""What is in the indexes is seldom what an edit changes, and is then left alone."""
SUPERSEDE = """
UPDATE change SET next_pos = ? WHERE collection = ? AND pos =
(SELECT max(pos) FROM change INDEXED BY change_item WHERE collection = ? AND item = ?)
"""
MARKED = LOOKED_AT | {"uid", "client_uid"}
NAMES = {kind.aggregate.begun: kind.name for kind in KINDS.values()}
"""The kind of item that an event begins."""


@dataclass(frozen=True)
class CollectionRow:
    """A collection: a folder's content or a person's hierarchy. `head` counts its changes; up to
    `floor` only those are there that were in force at that position."""

    number: int
    id: UUID
    owner: UUID
    head: int
    floor: int


@dataclass(frozen=True)
class ItemRow:
    """An item as it stands; `value` is for the codec to read."""

    id: UUID
    collection: int
    kind: str
    edition: int
    removed: bool
    value: bytes


class ItemProjector:
    """Folds the events of items into `collection`, `item` and `change`."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    def __call__(self, connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
        if isinstance(event, Begun):
            self._begin(connection, event, position)
        elif isinstance(event, ItemEvent):
            self._continue(connection, event, position)
        elif isinstance(event, CollectionCompacted):
            _compact(connection, event)

    def _begin(self, connection: sqlite3.Connection, event: Begun, position: int) -> None:
        kind = NAMES[type(event)]
        if kind == "folder":
            _open_collections(connection, event)
        number = _number(connection, event.collection)
        connection.execute(
            "INSERT INTO item VALUES (?, ?, ?, 1, 0, ?, ?, ?, ?)",
            (
                event.originator_id.bytes,
                number,
                kind,
                *_marks(kind, event.values),
                self.codec.encode(dict(event.values)),
            ),
        )
        _change(connection, number, event, position, event.op, 1, _until(kind, event.values))

    def _continue(self, connection: sqlite3.Connection, event: ItemEvent, position: int) -> None:
        id = event.originator_id.bytes
        kind, edition, blob, *found = connection.execute(STANDS, (id,)).fetchone()
        number, removed, *marks = found
        values: Values = self.codec.decode(blob)
        if isinstance(event, Revised | Removed | Restored | Moved):
            edition = event.originator_version
        if isinstance(event, Revised):
            values = apply(values, event.patch)
            blob = self.codec.encode(values)
            marks = [*_marks(kind, values)] if MARKED & event.patch.keys() else marks
        until = _until(kind, values)
        if isinstance(event, Moved):
            _change(connection, number, event, position, DELETE, edition, until)
            number = _number(connection, event.collection)
        elif isinstance(event, OneSided) and _number(connection, event.collection) != number:
            elsewhere = _number(connection, event.collection)
            _change(connection, elsewhere, event, position, DELETE, edition, until)
            return
        removed = isinstance(event, Removed) or (removed and not isinstance(event, Restored))
        connection.execute(WRITE, (edition, blob, id))
        if found != [number, removed, *marks]:
            connection.execute(PLACE, (number, removed, *marks, id))
        op = event.op or (DELETE if removed else CHANGE)
        _change(connection, number, event, position, op, edition, until)


def _open_collections(connection: sqlite3.Connection, made: Begun) -> None:
    """A folder's content is a collection of its own name; so is its owner's hierarchy."""
    for id in (made.collection, made.originator_id):
        connection.execute(
            "INSERT OR IGNORE INTO collection (id, owner) VALUES (?, ?)",
            (id.bytes, made.owner.bytes),
        )


def _number(connection: sqlite3.Connection, collection: UUID) -> int:
    row = connection.execute(
        "SELECT number FROM collection WHERE id = ?", (collection.bytes,)
    ).fetchone()
    return int(row[0])


def _marks(kind: str, values: Values) -> tuple[str | None, str | None, bytes | None]:
    """By what an item is recognised when it comes a second time."""
    return values.get("uid"), values.get("client_uid"), likeness(kind, values)


def _until(kind: str, values: Values) -> int:
    """The last second in which an item matters to a filter."""
    end = window_end(values) if kind == "calendar" and "when" in values else None
    return OPEN if end is None else int(end.timestamp())


def _change(
    connection: sqlite3.Connection,
    number: int,
    event: Begun | ItemEvent,
    position: int,
    op: int | None,
    edition: int,
    until: int,
) -> None:
    (pos,) = connection.execute(
        "UPDATE collection SET head = head + 1 WHERE number = ? RETURNING head", (number,)
    ).fetchone()
    item = event.originator_id.bytes
    if not isinstance(event, Begun):
        connection.execute(SUPERSEDE, (pos, number, number, item))
    present = None if event.present is None else int(event.present)
    row = (number, pos, item, op, edition, event.line, int(event.silent), present, until)
    connection.execute(
        "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)", (*row, position)
    )


def _compact(connection: sqlite3.Connection, event: CollectionCompacted) -> None:
    number = _number(connection, event.collection)
    connection.execute(
        f"DELETE FROM change WHERE {SUPERSEDED_BY}", (number, event.upto, event.upto)
    )
    connection.execute("UPDATE collection SET floor = ? WHERE number = ?", (event.upto, number))


def superseded(connection: sqlite3.Connection, collection: int, upto: int) -> int:
    """How many rows compacting a collection up to a position would take away."""
    (number,) = connection.execute(
        f"SELECT count(*) FROM change WHERE {SUPERSEDED_BY}", (collection, upto, upto)
    ).fetchone()
    return int(number)


def collection(connection: sqlite3.Connection, id: UUID) -> CollectionRow | None:
    row = connection.execute(f"{_COLLECTION} WHERE id = ?", (id.bytes,)).fetchone()
    return _collection(row) if row else None


def collections(connection: sqlite3.Connection) -> list[CollectionRow]:
    """Of everybody, in the order in which they came to be."""
    return [_collection(row) for row in connection.execute(f"{_COLLECTION} ORDER BY number")]


def _collection(row: tuple[int, bytes, bytes, int, int]) -> CollectionRow:
    number, id, owner, head, floor = row
    return CollectionRow(number, UUID(bytes=id), UUID(bytes=owner), head, floor)


_COLLECTION = "SELECT number, id, owner, head, floor FROM collection"
_ITEM = "SELECT id, collection, kind, edition, removed, value FROM item"


def item(connection: sqlite3.Connection, id: UUID) -> ItemRow | None:
    row = connection.execute(f"{_ITEM} WHERE id = ?", (id.bytes,)).fetchone()
    return _item(row) if row else None


def items(connection: sqlite3.Connection, collection: int) -> Iterator[ItemRow]:
    """What is live in a collection, in the order of ids."""
    rows = connection.execute(
        f"{_ITEM} WHERE collection = ? AND NOT removed ORDER BY id", (collection,)
    )
    return map(_item, rows)


def ever(connection: sqlite3.Connection, owner: UUID, kind: str = "") -> list[UUID]:
    """Everything that was ever in any folder of a person, or all of a kind, in the order of ids."""
    rows = connection.execute(
        "SELECT item.id FROM item JOIN collection ON number = collection"
        " WHERE owner = ?1 AND ?2 IN ('', kind) ORDER BY item.id",
        (owner.bytes, kind),
    )
    return [UUID(bytes=id) for (id,) in rows]


def lasting(connection: sqlite3.Connection, collection: int, since: int) -> Iterator[ItemRow]:
    """What is live in a collection and may matter at or after `since`, in seconds of Unix time."""
    rows = connection.execute(
        f"{_ITEM} WHERE collection = ?1 AND NOT removed AND id IN (SELECT item FROM change"
        " INDEXED BY change_until WHERE collection = ?1 AND until >= ?2 AND op < 3)",
        (collection, since),
    )
    return map(_item, rows)


def count(connection: sqlite3.Connection, collection: int) -> int:
    """How many items are live in a collection. PERF: walks an index of the whole folder."""
    (found,) = connection.execute(
        "SELECT count(*) FROM item WHERE collection = ? AND NOT removed", (collection,)
    ).fetchone()
    return int(found)


def with_uid(connection: sqlite3.Connection, uid: str) -> Iterator[ItemRow]:
    """The live items with this UID, in whatever collection."""
    rows = connection.execute(f"{_ITEM} WHERE uid = ? AND NOT removed ORDER BY id", (uid,))
    return map(_item, rows)


def mentioning(connection: sqlite3.Connection, owner: UUID, text: str) -> Iterator[ItemRow]:
    """The live items of a person in whose values this text stands somewhere."""
    rows = connection.execute(
        f"{_ITEM} WHERE NOT removed AND instr(value, ?)"
        " AND collection IN (SELECT number FROM collection WHERE owner = ?)",
        (text.encode(), owner.bytes),
    )
    return map(_item, rows)


def twins(
    connection: sqlite3.Connection, collection: int, kind: str, values: Values
) -> tuple[list[ItemRow], list[ItemRow]]:
    """Live items of a collection that these values may already be: by UID, and by likeness.

    PERF: the planner takes any index with `collection` in it and reads the whole folder.
    """
    uid, client_uid, like = _marks(kind, values)
    here = "WHERE collection = ? AND NOT removed"
    named = connection.execute(
        f"{_ITEM} INDEXED BY item_uid {here} AND uid = ?"
        f" UNION {_ITEM} INDEXED BY item_client_uid {here} AND client_uid = ? ORDER BY 1",
        (collection, uid, collection, client_uid),
    )
    alike = connection.execute(
        f"{_ITEM} INDEXED BY item_likeness {here} AND likeness = ? ORDER BY id",
        (collection, like),
    )
    return list(map(_item, named)), list(map(_item, alike))


def _item(row: tuple[Any, ...]) -> ItemRow:
    return ItemRow(UUID(bytes=row[0]), row[1], row[2], row[3], bool(row[4]), row[5])
