"""RRULE (RFC 5545 3.3.10, RFC 7529) ↔ Recurrence (MS-ASCAL 2.2.2.37).

The two differ in what a short month does to day 29, 30 or 31: RRULE skips it, an Exchange series
takes the last day. So such a day is written as `BYMONTHDAY=28,…,d;BYSETPOS=-1`, which says what
Exchange means, and is understood in that form. Where a rule only resembles a pattern (RRULE's
own day 31) `pattern` still names it; `series.py` compares the dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from adapters.ical.times import Clocks, read_time
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

DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
LISTS = {
    "BYMONTH": 12,
    "BYMONTHDAY": 31,
    "BYYEARDAY": 366,
    "BYWEEKNO": 53,
    "BYSETPOS": 366,
    "BYHOUR": 23,
    "BYMINUTE": 59,
    "BYSECOND": 59,
}
"""The lists of numbers in a rule, and how far from zero they may go."""

SCALES = {6: "ISLAMIC-CIVIL", 8: "HEBREW", 14: "CHINESE", 15: "CHINESE", 20: "DANGI"}
"""CalendarType of the lunar calendars (MS-ASCAL 2.2.2.10) → RSCALE (RFC 7529)."""

_LUNAR = {scale: number for number, scale in SCALES.items()} | {"CHINESE": 15}
_LONGEST_COUNT = 999
_WIDEST = 10_000


@dataclass(frozen=True)
class Rule:
    """A RRULE as it was read. Days are (ordinal or 0, weekday from Sunday = 0) pairs."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    week_start: int | None = None
    by: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    days: tuple[tuple[int, int], ...] = ()
    scale: str = ""
    leap: bool = False
    clips: bool = False

    @property
    def mask(self) -> int:
        """Its weekdays as a bit mask from Sunday = 1."""
        return sum({1 << day for _, day in self.days})

    @property
    def finite(self) -> bool:
        return self.count is not None or self.until is not None


def parse(value: str, when: When, clocks: Clocks) -> Rule:
    """The rule in a RRULE value of a series that begins at `when`; nonsense is a ValueError."""
    parts = dict(part.partition("=")[::2] for part in value.strip().upper().split(";") if part)
    frequency = parts.get("FREQ", "")
    if frequency not in FREQUENCIES:
        raise ValueError(f"a series cannot repeat “{frequency}”")
    months = parts.get("BYMONTH", "")
    parts["BYMONTH"] = months.removesuffix("L")
    by = {name: numbers for name in LISTS if (numbers := _numbers(name, parts.get(name, "")))}
    return Rule(
        frequency,
        _number(parts.get("INTERVAL", "1"), _WIDEST) or 1,
        _number(parts["COUNT"], _WIDEST) if "COUNT" in parts else None,
        _until(parts["UNTIL"], when, clocks) if "UNTIL" in parts else None,
        DAYS.index(parts["WKST"]) if parts.get("WKST") in DAYS else None,
        by,
        tuple(map(_day, filter(None, parts.get("BYDAY", "").split(",")))),
        "" if parts.get("RSCALE") == "GREGORIAN" else parts.get("RSCALE", ""),
        months.endswith("L"),
        parts.get("SKIP") == "BACKWARD",
    )


def _number(text: str, most: int) -> int:
    number = int(text) if text.strip("+-").isdecimal() and text.isascii() else most + 1
    if not -most <= number <= most:
        raise ValueError(f"“{text[:20]}” is no number a series can have")
    return number


def _numbers(name: str, text: str) -> tuple[int, ...]:
    return tuple(sorted({_number(part, LISTS[name]) for part in text.split(",") if part}))


def _day(text: str) -> tuple[int, int]:
    text = text.strip()
    if text[-2:] not in DAYS:
        raise ValueError(f"“{text[:20]}” is no day of the week")
    return (_number(text[:-2], 53) if text[:-2] else 0), DAYS.index(text[-2:])


def _until(text: str, when: When, clocks: Clocks) -> datetime:
    """The last wall time that belongs to the series; a date means all of that day."""
    end = read_time(text, "", clocks)
    if isinstance(end, date):
        return datetime.combine(end, time.max)
    if isinstance(when, AllDay):
        return datetime.combine(end.wall.date(), time.max)
    if not end.floating:
        return wall(instant(end.wall, end.zone.tzinfo), when.zone.tzinfo)
    return end.wall


def pattern(rule: Rule, start: datetime) -> Recurrence | None:
    """The Exchange pattern of a rule that begins at `start`, or None if it has none."""
    rule = _plain(rule, start)
    if rule.scale:
        return _lunar(rule, start)
    found = _PATTERNS[rule.frequency](rule, start) if rule.frequency in _PATTERNS else None
    if found is None:
        return None
    first_day = rule.week_start
    if found.kind == WEEKLY and found.interval > 1 and first_day is None:
        first_day = 1
    return replace(found, first_day=first_day)


def _plain(rule: Rule, start: datetime) -> Rule:
    """The rule without parts that say nothing, in the frequency that says it shortest."""
    same = {"BYHOUR": start.hour, "BYMINUTE": start.minute, "BYSECOND": start.second}
    by = {name: numbers for name, numbers in rule.by.items() if numbers != (same.get(name),)}
    months = by.get("BYMONTH", ())
    if rule.frequency != "YEARLY" and len(months) == 12:
        del by["BYMONTH"]
    if rule.frequency == "YEARLY" and rule.interval == 1 and len(months) > 1:
        step = 12 // len(months)
        if months == tuple(range(months[0], 13, step)) and start.month in months:
            del by["BYMONTH"]
            return replace(rule, frequency="MONTHLY", interval=step, by=by)
    return replace(rule, by=by)


