"""Why a phone was told what it was told of a folder, row by row: `View` says what, this says why.

The same rules are asked that made the answer (`View.judge`), on the same rows, which are never
altered; so an explanation cannot say anything else than what was done. Only what is left out for a
phone, or held, counts as it stands today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final
from uuid import UUID

from domain.item import DELETE
from domain.round import Reach
from projections.delta import Row, Rule, Verb, View

_RUN: Final = """
SELECT pos, item, op, edition, line, silent, present, until, next_pos, event FROM change
WHERE collection = ? AND pos > ? AND pos <= ? ORDER BY pos
"""
_LAST: Final = """
SELECT pos, item, op, edition, line, silent, present, until, next_pos, event FROM change
INDEXED BY change_item WHERE collection = ? AND item = ? ORDER BY pos DESC LIMIT 1
"""
_EVENT: Final = "SELECT event FROM change WHERE collection = ? AND pos = ?"
_MADE: Final = (
    "SELECT position FROM stored_event WHERE originator_id = ? AND originator_version = ?"
)
_EVER: Final = "SELECT DISTINCT item FROM change INDEXED BY change_item WHERE collection = ?"


class Aside(Enum):
    """Why an item does not come in a round although nothing was judged; and AGAIN, where it comes
    for no other reason than that the phone is to be told once more."""

    SUPERSEDED = "superseded"
    LATER = "later"
    WINDOW_FULL = "window_full"
    TOLD_BEFORE = "told_before"
    GONE = "gone"
    AGAIN = "again"
    ELSEWHERE = "elsewhere"


STANDING: Final = (Rule.HELD, Rule.LEFT_OUT, Rule.GONE_HERE)
"""What keeps an item from a phone for as long as nobody does anything about it."""


@dataclass(frozen=True)
class Reason:
    """What became of a row: the event that made it, how it was told (None: not at all), why."""

    item: UUID
    event: int | None
    verb: Verb | None
    word: str
    reduced: bool = False


def told(view: View, before: Reach, after: Reach) -> Iterator[Reason]:
    """Every row that an answer from `before` to `after` went through, told or not, in the order
    of the answer: first what a window that moved brought or took, then what happened."""
    for row in view.drained(before, after):
        yield _judged(view, row, before, _event(view, row.pos))
    for *facts, superseded, event in view.connection.execute(
        _RUN, (view.collection, before.cursor, after.cursor)
    ):
        row = Row._make(facts)
        if superseded is not None and superseded <= before.target:
            yield Reason(UUID(bytes=row.item), event, None, Aside.SUPERSEDED.value)
        else:
            yield _judged(view, row, before, event)


def why(view: View, before: Reach, after: Reach, item: UUID) -> Reason:
    """What became of one item in an answer."""
    for reason in told(view, before, after):
        if reason.item == item and reason.word != Aside.SUPERSEDED.value:
            return reason
    row = view.connection.execute(_LAST, (view.collection, item.bytes)).fetchone()
    if row is None:
        return Reason(item, None, None, Aside.ELSEWHERE.value)
    pos, event = row[0], row[-1]
    if pos > before.target:
        return Reason(item, event, None, Aside.LATER.value)
    if pos > after.cursor:
        return Reason(item, event, None, Aside.WINDOW_FULL.value)
    return _from_before(view, Row._make(row[:8]), after, event)


def _from_before(view: View, row: Row, reach: Reach, event: int) -> Reason:
    """Why an answer had nothing to say of a row that earlier ones went through: the phone has it,
    or what kept it from the phone still does."""
    item, rule = UUID(bytes=row.item), view.judge(row, reach)
    if rule in STANDING:
        return Reason(item, event, None, rule.word)
    if view.has(row.item, reach):
        reduced = view.reduced(row.item, row.edition)
        return Reason(item, event, None, Aside.TOLD_BEFORE.value, reduced)
    if row.op == DELETE:
        return Reason(item, event, None, Aside.GONE.value)
    outside = row.until < reach.cutoff
    return Reason(item, event, None, Rule.OUTSIDE.word if outside else Aside.TOLD_BEFORE.value)


def standing(view: View, reach: Reach, item: UUID) -> Reason:
    """Whether a phone that has read the answer which led to `reach` has an item, or why not."""
    row = view.connection.execute(_LAST, (view.collection, item.bytes)).fetchone()
    if row is None:
        return Reason(item, None, None, Aside.ELSEWHERE.value)
    return _from_before(view, Row._make(row[:8]), reach, row[-1])


def held(view: View, reach: Reach) -> list[UUID]:
    """The items a phone has once it has read the answer that led to `reach`."""
    ever = view.connection.execute(_EVER, (view.collection,))
    return [UUID(bytes=item) for (item,) in ever.fetchall() if view.has(item, reach)]


def _judged(view: View, row: Row, reach: Reach, event: int) -> Reason:
    rule = view.judge(row, reach)
    reduced = rule.verb in (Verb.ADD, Verb.CHANGE) and view.reduced(row.item, row.edition)
    return Reason(UUID(bytes=row.item), _cause(view, row, event), rule.verb, rule.word, reduced)


def _cause(view: View, row: Row, event: int) -> int:
    """What concerns another phone alone, as that it is told something once more, is no cause for
    this one: that is whatever made the version it is told of."""
    if row.op == DELETE or row.line in (None, view.line):
        return event
    (cause,) = view.connection.execute(_MADE, (row.item, row.edition)).fetchone()
    return int(cause)


def _event(view: View, pos: int) -> int:
    (event,) = view.connection.execute(_EVENT, (view.collection, pos)).fetchone()
    return int(event)


WORDS: Final = frozenset({*(rule.word for rule in Rule), *(aside.value for aside in Aside)})
"""Every reason there is; the language files have a sentence for each."""
