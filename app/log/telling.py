"""Each event as a sentence in its reader's language.

The sentences stand in the language files, below `log.said`, by the topic of the event. A place in
one of them is filled by a field of the event in words, or by what is known beside it: `who` did it,
whose it is (`person`), the `phone`, the `title` of the item. Where a fact that a sentence has a
place for is empty, the shorter sentence below `log.less` is told, if there is one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from string import Formatter
from typing import Any, Final
from uuid import UUID

from adapters.ids import server_id
from app import i18n
from app.devices.policy_settings import demands, shape
from app.log.naming import Names
from app.web.values import field_name, shown
from app.web.words import Words
from domain.account import AccountOpened
from domain.credentials import CredentialEvent
from domain.house import AccountErased, ContactErased
from domain.item import Begun, EditHeld, EditSetAside, ItemEvent, Revised
from domain.kinds import KINDS
from domain.partnership import DevicePartnered
from domain.patch import OCCURRENCES, Values
from domain.policy import PolicyWritten
from domain.provisioning import PartnershipEvent
from domain.relation import ContactLinked, ContactUnlinked, RelationBegun
from domain.retention import CollectionCompacted
from domain.round import RoundEvent
from domain.when import AllDay, Timed
from projections import items, relations
from projections.history import Entry, Fact

Facts = Iterator[tuple[str, str]]

KIND_OF: Final = {kind.aggregate.begun: kind.name for kind in KINDS.values()}


@dataclass(frozen=True)
class Line:
    """An entry with its sentence. `changes` are, of each field, its name, what it was and what it
    is; none where they were not looked for."""

    entry: Entry
    sentence: str
    changes: tuple[tuple[str, str, str], ...] = ()

    @property
    def position(self) -> int:
        return self.entry.position


class Teller:
    """Tells the events of one page to one reader."""

    def __init__(self, connection: sqlite3.Connection, words: Words) -> None:
        self.names = Names(connection, words)
        self._connection = connection
        self._words = words

    def sentence(self, event: Any) -> str:
        full, less = (f"log.{how}.{event.TOPIC}" for how in ("said", "less"))
        places = _places(i18n.texts(self._words.language)[full])
        facts = dict(self._facts(event, places))
        lacking = not all(facts.get(place) for place in places)
        key = less if lacking and self._words.knows(less) else full
        return _as_sentence(self._words.text(key, **facts))

    def line(self, entry: Entry) -> Line:
        sentence = self.sentence(entry.event)
        changed = entry.changed.items() if isinstance(entry, Fact) else ()
        return Line(entry, sentence, tuple(self._change(entry, *each) for each in changed))

    def _change(self, entry: Any, name: str, both: tuple[Any, Any]) -> tuple[str, str, str]:
        was, becomes = (self._shown(name, value, entry.values) for value in both)
        return field_name(name, self._words), was, becomes

    def _shown(self, field: str, value: Any, values: Values) -> str:
        if isinstance(value, UUID):
            return self.names.collection(value, self.names.owner_of(value))
        return shown(field, value, values, self._words)

    def _facts(self, event: Any, places: frozenset[str]) -> Facts:
        for name in places & vars(event).keys():
            yield name, self._value(event.TOPIC, name, vars(event)[name])
        yield "who", self.names.actor(event.actor, event.partnership)
        yield from self._beside(event)

    def _beside(self, event: Any) -> Facts:
        """What is known of it that it does not say itself."""
        match event:
            case Begun() | ItemEvent() | EditSetAside():
                yield from self._of_item(event)
            case DevicePartnered() | PartnershipEvent():
                yield "phone", self.names.phone(event.originator_id)
                yield "person", self.names.person(event.subject)
            case AccountErased() | ContactErased():
                yield "id", server_id(event.subject)
            case AccountOpened() | CredentialEvent():
                yield "person", self.names.person(event.originator_id)
            case RelationBegun():
                yield from self._of_link(event.appointment, event.contact)
            case ContactLinked() | ContactUnlinked():
                yield from self._of_link(*relations.pair(self._connection, event.originator_id))
            case RoundEvent():
                yield from self._of_round(event)
            case CollectionCompacted():
                yield "collection", self._folder(event.collection)
        if event.TOPIC.startswith("policy."):
            known = event.name if isinstance(event, PolicyWritten) else ""
            yield "policy", known or self.names.policy(event.originator_id)

    def _of_item(self, event: Any) -> Facts:
        id, owner = event.originator_id, self.names.owner_of(event.originator_id)
        if isinstance(event, Begun):
            yield "title", self.names.title(KIND_OF[type(event)], event.values)
            when = event.values.get("when")
            yield "when", self._words.span(when) if isinstance(when, AllDay | Timed) else ""
        else:
            yield "title", self.names.item(id)
        yield "person", self._whose(owner)
        for place in ("source", "collection"):
            if hasattr(event, place):
                yield place, self.names.collection(getattr(event, place), owner)
        yield from self._of_edit(event)

    def _whose(self, owner: UUID | None) -> str:
        """Of whom; who was erased, with all that was theirs, is not known any more."""
        return self.names.person(owner) if owner else self._words.text("log.erased")

    def _of_edit(self, event: Any) -> Facts:
        """Which fields it is about, and which times of a series."""
        patch = getattr(event, "lost" if isinstance(event, EditSetAside) else "patch", {})
        removal = isinstance(event, EditHeld) and event.removal
        yield "fields", self._words.text("log.removal") if removal else self._fields(patch)
        times = patch.get(OCCURRENCES) if isinstance(event, Revised) else None
        if isinstance(times, Mapping):
            yield "times", _listed(self._words.day(_day(time)) for time in sorted(times, key=str))

    def _of_link(self, appointment: UUID, contact: UUID) -> Facts:
        owner = self.names.owner_of(appointment)
        yield "title", self.names.item(appointment)
        yield "contact", self.names.item(contact)
        yield "person", self._whose(owner)

    def _of_round(self, event: Any) -> Facts:
        owner = self.names.owner_of(event.phone)
        yield "phone", self.names.phone(event.phone)
        yield "collection", self.names.collection(event.collection, owner)
        if hasattr(event, "item"):
            yield "title", self.names.item(event.item)

    def _folder(self, collection: UUID) -> str:
        row = items.collection(self._connection, collection)
        return self.names.collection(collection, row.owner if row else None)

    def _fields(self, patch: Mapping[str, Any]) -> str:
        return _listed(dict.fromkeys(field_name(name, self._words) for name in sorted(patch)))

    def _value(self, topic: str, name: str, value: Any) -> str:
        """A plain field in words, where the languages have one for it."""
        if isinstance(value, tuple | list):
            return str(len(value))
        if isinstance(value, datetime):
            return self._words.moment(value)
        if topic.startswith("policy.") and name == "settings":
            return "; ".join(self._demand(each, value[each]) for each in demands(value))
        if isinstance(value, Mapping):
            return _listed(f"{key}={each}" for key, each in value.items())
        plain = "" if value is None else str(value)
        keys = (f"log.word.{topic}.{name}.{plain}", f"log.word.{name}.{plain}")
        key = next(filter(self._words.knows, keys), "")
        return self._words.text(key) if key else plain

    def _demand(self, name: str, value: str) -> str:
        """What a policy demands, as its form has it."""
        label, kind = self._words.text(f"admin.policy.setting.{name}"), shape(name)
        if kind == "choice":
            value = self._words.text(f"admin.policy.value.{name}.{value}")
        return label if kind == "flag" else f"{label}: {value}"


@lru_cache(maxsize=1 << 10)
def _places(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def _listed(each: Any) -> str:
    return ", ".join(each)


def _day(time: date) -> date:
    return time.date() if isinstance(time, datetime) else time


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
