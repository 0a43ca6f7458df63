"""Dates and times of iCalendar (RFC 5545 3.3.4, 3.3.5, 3.3.6) ↔ dates and wall times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from icalendar import vDuration

from adapters.contentlines import Line
from adapters.ical.zones import named, tzid
from domain.when import AllDay, Instant, Original, Timed, When, instant, wall
from domain.zone import UTC_ZONE, Zone

FIRST_YEAR, LAST_YEAR = 1601, 4500
"""What Exchange takes for a year; the two ends stand for "none" there."""

_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?", re.ASCII)
_LONGEST = timedelta(days=36_600)
_MIDNIGHT = datetime.min.time()


@dataclass(frozen=True)
class Moment:
    """A wall time and the zone it is read in; `floating` if the file named none."""

    wall: datetime
    zone: Zone
    floating: bool = False


@dataclass
class Clocks:
    """The zones of one file, the person's own for times without one, and what was odd."""

    zone: Zone
    custom: Mapping[str, Zone] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def find(self, tzid: str) -> Zone:
        """The zone of a TZID; one that nobody knows is the person's own, and is noted."""
        found = named(tzid) or self.custom.get(tzid)
        if found:
            return found
        self.note(f"the time zone “{tzid}” is not known; its times were taken as local")
        return self.zone

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def read_time(text: str, tzid: str, clocks: Clocks) -> date | Moment:
    """A DATE or DATE-TIME value; what is neither is a ValueError."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"“{text[:40]}” is no date or time")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if not FIRST_YEAR < year <= LAST_YEAR:
        raise ValueError(f"the year {year} is out of the calendar")
    if found[4] is None:
        return date(year, month, day)
    moment = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 - wall time
    if found[7]:
        return Moment(moment, UTC_ZONE)
    return Moment(moment, clocks.find(tzid)) if tzid else Moment(moment, clocks.zone, True)


def times(line: Line, clocks: Clocks) -> list[date | Moment]:
    """All values of an EXDATE or RDATE; of a period its start."""
    return [
        read_time(part.partition("/")[0], line.param("TZID"), clocks)
        for part in line.value.split(",")
        if part
    ]


def read_instant(line: Line | None) -> Instant | None:
    """The instant in a line such as LAST-MODIFIED, or None if it says nothing sensible."""
    try:
        moment = read_time(line.value, "", Clocks(UTC_ZONE)) if line else None
    except ValueError:
        return None
    if not isinstance(moment, Moment) or moment.wall.year <= 1970:
        return None
    return moment.wall.replace(tzinfo=UTC)


def read_when(
    start: Line, end: Line | None, duration: Line | None, whole_days: bool, clocks: Clocks
) -> When:
    """When an event is, of its DTSTART with DTEND, DURATION or neither (RFC 5545 3.6.1)."""
    begin = read_time(start.value, start.param("TZID"), clocks)
    if isinstance(begin, date):
        return AllDay(begin, max(_last_day(begin, end, duration, clocks), begin + timedelta(1)))
    finish = _finish(begin, end, duration, clocks)
    if whole_days and begin.wall.time() == finish.time() == _MIDNIGHT and finish > begin.wall:
        return AllDay(begin.wall.date(), finish.date())
    return Timed(begin.wall, finish, begin.zone)


def _last_day(begin: date, end: Line | None, duration: Line | None, clocks: Clocks) -> date:
    if end:
        last = read_time(end.value, end.param("TZID"), clocks)
        return last if isinstance(last, date) else last.wall.date()
    return begin + timedelta(days=read_duration(duration.value).days) if duration else begin


def _finish(begin: Moment, end: Line | None, duration: Line | None, clocks: Clocks) -> datetime:
    if end:
        last = read_time(end.value, end.param("TZID"), clocks)
        if isinstance(last, date):
            return datetime.combine(last, _MIDNIGHT)
        if last.zone == begin.zone:
            return last.wall
        return wall(instant(last.wall, last.zone.tzinfo), begin.zone.tzinfo)
    if not duration:
        return begin.wall
    length = read_duration(duration.value)
    if "T" not in duration.value.upper():
        return begin.wall + length
    return wall(instant(begin.wall, begin.zone.tzinfo) + length, begin.zone.tzinfo)


def read_duration(value: str) -> timedelta:
    """A DURATION value; one longer than a century is a ValueError."""
    length: timedelta = vDuration.from_ical(  # type: ignore[no-untyped-call]
        value.strip().upper()
    )
    if abs(length) > _LONGEST:
        raise ValueError(f"“{value[:40]}” is too long a time")
    return length


def read_original(moment: date | Moment, when: When) -> Original:
    """Which start of the series at `when` a RECURRENCE-ID or EXDATE means.

    Sloppy files write a date for a timed series, or a time for whole days.
    """
    if isinstance(when, AllDay):
        return moment if isinstance(moment, date) else moment.wall.date()
    if isinstance(moment, date):
        return datetime.combine(moment, when.start.time())
    if moment.floating or moment.zone == when.zone:
        return moment.wall
    return wall(instant(moment.wall, moment.zone.tzinfo), when.zone.tzinfo)


def write_date(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def write_wall(moment: datetime) -> str:
    return f"{write_date(moment)}T{moment.hour:02}{moment.minute:02}{moment.second:02}"


def write_instant(moment: Instant) -> str:
    return write_wall(moment.astimezone(UTC)) + "Z"


def original_line(name: str, original: Original, when: When) -> Line:
    """A start of the series at `when` as DTSTART, EXDATE or RECURRENCE-ID has it."""
    if not isinstance(original, datetime):
        return Line(name, write_date(original), {"VALUE": ("DATE",)})
    assert isinstance(when, Timed)
    return time_line(name, original, when.zone)


def time_line(name: str, moment: datetime, zone: Zone) -> Line:
    """A wall time in its zone; the second 02:30 of an autumn night has no name but in UTC."""
    if zone == UTC_ZONE or _is_second(moment, zone):
        return Line(name, write_instant(instant(moment, zone.tzinfo)))
    return Line(name, write_wall(moment), {"TZID": (tzid(zone),)})


def _is_second(moment: datetime, zone: Zone) -> bool:
    first, second = (instant(moment.replace(fold=fold), zone.tzinfo) for fold in (0, 1))
    return moment.fold == 1 and first < second
