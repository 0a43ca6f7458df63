"""The days of a repeating pattern, period by period, so that any period can be reached at once."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Protocol

from domain.when import LAST_DAY
from domain.zone import LAST


class Steps(Protocol):
    """A pattern cut into periods, numbered from the one that holds the start."""

    def index(self, day: date) -> int:
        """The number of the period that holds `day`, or of the last one before it."""

    def begin(self, index: int) -> date:
        """The first day of a period."""

    def days(self, index: int) -> list[date]:
        """The days of a period on which something happens, in order."""


@dataclass(frozen=True)
class DaySteps:
    """Periods of `length` days from `origin`, each with its days at `offsets`."""

    origin: date
    length: int
    offsets: tuple[int, ...] = (0,)

    def index(self, day: date) -> int:
        return (day - self.origin).days // self.length

    def begin(self, index: int) -> date:
        return self.origin + timedelta(days=index * self.length)

    def days(self, index: int) -> list[date]:
        return [self.begin(index) + timedelta(days=offset) for offset in self.offsets]


@dataclass(frozen=True)
class MonthSteps:
    """Periods of `length` months from `origin`, each with one day in its first month.

    The day is `day_of_month`, clipped to the end of a shorter month as Exchange does; or, without
    one, the `week`-th of the weekdays in the mask `mask`.
    """

    origin: date
    length: int
    day_of_month: int | None = None
    mask: int = 127
    week: int = 1

    def index(self, day: date) -> int:
        months = (day.year - self.origin.year) * 12 + day.month - self.origin.month
        return months // self.length

    def begin(self, index: int) -> date:
        months = self.origin.year * 12 + self.origin.month - 1 + index * self.length
        return date(months // 12, months % 12 + 1, 1)

    def days(self, index: int) -> list[date]:
        first = self.begin(index)
        last = monthrange(first.year, first.month)[1]
        if self.day_of_month is not None:
            return [first.replace(day=min(self.day_of_month, last))]
        matching = [day for day in range(1, last + 1) if in_mask(first.replace(day=day), self.mask)]
        if not matching:
            return []
        nth = len(matching) if self.week == LAST else min(self.week, len(matching))
        return [first.replace(day=matching[nth - 1])]


def in_mask(day: date, mask: int) -> bool:
    """Whether the weekday of `day` is in a mask that counts Sunday as 1, Monday as 2, …"""
    return bool(mask & weekday_bit(day))


def weekday_bit(day: date) -> int:
    """The weekday of `day` as a mask of one bit, Sunday = 1."""
    return 1 << day.isoweekday() % 7


def walk(steps: Steps, start: date) -> Iterator[date]:
    """Every day of the pattern from `start` on, to the end of the known calendar."""
    for index in count(max(0, steps.index(start))):
        if steps.begin(index) > LAST_DAY:
            return
        yield from (day for day in steps.days(index) if day >= start)


def last_until(steps: Steps, start: date, limit: date) -> date | None:
    """The last day of the pattern from `start` up to `limit`, found without walking there."""
    index = steps.index(limit)
    nearby = [day for at in (index - 1, index) if at >= 0 for day in steps.days(at)]
    return max((day for day in nearby if start <= day <= limit), default=None)
