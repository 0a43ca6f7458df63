"""What a person's calendars say between two days, in the order in which it comes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import gevent

from app.composition import CODEC
from app.my.belongings import folders_of
from app.web.visit import Visit
from app.web.words import Words
from domain.agenda import Happening, Span, happenings
from domain.when import AllDay, Instant, Original, When, instant
from projections import items
from projections.items import ItemRow

SLACK = timedelta(days=2)
ONE_DAY = timedelta(days=1)

AT_ONCE: Final = 200
"""Appointments that are looked at before somebody else has a turn: two milliseconds."""


@dataclass(frozen=True)
class Entry:
    """An appointment at one of its times. `when` is on the reader's clocks. `calendar` is which
    of the person's calendars it is in, by its place among them."""

    id: UUID
    found: Happening
    words: Words
    calendar: int = 0

    @property
    def values(self) -> Any:
        return self.found.values

    @property
    def when(self) -> When:
        return self.words.here(self.found.when)

    @property
    def title(self) -> str:
        return self.values.get("subject") or self.words.text("my.event.untitled")

    @property
    def place(self) -> str:
        location = self.values.get("location")
        return location.name if location else ""

    @property
    def all_day(self) -> bool:
        return isinstance(self.when, AllDay)

    @property
    def repeats(self) -> bool:
        return self.found.original is not None

    @property
    def on(self) -> str:
        """Its place in the series, as an address has it."""
        return place_text(self.found.original)

    @property
    def days(self) -> Iterator[date]:
        """Those it touches; what ends at midnight does not touch the day that begins then."""
        first, last = _day(self.when.start), _day(self.when.end)
        if self.all_day or (last > first and _is_midnight(self.when.end)):
            last -= ONE_DAY
        for count in range((last - first).days + 1):
            yield first + count * ONE_DAY

    @property
    def order(self) -> tuple[Instant, bool, str]:
        return self.begins, not self.all_day, self.title.casefold()

    @property
    def begins(self) -> Instant:
        return _instant(self.when, self.when.start, self.words)

    def is_over(self, now: Instant) -> bool:
        return _instant(self.when, self.when.end, self.words) <= now


def entries(visit: Visit, span: Span, shown: Collection[UUID] = ()) -> list[Entry]:
    """Everything in a span, from the calendars that are to be shown; from all, if none is named."""
    words, calendars = visit.words, folders_of(visit, "calendar")
    since = int(datetime.combine(span.first - SLACK, time(), UTC).timestamp())
    with visit.site.groupware.reading() as connection:
        rows = [
            (number, row)
            for number, folder in enumerate(calendars)
            if not shown or folder.id in shown
            if (each := items.collection(connection, folder.id)) is not None
            for row in items.lasting(connection, each.number, since)
        ]
    found = []
    for number, row in _unhurried(rows):
        for each in happenings(CODEC.decode(row.value), span):
            found.append(Entry(row.id, each, words, number))
    return sorted(found, key=lambda entry: entry.order)


def _unhurried(rows: list[tuple[int, ItemRow]]) -> Iterator[tuple[int, ItemRow]]:
    """Phones are served in between, however long a calendar is."""
    for number, row in enumerate(rows, 1):
        if not number % AT_ONCE:
            gevent.sleep(0)
        yield row


def place_text(original: Original | None) -> str:
    if original is None:
        return ""
    return original.strftime("%Y-%m-%dT%H:%M") if isinstance(original, datetime) else f"{original}"


def _instant(when: When, at: date, words: Words) -> Instant:
    if isinstance(at, datetime):
        return instant(at, words.clocks)
    return instant(datetime.combine(at, time()), words.clocks)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _is_midnight(moment: date) -> bool:
    return isinstance(moment, datetime) and moment.time() == time()
