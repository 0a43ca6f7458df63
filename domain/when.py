"""Time is typed: dates, wall times with a zone, and instants are different things.

An all-day event is a pair of dates. A timed event is wall time plus the zone it repeats in.
An instant exists only on the wire and in the log. A birthday is a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property

from domain.zone import Zone

Instant = datetime
"""An aware datetime in UTC."""

Original = date | datetime
"""The original start of an occurrence in its series: a date (all-day) or a wall time (timed)."""

FIRST_DAY = date(1601, 1, 1)
LAST_DAY = date(4500, 12, 31)
"""The calendar that phones know: beyond it lie the dates that stand for "none"."""


@dataclass(frozen=True)
class AllDay:
    """Whole days: `end` is the first day that no longer belongs to the event."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("an all-day event lasts at least one day")
        _expect_known(self.start, self.end)


@dataclass(frozen=True, eq=False)
class Timed:
    """Wall times in `zone`; `fold` on them tells the second 02:30 of an autumn night.

    Equal are events with the same wall times in the same zone at the same instants: Python alone
    would take the two 02:30 of that night for one.
    """

    start: datetime
    end: datetime
    zone: Zone

    def __post_init__(self) -> None:
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("wall times carry no offset of their own")
        _expect_known(self.start.date(), self.end.date())
        if self.end_instant < self.start_instant:
            raise ValueError("an event cannot end before it starts")

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Timed) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.start, self.end, self.zone))

    @cached_property
    def start_instant(self) -> Instant:
        return instant(self.start, self.zone.tzinfo)

    @cached_property
    def end_instant(self) -> Instant:
        return instant(self.end, self.zone.tzinfo)

    @property
    def _key(self) -> tuple[object, ...]:
        return self.start, self.end, self.zone, self.start_instant, self.end_instant

    @classmethod
    def at(cls, start: Instant, end: Instant, zone: Zone) -> Timed:
        """The event from `start` to `end` as the clocks of `zone` show it."""
        return cls(wall(start, zone.tzinfo), wall(end, zone.tzinfo), zone)


When = AllDay | Timed


def instant(wall_time: datetime, zone: tzinfo) -> Instant:
    """The instant of a wall time; one in a spring gap moves forward (RFC 5545 3.3.5)."""
    first = wall_time.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if not wall_time.fold:
        return first
    return max(first, wall_time.replace(tzinfo=zone).astimezone(UTC))


def wall(moment: Instant, zone: tzinfo) -> datetime:
    """What the clocks of `zone` show at `moment`, without an offset; `fold` is kept."""
    return moment.astimezone(zone).replace(tzinfo=None)


def _expect_known(start: date, end: date) -> None:
    if start < FIRST_DAY or end > LAST_DAY:
        raise ValueError("an event lies between the years 1601 and 4500")
