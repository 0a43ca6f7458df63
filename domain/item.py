"""What appointments, contacts and folders have in common: one life in one collection at a time.

An item's `edition` is the version of the last event that changed its value or its life. Other
events (an edit set aside, an item offered again to one phone) leave the edition as it is, so
whoever holds the edition holds the item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.base import Created, Event
from domain.patch import Patch, Values, apply

ADD, CHANGE, DELETE = 1, 2, 3


@dataclass(frozen=True)
class Echo:
    """What an event means to the line of requests that caused it (docs/sync-engine.md).

    `silent`: the line's phone has this result already, so it is no news there. `present`: from
    here on the phone has the item (True), has it not (False), or the event does not say (None).
    """

    line: int | None = None
    silent: bool = False
    present: bool | None = None


NO_ECHO = Echo()


class ItemEvent(Event):
    """`op` is what the event does to the item; None where the item stays as it stands."""

    op: ClassVar[int | None] = None

    subject: UUID
    line: int | None
    silent: bool
    present: bool | None


class Begun(Created):
    """An item comes into being."""

    op: ClassVar[int | None] = ADD
    personal: ClassVar[tuple[str, ...]] = ("values",)

    subject: UUID
    line: int | None
    silent: bool
    present: bool | None
    owner: UUID
    collection: UUID
    values: Values


class Revised(ItemEvent):
    """Some fields are different; `base` is the edition the author had before him."""

    op: ClassVar[int | None] = CHANGE
    personal: ClassVar[tuple[str, ...]] = ("patch",)

    patch: Patch
    base: int

    def apply(self, item: Item) -> None:
        item.values = apply(item.values, self.patch)
        item.edition = self.originator_version


class Removed(ItemEvent):
    """The item is gone from its collection; the log still has it."""

    op: ClassVar[int | None] = DELETE

    def apply(self, item: Item) -> None:
        item.removed = True
        item.edition = self.originator_version


class Restored(ItemEvent):
    """A removed item is back: a new life under its old name."""

    op: ClassVar[int | None] = ADD

    def apply(self, item: Item) -> None:
        item.removed = False
        item.edition = self.originator_version


class Moved(ItemEvent):
    """The item left one collection and lives on in another under the same name."""

    op: ClassVar[int | None] = ADD

    source: UUID
    collection: UUID

    def apply(self, item: Item) -> None:
        item.collection = self.collection
        item.edition = self.originator_version


class EditSetAside(Event):
    """An edit that lost against another: kept, shown in words, and restorable.

    `lost` are the values that lost, `kept` those that stand in their place.
    """

    TOPIC = "edit.set-aside"
    personal: ClassVar[tuple[str, ...]] = ("lost", "kept")

    subject: UUID
    edit: UUID
    lost: Patch
    kept: Patch
    reason: str

    def apply(self, item: Item) -> None:
        item.aside[self.edit] = self.lost


class EditRestored(Revised):
    """An edit that had been set aside was put in force after all."""

    TOPIC = "edit.restored"

    edit: UUID

    def apply(self, item: Item) -> None:
        super().apply(item)
        item.aside.pop(self.edit, None)


class OneSided(ItemEvent):
    """It concerns one phone: the item stays as it is, and nobody else hears of it.

    `collection` is where; if the item has moved on, it is gone from there.
    """

    collection: UUID


class ItemReoffered(OneSided):
    """One phone is to be told again what stands.

    `reason` is one of `joined`, `withdrawn`, `overruled`, `removed twice`, `released`.
    """

    TOPIC = "item.reoffered"

    reason: str


@dataclass(frozen=True)
class HeldEdit:
    """What a phone did in a burst: `patch` on the edition `base`; None where it deleted it."""

    base: int
    patch: Patch | None


class EditHeld(OneSided):
    """A phone did this among so much else at once that somebody should look first.

    The phone is told that it is done. What it did to the item before in the same burst is in
    `patch`, too.
    """

    TOPIC = "edit.held"
    personal: ClassVar[tuple[str, ...]] = ("patch",)

    burst: UUID
    base: int
    patch: Patch
    removal: bool

    def apply(self, item: Item) -> None:
        item.held[self.burst] = HeldEdit(self.base, None if self.removal else self.patch)


class EditReleased(OneSided):
    """A held edit was meant; what it did is told by the events that follow."""

    TOPIC = "edit.released"

    burst: UUID

    def apply(self, item: Item) -> None:
        item.held.pop(self.burst, None)


class EditDiscarded(OneSided):
    """A held edit is as if it had never been, and the phone is told what stands.

    `reason` is one of `discarded`, `withdrawn`, `uploaded again`.
    """

    TOPIC = "edit.discarded"

    burst: UUID
    reason: str

    def apply(self, item: Item) -> None:
        item.held.pop(self.burst, None)


class Item(Aggregate):
    """Base of everything that lives in a collection. Subclasses name their events.

    The class attributes carry no annotations: the library would make a dataclass of it.
    """

    begun = Begun
    revised = Revised
    removed_ = Removed
    restored = Restored
    moved = Moved

    def __init__(self, subject: UUID, owner: UUID, collection: UUID, values: Values) -> None:
        self.subject = subject
        self.owner = owner
        self.collection = collection
        self.values: dict[str, Any] = dict(values)
        self.removed = False
        self.edition = 1
        self.aside: dict[UUID, Patch] = {}
        self.held: dict[UUID, HeldEdit] = {}

    @classmethod
    def begin(
        cls, id: UUID, owner: UUID, collection: UUID, values: Values, echo: Echo = NO_ECHO
    ) -> Self:
        """A new item; its personal data are sealed under the key of `subject_of`."""
        subject = cls.subject_of(id, owner)
        return cls._create(
            cls.begun,
            id=id,
            subject=subject,
            owner=owner,
            collection=collection,
            values=dict(values),
            **vars(echo),
        )

    @staticmethod
    def subject_of(id: UUID, owner: UUID) -> UUID:
        """Whose key seals this item: its owner's, unless the item is a person itself."""
        return owner

    def revise(self, patch: Patch, base: int | None = None, echo: Echo = NO_ECHO) -> None:
        event = self.revision(patch)
        self._note(event, echo, patch=dict(patch), base=self.edition if base is None else base)

    def revision(self, patch: Patch) -> type[Revised]:
        """The event class that names this patch best."""
        return self.revised

    def remove(self, echo: Echo = NO_ECHO) -> None:
        self._note(self.removed_, echo)

    def restore(self, echo: Echo = NO_ECHO) -> None:
        self._note(self.restored, echo)

    def move(self, collection: UUID) -> None:
        self._note(self.moved, NO_ECHO, source=self.collection, collection=collection)

    def set_aside(self, edit: UUID, lost: Patch, kept: Patch, reason: str) -> None:
        self.trigger_event(
            EditSetAside,
            subject=self.subject,
            edit=edit,
            lost=dict(lost),
            kept=dict(kept),
            reason=reason,
        )

    def restore_edit(self, edit: UUID) -> None:
        """Put in force what had lost; KeyError if no such edit is set aside here."""
        lost = self.aside[edit]
        self._note(EditRestored, NO_ECHO, patch=lost, base=self.edition, edit=edit)

    def reoffer(self, reason: str, echo: Echo, collection: UUID | None = None) -> None:
        place = collection or self.collection
        self._note(ItemReoffered, echo, reason=reason, collection=place)

    def hold(self, burst: UUID, edit: HeldEdit, echo: Echo, collection: UUID) -> None:
        facts = {"base": edit.base, "patch": dict(edit.patch or {}), "removal": edit.patch is None}
        self._note(EditHeld, echo, burst=burst, collection=collection, **facts)

    def release(self, burst: UUID, echo: Echo, collection: UUID) -> None:
        self._note(EditReleased, echo, burst=burst, collection=collection)

    def discard(self, burst: UUID, reason: str, echo: Echo, collection: UUID) -> None:
        self._note(EditDiscarded, echo, burst=burst, reason=reason, collection=collection)

    def _note(self, event: type[ItemEvent], echo: Echo, **facts: object) -> None:
        self.trigger_event(event, subject=self.subject, **vars(echo), **facts)
