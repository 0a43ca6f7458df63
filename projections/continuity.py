"""Every answer a phone was given goes on from an answer it had: what `verify` looks for in rounds.

Rows show what the rounds of a phone have come to; this shows that they came to it step by step.
Read along the log, it needs the last few answers of each line and nothing else.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.partnership import DeviceForgotten
from domain.round import LineBegun, Reach, RoundAnswered, RoundEvent
from projections.faults import ROUND, Fault

NOT_GIVEN: Final = "key-not-given"
ELSEWHERE: Final = "begins-elsewhere"
OTHER_RUN: Final = "ends-in-another-run"
NO_LATER: Final = "key-no-later"
NO_CHANGES: Final = "tells-what-was-not"
NO_CHANGE: Final = "speaks-of-what-was-not"

REASONS: Final = (NOT_GIVEN, ELSEWHERE, OTHER_RUN, NO_LATER, NO_CHANGES, NO_CHANGE)
"""In what an answer may fail to go on."""

Place = tuple[UUID, UUID]
Keys = dict[int, list[Reach]]
"""By generation, what a key stands for. The number of a key that no phone named is given again."""


@dataclass
class Continuity:
    """A projector that keeps no rows; `faults` are the first few rounds that do not go on."""

    faults: list[Fault] = field(default_factory=list)
    rounds: int = 0
    _given: dict[Place, dict[int, Keys]] = field(default_factory=dict)
    """By phone and collection: line, and its keys."""

    def __call__(self, connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
        match event:
            case LineBegun():
                self._keys(event)[event.line] = {event.generation: [event.after]}
            case RoundAnswered():
                self._answered(connection, event, position)
            case DeviceForgotten():
                phone = event.originator_id
                for place in [place for place in self._given if place[0] == phone]:
                    del self._given[place]

    def _answered(
        self, connection: sqlite3.Connection, event: RoundAnswered, position: int
    ) -> None:
        self.rounds += 1
        line = self._keys(event).setdefault(event.line, {})
        facts: dict[str, Any] = {
            "phone": event.phone,
            "folder": event.collection,
            "generation": event.generation,
        }
        for reason in _breaks(connection, event, line.get(event.parent, [])):
            self.faults.append(Fault(ROUND, position, reason, **facts))
        for generation in [old for old in line if old < event.parent]:
            del line[generation]
        line.setdefault(event.generation, []).append(event.after)

    def _keys(self, event: RoundEvent) -> dict[int, Keys]:
        return self._given.setdefault((event.phone, event.collection), {})


def _breaks(
    connection: sqlite3.Connection, event: RoundAnswered, parents: list[Reach]
) -> list[str]:
    """In what this answer does not go on from the answer whose key it was asked with."""
    (head,) = connection.execute(
        "SELECT coalesce(max(head), 0) FROM collection WHERE id = ?", (event.collection.bytes,)
    ).fetchone()
    found = []
    if not parents:
        found.append(NOT_GIVEN)
    elif not any(_goes_on(parent, event.before) for parent in parents):
        found.append(ELSEWHERE)
    if not _same_run(event.before, event.after):
        found.append(OTHER_RUN)
    if event.generation <= event.parent:
        found.append(NO_LATER)
    if not event.after.base <= event.after.cursor <= event.after.target <= head:
        found.append(NO_CHANGES)
    if any(verdict.row is not None and verdict.row > head for verdict in event.verdicts):
        found.append(NO_CHANGE)
    return found


def _goes_on(parent: Reach, before: Reach) -> bool:
    """In the same run, or in a later one from its beginning. What was left of the runs between
    has told nothing: an answer that would be empty goes on to the next."""
    return parent == before or parent.target <= before.base == before.cursor


def _same_run(before: Reach, after: Reach) -> bool:
    return (before.base, before.target) == (after.base, after.target) and (
        before.cursor <= after.cursor
    )
