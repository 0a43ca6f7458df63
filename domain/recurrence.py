"""How a series repeats (MS-ASCAL 2.2.2.37), which rules make sense, and when they occur.

Kinds 2 to 6 may count in another calendar (MS-ASCAL 2.2.2.10). The Gregorian ones are expanded;
of a series in a lunar calendar only its start is known here, the rule is kept as it came.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice, takewhile
from typing import Any

from domain.steps import DaySteps, MonthSteps, Steps, in_mask, last_until, walk, weekday_bit
from domain.when import LAST_DAY, AllDay, Instant, Original, Timed, When, instant, wall
from domain.zone import LAST

DAILY, WEEKLY, MONTHLY, MONTHLY_NTH, YEARLY, YEARLY_NTH = 0, 1, 2, 3, 5, 6
EVERY_DAY = 127
MONDAY = 1
LUNAR = frozenset({6, 8, 14, 15, 20})


class InvalidRecurrence(ValueError):
    """A rule that means nothing; the reason is for a person to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Recurrence:
    """`days` is a bit mask from Sunday = 1; `week` 5 is the last; `until` is inclusive.

    `until` is a date for all-day series and an instant (UTC) for timed ones. With `count` an
    `until` means nothing (MS-ASCAL 2.2.2.32) and is not kept.
    """

    kind: int
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    days: int | None = None
    day_of_month: int | None = None
    week: int | None = None
    month: int | None = None
    calendar_type: int | None = None
    leap_month: bool | None = None
    first_day: int | None = None


_REQUIRED: dict[int, frozenset[str]] = {
    DAILY: frozenset(),
    WEEKLY: frozenset({"days"}),
    MONTHLY: frozenset({"day_of_month"}),
    MONTHLY_NTH: frozenset({"days", "week"}),
    YEARLY: frozenset({"day_of_month", "month"}),
    YEARLY_NTH: frozenset({"week", "month"}),
}
_OPTIONAL: dict[int, frozenset[str]] = {
    DAILY: frozenset({"days", "first_day"}),
    WEEKLY: frozenset({"first_day"}),
    MONTHLY: frozenset({"first_day", "calendar_type"}),
    MONTHLY_NTH: frozenset({"first_day", "calendar_type"}),
    YEARLY: frozenset({"first_day", "calendar_type", "leap_month"}),
    YEARLY_NTH: frozenset({"days", "first_day", "calendar_type", "leap_month"}),
}
_FILLED: dict[int, tuple[str, ...]] = {
    WEEKLY: ("days",),
    MONTHLY: ("day_of_month",),
    YEARLY: ("day_of_month", "month"),
    YEARLY_NTH: ("days", "month"),
}
_ALLOWED: dict[str, Container[int]] = {
    "interval": range(1000),
    "count": range(1, 1000),
    "days": range(1, 128),
    "day_of_month": range(1, 32),
    "week": range(1, 6),
    "month": range(1, 13),
    "calendar_type": frozenset({*range(13), 14, 15, 20}),
    "first_day": range(7),
}
_PARTS = ("days", "day_of_month", "week", "month", "calendar_type", "leap_month", "first_day")
_WORDS = {
    "interval": "interval",
    "count": "number of occurrences",
    "days": "days of the week",
    "day_of_month": "day of the month",
    "week": "week of the month",
    "month": "month of the year",
    "calendar_type": "calendar type",
    "leap_month": "leap month",
    "first_day": "first day of the week",
}


def check(recurrence: Recurrence) -> None:
    """Refuse a rule with missing, misplaced or impossible parts (MS-ASCAL 2.2.2.37 and below)."""
    if recurrence.kind not in _REQUIRED:
        raise InvalidRecurrence(f"there is no kind of series numbered {recurrence.kind}")
    given = {part for part in _PARTS if getattr(recurrence, part) is not None}
    required = _REQUIRED[recurrence.kind]
    for part in _PARTS:
        if part in required - given:
            raise InvalidRecurrence(f"this kind of series needs the {_WORDS[part]}")
        if part in given - required - _OPTIONAL[recurrence.kind]:
            raise InvalidRecurrence(f"this kind of series has no {_WORDS[part]}")
    for part, allowed in _ALLOWED.items():
        value = getattr(recurrence, part)
        if value is not None and value not in allowed:
            raise InvalidRecurrence(f"{value} is no possible {_WORDS[part]}")


