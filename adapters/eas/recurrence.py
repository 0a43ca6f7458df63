"""The Recurrence element (MS-ASCAL 2.2.2.37): how a series repeats, there and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from adapters.eas.calendar_forms import Form, Scope, flag, number
from adapters.eas.calendar_times import beginning
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.moments import compact, parse_moment
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from adapters.wbxml.codepages import available
from domain.patch import CLEARED
from domain.recurrence import (
    DAILY,
    MONTHLY,
    MONTHLY_NTH,
    WEEKLY,
    YEARLY,
    YEARLY_NTH,
    InvalidRecurrence,
    Recurrence,
    check,
    complete,
    normal,
)
from domain.when import AllDay, Instant, Timed, When, wall

NUMBERS = {
    "interval": ("calendar:Interval", 0, 999),
    "count": ("calendar:Occurrences", 1, 999),
    "days": ("calendar:DayOfWeek", 1, 127),
    "day_of_month": ("calendar:DayOfMonth", 1, 31),
    "week": ("calendar:WeekOfMonth", 1, 5),
    "month": ("calendar:MonthOfYear", 1, 12),
    "calendar_type": ("calendar:CalendarType", 0, 23),
    "first_day": ("calendar:FirstDayOfWeek", 0, 6),
}
"""Our names for the numbers in a Recurrence, their elements and their bounds."""

GREGORIAN, MONDAY = 1, 1
TYPED_BY_CALENDAR = (MONTHLY, MONTHLY_NTH, YEARLY, YEARLY_NTH)

SINCE = {
    "calendar_type": Version.V14_0,
    "leap_month": Version.V14_0,
    "first_day": Version.V14_1,
}
"""What older devices cannot say, so that their silence about it means nothing."""


class Pattern(Form):
    """Replaced as a whole by every request that carries it; empty makes a single event."""

    def read(self, element: Element, scope: Scope) -> Any:
        if not element.children:
            return CLEARED
        rule = complete(_told(element, scope), _first(scope.when))
        try:
            check(rule)
        except InvalidRecurrence as error:
            raise Unconvertible(error.reason) from error
        return rule

    def write(self, tag: str, value: Any, dialect: Dialect) -> list[Element]:
        return [E(tag, *_children(value, dialect))]

    def same(self, mine: Any, theirs: Any, scope: Scope) -> bool:
        if mine is CLEARED or theirs is CLEARED:
            return mine is theirs
        return _meaning(mine, scope.when) == _meaning(theirs, scope.when)


def _first(when: When) -> date:
    return when.start.date() if isinstance(when, Timed) else when.start


def _meaning(rule: Recurrence, when: When) -> Recurrence:
    """The rule to compare by: an Until is any instant of its day (MS-ASCAL 2.2.2.45)."""
    until = rule.until
    if isinstance(until, datetime) and isinstance(when, Timed):
        rule = replace(rule, until=wall(until, when.zone.tzinfo).date())
    return normal(rule, _first(when))


def _told(element: Element, scope: Scope) -> Recurrence:
    before = scope.base.get("recurrence")
    kind = _kind(element, before, scope.dialect)
    if len(element.find_all("calendar:CalendarType")) > 1:
        raise Unconvertible("two calendar types in one recurrence")
    numbers = {
        name: number(text, lowest, highest)
        for name, (tag, lowest, highest) in NUMBERS.items()
        if (text := element.text_of(tag, ""))
    }
    leap = element.find("calendar:IsLeapMonth")
    until = element.text_of("calendar:Until", "")
    told = Recurrence(
        kind,
        **{**numbers, "interval": numbers.get("interval") or 1},
        until=_until(parse_moment(until), scope) if until and "count" not in numbers else None,
        leap_month=None if leap is None else flag(leap),
    )
    return _with_unsaid(told, before, scope.dialect)


def _kind(element: Element, before: Recurrence | None, dialect: Dialect) -> int:
    text = element.text_of("calendar:Type", "")
    if text:
        return number(text, 0, 6)
    if before is None or dialect.version < Version.V16_0:
        raise Unconvertible("a recurrence without a type")
    return before.kind


def _until(at: Instant | None, scope: Scope) -> date | Instant | None:
    return scope.last_day(at) if at and isinstance(scope.when, AllDay) else at


def _with_unsaid(told: Recurrence, before: Recurrence | None, dialect: Dialect) -> Recurrence:
    """`told` with what this version has no words for, as long as the kind of rule stays."""
    if before is None or before.kind != told.kind:
        return told
    unsaid = {
        name: getattr(before, name) for name, since in SINCE.items() if dialect.version < since
    }
    return replace(told, **unsaid)


def _children(rule: Recurrence, dialect: Dialect) -> list[Element]:
    weekly = rule.kind == WEEKLY or (rule.kind == DAILY and rule.days is not None)
    first_day = MONDAY if rule.first_day is None and weekly else rule.first_day
    calendar_type = rule.calendar_type
    if calendar_type is None and rule.kind in TYPED_BY_CALENDAR:
        calendar_type = GREGORIAN
    said = {
        "calendar:Type": rule.kind,
        "calendar:Interval": rule.interval,
        "calendar:Occurrences": rule.count,
        "calendar:Until": _write_until(rule, dialect),
        "calendar:DayOfWeek": rule.days,
        "calendar:DayOfMonth": rule.day_of_month,
        "calendar:WeekOfMonth": rule.week,
        "calendar:MonthOfYear": rule.month,
        "calendar:CalendarType": calendar_type,
        "calendar:IsLeapMonth": rule.leap_month,
        "calendar:FirstDayOfWeek": first_day,
    }
    version = dialect.version.text
    return [
        E(tag, value)
        for tag, value in said.items()
        if value is not None and available(tag, version)
    ]


def _write_until(rule: Recurrence, dialect: Dialect) -> str | None:
    until = rule.until
    if until is None or rule.count is not None:
        return None
    if isinstance(until, datetime):
        return compact(until)
    return compact(beginning(until, dialect))
