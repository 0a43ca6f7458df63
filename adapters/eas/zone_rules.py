"""The rule by which a zone keeps time in one year, as a blob can say it (MS-ASDTYPE 2.7.4).

A blob holds two offsets and two turns. A year with two changes, there and back, is told by them
exactly; any other year by the offset of the day alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from domain.zone import LAST, Turn, Zone, ZoneRule

KNOWN_YEARS = range(1900, 2101)
"""Before, clocks showed the sun; after, the last known rule goes on."""

_PROBE = timedelta(days=5)
"""No zone has ever changed its clocks twice within this time."""

_MINUTE = timedelta(minutes=1)
_MIDNIGHT = time()


@dataclass(frozen=True)
class Change:
    """Clocks are set from one offset to another at the instant `utc`."""

    utc: datetime
    before: timedelta
    after: timedelta

    @property
    def wall(self) -> datetime:
        """What the clocks show when they are about to be set."""
        return (self.utc + self.before).replace(tzinfo=None)


def rule_of(zone: Zone, at: date) -> ZoneRule:
    """The rule of `zone` for the year of `at`, without names."""
    if zone.rule is not None:
        return zone.rule.nameless
    return yearly_rule(zone.name, known_year(at)) or fixed_rule(offset(zone, at))


def known_year(at: date) -> int:
    return min(max(at.year, KNOWN_YEARS[0]), KNOWN_YEARS[-1])


def offset(zone: Zone, at: date) -> timedelta:
    """How far the zone is ahead of UTC at noon of `at`."""
    return _offset(zone, datetime.combine(at, time(12), UTC))


def fixed_rule(ahead: timedelta) -> ZoneRule:
    return ZoneRule(bias=-round(ahead / _MINUTE))


@lru_cache(maxsize=16384)
def yearly_rule(name: str, year: int) -> ZoneRule | None:
    """The daylight rule of a year, or None in a year without one; standard is the lesser offset."""
    pair = _there_and_back(name, year)
    if pair is None:
        return None
    to_daylight, to_standard = pair
    standard = fixed_rule(to_standard.after).bias
    return ZoneRule(
        bias=standard,
        daylight_bias=fixed_rule(to_daylight.after).bias - standard,
        to_standard=_turn(name, year, to_standard),
        to_daylight=_turn(name, year, to_daylight),
    )


@lru_cache(maxsize=16384)
def changes(name: str, year: int) -> tuple[Change, ...]:
    """Every change of the clocks in a year of UTC."""
    begin, end = (datetime(at, 1, 1, tzinfo=UTC) for at in (year, year + 1))
    return tuple(_find_changes(Zone(name), begin, end))


def _find_changes(zone: Zone, moment: datetime, end: datetime) -> Iterator[Change]:
    before = _offset(zone, moment)
    while moment < end:
        following = min(moment + _PROBE, end)
        after = _offset(zone, following)
        if after != before:
            yield Change(_pinpoint(zone, moment, following, before), before, after)
        moment, before = following, after


def _pinpoint(zone: Zone, low: datetime, high: datetime, before: timedelta) -> datetime:
    """The first second between `low` and `high` at which the offset is no longer `before`."""
    seconds = int((high - low).total_seconds())
    least = 0
    while seconds - least > 1:
        middle = (least + seconds) // 2
        if _offset(zone, low + timedelta(seconds=middle)) == before:
            least = middle
        else:
            seconds = middle
    return low + timedelta(seconds=seconds)


def _offset(zone: Zone, utc: datetime) -> timedelta:
    return utc.astimezone(zone.tzinfo).utcoffset() or timedelta()


def _there_and_back(name: str, year: int) -> tuple[Change, Change] | None:
    """The change to daylight time and the change to standard time, in this order."""
    found = changes(name, year)
    if len(found) != 2 or found[0].before != found[1].after:
        return None
    first, second = found
    return (first, second) if first.after > first.before else (second, first)


def _turn(name: str, year: int, change: Change) -> Turn:
    """The turn that tells this change, and those of the neighbouring years if it can."""
    forward = change.after > change.before
    pairs = [_there_and_back(name, near) for near in (year - 1, year + 1)]
    neighbours = [pair[0 if forward else 1].wall for pair in pairs if pair is not None]

    def agreement(turn: Turn) -> int:
        return sum(turn.wall_time(wall.year) == wall for wall in neighbours)

    return max(_readings(change.wall), key=agreement)


def _readings(wall: datetime) -> Iterator[Turn]:
    """The ways to name a wall time, the likeliest first: midnight also ends the day before."""
    yield from _ordinals(wall.date(), wall.hour, wall)
    if wall.time() == _MIDNIGHT:
        yield from _ordinals(wall.date() - timedelta(days=1), 24, wall)


def _ordinals(day: date, hour: int, wall: datetime) -> Iterator[Turn]:
    if (day + timedelta(days=7)).month != day.month:
        yield Turn(day.month, day.isoweekday() % 7, LAST, hour, wall.minute, wall.second)
    yield Turn(day.month, day.isoweekday() % 7, (day.day + 6) // 7, hour, wall.minute, wall.second)