def complete(recurrence: Recurrence, first: date) -> Recurrence:
    """The rule with what its start `first` tells: weekday, day or month that were left out.

    Kind 3 is left alone: its start does not say whether a weekday or a day was meant.
    """
    found = {"days": weekday_bit(first), "day_of_month": first.day, "month": first.month}
    missing: dict[str, Any] = {
        part: found[part]
        for part in _FILLED.get(recurrence.kind, ())
        if getattr(recurrence, part) is None
    }
    return replace(_tidy(recurrence), **missing)


def normal(recurrence: Recurrence, first: date | None = None) -> Recurrence:
    """One form for all rules that mean the same, to compare by; never to be stored or sent.

    The start `first` lets half-filled rules and "every 12 months" be compared as well.
    """
    rule = _tidy(recurrence) if first is None else complete(recurrence, first)
    rule = replace(
        rule,
        calendar_type=None if rule.calendar_type in (0, 1) else rule.calendar_type,
        leap_month=rule.leap_month or None,
    )
    return _normal_days(rule) if rule.kind in (DAILY, WEEKLY) else _normal_months(rule, first)


def _tidy(rule: Recurrence) -> Recurrence:
    """An interval of 0 is 1, and a count leaves no room for an end."""
    until = rule.until if rule.count is None else None
    return replace(rule, interval=rule.interval or 1, until=until)


def _normal_days(rule: Recurrence) -> Recurrence:
    if rule.kind == DAILY and rule.days is not None:
        rule = replace(rule, kind=WEEKLY)
    if rule.kind == DAILY or rule.interval == 1:
        rule = replace(rule, first_day=None)
    else:
        rule = replace(rule, first_day=_week_start(rule))
    if rule.days == EVERY_DAY and rule.interval == 1:
        return replace(rule, kind=DAILY, days=None)
    return rule


