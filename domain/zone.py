"""A time zone by name where it has one, else by its own rule.

A phone describes its zone by offsets and two yearly turns (MS-ASDTYPE 2.7.6). Where the rule
belongs to a zone of the IANA database the name is kept; where it does not, the rule is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Turn:
    """The yearly moment when clocks are set: the `ordinal`-th (5 = last) weekday of a month.

    `weekday` counts from Sunday = 0. The time is wall time before the change. A `year` other
    than 0 names one date: then `ordinal` is the day of the month.
    """

    month: int
    weekday: int
    ordinal: int
    hour: int
    minute: int = 0
    second: int = 0
    year: int = 0

    def wall_time(self, year: int) -> datetime:
        """The wall time of this turn in `year`, before the clocks are set."""
        return datetime.combine(self._day(year), datetime.min.time()) + timedelta(
            hours=self.hour, minutes=self.minute, seconds=self.second
        )

    def _day(self, year: int) -> date:
        if self.year:
            return date(year, self.month, min(self.ordinal, 28))
        first = date(year, self.month, 1)
        day = 1 + (self.weekday - first.isoweekday()) % 7 + 7 * (self.ordinal - 1)
        while True:
            try:
                return first.replace(day=day)
            except ValueError:
                day -= 7


@dataclass(frozen=True)
class ZoneRule:
    """Offsets in minutes as MS-ASDTYPE counts them: UTC = local time + bias."""

    bias: int
    standard_bias: int = 0
    daylight_bias: int = 0
    to_standard: Turn | None = None
    to_daylight: Turn | None = None
    standard_name: str = ""
    daylight_name: str = ""


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
        return ZoneInfo(self.name) if self.rule is None else RuleZone(self.rule)


class RuleZone(tzinfo):
    """Python's view of a rule: two offsets and the turns between them."""

    def __init__(self, rule: ZoneRule) -> None:
        self.rule = rule

    def utcoffset(self, dt: datetime | None) -> timedelta:
        return timedelta(minutes=-self.rule.bias - self._extra(dt))

    def dst(self, dt: datetime | None) -> timedelta:
        return timedelta(minutes=-(self._extra(dt) - self.rule.standard_bias))

    def tzname(self, dt: datetime | None) -> str:
        return self.rule.daylight_name if self._in_daylight(dt) else self.rule.standard_name

    def fromutc(self, dt: datetime) -> datetime:
        moment = dt.replace(tzinfo=None)
        for extra in (self.rule.daylight_bias, self.rule.standard_bias):
            local = moment - timedelta(minutes=self.rule.bias + extra)
            for fold in (0, 1):
                candidate = local.replace(tzinfo=self, fold=fold)
                if self._extra(candidate) == extra:
                    return candidate
        return local.replace(tzinfo=self)

    def _extra(self, dt: datetime | None) -> int:
        return self.rule.daylight_bias if self._in_daylight(dt) else self.rule.standard_bias

    def _in_daylight(self, dt: datetime | None) -> bool:
        rule = self.rule
        if dt is None or rule.to_standard is None or rule.to_daylight is None:
            return False
        local = dt.replace(tzinfo=None, fold=0)
        begin = rule.to_daylight.wall_time(local.year)
        end = rule.to_standard.wall_time(local.year)
        overlap = timedelta(minutes=rule.standard_bias - rule.daylight_bias)
        if end - overlap <= local < end:
            return not dt.fold
        if begin < end:
            return begin <= local < end
        return not end <= local < begin


UTC_ZONE = Zone("Etc/UTC")

__all__ = ["UTC", "UTC_ZONE", "RuleZone", "Turn", "Zone", "ZoneRule"]
