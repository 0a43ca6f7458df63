"""From a master, its overrides and its dates to what phones can show: one series, single events.

A phone knows a handful of patterns. What a rule means beyond them is said, as far as it ends, by
cancelled occurrences of a pattern that covers it; else by single events for the coming year. Then
their notes tell the person so. Single events are named `<uid>#<date>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Any

from adapters.contentlines import Entry
from adapters.ical.event import Event
from adapters.ical.expansion import dates
from adapters.ical.rrule import Rule, bounded, clips, last_start, pattern
from adapters.ical.times import write_date, write_wall
from domain.calendar import OVERRIDABLE
from domain.patch import CANCELLED, CLEARED, apply
from domain.recurrence import (
    DAILY,
    LUNAR,
    MONTHLY,
    WEEKLY,
    YEARLY,
    Recurrence,
    is_occurrence,
    occurrence,
    occurrences,
)
from domain.when import AllDay, Original, When

MOST_CANCELLED = 100
MOST_SINGLES = 200
WINDOW = timedelta(days=366)
OF_OCCURRENCE = "RECURRENCE-ID:"
"""Begins a foreign entry that belongs to one occurrence, named in the rest of its line."""

HORIZON = timedelta(days=2 * 366)
_FAR = timedelta(days=50 * 366)
_LONGEST_SERIES = 5_000


def entries(master: Event, overrides: list[Event], today: date) -> Iterator[Entry]:
    """All that one UID stands for: the series or event, and the single events beside it."""
    made = _Series(master, today)
    cancelled = {made.original(moment) for moment in master.excluded}
    extra = {made.original(moment) for moment in master.added}
    patches = {made.original(each.original): _override(each, master) for each in overrides}
    cancelled |= {original for original, patch in patches.items() if patch is CANCELLED}
    if made.recurrence:
        yield made.entry(cancelled, patches)
    elif not made.singles:
        cancelled.add(_original(made.when, _as_wall(made.when)))
        yield Entry(made.values, master.line, made.told())
    for original in dict.fromkeys([*made.singles, *sorted(extra), *sorted(patches)]):
        if original not in cancelled and not made.has(original):
            yield made.single(original, patches.get(original, {}))


def orphans(overrides: Iterable[Event]) -> Iterator[Entry]:
    """Occurrences whose series is not in the file, as when a person is invited to one only."""
    for each in overrides:
        if each.original is None:
            continue
        name = each.original if isinstance(each.original, date) else each.original.wall
        uid = f"{each.values['uid']}#{stamp(name)}"
        yield Entry({**each.values, "uid": uid}, each.line, tuple(each.notes))


def stamp(original: Original) -> str:
    return write_wall(original) if isinstance(original, datetime) else write_date(original)


def _override(event: Event, master: Event) -> Any:
    """What an occurrence has for itself: a patch on its series, or CANCELLED."""
    values = event.values
    if values.get("meeting_status", 0) & 4 and not values.get("attendees"):
        return CANCELLED
    names = OVERRIDABLE - {"when"}
    patch = {
        name: values.get(name, CLEARED)
        for name in names
        if values.get(name) != master.values.get(name)
    }
    if values.get("foreign", ()) != master.values.get("foreign", ()):
        patch["foreign"] = values.get("foreign", CLEARED)
    return {"when": values["when"], **patch}


class _Series:
    """A master with the pattern found for it: `recurrence`, or `singles` where there is none."""

    def __init__(self, master: Event, today: date) -> None:
        self.master = master
        self.today = today
        self.values = dict(master.values)
        self.notes = list(master.notes)
        self.recurrence: Recurrence | None = None
        self.singles: list[Original] = []
        self.extras: set[Original] = set()
        if master.rule:
            self._repeat(master.rule)

    @property
    def when(self) -> When:
        when: When = self.values["when"]
        return when

    def _repeat(self, rule: Rule) -> None:
        start = _as_wall(self.when)
        found = pattern(rule, start)
        if found and found.calendar_type in LUNAR:
            self.recurrence = bounded(found, rule, self.when)
            return
        horizon = _clamped(max(start, _midnight(self.today)) + _FAR)
        first = next(dates(rule, start, horizon), None) if not rule.clips else start
        if first is None:
            self.notes.append("its rule for repeating never fits; it was taken as a single event")
            return
        if first != start:
            rule = self._move(rule, first)
        if found and (clips(rule) or not _may_clip(found)):
            self.recurrence = bounded(found, rule, self.when)
        elif not (rule.finite and self._cover(rule, found)):
            self._give_up(rule, found)

    def _move(self, rule: Rule, first: datetime) -> Rule:
        """Begin the series on the first day that fits; its start stands alone and is counted."""
        self.singles.append(_original(self.when, _as_wall(self.when)))
        self.notes.append("its first date does not follow its rule; it was taken as a single event")
        self.values["when"] = occurrence(self.when, _original(self.when, first))
        return rule if rule.count is None else replace(rule, count=max(rule.count - 1, 1))

    def _cover(self, rule: Rule, found: Recurrence | None) -> bool:
        """Take a pattern that has all dates of a rule that ends, and cancel what it has more."""
        start = _as_wall(self.when)
        wanted = list(islice(dates(rule, start, _clamped(start + _FAR)), _LONGEST_SERIES + 1))
        if not wanted or len(wanted) > _LONGEST_SERIES or (rule.until or start) > start + _FAR:
            return False
        last = last_start(wanted[-1], self.when)
        for candidate in [found] if found else _candidates(rule):
            made = replace(candidate, until=last)
            extras = self._extras(made, wanted)
            if extras is not None and sum(map(self._is_near, extras)) <= MOST_CANCELLED:
                self.recurrence, self.extras = made, extras
                return True
        return False

    def _extras(self, made: Recurrence, wanted: list[datetime]) -> set[Original] | None:
        """Occurrences of a pattern that are not wanted, or None if it lacks one that is."""
        have = set(islice(occurrences(made, self.when), 4 * _LONGEST_SERIES))
        want = {_original(self.when, moment) for moment in wanted}
        return have - want if want <= have else None

    def _is_near(self, original: Original) -> bool:
        begin = max(self.today, _as_wall(self.when).date())
        return begin <= _day(original) <= begin + HORIZON

    def _give_up(self, rule: Rule, found: Recurrence | None) -> None:
        """An endless day 29 to 31 is nearly right as it is; all else becomes single events."""
        if found:
            self.recurrence = bounded(found, rule, self.when)
            self.notes.append("in months without its day, phones show it on the last day")
            return
        begin = max(_midnight(self.today), _as_wall(self.when))
        within = takewhile(lambda at: at < begin + WINDOW, self._from(rule, begin))
        chosen = [_original(self.when, at) for at in islice(within, MOST_SINGLES)]
        self.singles += chosen
        self.notes.append(
            f"phones cannot show how it repeats ({self.master.rule_text}); "
            + (f"single dates taken: {len(chosen)}" if chosen else "only its start was taken")
        )

    def _from(self, rule: Rule, begin: datetime) -> Iterator[datetime]:
        start = _as_wall(self.when)
        return (at for at in dates(rule, start, _clamped(begin + WINDOW)) if at >= begin)

    def original(self, moment: Any) -> Original:
        """Which occurrence a RECURRENCE-ID, EXDATE or RDATE means: by its time, else by its day."""
        found = self.master.original_of(moment)
        if self.has(found) or isinstance(self.when, AllDay):
            return found
        same_day = datetime.combine(_day(found), self.when.start.time())
        return same_day if self.has(same_day) else found

    def has(self, original: Original) -> bool:
        return bool(self.recurrence) and self._occurs(original)

    def _occurs(self, original: Original) -> bool:
        assert self.recurrence
        return is_occurrence(self.recurrence, self.when, original)

    def entry(self, cancelled: Iterable[Original], patches: Mapping[Original, Any]) -> Entry:
        """The series with its changed and cancelled occurrences."""
        states: dict[Original, Any] = dict.fromkeys(self.extras, CANCELLED)
        states |= dict.fromkeys(filter(self.has, cancelled), CANCELLED)
        foreign = list(self.values.get("foreign", ()))
        for original, patch in patches.items():
            if patch is not CANCELLED and self.has(original):
                foreign += self._own_lines(original, patch.get("foreign"))
                states[original] = self._tidy(original, patch)
        values = {**self.values, "recurrence": self.recurrence}
        if foreign:
            values["foreign"] = tuple(sorted(foreign))
        if states:
            values["occurrences"] = {original: states[original] for original in sorted(states)}
        return Entry(values, self.master.line, self.told())

    def told(self) -> tuple[str, ...]:
        """The notes, for the first entry only."""
        notes, self.notes = self.notes, []
        return tuple(notes)

    def _own_lines(self, original: Original, lines: Any) -> Iterator[str]:
        """Foreign lines of one occurrence, as entries among those of its series."""
        of_series = self.values.get("foreign", ())
        for line in lines if isinstance(lines, tuple) else ():
            if line not in of_series:
                yield f"{OF_OCCURRENCE}{stamp(original)}\n{line}"

    def _tidy(self, original: Original, patch: Any) -> Any:
        natural = patch["when"] == occurrence(self.when, original)
        left_out = {"foreign", "when"} if natural else {"foreign"}
        return {name: value for name, value in patch.items() if name not in left_out}

    def single(self, original: Original, patch: Any) -> Entry:
        """One date as an event of its own."""
        values = {**self.values, "when": occurrence(self.master.values["when"], original)}
        values["uid"] = f"{self.values['uid']}#{stamp(original)}"
        return Entry(apply(values, patch), self.master.line, self.told())


def _candidates(rule: Rule) -> Iterator[Recurrence]:
    """Patterns that may cover a rule, the one with the fewest other dates first."""
    own = {name: rule.interval if rule.frequency == name else 1 for name in ("DAILY", "WEEKLY")}
    days_of_month = rule.by.get("BYMONTHDAY", ())
    if len(days_of_month) == 1 and days_of_month[0] > 0:
        yield Recurrence(MONTHLY, day_of_month=days_of_month[0])
    if rule.days:
        yield Recurrence(WEEKLY, own["WEEKLY"], days=rule.mask, first_day=rule.week_start or 1)
    yield Recurrence(DAILY, own["DAILY"])


def _may_clip(found: Recurrence) -> bool:
    """Whether Exchange has dates for this pattern where a RRULE skips the month."""
    day = found.day_of_month or 0
    if found.kind == YEARLY:
        try:
            date(2001, found.month or 1, day)
        except ValueError:
            return True
        return False
    return found.kind == MONTHLY and day > 28


def _as_wall(when: When) -> datetime:
    return datetime.combine(when.start, time()) if isinstance(when, AllDay) else when.start


def _original(when: When, moment: datetime) -> Original:
    return moment.date() if isinstance(when, AllDay) else moment


def _day(original: Original) -> date:
    return original.date() if isinstance(original, datetime) else original


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _clamped(moment: datetime) -> datetime:
    return min(moment, datetime(4500, 12, 31))  # noqa: DTZ001 - wall time
