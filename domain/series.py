"""An appointment that repeats: where its occurrences lie and how long it matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from domain.patch import Values
from domain.recurrence import Recurrence, is_occurrence, last_end
from domain.when import AllDay, Instant, Original, Timed, When, instant, wall
from domain.zone import Zone

ONE_DAY = timedelta(days=1)

WESTERN_END = timedelta(hours=12)
"""A date is over everywhere when it is over twelve hours west of Greenwich."""


def converted(when: When, all_day: bool, zone: Zone) -> When:
    """The same days as whole days, or whole days as the time from midnight to midnight."""
    if all_day == isinstance(when, AllDay):
        return when
    if isinstance(when, Timed):
        last = when.end.date() if when.end.time() == time() else when.end.date() + ONE_DAY
        return AllDay(when.start.date(), max(last, when.start.date() + ONE_DAY))
    return Timed(datetime.combine(when.start, time()), datetime.combine(when.end, time()), zone)


def original_at(values: Values, moment: Instant) -> Original | None:
    """The occurrence of a timed series that begins at `moment` by its rule.

    One that falls into a spring gap begins later than its clock says.
    """
    when = values["when"]
    if not isinstance(when, Timed):
        return None
    clock = wall(moment, when.zone.tzinfo).replace(fold=0)
    if _known(values, clock):
        return clock
    place = original_on(values, clock.date())
    begins = isinstance(place, datetime) and instant(place, when.zone.tzinfo) == moment
    return place if begins else None


def original_on(values: Values, day: date) -> Original | None:
    """The occurrence of a series that begins on `day` by its rule."""
    when = values["when"]
    if isinstance(when, AllDay):
        return _known(values, day)
    return _known(values, datetime.combine(day, when.start.time()))


def carried(before: Values, after: Values) -> dict[Original, Any]:
    """The exceptions of `before` that still have an occurrence in `after`, at its place.

    A series that was moved by an hour keeps its cancelled days; the occurrence is found by its
    instant and else by its date.
    """
    bare = {**after, "occurrences": {}}
    found: dict[Original, Any] = {}
    for original, state in before.get("occurrences", {}).items():
        place = _carried(original, before["when"], bare)
        if place is not None:
            found[place] = state
    return found


def window_end(values: Values) -> Instant | None:
    """The last instant at which the appointment or its series matters; None if it never ends."""
    recurrence: Recurrence | None = values.get("recurrence")
    if recurrence is None:
        return _end(values["when"])
    last = last_end(recurrence, values["when"])
    if last is None:
        return None
    ends = [_end(state["when"]) for state in _overrides(values) if "when" in state]
    return max([last if isinstance(last, datetime) else _over(last), *ends])


def _carried(original: Original, old: When, after: Values) -> Original | None:
    if isinstance(old, Timed) and isinstance(original, datetime):
        place = original_at(after, instant(original, old.zone.tzinfo))
        if place is not None:
            return place
    return original_on(after, _day(original))


def _known(values: Values, original: Original) -> Original | None:
    if original in values.get("occurrences", {}):
        return original
    recurrence = values.get("recurrence")
    if recurrence is None or not is_occurrence(recurrence, values["when"], original):
        return None
    return original


def _overrides(values: Values) -> Iterable[Values]:
    return (s for s in values.get("occurrences", {}).values() if isinstance(s, Mapping))


def _end(when: When) -> Instant:
    return when.end_instant if isinstance(when, Timed) else _over(when.end)


def _over(day: date) -> Instant:
    return datetime.combine(day, time(), UTC) + WESTERN_END


def _day(original: Original) -> date:
    return original.date() if isinstance(original, datetime) else original
