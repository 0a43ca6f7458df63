"""Which zone a phone means by the rule it sent: by rule first, never by faith in a name.

One law holds for whatever is guessed: on the day asked about its clocks show what the rule says.
So a wrong guess may carry a wrong name, but never moves an event. Two cases are no guess: a rule
that we send ourselves for a zone that is expected, be it that of a later year; and a rule that
says nothing but a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import available_timezones

from adapters.eas.zone_rules import fixed_rule, known_year, offset, rule_of, yearly_rule
from adapters.windows_zones import WINDOWS_NAME, ZONE_OF
from domain.zone import UTC_ZONE, Zone, ZoneRule

WELL_KNOWN = (
    "Europe/Berlin",
    "Europe/London",
    "Europe/Helsinki",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Halifax",
    "America/St_Johns",
    "America/Santiago",
    "Australia/Sydney",
    "Australia/Adelaide",
    "Pacific/Auckland",
    "Asia/Jerusalem",
    "Asia/Kolkata",
    "Asia/Tokyo",
)
"""The zones that stand for others with the same rule."""

UNEVEN = (
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Kabul",
    "Asia/Yangon",
    "Asia/Tehran",
    "Australia/Darwin",
    "Australia/Eucla",
    "Pacific/Marquesas",
    "America/Caracas",
    "Asia/Pyongyang",
)
"""Zones without daylight time that are not whole hours away from UTC, now or once."""

SENT_YEARS = range(1970, 2051)
LATEST_YEAR = 2037
"""A year of the rules now in force: phones send these for events of any year."""

_LENIENCY = timedelta(hours=4)
_WEEK = timedelta(days=7)
_ID = re.compile(r"[A-Z][A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+")

Turns = tuple[datetime, datetime]


def recognise(rule: ZoneRule, at: date, preferred: Iterable[Zone]) -> Zone:
    """The zone that keeps time by `rule` around `at`; the rule itself where none is known.

    `preferred` are zones likely to be meant, such as the stored one and that of the person. What
    we would have sent for them is recognised as them, so that a reply does not alter an event.
    """
    return _recognise(rule, at, tuple(preferred))


@lru_cache(maxsize=4096)
def _recognise(rule: ZoneRule, at: date, preferred: tuple[Zone, ...]) -> Zone:
    plain = _plain(rule)
    found = (
        _echoed(plain, at, preferred)
        or _by_name(rule, plain, at, preferred)
        or (_by_turns(plain, at, preferred) if plain.to_daylight else _by_offset(plain, at))
    )
    return found or Zone(rule=rule)


def _plain(rule: ZoneRule) -> ZoneRule:
    """One form for all rules that keep the same time: standard is the lesser offset, bias 0."""
    standard, daylight = rule.bias + rule.standard_bias, rule.bias + rule.daylight_bias
    if rule.to_standard is None or rule.to_daylight is None or standard == daylight:
        return ZoneRule(bias=standard)
    if daylight < standard:
        return ZoneRule(standard, 0, daylight - standard, rule.to_standard, rule.to_daylight)
    return ZoneRule(daylight, 0, standard - daylight, rule.to_daylight, rule.to_standard)


def _agrees(zone: Zone, plain: ZoneRule, at: date) -> bool:
    return offset(zone, at) == offset(Zone(rule=plain), at)


def _echoed(plain: ZoneRule, at: date, preferred: tuple[Zone, ...]) -> Zone | None:
    for zone in preferred:
        if zone.rule is not None:
            if _plain(zone.rule) == plain:
                return zone
        elif _sent(zone.name).get(plain, 0) >= at.year:
            return zone
    return None


@lru_cache(maxsize=1024)
def _sent(name: str) -> dict[ZoneRule, int]:
    """Each rule that we send for a zone in one year or another, with the last such year."""
    sent: dict[ZoneRule, int] = {}
    for year in SENT_YEARS:
        rule = yearly_rule(name, year)
        offsets = [offset(Zone(name), date(year, month, 1)) for month in (1, 12)]
        rules = [fixed_rule(ahead) for ahead in offsets] if rule is None else [rule]
        sent.update(dict.fromkeys(rules, year))
    return sent


def _by_name(rule: ZoneRule, plain: ZoneRule, at: date, preferred: tuple[Zone, ...]) -> Zone | None:
    silent = plain == ZoneRule(bias=0)
    for name in _names(rule.standard_name, preferred):
        if silent or _agrees(Zone(name), plain, at):
            return Zone(name)
    return None


def _names(text: str, preferred: tuple[Zone, ...]) -> Iterator[str]:
    """The zones that a StandardName may mean: a Windows name, an IANA name, an abbreviation."""
    if text in ZONE_OF:
        yield from (zone.name for zone in preferred if WINDOWS_NAME.get(zone.name) == text)
        yield ZONE_OF[text]
    yield from (name for name in _ID.findall(text) if name in _every_zone())
    if text in _abbreviations():
        yield _abbreviations()[text]


def _by_offset(plain: ZoneRule, at: date) -> Zone | None:
    """A zone without daylight time; signs in Etc/GMT+5 are those of the bias (tz database)."""
    hours, minutes = divmod(plain.bias, 60)
    if plain.bias == 0:
        return UTC_ZONE
    if minutes == 0 and -14 <= hours <= 12:
        return Zone(f"Etc/GMT{hours:+d}")
    return next((zone for zone in map(Zone, UNEVEN) if rule_of(zone, at) == plain), None)


def _by_turns(plain: ZoneRule, at: date, preferred: tuple[Zone, ...]) -> Zone | None:
    """By the rules of the year of the event; else by those now in force, but then exactly."""
    wanted = [zone.name for zone in preferred if zone.name]
    here = known_year(at)
    for year, alike in ((here, _same), (here, _similar), (LATEST_YEAR, _same)):
        peers = _index(year).get((plain.bias, plain.daylight_bias), {})
        turns = _turns(plain, year)
        for name in [name for name in wanted if name in peers] + list(peers):
            if alike(turns, peers[name]) and _agrees(Zone(name), plain, at):
                return Zone(name)
    return None


@lru_cache(maxsize=256)
def _index(year: int) -> dict[tuple[int, int], dict[str, Turns]]:
    """The zones with daylight time in a year, by their offsets, the best known first."""
    index: dict[tuple[int, int], dict[str, Turns]] = {}
    for name in _every_zone():
        rule = yearly_rule(name, year)
        if rule is not None:
            index.setdefault((rule.bias, rule.daylight_bias), {})[name] = _turns(rule, year)
    return index


def _turns(rule: ZoneRule, year: int) -> Turns:
    assert rule.to_daylight is not None
    assert rule.to_standard is not None
    return rule.to_daylight.wall_time(year), rule.to_standard.wall_time(year)


def _same(mine: Turns, theirs: Turns) -> bool:
    return mine == theirs


def _similar(mine: Turns, theirs: Turns) -> bool:
    return all(_near(one, other) for one, other in zip(mine, theirs, strict=True))


def _near(one: datetime, other: datetime) -> bool:
    """Odd hours are forgiven, and so is the fourth week for the last."""
    apart = abs(one - other)
    late = min(one.day, other.day) > 21 and one.month == other.month
    return apart <= _LENIENCY or (late and abs(apart - _WEEK) <= _LENIENCY)


@cache
def _every_zone() -> dict[str, None]:
    """All zones, the best known first, then those of Windows, then by alphabet."""
    places = sorted(name for name in available_timezones() if "/" in name)
    return dict.fromkeys([*WELL_KNOWN, *ZONE_OF.values(), *places])


@cache
def _abbreviations() -> dict[str, str]:
    """What clocks call standard time in the best known zones; GMT is too common to mean London."""
    found: dict[str, str] = {}
    for name in WELL_KNOWN:
        for month in (1, 7):
            moment = datetime(LATEST_YEAR, month, 1, tzinfo=Zone(name).tzinfo)
            if not moment.dst():
                found.setdefault(moment.tzname() or "", name)
    return {short: name for short, name in found.items() if short.isalpha() and short != "GMT"}
