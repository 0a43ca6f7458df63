"""Dates and times as phones write them (MS-ASDTYPE 2.3 and 2.7.5): read leniently, write exactly.

Years up to 1601 and from 4501 on are how Windows says "no date"; they are read as None.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from adapters.eas.dialect import Unconvertible
from domain.when import FIRST_DAY, LAST_DAY, Instant

_FORM = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d\d)-?(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d+)?)?)?"
    r"(?:Z|(?P<sign>[+-])(?P<east>\d\d):?(?P<more>\d\d))?",
    re.ASCII | re.IGNORECASE,
)


def parse_moment(text: str) -> Instant | None:
    """The instant of any form of date and time, in whole seconds; None for "no date".

    Without a Z it is UTC all the same; without a time it is midnight UTC. Hour 24 is the midnight
    that ends the day (MS-ASDTYPE 2.3).
    """
    parts = _parts(text)
    if not FIRST_DAY.year <= int(parts["year"]) <= LAST_DAY.year + 1:
        return None
    try:
        year, month, day, hour, minute, second = (int(parts[unit]) for unit in _UNITS)
        ended = timedelta(days=(hour, minute, second) == (24, 0, 0))
        clock = time(0 if ended else hour, minute, second, tzinfo=UTC)
        moment = datetime.combine(date(year, month, day), clock) + ended - _offset(parts)
    except ValueError:
        raise _meaningless(text) from None
    return moment if FIRST_DAY < moment.date() < LAST_DAY else None


def compact(moment: Instant) -> str:
    """`YYYYMMDDTHHMMSSZ` (MS-ASDTYPE 2.7.5): the calendar and Notes."""
    utc = moment.astimezone(UTC)
    return f"{utc.year:04}{utc:%m%dT%H%M%S}Z"


def punctuated(moment: Instant) -> str:
    """`YYYY-MM-DDTHH:MM:SS.000Z` (MS-ASDTYPE 2.3): tasks, contacts, e-mail, settings."""
    utc = moment.astimezone(UTC)
    return f"{utc.date().isoformat()}T{utc:%H:%M:%S}.000Z"


_UNITS = ("year", "month", "day", "hour", "minute", "second")


def _parts(text: str) -> dict[str, str]:
    found = _FORM.fullmatch(text.strip(" \t\r\n\0"))
    if found is None:
        raise _meaningless(text)
    return found.groupdict("0")


def _offset(parts: dict[str, str]) -> timedelta:
    size = timedelta(hours=int(parts["east"]), minutes=int(parts["more"]))
    return -size if parts["sign"] == "-" else size


def _meaningless(text: str) -> Unconvertible:
    return Unconvertible(f"{text[:40]!r} is no date")
