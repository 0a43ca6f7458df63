"""The events of a log as they can be shown to everybody: what people wrote, are called and own is
replaced, what happened is not.

Every text is replaced unless its field is listed here as one of ours, so that a new field is not
shown by oversight. Secrets are left out. All days move by the same 28 years, after which the weeks
and leap years of the calendar come again, so that a series still fits its rule. Ids that follow
from a name follow from the new one; the others say nothing and stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import DomainEvent

from adapters.ids import server_id, uuid_of
from adapters.store.mapper import BLANKS
from adapters.store.records import BY_CLASS
from app.log.bundle_words import Words
from domain.account import Account, AccountOpened
from domain.body import Body
from domain.calendar import Attachment
from domain.folder import DEFAULTS, default_folder, hierarchy_of
from domain.partnership import DevicePartnered, Partnership
from domain.relation import Relation, RelationBegun
from domain.retention import CollectionCompacted
from domain.retention import stream_of as compaction_of
from domain.round import OPEN, Reach, RoundEvent, Verdict, Wishes, stream_of
from domain.zone import Zone

DRAWN: Final = frozenset({4, 7})
"""Versions of ids that are drawn, today and before: they name what they were given to, no more."""

SHIFT: Final = timedelta(days=28 * 365 + 7)
SECONDS: Final = int(SHIFT.total_seconds())

SECRET: Final = frozenset({"hash", "digest", "digests", "box", "step"})
"""What is nobody's business, in events about passwords and codes."""

OURS: Final[dict[str, frozenset[str]]] = {
    "": frozenset({"request", "originator_topic"}),
    "account": frozenset({"zone", "language", "policy", "version", "factor"}),
    "device": frozenset({"device_type", "agent", "model", "os", "version", "kind", "policy"}),
    "access": frozenset({"about", "pattern", "access"}),
    "policy": frozenset({"name", "settings"}),
    "house": frozenset({"rule"}),
    "contact": frozenset({"by"}),
    "relation": frozenset({"by"}),
    "edit": frozenset({"reason"}),
    "item": frozenset({"reason"}),
}
"""Texts of ours by the first word of an event's topic: choices from a list, and names of things."""

ABOUT: Final = frozenset({"model", "os", "language", "agent", "sms"})
"""What a phone tells of itself and not of its person."""

KEPT: Final = (Zone, Wishes)
"""Values in which there is no word of a person's."""


