"""When an appointment is, between the wire and the domain (MS-ASCAL 2.2.2.1, 2.2.2.20, 2.2.2.42).

Timed events are instants in every version. An all-day event is local midnight written as an
instant up to 14.1, and a date in the clothes of an instant since 16.0. Which of both a request
speaks, and in which zone, is decided once and kept in a Reckoning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from adapters.eas.calendar_forms import flag, moment_in
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.moments import compact
from adapters.eas.recognition import recognise
from adapters.eas.timezone import (
    all_day_dates,
    day_begins,
    day_meant,
    read_blob,
    write_blob,
)
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.patch import Values
from domain.series import converted
from domain.when import (
    FIRST_DAY,
    LAST_DAY,
    AllDay,
    Instant,
    Original,
    Timed,
    When,
    instant,
    wall,
)
from domain.zone import UTC_ZONE, Zone

HALF_HOUR = timedelta(minutes=30)
ONE_DAY = timedelta(days=1)
MARGIN = timedelta(days=3)
"""How far the zones of two phones can move a day of an event."""


@dataclass(frozen=True)
class Reckoning:
    """How the instants of one request become dates and wall times.

    `zone` is the zone of the request's blob, else the stored one, else the person's. `floating`
    says that all-day events are dates without a zone (16.x).
    """

    zone: Zone
    person: Zone
    floating: bool

    @classmethod
    def stored(cls, when: When, dialect: Dialect) -> Reckoning:
        """For a request that says nothing about zones."""
        zone = when.zone if isinstance(when, Timed) else dialect.zone
        return cls(zone, dialect.zone, dialect.version >= Version.V16_0)

    def day(self, at: Instant) -> date:
        """The date that an all-day event means with this instant."""
        if self.floating and at.time() == time():
            return at.date()
        return day_meant(at, self.zone, self.person)

    def last_day(self, at: Instant) -> date:
        """The date of an Until, which may be any instant of that day (MS-ASCAL 2.2.2.45)."""
        local = wall(at, self.zone.tzinfo)
        if time() in (at.time(), local.time()):
            return self.day(at)
        return at.date() if self.floating else local.date()

    def span(self, start: Instant, end: Instant, all_day: bool) -> When:
        """From `start` to `end`, which must not lie before it.

        What a phone elsewhere would take for "no date" is refused.
        """
        if end < start:
            raise Unconvertible("the end lies before the start")
        if start.date() < FIRST_DAY + MARGIN or end.date() > LAST_DAY - MARGIN:
            raise Unconvertible("an event at the end of the calendar")
        try:
            return self._days(start, end) if all_day else Timed.at(start, end, self.zone)
        except ValueError as error:
            raise Unconvertible(str(error)) from error

    def _days(self, start: Instant, end: Instant) -> AllDay:
        if self.floating and start.time() == time():
            return AllDay(start.date(), max(self.day(end), start.date() + ONE_DAY))
        return all_day_dates(start, end, self.zone, self.person)


def instants(when: When, dialect: Dialect) -> tuple[Instant, Instant]:
    """StartTime and EndTime as this device has to be sent them."""
    if isinstance(when, Timed):
        return when.start_instant, when.end_instant
    return beginning(when.start, dialect), beginning(when.end, dialect)


def beginning(day: date, dialect: Dialect) -> Instant:
    """How this device has to be told of a day: since 16.0 its date is all that counts."""
    return day_begins(day, UTC_ZONE if dialect.version >= Version.V16_0 else dialect.zone)


def original_instant(original: Original, when: When, dialect: Dialect) -> Instant:
    """ExceptionStartTime or InstanceId of an occurrence, in the form of the master's StartTime."""
    if isinstance(when, Timed) and isinstance(original, datetime):
        return instant(original, when.zone.tzinfo)
    return beginning(original.date() if isinstance(original, datetime) else original, dialect)


def write_span(when: When, dialect: Dialect) -> list[Element]:
    """StartTime, EndTime, AllDayEvent, in the only order every known phone understands."""
    start, end = instants(when, dialect)
    return [
        E("calendar:StartTime", compact(start)),
        E("calendar:EndTime", compact(end)),
        E("calendar:AllDayEvent", isinstance(when, AllDay)),
    ]


def write_zone(values: Values, dialect: Dialect) -> list[Element]:
    """Timezone: on every timed event; on an all-day event only up to 14.1 (MS-ASCAL 2.2.2.44)."""
    when = values["when"]
    if isinstance(when, Timed):
        return [E("calendar:Timezone", write_blob(when.zone, _rule_year(values)))]
    if dialect.version >= Version.V16_0:
        return []
    return [E("calendar:Timezone", write_blob(dialect.zone, _rule_year(values)))]


