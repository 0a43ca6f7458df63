"""The TimeZone structure of 172 bytes (MS-ASDTYPE 2.7.4), and all-day events up to 14.1.

Up to 14.1 an all-day event travels as instants: midnight in some zone. The domain knows dates.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from struct import Struct

from adapters.eas.dialect import Unconvertible
from adapters.eas.zone_rules import rule_of
from adapters.windows_zones import WINDOWS_NAME
from domain.when import AllDay, Instant, instant, wall
from domain.zone import Turn, Zone, ZoneRule

_BLOB = Struct("<i 64s 8H i 64s 8H i")
_MIDNIGHT = time()
_DAY = timedelta(days=1)

SystemTime = tuple[int, ...]
"""Year, month, weekday, day, hour, minute, second, milliseconds (MS-DTYP 2.3.13)."""

NO_TURN: SystemTime = (0,) * 8
END_OF_DAY: SystemTime = (23, 59, 59, 999)
"""How Windows writes the midnight that ends a day."""


def read_blob(text: str) -> ZoneRule:
    """The rule in a Timezone element; a turn that is no date counts as none."""
    try:
        blob = b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unconvertible("a time zone that is not base64") from None
    if len(blob) != _BLOB.size:
        raise Unconvertible(f"a time zone of {len(blob)} bytes instead of {_BLOB.size}")
    fields = _BLOB.unpack(blob)
    try:
        return ZoneRule(
            bias=fields[0],
            standard_name=_read_name(fields[1]),
            to_standard=_read_turn(*fields[2:10]),
            standard_bias=fields[10],
            daylight_name=_read_name(fields[11]),
            to_daylight=_read_turn(*fields[12:20]),
            daylight_bias=fields[20],
        )
    except ValueError as error:
        raise Unconvertible(str(error)) from error


def write_blob(zone: Zone, year_of: date) -> str:
    """The Timezone element for `zone`, with the rule of the year of `year_of`."""
    if zone.rule is not None:
        return _pack(zone.rule)
    return _pack(_named(rule_of(zone, year_of), zone.name))


def all_day_dates(start: Instant, end: Instant, blob_zone: Zone | None, user_zone: Zone) -> AllDay:
    """The dates of an all-day event from a device up to 14.1."""
    first = day_meant(start, blob_zone or user_zone, user_zone)
    return AllDay(first, first + _DAY * max(1, round((end - start) / _DAY)))


def day_meant(start: Instant, blob_zone: Zone, user_zone: Zone) -> date:
    """The date that a device up to 14.1 means by the beginning of a day.

    Some send midnight in the zone of their blob, some midnight UTC whatever the blob says, and
    some no blob at all; a start that is nowhere midnight goes to the nearest one.
    """
    return (
        _day_beginning(start, blob_zone)
        or (start.date() if start.time() == _MIDNIGHT else None)
        or _day_beginning(start, user_zone)
        or wall(start + _DAY / 2, blob_zone.tzinfo).date()
    )


def day_begins(day: date, zone: Zone) -> Instant:
    """The instant at which a day begins in `zone`."""
    return instant(datetime.combine(day, _MIDNIGHT), zone.tzinfo)


def _day_beginning(moment: Instant, zone: Zone) -> date | None:
    """The date that begins at `moment`, which is at 1:00 where clocks skip midnight."""
    local = wall(moment, zone.tzinfo)
    begins = local.time() == _MIDNIGHT or day_begins(local.date(), zone) == moment
    return local.date() if begins else None


def _named(rule: ZoneRule, name: str) -> ZoneRule:
    """UTC goes without a name: phones know it as 172 zero bytes."""
    windows = WINDOWS_NAME.get(name, "UTC")
    if windows == "UTC":
        return rule
    summer = windows.replace("Standard Time", "Daylight Time")
    return replace(rule, standard_name=windows, daylight_name=summer)


@lru_cache(maxsize=4096)
def _pack(rule: ZoneRule) -> str:
    blob = _BLOB.pack(
        rule.bias,
        rule.standard_name.encode("utf-16-le", "ignore")[:64],
        *_write_turn(rule.to_standard),
        rule.standard_bias,
        rule.daylight_name.encode("utf-16-le", "ignore")[:64],
        *_write_turn(rule.to_daylight),
        rule.daylight_bias,
    )
    return b64encode(blob).decode("ascii")


def _read_turn(year: int, month: int, weekday: int, day: int, *clock: int) -> Turn | None:
    hour, minute, second = (24, 0, 0) if tuple(clock) == END_OF_DAY else clock[:3]
    try:
        return Turn(month, weekday, day, hour, minute, second, year) if month else None
    except ValueError:
        return None


def _write_turn(turn: Turn | None) -> SystemTime:
    if turn is None:
        return NO_TURN
    clock = END_OF_DAY if turn.hour == 24 else (turn.hour, turn.minute, turn.second, 0)
    return turn.year, turn.month, turn.weekday, turn.ordinal, *clock


def _read_name(field: bytes) -> str:
    """Up to the first NUL; DaylightName is often a display name cut short, even mid-character."""
    return field.decode("utf-16-le", errors="ignore").partition("\0")[0]
