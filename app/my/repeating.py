"""How a series repeats: in words, and as one of the few choices that a form offers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from app.web.words import Words
from domain.recurrence import (
    DAILY,
    MONTHLY,
    MONTHLY_NTH,
    WEEKLY,
    YEARLY,
    YEARLY_NTH,
    Recurrence,
    complete,
    normal,
)
from domain.steps import weekday_bit
from domain.when import AllDay, Timed, When, instant, wall

CHOICES: Final = {"day": DAILY, "week": WEEKLY, "month": MONTHLY, "year": YEARLY}
NEVER, AS_IS = "never", "as_is"
UNITS: Final = {
    DAILY: "day",
    WEEKLY: "week",
    MONTHLY: "month",
    MONTHLY_NTH: "month",
    YEARLY: "year",
    YEARLY_NTH: "year",
}


def rule_of(choice: str, until: date | None, when: When) -> Recurrence:
    """The rule of a choice: always like its first time."""
    first = _first(when)
    rule = complete(Recurrence(CHOICES[choice]), first)
    return rule if until is None else replace(rule, until=_until(until, when))


def choice_of(rule: Recurrence | None, when: When) -> str:
    """Which choice a rule is; AS_IS for one that no form makes."""
    if rule is None:
        return NEVER
    bare = normal(replace(rule, until=None), _first(when))
    for choice in CHOICES:
        if rule.count is None and bare == normal(rule_of(choice, None, when), _first(when)):
            return choice
    return AS_IS


def last_day(rule: Recurrence | None, when: When) -> date | None:
    """The day on or before which the last time is, if there is one."""
    until = rule.until if rule else None
    if isinstance(until, datetime):
        return wall(until, when.zone.tzinfo).date() if isinstance(when, Timed) else until.date()
    return until


def words_of(rule: Recurrence, when: When, words: Words) -> str:
    """As in "every 2 weeks on Monday, Friday, until 3 May 2026"."""
    parts = [words.number(f"repeats.{UNITS[rule.kind]}", rule.interval or 1)]
    if days := _weekdays(rule, words):
        week = words.text(f"repeats.week_of.{rule.week}") if rule.week else ""
        parts.append(words.text("repeats.on", days=f"{week} {days}".strip()))
    if rule.count is not None:
        parts.append(words.number("repeats.times", rule.count))
    elif (until := last_day(rule, when)) is not None:
        parts.append(words.text("repeats.until", day=words.day(until)))
    return ", ".join(parts)


def _weekdays(rule: Recurrence, words: Words) -> str:
    monday = date(2024, 1, 1)
    days = (monday + timedelta(days=count) for count in range(7))
    return ", ".join(words.weekday(day) for day in days if (rule.days or 0) & weekday_bit(day))


def _until(day: date, when: When) -> date:
    """As it is kept: a date for whole days, else the last moment of that day."""
    if isinstance(when, AllDay):
        return day
    return instant(datetime.combine(day, time(23, 59, 59)), when.zone.tzinfo).astimezone(UTC)


def _first(when: When) -> date:
    return when.start.date() if isinstance(when.start, datetime) else when.start