def _rule_year(values: Values) -> date:
    """A blob holds the rules of one year: for a series that of its last edit, if later."""
    when: When = values["when"]
    stamp: Instant | None = values.get("stamp")
    start = when.start.date() if isinstance(when, Timed) else when.start
    if "recurrence" in values and stamp is not None:
        return max(start, stamp.date())
    return start


def read_added(data: Element, dialect: Dialect, now: Instant) -> tuple[When, Reckoning]:
    """When a new appointment is; missing ends are filled as MS-ASCAL 3.2.4.4 says."""
    all_day = said_all_day(data) or False
    start, end = moment_of(data, "calendar:StartTime"), moment_of(data, "calendar:EndTime")
    reckoning = _reckoning(data, dialect, None, all_day, start or end or now)
    if all_day:
        start = start or (end - ONE_DAY if end else _today(now, dialect))
        return reckoning.span(start, end or start + ONE_DAY, True), reckoning
    return reckoning.span(*_filled(start, end, now), all_day=False), reckoning


def read_changed(data: Element, dialect: Dialect, base: Values) -> tuple[When, Reckoning]:
    """When a known appointment is after a Change: what is not said stays."""
    stored: When = base["when"]
    start, end = moment_of(data, "calendar:StartTime"), moment_of(data, "calendar:EndTime")
    all_day = _all_day(data, dialect, stored)
    reckoning = _reckoning(data, dialect, stored, all_day, start or instants(stored, dialect)[0])
    if isinstance(stored, AllDay) and all_day and start is None and end is None:
        return stored, reckoning
    if start is None and end is not None and dialect.version < Version.V16_0:
        raise Unconvertible("EndTime without StartTime")
    kept = instants(converted(stored, all_day, reckoning.zone), dialect)
    when = reckoning.span(start or kept[0], end or kept[1], all_day)
    return when, reckoning


def same_time(mine: When, theirs: When, series: bool) -> bool:
    """A single event is its instants; a series is also the zone it repeats in."""
    if isinstance(mine, Timed) and isinstance(theirs, Timed) and not series:
        return (mine.start_instant, mine.end_instant) == (theirs.start_instant, theirs.end_instant)
    return mine == theirs


def said_all_day(data: Element) -> bool | None:
    """AllDayEvent, None if it is not there; a number, so that empty it is cleared (2.2.2.1)."""
    element = data.find("calendar:AllDayEvent")
    return None if element is None else bool(element.value) and flag(element)


def _all_day(data: Element, dialect: Dialect, stored: When) -> bool:
    said = said_all_day(data)
    if said is not None:
        return said
    whole = dialect.version < Version.V16_0 and data.find("calendar:StartTime") is not None
    return isinstance(stored, AllDay) and not whole


def _reckoning(
    data: Element, dialect: Dialect, stored: When | None, all_day: bool, at: Instant
) -> Reckoning:
    floating = dialect.version >= Version.V16_0
    known = stored.zone if isinstance(stored, Timed) else dialect.zone
    blob = "" if all_day and floating else data.text_of("calendar:Timezone", "")
    zone = _zone(blob, at, known, dialect.zone) if blob else known
    return Reckoning(zone, dialect.zone, floating)


def _zone(blob: str, at: Instant, known: Zone, person: Zone) -> Zone:
    return recognise(read_blob(blob), at.date(), (known, person))


def _filled(start: Instant | None, end: Instant | None, now: Instant) -> tuple[Instant, Instant]:
    rounded = _next_half_hour(now)
    if start is not None and end is not None:
        return start, end
    if start is None and end is None:
        return rounded, rounded + HALF_HOUR
    if start is None and end is not None and end >= rounded:
        return rounded, end
    if end is None and start is not None and start <= now:
        return start, rounded + HALF_HOUR
    raise Unconvertible("half of the time is missing and cannot be guessed")


def _next_half_hour(now: Instant) -> Instant:
    past = timedelta(minutes=now.minute % 30, seconds=now.second, microseconds=now.microsecond)
    return now - past + HALF_HOUR if past else now


def _today(now: Instant, dialect: Dialect) -> Instant:
    return beginning(wall(now, dialect.zone.tzinfo).date(), dialect)


def moment_of(data: Element, tag: str) -> Instant | None:
    return moment_in(data.find(tag))
