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


@dataclass(frozen=True)
class AllDay:
    """Whole days: `end` is the first day that no longer belongs to the event."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("an all-day event lasts at least one day")


@dataclass(frozen=True)
class Timed:
    """Wall times in `zone`; `fold` on them tells the second 02:30 of an autumn night."""

    start: datetime
    end: datetime
    zone: Zone

    def __post_init__(self) -> None:
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("wall times carry no offset of their own")
        if self.end_instant < self.start_instant:
            raise ValueError("an event cannot end before it starts")

    @cached_property
    def start_instant(self) -> Instant:
        return instant(self.start, self.zone.tzinfo)

    @cached_property
    def end_instant(self) -> Instant:
        return instant(self.end, self.zone.tzinfo)

    @classmethod
    def at(cls, start: Instant, end: Instant, zone: Zone) -> Timed:
        """The event from `start` to `end` as the clocks of `zone` show it."""
        return cls(wall(start, zone.tzinfo), wall(end, zone.tzinfo), zone)


When = AllDay | Timed


def instant(wall_time: datetime, zone: tzinfo) -> Instant:
    """The instant of a wall time; one in a spring gap is read with the offset before the gap."""
    return wall_time.replace(tzinfo=zone).astimezone(UTC)


def wall(moment: Instant, zone: tzinfo) -> datetime:
    """What the clocks of `zone` show at `moment`, without an offset; `fold` is kept."""
    return moment.astimezone(zone).replace(tzinfo=None)
