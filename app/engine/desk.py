"""Carries out what a phone asks to be done to the items of one collection.

The edit of a phone is a patch on the edition it had. Made on what stands now, it is stored as
it came; otherwise it is merged by field, and what cannot stand is set aside, never dropped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from adapters.eas.dialect import Unconvertible
from app import items as use
from app.engine.aside import set_aside
from app.engine.conversation import Command
from app.groupware import Groupware
from domain.conflict import resolve
from domain.item import Echo, HeldEdit, Item
from domain.kinds import KINDS, without_weight
from domain.patch import Values, apply, difference
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
        if held := view.held(item.id.bytes):
            return self._change_held(command, view, item, held.burst)
        known = view.known(item.id.bytes, reach)
        base = item if known in (None, item.edition) else self._load(item.id, known)
        reduced = view.reduced(item.id.bytes, base.edition)
        try:
            meaning = self.read(command, without_weight(base.values) if reduced else base.values)
        except Unconvertible:
            return _verdict(command, UNCONVERTIBLE)
        if known is None or item.removed or item.collection != self.collection.id:
            set_aside(self.groupware, item, meaning.patch, {}, "the item was no longer there")
            return _verdict(command, NOT_FOUND)
        patch = difference(base.values, apply(base.values, meaning.patch))
        if command.burst and patch:
            return self._hold(command, view, item, command.burst, HeldEdit(known, patch), meaning)
        if known == item.edition:
            return self._revise(command, view, item, meaning, silent=not reduced)
        return self._merge(command, view, item, base, meaning)

    def delete(self, command: Command, view: View, reach: Reach) -> Verdict:
        item = self._named(command)
        if item is None:
            return _verdict(command, NOT_FOUND)
        echo, here = Echo(view.line, True, False), self.collection.id
        if held := view.held(item.id.bytes):
            return self._delete_held(command, view, item, held.burst)
        if item.collection == here and not item.removed:
            if command.burst:
                edit = HeldEdit(item.edition, None)
                return self._hold(command, view, item, command.burst, edit)
            use.remove(self.groupware, item, echo)
        elif view.has(item.id.bytes, reach):
            item.reoffer("removed twice", echo, here)
            self.groupware.save(item)
        else:
            return _verdict(command, DONE if item.collection == here else NOT_FOUND)
        return self._made(command, DONE, item.id)

    def _change_held(self, command: Command, view: View, item: Item, burst: UUID) -> Verdict:
        """A further edit of an item that is held: on what the phone shows, and held with it."""
        before = item.held[burst]
        base = self._load(item.id, before.base)
        shown = apply(base.values, before.patch or {})
        reduced = view.reduced(item.id.bytes, before.base)
        try:
            meaning = self.read(command, without_weight(shown) if reduced else shown)
        except Unconvertible:
            return _verdict(command, UNCONVERTIBLE)
        if before.patch is None:
            set_aside(self.groupware, item, meaning.patch, {}, "the item was no longer there")
            return _verdict(command, NOT_FOUND)
        whole = difference(base.values, apply(shown, meaning.patch))
        return self._hold(command, view, item, burst, HeldEdit(before.base, whole), meaning)

    def _delete_held(self, command: Command, view: View, item: Item, burst: UUID) -> Verdict:
        before = item.held[burst]
        if before.patch is None:
            return _verdict(command, DONE)
        return self._hold(command, view, item, burst, HeldEdit(before.base, None))

    def _hold(
        self,
        command: Command,
        view: View,
        item: Item,
        burst: UUID,
        edit: HeldEdit,
        meaning: Meaning | None = None,
    ) -> Verdict:
        """It is answered as done, and the phone hears no more of the item until it is decided."""
        use.hold(self.groupware, item, burst, edit, view.line, self.collection.id)
        return self._made(command, DONE, item.id, meaning)

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
            set_aside(
                self.groupware, item, merged.lost, merged.kept, "both sides changed the same field"
            )
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
        for row in [*named, *alike]:
            item, held = self._load(row.id), view.held(row.id.bytes)
            deleted = held is not None and item.held[held.burst].patch is None
            if not deleted and (view.added(row.id.bytes) or not (fresh or row in named)):
                continue
            lost, kept = _differing(item.values, values)
            if lost:
                set_aside(
                    self.groupware, item, lost, kept, "a copy that was uploaded again differed"
                )
            whole = not lost and item.values.keys() <= values.keys() | NOT_COMPARED
            echo = Echo(view.line, whole, True)
            if held and deleted:
                item.discard(held.burst, "uploaded again", echo, self.collection.id)
            else:
                item.reoffer("joined", echo)
            self.groupware.save(item)
            return item
        return None

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
