"""An item's life, fact by fact: who did what, when, on what, and which fields it changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from domain.base import Created, Event
from domain.item import Begun, EditHeld, EditSetAside, Moved, Revised
from domain.patch import Values, apply

Changed = dict[str, tuple[Any, Any]]


class Events(Protocol):
    """The events of one stream in their order."""

    def get(self, originator_id: UUID) -> Iterable[Any]: ...


class Log(Protocol):
    """Whatever keeps streams of events."""

    @property
    def events(self) -> Events: ...


@dataclass(frozen=True)
class Fact:
    """One event. `changed` has what a field was and what it is, None where it is empty; of an
    edit that was set aside, what lost and what stands in its place; of an edit that
    is held, what it would make of the item.

    `base` is the edition the author had before him, where he changed something. `erased` says
    that its subject is gone: what it was about can be read nowhere any more.
    """

    position: int
    edition: int
    at: datetime
    what: str
    actor: str
    partnership: UUID | None
    request: str
    base: int | None
    changed: Changed
    erased: bool


def history(log: Log, connection: sqlite3.Connection, id: UUID) -> list[Fact]:
    """All that ever happened to an item, the oldest first; empty if there never was one."""
    positions = dict(
        connection.execute(
            "SELECT originator_version, position FROM stored_event WHERE originator_id = ?",
            (id.bytes,),
        )
    )
    return [
        _fact(event, positions[event.originator_version], changed)
        for event, changed in _folded(log.events.get(id))
    ]


def _folded(events: Iterable[Event | Created]) -> Iterator[tuple[Event | Created, Changed]]:
    """Each event with what it changed."""
    values: Values = {}
    for event in events:
        if isinstance(event, Begun | Revised):
            before = values
            values = apply(before, event.values if isinstance(event, Begun) else event.patch)
            yield event, _between(before, values)
        elif isinstance(event, Moved):
            yield event, {"collection": (event.source, event.collection)}
        elif isinstance(event, EditHeld):
            yield event, _between(values, values if event.removal else apply(values, event.patch))
        elif isinstance(event, EditSetAside):
            yield event, _between(apply({}, event.lost), apply({}, event.kept))
        else:
            yield event, {}


def _between(before: Values, after: Values) -> Changed:
    names = sorted(before.keys() | after.keys())
    return {n: (before.get(n), after.get(n)) for n in names if before.get(n) != after.get(n)}


def _fact(event: Event | Created, position: int, changed: Changed) -> Fact:
    return Fact(
        position=position,
        edition=event.originator_version,
        at=event.timestamp,
        what=str(getattr(event, "TOPIC", type(event).__name__)),
        actor=event.actor,
        partnership=event.partnership,
        request=event.request,
        base=getattr(event, "base", None),
        changed=changed,
        erased=event.erased,
    )
