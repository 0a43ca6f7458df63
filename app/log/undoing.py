"""What some edits made of an item, and what would stand had they never been made.

An item is folded twice at once: as it happened, and without the edits that are meant. What others
wrote counts in both; of a list, entry by entry, of a series, time by time. So the second fold is
what an undo leads to, and where others wrote a field later it is what they wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from domain.fields import Field, Fields
from domain.item import (
    Begun,
    EditHeld,
    EditReleased,
    ItemEvent,
    Moved,
    Removed,
    Restored,
    Revised,
)
from domain.patch import CLEARED, Values, apply, difference
from domain.when import Instant

REMOVED: Final = "removed"
COLLECTION: Final = "collection"
"""What an item has beside its fields, under names that no field has."""

Fate = Literal["brought back", "taken away", "put back", "stays"]
State = dict[str, Any]


@dataclass(frozen=True)
class Later:
    """Who wrote it after the edits that are meant."""

    actor: str
    at: Instant


@dataclass
class Trace:
    """A field that was edited: what stood before the last of the edits, as far as others made
    it, what that edit made of it, when, and who wrote it later."""

    was: Any
    made: Any
    at: Instant
    later: Later | None = None


@dataclass(frozen=True)
class Undone:
    """One field of a change set. It `stays` where others wrote it later, or the item is gone."""

    name: str
    was: Any
    made: Any
    now: Any
    then: Any
    at: Instant
    later: Later | None

    @property
    def stays(self) -> bool:
        return bool(self.now == self.then)


@dataclass(frozen=True)
class Undoing:
    """What becomes of one item: `stands` is what it is now, `without` what it would be."""

    item: UUID
    kind: str
    fate: Fate
    stands: State
    without: State
    fields: tuple[Undone, ...]


@dataclass
class Fold:
    """An item as it `stands`, and `without` the edits that are meant."""

    fields: Fields
    stands: State = field(default_factory=dict)
    without: State = field(default_factory=dict)
    traces: dict[str, Trace] = field(default_factory=dict)

    def take(self, event: Any, meant: bool) -> None:
        after = _after(self.stands, event)
        changed = difference(self.stands, after)
        if meant:
            self._stamp(changed)
            for name in changed:
                before = self.without.get(name)
                self.traces[name] = Trace(before, after.get(name), event.timestamp)
        else:
            later = Later(event.actor, event.timestamp)
            for name in {*changed, REMOVED} & self.traces.keys():
                self.traces[name].later = later
            self.without = apply(self.without, self._carried(changed, after))
        self.stands = after

    def begin(self, event: Begun, meant: bool) -> None:
        """An addition is undone by a removal, and only if nobody else wrote anything there."""
        self.stands = {**event.values, COLLECTION: event.collection}
        self.without = dict(self.stands)
        if meant:
            self.without[REMOVED] = True
            self.traces[REMOVED] = Trace(True, None, event.timestamp)

    def _stamp(self, changed: State) -> None:
        """Of such a field the latest value stands, whoever wrote it; there is nothing to undo."""
        for name in [name for name in changed if name in self.fields and self.fields[name].latest]:
            self.without[name] = changed.pop(name)

    def end(self) -> None:
        """What somebody else went on with is not taken away from him."""
        trace = self.traces.get(REMOVED)
        if trace and trace.later and self.without.get(REMOVED) and not self.stands.get(REMOVED):
            del self.without[REMOVED]

    def _carried(self, changed: Values, after: Values) -> State:
        """The edit of somebody else, on what would stand without those that are meant."""
        return {name: self._entries(name, value, after) for name, value in changed.items()}

    def _entries(self, name: str, value: Any, after: Values) -> Any:
        rule = self.fields.get(name)
        kept = self.without.get(name)
        if rule is None or rule.key is None or kept == self.stands.get(name):
            return value
        old, new = (_keyed(rule, each.get(name)) for each in (self.stands, after))
        merged = _keyed(rule, kept)
        for key in old.keys() | new.keys():
            if old.get(key) != new.get(key):
                merged[key] = new.get(key)
        order = dict.fromkeys([*_keyed(rule, kept), *new])
        return tuple(merged[key] for key in order if merged.get(key) is not None) or CLEARED


def _keyed(rule: Field, entries: Any) -> dict[Any, Any]:
    assert rule.key is not None
    return {rule.key(entry): entry for entry in entries or ()}


def _after(state: Values, event: Any) -> State:
    match event:
        case Revised():
            return apply(state, event.patch)
        case Removed():
            return {**state, REMOVED: True}
        case Restored():
            return {name: value for name, value in state.items() if name != REMOVED}
        case Moved():
            return {**state, COLLECTION: event.collection}
    return dict(state)


def folded(fields: Fields, events: Iterable[Any], versions: frozenset[int]) -> Fold:
    """The fold of an item's stream, without the events of these versions and what was released
    of those among them that were held."""
    fold = Fold(fields)
    for event, meant in _meant(events, versions):
        if isinstance(event, Begun):
            fold.begin(event, meant)
        elif isinstance(event, Revised | Removed | Restored | Moved):
            fold.take(event, meant)
    fold.end()
    return fold


def _meant(events: Iterable[Any], versions: frozenset[int]) -> Iterator[tuple[Any, bool]]:
    """Each event, and whether it is meant. What follows a release at once, and for the same
    phone, is what the phone did in that burst, whoever released it."""
    held: set[UUID] = set()
    released: tuple[str, int | None] | None = None
    for event in events:
        meant = event.originator_version in versions
        if isinstance(event, EditHeld) and meant:
            held.add(event.burst)
        elif isinstance(event, EditReleased):
            released = (event.request, event.line) if event.burst in held else None
        elif isinstance(event, ItemEvent):
            meant |= released == (event.request, event.line)
            released = None
        yield event, meant


def undoing(item: UUID, kind: str, fold: Fold, placeless: bool = False) -> Undoing:
    """The change set of one item. Of one that is gone, or would be nowhere, nothing is changed."""
    stands, without = fold.stands, fold.without
    gone = bool(without.get(REMOVED)) and bool(stands.get(REMOVED))
    if gone or placeless:
        without = stands
    fields = tuple(_undone(fold.traces, stands, without))
    return Undoing(item, kind, _fate(stands, without), stands, without, fields)


def _undone(traces: Mapping[str, Trace], stands: State, without: State) -> Iterator[Undone]:
    """What an edit left no trace of any more is not told."""
    for name, trace in sorted(traces.items()):
        now, then = stands.get(name), without.get(name)
        if now != then or now != trace.was:
            yield Undone(name, trace.was, trace.made, now, then, trace.at, trace.later)


def _fate(stands: State, without: State) -> Fate:
    if stands == without:
        return "stays"
    if stands.get(REMOVED):
        return "brought back"
    return "taken away" if without.get(REMOVED) else "put back"
