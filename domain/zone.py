"""A time zone by name where it has one, else by its own rule.

A phone describes its zone by offsets and two yearly turns (MS-ASDTYPE 2.7.4). Where the rule
belongs to a zone of the IANA database the name is kept; where it does not, the rule is.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

LAST = 5
"""The ordinal that means the last such weekday of the month."""

_DAY = 24 * 60


@dataclass(frozen=True)
class Turn:
    """The yearly moment when clocks are set: the `ordinal`-th (5 = last) weekday of a month.

    `weekday` counts from Sunday = 0. The time is wall time before the change; `hour` 24 is the
    midnight that ends the day. A `year` other than 0 names one date: then `ordinal` is the day of
    the month, and other years turn on the same weekday of that month.
    """

    month: int
    weekday: int
    ordinal: int
    hour: int
    minute: int = 0
    second: int = 0
    year: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.hour <= 24 and 0 <= self.minute < 60 and 0 <= self.second < 60):
            raise ValueError("clocks are set at a time of day")
        if self.hour == 24 and (self.minute or self.second):
            raise ValueError("a day ends at midnight")
        if self.year:
            date(self.year, self.month, self.ordinal)
        elif not (1 <= self.month <= 12 and 0 <= self.weekday < 7 and 1 <= self.ordinal <= LAST):
            raise ValueError("clocks are set on a day of the year")

    def wall_time(self, year: int) -> datetime:
        """The wall time of this turn in `year`, before the clocks are set."""
        day = datetime.combine(self._day(year), datetime.min.time())
        return day + timedelta(hours=self.hour, minutes=self.minute, seconds=self.second)

    def _day(self, year: int) -> date:
        if not self.year:
            return nth_weekday(year, self.month, self.weekday, self.ordinal)
        named = date(self.year, self.month, self.ordinal)
        if year == self.year:
            return named
        is_last = (named + timedelta(days=7)).month != named.month
        ordinal = LAST if is_last else (named.day + 6) // 7
        return nth_weekday(year, self.month, named.isoweekday() % 7, ordinal)


def nth_weekday(year: int, month: int, weekday: int, ordinal: int) -> date:
    """The `ordinal`-th weekday (Sunday = 0) of a month; a fifth that is missing is the last."""
    first = date(year, month, 1)
    day = first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (ordinal - 1))
    return day if day.month == month else day - timedelta(days=7)


@dataclass(frozen=True)
class ZoneRule:
    """Offsets in minutes as MS-ASDTYPE counts them: UTC = local time + bias.

    Only with both turns does the zone know daylight time.
    """

    bias: int
    standard_bias: int = 0
    daylight_bias: int = 0
    to_standard: Turn | None = None
    to_daylight: Turn | None = None
    standard_name: str = ""
    daylight_name: str = ""

    def __post_init__(self) -> None:
        biases = (self.bias, self.bias + self.standard_bias, self.bias + self.daylight_bias)
        if not all(-_DAY < bias < _DAY for bias in biases):
            raise ValueError("a zone is less than a day away from UTC")

    @cached_property
    def nameless(self) -> ZoneRule:
        """The rule alone: two zones that only call it differently keep the same time."""
        return replace(self, standard_name="", daylight_name="")


@dataclass(frozen=True)
class Zone:
    """`name` is an IANA name, or empty when only the `rule` is known."""

    name: str = ""
    rule: ZoneRule | None = None

    def __post_init__(self) -> None:
        if bool(self.name) == (self.rule is not None):
            raise ValueError("a zone has either a name or a rule")

    @cached_property
    def tzinfo(self) -> tzinfo:
        """The clocks of this zone; the same object for equal zones."""
        return _named(self.name) if self.rule is None else _ruled(self.rule)


@dataclass(frozen=True)
class _Changes:
    """The changes around a year, in order: when in UTC, when on the wall, and what holds then.

    `walls[fold]` is the wall time from which the new offset holds for times with that `fold`
    (PEP 495); `offsets` has one entry more, for the time before the first change.
    """

    utc: list[datetime]
    walls: tuple[list[datetime], list[datetime]]
    offsets: list[timedelta]


class RuleZone(tzinfo):
    """Python's view of a rule: two offsets and the turns between them."""

    def __init__(self, rule: ZoneRule) -> None:
        self.rule = rule
        self._standard = timedelta(minutes=-rule.bias - rule.standard_bias)
        self._daylight = timedelta(minutes=-rule.bias - rule.daylight_bias)
        self._years: dict[int, _Changes] = {}

    def utcoffset(self, dt: datetime | None) -> timedelta:
        if dt is None or self.rule.to_standard is None or self.rule.to_daylight is None:
            return self._standard
        changes = self._around(dt.year)
        return changes.offsets[bisect_right(changes.walls[dt.fold], dt.replace(tzinfo=None))]

    def dst(self, dt: datetime | None) -> timedelta:
        return self.utcoffset(dt) - self._standard

    def tzname(self, dt: datetime | None) -> str:
        return self.rule.daylight_name if self.dst(dt) else self.rule.standard_name

    def fromutc(self, dt: datetime) -> datetime:
        moment = dt.replace(tzinfo=None, fold=0)
        changes = self._around(moment.year)
        at = bisect_right(changes.utc, moment)
        offset = changes.offsets[at]
        repeated = at > 0 and moment < changes.utc[at - 1] + changes.offsets[at - 1] - offset
        return (moment + offset).replace(tzinfo=self, fold=int(repeated))

    def _around(self, year: int) -> _Changes:
        if year not in self._years:
            self._years[year] = self._changes(range(max(1, year - 1), min(9998, year + 1) + 1))
        return self._years[year]

    def _changes(self, years: range) -> _Changes:
        rule = self.rule
        if rule.to_standard is None or rule.to_daylight is None:
            return _Changes([], ([], []), [self._standard])
        turns = [(rule.to_daylight, self._standard, self._daylight)]
        turns.append((rule.to_standard, self._daylight, self._standard))
        changes = sorted(
            (turn.wall_time(year) - before, before, after)
            for year in years
            for turn, before, after in turns
        )
        later = [utc + max(before, after) for utc, before, after in changes]
        earlier = [utc + min(before, after) for utc, before, after in changes]
        offsets = [changes[0][1], *(after for _, _, after in changes)]
        return _Changes([utc for utc, _, _ in changes], (later, earlier), offsets)


@lru_cache(maxsize=1024)
def _named(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=1024)
def _ruled(rule: ZoneRule) -> RuleZone:
    return RuleZone(rule)


UTC_ZONE = Zone("Etc/UTC")

__all__ = ["LAST", "UTC", "UTC_ZONE", "RuleZone", "Turn", "Zone", "ZoneRule", "nth_weekday"]
