"""Whoever works at the command line: their language and their clocks."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

from app import i18n
from app.web.words import Words
from domain.when import Instant, instant
from domain.zone import UTC_ZONE, Zone

LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order in which they count (POSIX 8.2)."""

CLOCKS: Final = Path("/etc/localtime")
ZONES: Final = "zoneinfo/"


def reader() -> Words:
    wish = next(filter(None, (os.environ.get(name, "") for name in LOCALE)), "")
    return Words(i18n.spoken(wish), _zone())


def instant_here(moment: date | None) -> Instant | None:
    """The instant of a day's beginning, or of a time, on the clocks here."""
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001
    return instant(moment, _zone().tzinfo)


def _zone() -> Zone:
    """UTC where it has no name that the world knows."""
    named = (os.environ.get("TZ", ""), str(CLOCKS.resolve()).rpartition(ZONES)[2])
    known = available_timezones()
    return next((Zone(name) for name in named if name in known), UTC_ZONE)
