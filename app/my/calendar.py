"""/my/calendar: a month, as a grid where there is room for one and as a list where there is not.

Who has several calendars chooses which are shown. The choice stands in the address, so that it
holds from month to month and is nothing to be kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from adapters.ids import server_id, uuid_of
from app.http import Http
from app.my import agenda
from app.my.agenda import Entry
from app.my.belongings import folders_of
from app.web.visit import Visit
from domain.agenda import Span

WEEK: Final = 7
FIRST, LAST = 1970, 2200
"""Years that are shown; beyond them nobody looks, and a link could ask for any."""


@dataclass(frozen=True)
class Day:
    """A day of the grid; `inside` the month that is shown."""

    date: date
    inside: bool
    today: bool
    entries: list[Entry] = field(default_factory=list)


def look(visit: Visit) -> Http:
    today = visit.words.today(visit.now)
    month = _month(visit.asked("month"), today)
    calendars = folders_of(visit, "calendar")
    wanted = set(map(uuid_of, visit.asked_all("calendar")))
    shown = [each.id for each in calendars if each.id in wanted]
    days = _days(visit, month, today, shown)
    return visit.page(
        "my/calendar.html",
        month=month,
        days=days,
        today=today,
        before=_address(_before(month), shown),
        now=_address(today, shown),
        after=_address(_after(month), shown),
        calendars=calendars,
        shown=shown or [each.id for each in calendars],
        bare=not any(day.entries for day in days if day.inside),
        has_folder=bool(calendars),
    )


def _days(visit: Visit, month: date, today: date, shown: list[UUID]) -> list[Day]:
    """Whole weeks, from the Monday on or before the first."""
    first = month - timedelta(days=month.weekday())
    number = -(-(_after(month) - first).days // WEEK) * WEEK
    span = Span(first, first + timedelta(days=number), visit.words.clocks)
    found: dict[date, list[Entry]] = defaultdict(list)
    for entry in agenda.entries(visit, span, shown):
        for each in entry.days:
            if span.first <= each < span.end:
                found[each].append(entry)
    dates = (first + timedelta(days=count) for count in range(number))
    return [Day(d, d.month == month.month, d == today, found[d]) for d in dates]


def _month(text: str, today: date) -> date:
    """The first day of the month that is asked for; this month, if it is none."""
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        asked = today
    return asked.replace(day=1) if FIRST <= asked.year <= LAST else today.replace(day=1)


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _address(month: date, shown: list[UUID]) -> str:
    """Of a month, with the calendars that are chosen."""
    chosen = [("calendar", server_id(each)) for each in shown]
    return f"/my/calendar?{urlencode([('month', f'{month:%Y-%m}'), *chosen])}"