class Veil:
    """What stands for what in one bundle. `digests` are of commands, which change with them."""

    def __init__(self, words: Words | None = None) -> None:
        self.words = words or Words()
        self.digests: dict[bytes, bytes] = {}
        self._ids: dict[UUID, UUID] = {}

    def meet(self, event: Any) -> None:
        """Learn which ids follow from the names in this event; in the order of the log."""
        match event:
            case AccountOpened():
                self._meet_person(event)
            case DevicePartnered():
                device = self.words.text(event.device)
                self._ids[event.originator_id] = Partnership.id_of(self.id(event.account), device)
            case RoundEvent():
                new = stream_of(self.id(event.phone), self.id(event.collection))
                self._ids[event.originator_id] = new
            case RelationBegun():
                new = Relation.id_of(self.id(event.appointment), self.id(event.contact))
                self._ids[event.originator_id] = new
            case CollectionCompacted():
                self._ids[event.originator_id] = compaction_of(self.id(event.collection))

    def event(self, event: DomainEvent) -> DomainEvent:
        family = getattr(type(event), "TOPIC", "").partition(".")[0]
        ours = OURS[""] | OURS.get(family, frozenset())
        new: DomainEvent = object.__new__(type(event))
        for name, value in vars(event).items():
            new.__dict__[name] = value if name in ours else self._field(family, name, value)
        return new

    def value(self, value: Any) -> Any:
        """Any value, by its type."""
        match value:
            case None | bool() | int():
                return value
            case str():
                return self.text(value)
            case bytes():
                return self.words.data(value)
            case float():
                return self.words.number(value)
            case date():
                return self.moved(value)
            case UUID():
                return self.id(value)
            case Mapping():
                return self._mapping(value)
            case tuple() | list() | frozenset():
                return type(value)(map(self.value, value))
        return self._record(value)

    def id(self, id: UUID) -> UUID:
        return self._ids.get(id, id)

    def text(self, text: str, markup: bool = False) -> str:
        """A text: an instant moves, the id of a thing stays one, all else are words."""
        return self._instant(text) or self._uuid(text) or self.words.text(text, markup)

    def reference(self, text: str) -> str:
        """What a phone calls a thing by: the server's id, or a name that it gave itself, each
        perhaps with an occurrence."""
        name, colon, occurrence = text.partition(":")
        id, digest = uuid_of(name), _unhexed(name)
        if id is not None:
            return f"{server_id(self.id(id))}{colon}{self.text(occurrence)}"
        if digest in self.digests:
            return self.digests[digest].hex()
        return self.text(text)

    def moved(self, day: date) -> date:
        """A day or an instant, later; what is for ever stays so."""
        return day if day.year > 9000 else day + SHIFT

    def _meet_person(self, event: AccountOpened) -> None:
        old, new = event.originator_id, Account.id_of(self.words.text(event.name))
        if not event.name:  # erased: the name is gone
            new = UUID(bytes=self.words.bytes(old.bytes), version=4)
        self._ids[old] = new
        self._ids[hierarchy_of(old)] = hierarchy_of(new)
        for type_ in DEFAULTS:
            self._ids[default_folder(old, type_)] = default_folder(new, type_)

    def _field(self, family: str, name: str, value: Any) -> Any:
        if name in SECRET and family == "account":
            return BLANKS.get(type(value), 0)
        if name == "actor":
            return self._actor(value)
        if name == "about":
            return {key: v if key in ABOUT else self.value(v) for key, v in value.items()}
        return self.value(value)

    def _actor(self, actor: str) -> str:
        """By name, or by the id of somebody who was erased."""
        kind, colon, who = actor.partition(":")
        id = uuid_of(who.removeprefix("@"))
        return (
            f"{kind}{colon}{self.words.text(who) if id is None else '@' + server_id(self.id(id))}"
        )

    def _mapping(self, value: Mapping[Any, Any]) -> dict[Any, Any]:
        if "text" in value and "html" in value:  # an automatic reply
            return {**value, "text": self.text(value["text"], value["html"])}
        return {
            key if isinstance(key, str) else self.value(key): self.value(each)
            for key, each in value.items()
        }

    def _record(self, value: Any) -> Any:
        match value:
            case Body():
                return Body(self.text(value.text, value.html), value.html)
            case Reach():
                return self._reach(value)
            case Verdict():
                return self._verdict(value)
        record = BY_CLASS.get(type(value))
        if record is None or isinstance(value, KEPT):
            return value
        parts = {name: self.value(getattr(value, name)) for name in record.fields}
        if isinstance(value, Attachment):
            parts["reference"] = self.reference(value.reference)
            parts["content_type"] = value.content_type
        return record.put_together(parts)

    def _reach(self, value: Reach) -> Reach:
        was, cutoff = (at + SECONDS if at else at for at in (value.was, value.cutoff))
        drained = value.drained
        if drained is not None and len(drained[1]) == 16:
            until, item = drained
            moved = until + SECONDS if abs(until) < OPEN else until
            drained = (moved, self.id(UUID(bytes=item)).bytes)
        return Reach(value.base, value.target, value.cursor, was, cutoff, drained)

    def _verdict(self, value: Verdict) -> Verdict:
        digest = self.digests.setdefault(value.digest, self.words.bytes(value.digest))
        return Verdict(
            value.op,
            self.reference(value.name),
            digest,
            value.status,
            value.item and self.id(value.item),
            value.row,
            tuple((self.reference(name), self.reference(id)) for name, id in value.files),
            tuple(map(self.text, value.refused)),
        )

    def _instant(self, text: str) -> str:
        """An instant as phones write it, in either form; empty for any other text."""
        day, t, _ = text.partition("T")
        if not (t and text.endswith("Z") and len(day) in (8, 10)):
            return ""
        try:
            datetime.fromisoformat(text)
            moved = self.moved(date.fromisoformat(day)).isoformat()
        except (ValueError, OverflowError):
            return ""
        return (moved if "-" in day else moved.replace("-", "")) + text[len(day) :]

    def _uuid(self, text: str) -> str:
        try:
            id = UUID(text)
        except ValueError:
            return ""
        return str(self.id(id)) if text == str(id) and id.version in DRAWN else ""


def _unhexed(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