def _normal_months(rule: Recurrence, first: date | None) -> Recurrence:
    rule = replace(rule, first_day=None)
    if rule.calendar_type in LUNAR:
        return rule
    if rule.kind in (MONTHLY_NTH, YEARLY_NTH) and rule.days == EVERY_DAY and rule.week:
        day = 31 if rule.week == LAST else rule.week
        rule = replace(rule, kind=rule.kind - 1, days=None, week=None, day_of_month=day)
    if first is None or rule.kind in (YEARLY, YEARLY_NTH) or rule.interval % 12:
        return rule
    return replace(rule, kind=rule.kind + 3, interval=rule.interval // 12, month=first.month)


def occurrences(
    recurrence: Recurrence, when: When, since: date | None = None
) -> Iterator[Original]:
    """The original starts of the series: dates, or wall times in the zone of `when`; with `since`
    those before that day need not be among them.

    Only days that fit the rule belong to it, so a start that does not fit is none of them.
    Deleted and moved ones count (MS-ASCAL 2.2.2.32). An endless series goes on to the end of the
    known calendar.
    """
    for day in _counted(recurrence, when, since):
        yield _original(when, day)


def is_occurrence(recurrence: Recurrence, when: When, original: Original) -> bool:
    """Whether the series has an occurrence that starts at `original`, moved or not.

    In a lunar calendar any day up to the end of the series may be one.
    """
    day = _date(original)
    if original != _original(when, day) or not _first(when) <= day <= _limit(recurrence, when):
        return False
    if recurrence.calendar_type in LUNAR:
        return True
    if recurrence.count is None:
        return next(_days(recurrence, when, day), None) == day
    return day in _all_counted(recurrence, when)


def occurrence(when: When, original: Original) -> When:
    """The time of one occurrence: on the clocks it lasts as long as the first one."""
    if isinstance(when, AllDay):
        return AllDay(_date(original), _date(original) + (when.end - when.start))
    start = original if isinstance(original, datetime) else _wall_start(when, original)
    try:
        return Timed(start, start + (when.end - when.start), when.zone)
    except ValueError:
        begin = instant(start, when.zone.tzinfo)
        return Timed.at(begin, begin + (when.end_instant - when.start_instant), when.zone)


def last_end(recurrence: Recurrence, when: When) -> Instant | date | None:
    """When the last occurrence is over: the day after it, or an instant; None if never.

    A counted series in a lunar calendar is taken for endless.
    """
    last = _last_day(recurrence, when)
    if last is None:
        return None
    final = occurrence(when, _original(when, last))
    return final.end if isinstance(final, AllDay) else final.end_instant


def _last_day(rule: Recurrence, when: When) -> date | None:
    """The day of the last occurrence, or of the start if the rule never fits."""
    first, limit = _first(when), _limit(rule, when)
    if rule.count is None and rule.until is None:
        return None
    if rule.calendar_type in LUNAR:
        return max(first, limit) if rule.count is None else None
    if rule.count is None:
        return last_until(_steps(rule, first), first, limit) or first
    return max(_counted(rule, when), default=first)


def _counted(rule: Recurrence, when: When, since: date | None = None) -> Iterator[date]:
    """What is counted is counted from the first one on."""
    limit, begin = _limit(rule, when), _first(when)
    if since is not None and rule.count is None:
        begin = max(begin, since)
    days = takewhile(lambda day: day <= limit, _days(rule, when, begin))
    return islice(days, rule.count)


@lru_cache(maxsize=64)
def _all_counted(rule: Recurrence, when: When) -> frozenset[date]:
    """The days of a counted series, walked once for however many are asked about."""
    return frozenset(_counted(rule, when))


def _days(rule: Recurrence, when: When, since: date) -> Iterator[date]:
    first = _first(when)
    if rule.calendar_type in LUNAR:
        return iter([first] if first >= since else [])
    return walk(_steps(rule, first), since)


def _steps(recurrence: Recurrence, first: date) -> Steps:
    rule = complete(recurrence, first)
    if rule.kind == DAILY and rule.days is None:
        return DaySteps(first, rule.interval)
    if rule.kind in (DAILY, WEEKLY):
        return _week_steps(rule, first)
    if rule.kind in (YEARLY, YEARLY_NTH):
        origin, months = date(first.year, rule.month or first.month, 1), 12 * rule.interval
    else:
        origin, months = first, rule.interval
    if rule.kind in (MONTHLY, YEARLY):
        return MonthSteps(origin, months, day_of_month=rule.day_of_month)
    return MonthSteps(origin, months, mask=rule.days or EVERY_DAY, week=rule.week or 1)


def _week_steps(rule: Recurrence, first: date) -> DaySteps:
    """A week begins on Monday unless the rule says otherwise (MS-ASCAL 2.2.2.24, RFC 5545)."""
    into_week = (first.isoweekday() - _week_start(rule)) % 7
    week = [first + timedelta(days=offset - into_week) for offset in range(7)]
    offsets = tuple(at for at, day in enumerate(week) if in_mask(day, rule.days or EVERY_DAY))
    return DaySteps(week[0], 7 * rule.interval, offsets)


def _week_start(rule: Recurrence) -> int:
    return MONDAY if rule.first_day is None else rule.first_day


def _first(when: When) -> date:
    return when.start if isinstance(when, AllDay) else when.start.date()


def _limit(rule: Recurrence, when: When) -> date:
    """The last day on which an occurrence may start, as its own clocks see it."""
    length = when.end - when.start
    end = LAST_DAY - timedelta(days=length.days + 1)
    if rule.until is None or rule.count is not None:
        return end
    return min(end, _day_of(rule.until, when))


def _day_of(until: date | datetime, when: When) -> date:
    """An instant anywhere on the last day means all of that day."""
    if not isinstance(until, datetime):
        return until
    return wall(until, when.zone.tzinfo).date() if isinstance(when, Timed) else until.date()


def _original(when: When, day: date) -> Original:
    return day if isinstance(when, AllDay) else _wall_start(when, day)


def _wall_start(when: Timed, day: date) -> datetime:
    return datetime.combine(day, when.start.time())


def _date(original: Original) -> date:
    return original.date() if isinstance(original, datetime) else original
