# ruff: noqa: DTZ001 (wall times have no zone of their own)
"""What an appointment comes to between two days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.agenda import Span, exception, happening, happenings
from domain.calendar import Location
from domain.patch import CANCELLED, CLEARED, OCCURRENCES, apply
from domain.recurrence import DAILY, WEEKLY, Recurrence, occurrence, occurrences
from domain.steps import weekday_bit
from domain.when import AllDay, Timed
from domain.zone import Zone

ROME, TOKYO = Zone("Europe/Rome"), Zone("Asia/Tokyo")
MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def span(first: date, days: int = 1, zone: Zone = ROME) -> Span:
    return Span(first, first + days * DAY, zone.tzinfo)


def timed(day: date, hour: int, minutes: int = 60, zone: Zone = ROME) -> Timed:
    start = datetime(day.year, day.month, day.day, hour)
    return Timed(start, start + timedelta(minutes=minutes), zone)


def starts(values: dict[str, object], within: Span) -> list[date]:
    return sorted(each.when.start for each in happenings(values, within))


def test_a_single_one_is_there_on_the_days_it_touches() -> None:
    values = {"when": Timed(datetime(2026, 3, 2, 23), datetime(2026, 3, 3, 1), ROME)}
    touched = [
        day
        for day in (MONDAY - DAY, MONDAY, MONDAY + DAY, MONDAY + 2 * DAY)
        if starts(values, span(day))
    ]
    assert touched == [MONDAY, MONDAY + DAY]


def test_what_ends_at_midnight_is_not_there_on_the_next_day() -> None:
    values = {"when": timed(MONDAY, 23)}
    assert starts(values, span(MONDAY))
    assert not starts(values, span(MONDAY + DAY))


def test_what_takes_no_time_is_there_all_the_same() -> None:
    assert starts({"when": timed(MONDAY, 0, minutes=0)}, span(MONDAY))


def test_the_reader_s_clocks_decide_on_which_day_it_is_but_not_for_whole_days() -> None:
    late = {"when": timed(MONDAY, 20)}
    assert not starts(late, span(MONDAY, zone=TOKYO))
    assert starts(late, span(MONDAY + DAY, zone=TOKYO))
    whole = {"when": AllDay(MONDAY, MONDAY + DAY)}
    assert starts(whole, span(MONDAY, zone=TOKYO))
    assert not starts(whole, span(MONDAY + DAY, zone=TOKYO))


def test_a_series_is_there_as_often_as_it_takes_place() -> None:
    weekly = Recurrence(WEEKLY, days=weekday_bit(MONDAY))
    values = {"when": timed(MONDAY, 9), "recurrence": weekly}
    found = starts(values, span(MONDAY + 7 * DAY, 14))
    assert found == [datetime(2026, 3, 9, 9), datetime(2026, 3, 16, 9)]


def test_a_cancelled_time_is_gone_and_a_moved_one_is_where_it_was_moved_to() -> None:
    first, second = datetime(2026, 3, 2, 9), datetime(2026, 3, 3, 9)
    moved = timed(date(2026, 5, 1), 15)
    values = {
        "subject": "Walk",
        "when": timed(MONDAY, 9),
        "recurrence": Recurrence(DAILY),
        "occurrences": {first: CANCELLED, second: {"when": moved, "subject": "Long walk"}},
    }
    assert starts(values, span(MONDAY, 3)) == [datetime(2026, 3, 4, 9)]
    (on_the_day, late) = sorted(
        happenings(values, span(date(2026, 5, 1))), key=lambda each: each.when.start
    )
    assert (on_the_day.values["subject"], late.values["subject"]) == ("Walk", "Long walk")
    assert late.original == second
    assert "recurrence" not in late.values


def test_a_counted_series_ends_when_it_was_counted_to_its_end() -> None:
    values = {"when": timed(MONDAY, 9), "recurrence": Recurrence(DAILY, count=3)}
    assert len(starts(values, span(MONDAY + DAY, 30))) == 2
    assert not starts(values, span(MONDAY + 3 * DAY, 30))


RULES = st.builds(
    Recurrence,
    st.just(DAILY),
    interval=st.integers(1, 4),
    count=st.none() | st.integers(1, 40),
) | st.builds(Recurrence, st.just(WEEKLY), interval=st.integers(1, 3), days=st.integers(1, 127))


@given(RULES, st.integers(-30, 200), st.integers(1, 40), st.integers(0, 72), st.booleans())
def test_it_is_what_going_through_the_whole_series_would_find(
    rule: Recurrence, later: int, days: int, hours: int, whole: bool
) -> None:
    when = (
        AllDay(MONDAY, MONDAY + (1 + hours // 24) * DAY) if whole else timed(MONDAY, 9, 60 * hours)
    )
    within = span(MONDAY + later * DAY, days)
    known = []
    for original in occurrences(rule, when):
        one = occurrence(when, original)
        if one.start.toordinal() > within.end.toordinal():
            break
        if within.touches(one):
            known.append(one.start)
    assert starts({"when": when, "recurrence": rule}, within) == known


PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "subject": st.sampled_from(["Walk", "Swim", CLEARED]),
        "location": st.sampled_from([Location("Park"), CLEARED]),
        "reminder": st.sampled_from([5, 10, CLEARED]),
        "when": st.sampled_from([timed(MONDAY + DAY, 9), timed(MONDAY + DAY, 11)]),
    },
)


@given(st.lists(PATCHES, max_size=3))
def test_one_time_becomes_what_was_laid_over_it_and_no_other_does(patches: list[Any]) -> None:
    walk = {"subject": "Walk", "reminder": 5, "when": timed(MONDAY, 9)}
    series: dict[str, Any] = {**walk, "recurrence": Recurrence(DAILY)}
    second, third = (datetime(2026, 3, day, 9) for day in (3, 4))
    wanted: dict[str, Any] = {**walk, "when": timed(MONDAY + DAY, 9)}
    natural = wanted
    for patch in patches:
        series = apply(series, exception(series, second, patch))
        wanted = apply(wanted, patch)
    assert happening(series, second).values == wanted
    assert happening(series, third).values == {**walk, "when": timed(MONDAY + 2 * DAY, 9)}
    assert (OCCURRENCES in series) == (wanted != natural), "what is as the rule has it is none"
