"""An item's life, fact by fact: who did what, when, on what, and which fields it changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.base import Created, Event
from domain.house import ContactErased
from domain.item import Begun, EditHeld, EditSetAside, Moved, Revised
from domain.patch import OCCURRENCES, Values, apply
from domain.relation import ContactLinked, ContactUnlinked, RelationBegun
from domain.round import ItemQuarantined, ItemReleased
from projections import logbook
from projections.logbook import Search

Changed = dict[str, tuple[Any, Any]]
"""What a field was and what it is, None where it is empty; of single times of a series, those
that differ."""

BESIDE: Final = (
    *(RelationBegun, ContactLinked, ContactUnlinked, ItemQuarantined, ItemReleased),
    ContactErased,
)
"""What is told of an item by others than itself."""


class Events(Protocol):
    """The events of one stream in their order."""

    def get(self, originator_id: UUID) -> Iterable[Any]: ...


class Log(Protocol):
    """Whatever keeps streams of events."""

    @property
    def events(self) -> Events: ...

    def read(self, positions: Iterable[int]) -> Iterator[tuple[int, DomainEvent]]: ...


@dataclass(frozen=True)
class Entry:
    """One event at its place in the log. `erased` says that its subject is gone: what it was
    about can be read nowhere any more."""

    position: int
    event: Any

    @property
    def id(self) -> UUID:
        """Of what it is told."""
        id: UUID = self.event.originator_id
        return id

    @property
    def edition(self) -> int:
        return int(self.event.originator_version)

    @property
    def at(self) -> datetime:
        at: datetime = self.event.timestamp
        return at

    @property
    def what(self) -> str:
        return str(getattr(self.event, "TOPIC", type(self.event).__name__))

    @property
    def actor(self) -> str:
        return str(self.event.actor)

    @property
    def partnership(self) -> UUID | None:
        found: UUID | None = self.event.partnership
        return found

    @property
    def request(self) -> str:
        return str(self.event.request)

    @property
    def base(self) -> int | None:
        """The edition the author had before him, where he changed something."""
        return getattr(self.event, "base", None)

    @property
    def erased(self) -> bool:
        return bool(self.event.erased)


@dataclass(frozen=True)
class Fact(Entry):
    """An event of an item, with what it changed; of an edit that was set aside, what lost and what
    stands in its place; of an edit that is held, what it would make of the item.

    `values` are those of the item from then on, `held` is the edition that stood before.
    """

    changed: Changed
    values: Values
    held: int

    @property
    def merged(self) -> bool:
        """Whether others had changed the item since its author looked at it."""
        return self.base is not None and self.base < self.held


def history(log: Log, connection: sqlite3.Connection, id: UUID) -> list[Fact]:
    """All that ever happened to an item, the oldest first; empty if there never was one."""
    positions = dict(
        connection.execute(
            "SELECT originator_version, position FROM stored_event WHERE originator_id = ?",
            (id.bytes,),
        )
    )
    own = [Entry(positions[event.originator_version], event) for event in log.events.get(id)]
    return list(_folded(sorted([*own, *_beside(log, connection, id)], key=_place)))


def _place(entry: Entry) -> int:
    return entry.position


def _beside(log: Log, connection: sqlite3.Connection, id: UUID) -> Iterator[Entry]:
    kinds = logbook.kinds(*(each.TOPIC for each in BESIDE))
    positions = logbook.every(connection, Search((logbook.things(id), kinds)))
    return (Entry(*found) for found in log.read(positions))


def _folded(entries: Iterable[Entry]) -> Iterator[Fact]:
    """Each event with what it changed."""
    values: Values = {}
    held = 0
    for entry in entries:
        before = values
        if isinstance(entry.event, Begun | Revised):
            values = apply(before, _patch(entry.event))
        yield Fact(entry.position, entry.event, _changed(entry.event, before, values), values, held)
        if getattr(entry.event, "op", None) is not None:
            held = entry.edition


def _patch(event: Begun | Revised) -> Values:
    return event.values if isinstance(event, Begun) else event.patch


def _changed(event: Event | Created, before: Values, after: Values) -> Changed:
    match event:
        case Begun() | Revised():
            return between(before, after)
        case Moved():
            return {"collection": (event.source, event.collection)}
        case EditHeld():
            return between(before, before if event.removal else apply(before, event.patch))
        case EditSetAside():
            return between(apply({}, event.lost), apply({}, event.kept))
    return {}


def between(before: Values, after: Values) -> Changed:
    """What makes `after` of `before`, field by field."""
    names = sorted(before.keys() | after.keys())
    return {
        name: _apart(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }


def _apart(name: str, before: Any, after: Any) -> tuple[Any, Any]:
    if name != OCCURRENCES:
        return before, after
    old, new = (each if isinstance(each, Mapping) else {} for each in (before, after))
    return _only_here(old, new), _only_here(new, old)


def _only_here(states: Mapping[Any, Any], others: Mapping[Any, Any]) -> dict[Any, Any] | None:
    """The times that are otherwise there."""
    return {time: each for time, each in states.items() if others.get(time) != each} or None
