"""Birthdays and anniversaries: dates that the wire dresses up as instants (MS-ASCNTC 2.2.2.6).

No zone of the server ever moves one. Where a phone writes midnight of its own zone, that zone
is the one its person lives in.
"""

from __future__ import annotations

from datetime import date, time, timedelta

from adapters.eas.dialect import Dialect
from adapters.eas.moments import parse_moment
from domain.when import FIRST_DAY, LAST_DAY, wall

YEARLESS = 1604
"""The year that Apple's phones write for a birthday without one."""

_NOON = time(12)


def written(day: date, dialect: Dialect) -> str | None:
    """The date at the hour the device expects; None for one that it would misread.

    A date without a year goes only to devices that know how to show it, and none goes out that
    means "no date" to a Windows clock.
    """
    if day.year == YEARLESS and not dialect.quirks.birthday_without_year:
        return None
    if not FIRST_DAY < day < LAST_DAY:
        return None
    return f"{day.isoformat()}T{dialect.quirks.birthday_hour:02}:00:00.000Z"


def understood(text: str, dialect: Dialect) -> date | None:
    """The date a device means, None for "no date"; raises Unconvertible.

    Up to noon UTC it is the date written. Later times are midnights east of Greenwich: the
    date is the next one. At twelve hours east and more only the phone's own zone can tell.
    """
    moment = parse_moment(text)
    if moment is None:
        return None
    if dialect.quirks.birthday_at_local_midnight:
        local = wall(moment, dialect.zone.tzinfo)
        if local.time() == time.min:
            return local.date()
    return moment.date() + timedelta(days=moment.time() > _NOON)
