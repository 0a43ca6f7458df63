"""BDAY and ANNIVERSARY in all their forms ↔ a date; one without its year has 1604.

2026-11-25, 20261125, either with a time after it, --11-25, --1125, and Apple's X-APPLE-OMIT-YEAR.
"""

from __future__ import annotations

import re
from datetime import date

from adapters.contentlines import Line

NO_YEAR = 1604
_FULL = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?", re.ASCII)
_NO_YEAR = re.compile(r"--(\d\d)-?(\d\d)(?:[T ].*)?", re.ASCII)
_NOTHING = (1601, 1, 1)


def read_date(line: Line) -> date | None:
    """The date in a line, or None if it is not a whole one."""
    text = line.text.strip()
    if found := _FULL.fullmatch(text):
        year, month, day = map(int, found.groups())
        year = NO_YEAR if line.param("X-APPLE-OMIT-YEAR") == str(year) else year
    elif found := _NO_YEAR.fullmatch(text):
        year, (month, day) = NO_YEAR, map(int, found.groups())
    else:
        return None
    try:
        return None if (year, month, day) == _NOTHING else date(year, month, day)
    except ValueError:
        return None


def date_line(name: str, day: date) -> Line:
    params = {"X-APPLE-OMIT-YEAR": (str(NO_YEAR),)} if day.year == NO_YEAR else {}
    return Line(name, day.isoformat(), params)
