"""Recurrence (MS-ASCAL 2.2.2.37) → the value of a RRULE; `rrule.py` is the way back."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time

from adapters.ical.rrule import DAYS, SCALES
from adapters.ical.times import write_date, write_instant
from domain.recurrence import (
    DAILY,
    EVERY_DAY,
    MONTHLY,
    MONTHLY_NTH,
    WEEKLY,
    YEARLY,
    YEARLY_NTH,
    Recurrence,
)
from domain.when import AllDay, When, instant, wall


def text(recurrence: Recurrence, when: When) -> str:
    """The RRULE value of a pattern."""
    parts = _WRITTEN[recurrence.kind](recurrence, when)
    if recurrence.interval > 1:
        parts.insert(1, f"INTERVAL={recurrence.interval}")
    if scale := SCALES.get(recurrence.calendar_type or 0):
        parts.insert(0, f"RSCALE={scale}")
    first_day = recurrence.first_day
    if recurrence.kind in (DAILY, WEEKLY) and recurrence.interval > 1 and recurrence.days:
        first_day = first_day or 0
    if first_day is not None:
        parts.append(f"WKST={DAYS[first_day]}")
    if recurrence.count is not None:
        parts.append(f"COUNT={recurrence.count}")
    elif recurrence.until is not None:
        parts.append(f"UNTIL={_end(recurrence.until, when)}")
    return ";".join(parts)


def _end(until: date | datetime, when: When) -> str:
    """UNTIL as RFC 5545 wants it: a date for whole days, else UTC and not before the start."""
    if isinstance(when, AllDay):
        return write_date(until.date() if isinstance(until, datetime) else until)
    if not isinstance(until, datetime):
        return write_instant(instant(datetime.combine(until, time.max), when.zone.tzinfo))
    day = wall(until, when.zone.tzinfo).date()
    last = instant(datetime.combine(day, when.start.time()), when.zone.tzinfo)
    return write_instant(max(until, last))


def _first(when: When) -> date:
    return when.start if isinstance(when, AllDay) else when.start.date()


def _daily_text(rule: Recurrence, when: When) -> list[str]:
    return _weekly_text(rule, when) if rule.days else ["FREQ=DAILY"]


def _weekly_text(rule: Recurrence, when: When) -> list[str]:
    return ["FREQ=WEEKLY", _by_day(rule.days or 1 << _first(when).isoweekday() % 7)]


def _monthly_text(rule: Recurrence, when: When) -> list[str]:
    day = rule.day_of_month or _first(when).day
    return ["FREQ=MONTHLY", *_by_month_day(day, 28, rule.calendar_type)]


def _monthly_nth_text(rule: Recurrence, when: When) -> list[str]:
    return ["FREQ=MONTHLY", *_by_nth(rule)]


def _yearly_text(rule: Recurrence, when: When) -> list[str]:
    month, day = rule.month or _first(when).month, rule.day_of_month or _first(when).day
    shortest = monthrange(2001, month)[1]
    return [
        "FREQ=YEARLY",
        _by_month(rule, month),
        *_by_month_day(day, shortest, rule.calendar_type),
    ]


def _yearly_nth_text(rule: Recurrence, when: When) -> list[str]:
    return ["FREQ=YEARLY", _by_month(rule, rule.month or _first(when).month), *_by_nth(rule)]


_WRITTEN: dict[int, Callable[[Recurrence, When], list[str]]] = {
    DAILY: _daily_text,
    WEEKLY: _weekly_text,
    MONTHLY: _monthly_text,
    MONTHLY_NTH: _monthly_nth_text,
    YEARLY: _yearly_text,
    YEARLY_NTH: _yearly_nth_text,
}


def _by_month(rule: Recurrence, month: int) -> str:
    return f"BYMONTH={month}{'L' if rule.leap_month else ''}"


def _by_month_day(day: int, shortest: int, calendar_type: int | None) -> list[str]:
    if day <= shortest or calendar_type in SCALES:
        return [f"BYMONTHDAY={day}"]
    return [f"BYMONTHDAY={','.join(map(str, range(28, day + 1)))}", "BYSETPOS=-1"]


def _by_day(mask: int) -> str:
    return "BYDAY=" + ",".join(day for at, day in enumerate(DAYS) if mask >> at & 1)


def _by_nth(rule: Recurrence) -> list[str]:
    mask, week = rule.days or EVERY_DAY, rule.week or 1
    position = -1 if week == 5 else week
    if mask == EVERY_DAY and week == 5:
        return ["BYMONTHDAY=-1"]
    if mask.bit_count() == 1:
        return [_by_day(mask).replace("=", f"={position}")]
    return [_by_day(mask), f"BYSETPOS={position}"]
