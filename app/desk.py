"""Carries out what a phone asks to be done to the items of one collection.

The edit of a phone is a patch on the edition it had. Made on what stands now, it is stored as
it came; otherwise it is merged by field, and what cannot stand is set aside, never dropped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID, uuid4

from adapters.eas.dialect import Unconvertible
from adapters.store.keyring import Erased
from app import items as use
from app.conversation import Command
from app.groupware import Groupware
from domain.conflict import resolve
from domain.item import Echo, Item
from domain.kinds import KINDS, without_weight
from domain.patch import Patch, Values, difference
from domain.round import Reach, Verdict
from projections import items
from projections.delta import View
from projections.items import CollectionRow

DONE, UNCONVERTIBLE, CONFLICT, NOT_FOUND, PARTLY = 1, 6, 7, 8, 184
"""Status of an item (MS-ASCMD 2.2.3.177.18)."""

FRESH = 600
"""For so many seconds after a key 0 a phone may be uploading copies of what is here."""

NOT_COMPARED = frozenset({"uid", "client_uid", "stamp"})
"""Fields in which a copy may differ without anybody having edited it."""


@dataclass(frozen=True)
class Meaning:
    """What a phone means by the data of a command."""

    patch: dict[str, Any]
    files: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads the data of a command against the values the phone had; Unconvertible if it cannot."""

    def __call__(self, command: Command, base: Values | None) -> Meaning: ...


@dataclass(frozen=True)
class ItemDesk:
    """The desk of one kind of item, for one phone."""

    groupware: Groupware
    connection: sqlite3.Connection
    collection: CollectionRow
    kind: str
    read: Reader
    client_wins: bool = False

    def add(self, command: Command, view: View, begun: int) -> Verdict:
        try:
            meaning = self.read(command, None)
        except Unconvertible:
            return _verdict(command, UNCONVERTIBLE)
        item = self._join(meaning.patch, view, begun)
        if item is None:
            echo = Echo(view.line, True, True)
            item = use.add(
                self.groupware, self.connection, self.collection, self.kind, meaning.patch, echo
            )
        status = PARTLY if meaning.refused else DONE
        return self._made(command, status, item.id, meaning)

    def change(self, command: Command, view: View, reach: Reach) -> Verdict:
        item = self._named(command)
        if item is None:
            return _verdict(command, NOT_FOUND)
        known = view.known(item.id.bytes, reach)
        base = item if known in (None, item.edition) else self._load(item.id, known)
        reduced = view.reduced(item.id.bytes, base.edition)
        try:
            meaning = self.read(command, without_weight(base.values) if reduced else base.values)
        except Unconvertible:
            return _verdict(command, UNCONVERTIBLE)
        if known is None or item.removed or item.collection != self.collection.id:
            self._set_aside(item, meaning.patch, {}, "the item was no longer there")
            return _verdict(command, NOT_FOUND)
        if known == item.edition:
            return self._revise(command, view, item, meaning, silent=not reduced)
        return self._merge(command, view, item, base, meaning)

    def delete(self, command: Command, view: View, reach: Reach) -> Verdict:
        item = self._named(command)
        if item is None:
            return _verdict(command, NOT_FOUND)
        echo, here = Echo(view.line, True, False), self.collection.id
        if item.collection == here and not item.removed:
            use.remove(self.groupware, item, echo)
        elif view.has(item.id.bytes, reach):
            item.reoffer("removed twice", echo, here)
            self.groupware.save(item)
        else:
            return _verdict(command, DONE if item.collection == here else NOT_FOUND)
        return self._made(command, DONE, item.id)

    def _revise(
        self, command: Command, view: View, item: Item, meaning: Meaning, silent: bool
    ) -> Verdict:
        """Not silent where the phone has not all of the item: it gets the result whole."""
        edition = item.edition
        echo = Echo(view.line, silent)
        use.revise(self.groupware, self.connection, item, meaning.patch, edition, echo)
        if item.edition == edition:
            return _verdict(command, DONE, item.id, meaning)
        return self._made(command, DONE, item.id, meaning)

    def _merge(
        self, command: Command, view: View, item: Item, base: Item, meaning: Meaning
    ) -> Verdict:
        fields = KINDS[self.kind].fields
        merged = resolve(fields, base.values, meaning.patch, item.values, self.client_wins)
        status = DONE
        if merged.lost:
            self._set_aside(item, merged.lost, merged.kept, "both sides changed the same field")
            status = CONFLICT if merged.overruled else DONE
        echo, edition = Echo(view.line, False), item.edition
        use.revise(self.groupware, self.connection, item, merged.patch, base.edition, echo)
        if item.edition == edition:
            item.reoffer("overruled", echo)
            self.groupware.save(item)
        return self._made(command, status, item.id, meaning)

    def _join(self, values: dict[str, Any], view: View, begun: int) -> Item | None:
        """The live item that this Add is a copy of, if any; it counts as the phone's own."""
        named, alike = items.twins(self.connection, self.collection.number, self.kind, values)
        fresh = self.groupware.clock().timestamp() - begun < FRESH
        for row in [*named, *(alike if fresh else ())]:
            if view.added(row.id.bytes):
                continue
            item = self._load(row.id)
            lost, kept = _differing(item.values, values)
            if lost:
                self._set_aside(item, lost, kept, "a copy that was uploaded again differed")
            whole = not lost and item.values.keys() <= values.keys() | NOT_COMPARED
            item.reoffer("joined", Echo(view.line, whole, True))
            self.groupware.save(item)
            return item
        return None

    def _set_aside(self, item: Item, lost: Patch, kept: Patch, reason: str) -> None:
        """Keep what lost, once; nothing is kept of a person who was forgotten."""
        if lost and lost not in item.aside.values():
            item.set_aside(uuid4(), lost, kept, reason)
            with suppress(Erased):
                self.groupware.save(item)

    def _named(self, command: Command) -> Item | None:
        """The item a command names, removed or not; None if this person never had it."""
        row = items.item(self.connection, command.item) if command.item else None
        if row is None or row.kind != self.kind:
            return None
        item = self._load(row.id)
        return item if item.owner == self.collection.owner else None

    def _load(self, id: UUID, edition: int | None = None) -> Item:
        return self.groupware.load(KINDS[self.kind].aggregate, id, edition)

    def _made(
        self, command: Command, status: int, item: UUID, meaning: Meaning | None = None
    ) -> Verdict:
        """The verdict on a command whose row is the one just written."""
        row = items.collection(self.connection, self.collection.id)
        assert row is not None
        return _verdict(command, status, item, meaning, row.head)


def _differing(theirs: Values, mine: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an uploaded copy says differently; what it does not know it does not deny."""
    names = list(_contradictions(theirs, mine))
    return {n: mine[n] for n in names}, {n: theirs[n] for n in names if n in theirs}


def _contradictions(theirs: Values, mine: Values) -> Iterator[str]:
    for name in difference(theirs, mine):
        if name in mine and name not in NOT_COMPARED:
            yield name


def _verdict(
    command: Command,
    status: int,
    item: UUID | None = None,
    meaning: Meaning | None = None,
    row: int | None = None,
) -> Verdict:
    files = meaning.files if meaning else ()
    refused = meaning.refused if meaning else ()
    return Verdict(command.op, command.name, command.digest, status, item, row, files, refused)
