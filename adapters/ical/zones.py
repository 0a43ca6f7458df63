"""TZID and VTIMEZONE (RFC 5545 3.6.5) ↔ Zone.

A zone is known by its IANA name, also with a vendor's path before it, by its Windows name, or by
what its VTIMEZONE says in X-LIC-LOCATION. Else its last rules are compared with the zones of the
world, first with the person's own; what fits none keeps its rule. Nothing ever becomes GMT.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from hashlib import sha256
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Timezone, vUTCOffset
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from adapters.contentlines import Component, Line, decode, escape, parse
from domain.when import instant
from domain.zone import LAST, UTC_ZONE, Turn, Zone, ZoneRule

_KINDS = ("STANDARD", "DAYLIGHT")
_UTC_NAMES = frozenset({"UTC", "GMT", "Z", "ETC/UTC"})
_FAMOUS = tuple(sorted(set(WINDOWS_TO_OLSON.values())))
_HOUR = timedelta(hours=1)
_EPOCH = 1970


@cache
def _names() -> dict[str, str]:
    names = {name.casefold(): name for name in available_timezones()}
    return names | {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}


@lru_cache(1024)
def named(tzid: str) -> Zone | None:
    """The zone that a TZID names, or None if it names none."""
    if tzid.upper() in _UTC_NAMES:
        return UTC_ZONE
    parts = tzid.strip().strip("/").casefold().split("/")
    ends = ("/".join(parts[at:]) for at in range(min(len(parts), 8)))
    return next((Zone(_names()[end]) for end in ends if end in _names()), None)


def read_zone(component: Component, own: Zone, today: date) -> tuple[str, Zone]:
    """TZID and zone of a VTIMEZONE; one without rules that make sense is a ValueError."""
    if component.fault:
        raise ValueError(component.fault)
    lines = [parse(decode(raw)) for _, raw in component.lines]
    texts = {line.name: line.text for line in lines if line.name in ("TZID", "X-LIC-LOCATION")}
    tzid = texts.get("TZID", "")
    known = named(tzid) or named(texts.get("X-LIC-LOCATION", ""))
    return tzid, known or _by_rule(_rule(lines, today), own, today)


def _rule(lines: Iterable[Line], today: date) -> ZoneRule:
    standard, daylight = (_latest(lines, kind) for kind in _KINDS)
    only = standard or daylight
    if not only:
        raise ValueError("has no STANDARD or DAYLIGHT part")
    if not standard or not daylight or _ended(daylight, standard, today):
        return ZoneRule(-_offset(standard or only), standard_name=_text(standard or only))
    return ZoneRule(
        bias=-_offset(standard),
        daylight_bias=_offset(standard) - _offset(daylight),
        to_standard=_turn(standard),
        to_daylight=_turn(daylight),
        standard_name=_text(standard),
        daylight_name=_text(daylight),
    )


Observance = dict[str, Line]


def _latest(lines: Iterable[Line], kind: str) -> Observance | None:
    """The STANDARD or DAYLIGHT part that began last."""
    found: list[Observance] = []
    inside = False
    for line in lines:
        if line.name in ("BEGIN", "END"):
            inside = line.name == "BEGIN" and line.value.strip().upper() == kind
            found += [{}] if inside else []
        elif inside:
            found[-1][line.name] = line
    usable = [part for part in found if {"DTSTART", "TZOFFSETTO"} <= part.keys()]
    return max(usable, key=lambda part: part["DTSTART"].value, default=None)


def _offset(part: Observance) -> int:
    offset: timedelta = vUTCOffset.from_ical(  # type: ignore[no-untyped-call]
        part["TZOFFSETTO"].value.strip()
    )
    return round(offset.total_seconds() / 60)


def _text(part: Observance) -> str:
    return part["TZNAME"].text if "TZNAME" in part else ""


def _rule_parts(part: Observance) -> dict[str, str]:
    value = part["RRULE"].value if "RRULE" in part else ""
    return dict(piece.partition("=")[::2] for piece in value.upper().split(";") if piece)


def _onset(part: Observance) -> datetime:
    return datetime.strptime(part["DTSTART"].value.strip()[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007


def _ended(daylight: Observance, standard: Observance, today: date) -> bool:
    """Whether daylight time was given up: its rule ended, or standard time came later for good."""
    until = _rule_parts(daylight).get("UNTIL", "")
    if until:
        return until[:8] < f"{today:%Y%m%d}"
    if "RRULE" in daylight or "RDATE" in daylight:
        return False
    return _onset(standard) - _onset(daylight) > timedelta(days=366)


def _turn(part: Observance) -> Turn:
    """The yearly moment of a STANDARD or DAYLIGHT part, or its one date if it has no rule."""
    onset, rule = _onset(part), _rule_parts(part)
    if "BYDAY" not in rule:
        last = part["RDATE"].value.split(",")[-1].strip() if "RDATE" in part else ""
        day = datetime.strptime(last[:8], "%Y%m%d") if last else onset  # noqa: DTZ007
        weekday = day.isoweekday() % 7
        return Turn(
            day.month, weekday, day.day, onset.hour, onset.minute, onset.second, year=day.year
        )
    day_of_week = rule["BYDAY"][-2:]
    weekday = ("SU", "MO", "TU", "WE", "TH", "FR", "SA").index(day_of_week)
    month = int(rule.get("BYMONTH", onset.month))
    return Turn(month, weekday, _ordinal(rule), onset.hour, onset.minute, onset.second)


def _ordinal(rule: dict[str, str]) -> int:
    """The week of BYDAY=-1SU, of BYDAY=SU;BYSETPOS=-1, or of BYDAY=SU;BYMONTHDAY=8,…,14."""
    days = [int(day) for day in rule.get("BYMONTHDAY", "").split(",") if day]
    if days:
        return LAST if min(days) < 0 or min(days) > 22 else (min(days) + 6) // 7
    ordinal = int(rule["BYDAY"][:-2] or rule.get("BYSETPOS", "1"))
    return LAST if ordinal < 0 else min(ordinal, LAST)


def _by_rule(rule: ZoneRule, own: Zone, today: date) -> Zone:
    """The zone whose clocks go by `rule` in this year and the next, else the rule itself."""
    zone = Zone(rule=rule)
    probes = list(_probes(rule, today.year))
    if _agree(zone, own, probes):
        return own
    return next((Zone(name) for name in _FAMOUS if _agree(zone, Zone(name), probes)), zone)


def _probes(rule: ZoneRule, year: int) -> Iterator[datetime]:
    """Instants between which two zones can only differ on purpose: around turns, in each season."""
    for each in (year, year + 1):
        yield from (datetime(each, month, 1) for month in (1, 7))  # noqa: DTZ001 - wall time
        for turn in filter(None, (rule.to_standard, rule.to_daylight)):
            yield turn.wall_time(each) - 2 * _HOUR
            yield turn.wall_time(each) + 2 * _HOUR


def _agree(one: Zone, other: Zone, probes: Sequence[datetime]) -> bool:
    return all(instant(at, one.tzinfo) == instant(at, other.tzinfo) for at in probes)


def tzid(zone: Zone) -> str:
    """The TZID of a zone: its name, or one made of its rule."""
    if zone.rule is None:
        return zone.name
    return f"X-RULE-{sha256(repr(zone.rule).encode()).hexdigest()[:12].upper()}"


@cache
def write_zone(zone: Zone) -> tuple[str, ...]:
    """The VTIMEZONE of a zone, unfolded."""
    if zone.rule is None:
        made = Timezone.from_tzinfo(ZoneInfo(zone.name), zone.name)
        return tuple(str(line) for line in made.content_lines() if line)
    return ("BEGIN:VTIMEZONE", f"TZID:{tzid(zone)}", *_parts(zone.rule), "END:VTIMEZONE")


def _parts(rule: ZoneRule) -> Iterator[str]:
    standard, daylight = rule.bias + rule.standard_bias, rule.bias + rule.daylight_bias
    if rule.to_standard is None or rule.to_daylight is None:
        yield from _part("STANDARD", None, standard, standard, rule.standard_name)
        return
    yield from _part("STANDARD", rule.to_standard, daylight, standard, rule.standard_name)
    yield from _part("DAYLIGHT", rule.to_daylight, standard, daylight, rule.daylight_name)


def _part(kind: str, turn: Turn | None, before: int, after: int, name: str) -> Iterator[str]:
    onset = turn.wall_time(turn.year or _EPOCH) if turn else datetime(_EPOCH, 1, 1)  # noqa: DTZ001
    if turn and turn.hour == 24:
        onset -= timedelta(seconds=1)
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{onset:%Y%m%dT%H%M%S}"
    if turn and not turn.year:
        yield f"RRULE:{_yearly(turn)}"
    yield f"TZOFFSETFROM:{_signed(-before)}"
    yield f"TZOFFSETTO:{_signed(-after)}"
    if name:
        yield f"TZNAME:{escape(name)}"
    yield f"END:{kind}"


def _yearly(turn: Turn) -> str:
    ordinal = -1 if turn.ordinal == LAST else turn.ordinal
    day = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")[turn.weekday]
    return f"FREQ=YEARLY;BYMONTH={turn.month};BYDAY={ordinal}{day}"


def _signed(minutes: int) -> str:
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
