"""What an appointment comes to between two days: each time it takes place, as it is that time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from domain.calendar import OVERRIDABLE
from domain.patch import (
    CANCELLED,
    CLEARED,
    INHERITED,
    OCCURRENCES,
    Patch,
    Values,
    apply_occurrences,
)
from domain.recurrence import Recurrence, occurrence, occurrences
from domain.series import original_on
from domain.when import AllDay, Original, When, instant

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """The days from `first` to before `end`, on the clocks of one zone."""

    first: date
    end: date
    clocks: tzinfo

    def touches(self, when: When) -> bool:
        if isinstance(when, AllDay):
            return when.start < self.end and when.end > self.first
        begin, end = (self._midnight(day) for day in (self.first, self.end))
        ends_after = when.end_instant > begin or when.start_instant == begin
        return ends_after and when.start_instant < end

    def _midnight(self, day: date) -> datetime:
        return instant(datetime.combine(day, time()), self.clocks)


@dataclass(frozen=True)
class Happening:
    """One time an appointment takes place. `original` is its place in a series, None for one
    that does not repeat; `values` are those of that time."""

    original: Original | None
    values: Values

    @property
    def when(self) -> When:
        when: When = self.values["when"]
        return when


def happenings(values: Values, span: Span) -> Iterator[Happening]:
    """Each time an appointment takes place within a span, in no particular order."""
    rule: Recurrence | None = values.get("recurrence")
    if rule is None:
        if span.touches(values["when"]):
            yield Happening(None, values)
        return
    changed: Mapping[Original, Any] = values.get(OCCURRENCES, {})
    for original in _originals(rule, values["when"], span):
        if original not in changed:
            yield from _if_within(happening(values, original), span)
    for original, state in changed.items():
        if state is not CANCELLED:
            yield from _if_within(happening(values, original), span)


def happening(values: Values, original: Original) -> Happening:
    """A series as it is at one of its places; what is cleared there only is not there."""
    state = values.get(OCCURRENCES, {}).get(original, {})
    whole = {**values, "when": occurrence(values["when"], original), **state}
    gone = {"recurrence", OCCURRENCES, *(name for name in state if state[name] is CLEARED)}
    return Happening(original, {name: whole[name] for name in whole if name not in gone})


def taking_place(values: Values, day: date) -> Original | None:
    """The time of a series that begins on this day by its rule, unless it is cancelled."""
    original = original_on(values, day) if "recurrence" in values else None
    cancelled = original and values.get(OCCURRENCES, {}).get(original) is CANCELLED
    return None if cancelled else original


def exception(values: Values, original: Original, patch: Patch) -> dict[str, Any]:
    """The edit of a series that lays `patch` over its time at `original`, and over no other.

    What comes out as the series has it follows the series again (MS-ASCAL 2.2.2.21).
    """
    natural = happening({**values, OCCURRENCES: {}}, original).values
    edit = {
        name: INHERITED if value == natural.get(name, CLEARED) else value
        for name, value in patch.items()
        if name in OVERRIDABLE
    }
    state = apply_occurrences(values.get(OCCURRENCES, {}), {original: edit})[original]
    return {OCCURRENCES: {original: edit if state else CLEARED}} if edit else {}


def _if_within(found: Happening, span: Span) -> Iterator[Happening]:
    if span.touches(found.when):
        yield found


def _originals(rule: Recurrence, when: When, span: Span) -> Iterator[Original]:
    """Those that may lie in the span; a day more on each side, whatever the clocks say."""
    since = span.first - (when.end - when.start) - 2 * ONE_DAY
    for original in occurrences(rule, when, since):
        day = original.date() if isinstance(original, datetime) else original
        if day > span.end + ONE_DAY:
            return
        if day >= since:
            yield original
