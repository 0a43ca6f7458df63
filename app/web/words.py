"""What a page says in its reader's language, and the moments it tells on their clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from app import i18n
from domain.when import AllDay, Instant, Timed, When
from domain.zone import Zone

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Words:
    """`zone` is where the reader's clocks stand."""

    language: str
    zone: Zone

    def text(self, key: str, /, **facts: object) -> str:
        return i18n.text(self.language, key, **facts)

    def number(self, key: str, count: int) -> str:
        """The text for one of something, or for several."""
        return self.text(f"{key}.{'one' if count == 1 else 'many'}", count=count)

    def knows(self, key: str) -> bool:
        return key in i18n.texts(self.language)

    def actor(self, actor: str, phone: str = "") -> str:
        """Who did something, as events name them; a phone is called `phone`, if that is known."""
        who, _, name = actor.partition(":")
        if who == "device":
            name = phone or name.removeprefix("@")
        name = self.text("log.erased") if name.startswith("@") else name
        return self.text(
            f"actor.{who}" if self.knows(f"actor.{who}") else "actor.system", name=name
        )

    @property
    def clocks(self) -> tzinfo:
        return self.zone.tzinfo

    def today(self, now: Instant) -> date:
        return now.astimezone(self.clocks).date()

    def month(self, day: date) -> str:
        return f"{self.text(f'dates.month.{day.month}')} {day.year}"

    def weekday(self, day: date) -> str:
        return self.text(f"dates.weekday.{day.isoweekday()}")

    def short_weekday(self, day: date) -> str:
        return self.text(f"dates.short_weekday.{day.isoweekday()}")

    def day(self, day: date) -> str:
        """As in "2 March 2026"."""
        month = self.text(f"dates.month.{day.month}")
        return self.text("dates.day", day=day.day, month=month, year=day.year)

    def long_day(self, day: date) -> str:
        return self.text("dates.long_day", weekday=self.weekday(day), day=self.day(day))

    def birthday(self, day: date) -> str:
        """A year that nobody told stays untold (phones write 1604)."""
        month = self.text(f"dates.month.{day.month}")
        short = self.text("dates.day_of_year", day=day.day, month=month)
        return short if day.year == UNTOLD_YEAR else self.day(day)

    def clock(self, at: datetime) -> str:
        return f"{at:%H:%M}"

    def moment(self, at: Instant) -> str:
        """An instant on the reader's clocks."""
        here = at.astimezone(self.clocks)
        return self.text("dates.moment", day=self.day(here.date()), time=self.clock(here))

    def ago(self, at: Instant, now: Instant) -> str:
        """How long ago, as people say it; from a month on, which day it was."""
        minutes = max(0, int((now - at).total_seconds() // 60))
        if minutes < 1:
            return self.text("dates.now")
        for key, size, limit in (("minutes", 1, 60), ("hours", 60, 24), ("days", 1440, 30)):
            if minutes < size * limit:
                return self.number(f"dates.ago.{key}", minutes // size)
        return self.day(at.astimezone(self.clocks).date())

    def here(self, when: When) -> When:
        """The time of an appointment on the reader's clocks; days are days everywhere."""
        if isinstance(when, AllDay) or when.zone == self.zone:
            return when
        return Timed.at(when.start_instant, when.end_instant, self.zone)

    def span(self, when: When) -> str:
        """From when until when, with its days."""
        when = self.here(when)
        if isinstance(when, AllDay):
            first, last = when.start, when.end - ONE_DAY
            if first == last:
                return self.long_day(first)
            return self.text("dates.span", start=self.long_day(first), end=self.long_day(last))
        begin = self._point(when.start)
        if when.start.date() == when.end.date():
            return self.text("dates.span", start=begin, end=self.clock(when.end))
        return self.text("dates.span", start=begin, end=self._point(when.end))

    def hours(self, when: When, day: date) -> str:
        """What of it lies on this day, on the reader's clocks."""
        when = self.here(when)
        if isinstance(when, AllDay):
            return self.text("dates.all_day")
        starts, ends = when.start.date() == day, when.end.date() == day
        if starts and ends:
            return self.text("dates.span", start=self.clock(when.start), end=self.clock(when.end))
        if starts:
            return self.text("dates.from", time=self.clock(when.start))
        return (
            self.text("dates.until", time=self.clock(when.end))
            if ends
            else self.text("dates.all_day")
        )

    def _point(self, at: datetime) -> str:
        return self.text("dates.moment", day=self.long_day(at.date()), time=self.clock(at))


UNTOLD_YEAR: Final = 1604
