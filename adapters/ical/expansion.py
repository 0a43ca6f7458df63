"""The dates of a RRULE (RFC 5545 3.3.10), for comparing it with what phones can show.

Everything here ends: dates stop at a horizon, and rules that step by days or less are walked
step by step with a limit, because looking for a day that never comes has no end otherwise.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import MAXYEAR, datetime, time, timedelta
from itertools import islice, product, takewhile
from typing import Literal

from dateutil import rrule as dateutil

from adapters.ical.rrule import Rule

MOST_STEPS = 100_000
_STEPS = {
    "DAILY": timedelta(days=1),
    "HOURLY": timedelta(hours=1),
    "MINUTELY": timedelta(minutes=1),
    "SECONDLY": timedelta(seconds=1),
}
_LARGE: dict[str, Literal[0, 1, 2]] = {
    "YEARLY": dateutil.YEARLY,
    "MONTHLY": dateutil.MONTHLY,
    "WEEKLY": dateutil.WEEKLY,
}
_REPEATS = 400
"""Years after which the calendar repeats itself, to the day of the week. The library looks for a
day that never comes until the last year it knows, so rules are moved to just before it."""

_DAYS = {"YEARLY": 366, "MONTHLY": 31, "WEEKLY": 7}
_UNUSED = {"WEEKLY": {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}, "MONTHLY": {"BYYEARDAY", "BYWEEKNO"}}
"""Lists that mean nothing at a frequency (the table of RFC 5545 3.3.10)."""


def dates(rule: Rule, start: datetime, horizon: datetime) -> Iterator[datetime]:
    """The wall times of a rule from `start` on, none after `horizon`; the start only if it fits."""
    end = min(horizon, rule.until) if rule.until else horizon
    walk = _large if rule.frequency in _LARGE else _small
    found = walk(rule, start, end)
    return islice(takewhile(lambda moment: moment <= end, found), rule.count)


def _large(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    by = {
        name.lower(): list(numbers)
        for name, numbers in rule.by.items()
        if name not in _UNUSED.get(rule.frequency, ())
    }
    positions = map(abs, rule.by.get("BYSETPOS", (1,)))
    if min(positions) > _DAYS[rule.frequency] * len(_times(rule, start)):
        return iter(())
    monday = rule.week_start if rule.week_start is not None else 1
    weekdays = [_weekday(ordinal, day) for ordinal, day in rule.days]
    away = (MAXYEAR - max(start, end).year) // _REPEATS * _REPEATS
    found = dateutil.rrule(
        _LARGE[rule.frequency],
        dtstart=_shifted(start, away),
        interval=rule.interval,
        wkst=(monday - 1) % 7,
        until=_shifted(end, away),
        byweekday=weekdays or None,
        **by,  # type: ignore[arg-type]
    )
    return (_shifted(moment, -away) for moment in found)


def _shifted(moment: datetime, years: int) -> datetime:
    return moment.replace(year=moment.year + years)


def _weekday(ordinal: int, day: int) -> dateutil.weekday:
    return dateutil.weekday((day - 1) % 7, ordinal or None)


def _small(rule: Rule, start: datetime, end: datetime) -> Iterator[datetime]:
    """Days or less apart: a step is taken if every list of the rule has it."""
    step = _STEPS[rule.frequency] * rule.interval
    times = _times(rule, start) if rule.frequency == "DAILY" else None
    for at in range(MOST_STEPS):
        moment = start + at * step
        if moment > end:
            return
        if not _fits(rule, moment):
            continue
        if times is None:
            yield moment
        else:
            of_day = (datetime.combine(moment, each) for each in times)
            yield from (each for each in of_day if each >= start)


def _times(rule: Rule, start: datetime) -> list[time]:
    hours = rule.by.get("BYHOUR", (start.hour,))
    minutes = rule.by.get("BYMINUTE", (start.minute,))
    seconds = rule.by.get("BYSECOND", (start.second,))
    return [time(*parts) for parts in product(hours, minutes, seconds)]


def _fits(rule: Rule, moment: datetime) -> bool:
    if rule.days and moment.isoweekday() % 7 not in {day for _, day in rule.days}:
        return False
    from_end = moment.day - monthrange(moment.year, moment.month)[1] - 1
    values = {
        "BYMONTH": {moment.month},
        "BYMONTHDAY": {moment.day, from_end},
        "BYYEARDAY": {moment.timetuple().tm_yday},
    }
    if rule.frequency != "DAILY":
        values["BYHOUR"] = {moment.hour}
    if rule.frequency in ("MINUTELY", "SECONDLY"):
        values["BYMINUTE"] = {moment.minute}
    return all(values[name] & set(rule.by[name]) for name in rule.by.keys() & values.keys())