def _daily(rule: Rule, start: datetime) -> Recurrence | None:
    if rule.by or any(ordinal for ordinal, _ in rule.days):
        return None
    if not rule.days:
        return Recurrence(DAILY, rule.interval)
    return Recurrence(WEEKLY, days=rule.mask) if rule.interval == 1 else None


def _weekly(rule: Rule, start: datetime) -> Recurrence | None:
    if rule.by or any(ordinal for ordinal, _ in rule.days):
        return None
    return Recurrence(WEEKLY, rule.interval, days=rule.mask or 1 << start.isoweekday() % 7)


def _monthly(rule: Rule, start: datetime) -> Recurrence | None:
    if rule.by.keys() - {"BYMONTHDAY", "BYSETPOS"}:
        return None
    if nth := _nth(rule):
        return Recurrence(MONTHLY_NTH, rule.interval, days=nth[0], week=nth[1])
    day = _day_of_month(rule, start)
    return Recurrence(MONTHLY, rule.interval, day_of_month=day) if day else None


def _yearly(rule: Rule, start: datetime) -> Recurrence | None:
    if rule.by.keys() - {"BYMONTH", "BYMONTHDAY", "BYSETPOS"}:
        return None
    months = rule.by.get("BYMONTH", ())
    if len(months) > 1 or (not months and (rule.days or "BYMONTHDAY" in rule.by)):
        return None
    month = months[0] if months else start.month
    if nth := _nth(rule):
        return Recurrence(YEARLY_NTH, rule.interval, days=nth[0], week=nth[1], month=month)
    day = _day_of_month(rule, start)
    return Recurrence(YEARLY, rule.interval, day_of_month=day, month=month) if day else None


_PATTERNS: dict[str, Callable[[Rule, datetime], Recurrence | None]] = {
    "DAILY": _daily,
    "WEEKLY": _weekly,
    "MONTHLY": _monthly,
    "YEARLY": _yearly,
}


def _nth(rule: Rule) -> tuple[int, int] | None:
    """Days and week of “the n-th such day of the month”: 1 to 4, or 5 for the last."""
    of_month, positions = rule.by.get("BYMONTHDAY", ()), rule.by.get("BYSETPOS", ())
    ordinals = {ordinal for ordinal, _ in rule.days}
    if not rule.days:
        return (EVERY_DAY, 5) if of_month == (-1,) and not positions else None
    if of_month:
        week = (of_month[0] + 6) // 7
        is_week = of_month == tuple(range(7 * week - 6, 7 * week + 1)) and week <= 4
        return (rule.mask, week) if is_week and len(rule.days) == 1 and ordinals == {0} else None
    if positions:
        only = positions[0] if len(positions) == 1 and ordinals == {0} else 0
    else:
        only = next(iter(ordinals)) if len(rule.days) == 1 else 0
    return (rule.mask, 5 if only == -1 else only) if only in (-1, 1, 2, 3, 4) else None


def _day_of_month(rule: Rule, start: datetime) -> int | None:
    """The day of a rule that names one, or says in the way of this file that it clips."""
    if rule.days:
        return None
    days, positions = rule.by.get("BYMONTHDAY", ()), rule.by.get("BYSETPOS", ())
    if positions:
        clipped = positions == (-1,) and len(days) > 1 and days == tuple(range(28, days[-1] + 1))
        return days[-1] if clipped else None
    if not days:
        return start.day
    return days[0] if len(days) == 1 and days[0] > 0 else None


def clips(rule: Rule) -> bool:
    """Whether the rule itself puts day 29 to 31 on the last day of a shorter month."""
    return rule.clips or "BYSETPOS" in rule.by


def _lunar(rule: Rule, start: datetime) -> Recurrence | None:
    """Of the lunar calendars a rule that names all its parts, kept as it came."""
    number, by = _LUNAR.get(rule.scale), rule.by
    made = _PATTERNS[rule.frequency](rule, start) if rule.frequency in _PATTERNS else None
    named = made and (made.kind == MONTHLY_NTH or "BYMONTHDAY" in by or made.kind == YEARLY_NTH)
    if number is None or made is None or not named:
        return None
    return replace(made, calendar_type=number, leap_month=rule.leap or None)


def bounded(found: Recurrence, rule: Rule, when: When) -> Recurrence:
    """The pattern with the end of its rule; more than 999 occurrences cannot be counted."""
    if rule.count is not None and rule.count <= _LONGEST_COUNT:
        return replace(found, count=max(rule.count, 1))
    return replace(found, until=last_start(rule.until, when)) if rule.until else found


def last_start(until: datetime, when: When) -> date | datetime:
    """An `until` for Exchange, to which a time on the last day means all of that day."""
    if isinstance(when, AllDay):
        return until.date()
    day = until.date()
    if until.time() < when.start.time():
        day -= timedelta(days=1)
    if day == until.date() and until.time() != time.max:
        return instant(until, when.zone.tzinfo)
    return instant(datetime.combine(day, when.start.time()), when.zone.tzinfo)
