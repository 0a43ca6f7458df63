# ruff: noqa: DTZ001 (wall times have no zone of their own)
"""Series occur as Exchange means them, and as dateutil says wherever both can say it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from dateutil.rrule import DAILY as RRULE_DAILY
from dateutil.rrule import MONTHLY as RRULE_MONTHLY
from dateutil.rrule import WEEKLY as RRULE_WEEKLY
from dateutil.rrule import YEARLY as RRULE_YEARLY
from dateutil.rrule import rrule
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.recurrence import (
    DAILY,
    LUNAR,
    MONTHLY,
    MONTHLY_NTH,
    WEEKLY,
    YEARLY,
    YEARLY_NTH,
    InvalidRecurrence,
    Recurrence,
    check,
    complete,
    is_occurrence,
    last_end,
    normal,
    occurrence,
    occurrences,
)
from domain.when import LAST_DAY, AllDay, Timed
from domain.zone import UTC_ZONE, Zone

BERLIN = Zone("Europe/Berlin")
WORKDAYS, WEEKEND, ANY_DAY = 62, 65, 127
TUESDAY, THURSDAY = 4, 16

GOOD = {
    DAILY: Recurrence(DAILY),
    WEEKLY: Recurrence(WEEKLY, days=TUESDAY),
    MONTHLY: Recurrence(MONTHLY, day_of_month=31),
    MONTHLY_NTH: Recurrence(MONTHLY_NTH, days=TUESDAY, week=2),
    YEARLY: Recurrence(YEARLY, day_of_month=29, month=2),
    YEARLY_NTH: Recurrence(YEARLY_NTH, days=TUESDAY, week=5, month=3),
}
PART = {
    "days": TUESDAY,
    "day_of_month": 3,
    "week": 1,
    "month": 4,
    "calendar_type": 1,
    "leap_month": False,
    "first_day": 1,
}
TABLE = """
days           O R - R - O
day_of_month   - - R - R -
week           - - - R - R
month          - - - - R R
first_day      O O O O O O
calendar_type  - - O O O O
leap_month     - - - - O O
"""
"""Kinds 0 1 2 3 5 6: required, optional, forbidden (MS-ASCAL 2.2.2.10 to 2.2.2.48)."""

CELLS = [
    (kind, row.split()[0], cell)
    for row in TABLE.strip().splitlines()
    for kind, cell in zip(GOOD, row.split()[1:], strict=True)
]


def day(start: date, days: int = 1) -> AllDay:
    return AllDay(start, start + timedelta(days=days))


def first(rule: Recurrence, when: AllDay | Timed, count: int) -> list[Any]:
    return list(islice(occurrences(rule, when), count))


@pytest.mark.parametrize("rule", GOOD.values(), ids=map(str, GOOD))
def test_a_whole_rule_is_accepted(rule: Recurrence) -> None:
    check(rule)


@pytest.mark.parametrize(("kind", "part", "cell"), CELLS)
def test_each_kind_has_its_parts(kind: int, part: str, cell: str) -> None:
    given_part = replace(GOOD[kind], **{part: PART[part]})
    without = replace(GOOD[kind], **{part: None})
    for rule, fits in ((given_part, cell != "-"), (without, cell != "R")):
        if fits:
            check(rule)
        else:
            with pytest.raises(InvalidRecurrence, match="this kind of series"):
                check(rule)


@pytest.mark.parametrize(
    ("part", "lowest", "highest"),
    [
        ("interval", 0, 999),
        ("count", 1, 999),
        ("days", 1, 127),
        ("day_of_month", 1, 31),
        ("week", 1, 5),
        ("month", 1, 12),
        ("first_day", 0, 6),
    ],
)
def test_each_number_has_its_bounds(part: str, lowest: int, highest: int) -> None:
    rule = next(rule for rule in GOOD.values() if part in _fitting(rule))
    for number in (lowest, highest):
        check(replace(rule, **{part: number}))
    for number in (lowest - 1, highest + 1):
        with pytest.raises(InvalidRecurrence, match="is no possible"):
            check(replace(rule, **{part: number}))


def _fitting(rule: Recurrence) -> set[str]:
    own = {part for kind, part, cell in CELLS if kind == rule.kind and cell != "-"}
    return own | {"interval", "count"}


def test_calendar_types_without_a_calendar_are_refused() -> None:
    refused = set()
    for number in range(-1, 30):
        try:
            check(replace(GOOD[MONTHLY], calendar_type=number))
        except InvalidRecurrence:
            refused.add(number)
    assert refused == {-1, 13, 16, 17, 18, 19, *range(21, 30)}


@pytest.mark.parametrize("kind", [-1, 4, 7])
def test_unknown_kinds_are_refused_with_a_reason(kind: int) -> None:
    with pytest.raises(InvalidRecurrence) as refusal:
        check(Recurrence(kind))
    assert refusal.value.reason == f"there is no kind of series numbered {kind}"


@pytest.mark.parametrize(
    ("told", "parts"),
    [
        (Recurrence(WEEKLY), {"days": THURSDAY}),
        (Recurrence(MONTHLY), {"day_of_month": 15}),
        (Recurrence(YEARLY), {"day_of_month": 15, "month": 1}),
        (Recurrence(YEARLY, month=7), {"day_of_month": 15}),
        (Recurrence(YEARLY_NTH, week=3), {"days": THURSDAY, "month": 1}),
        (Recurrence(DAILY), {}),
        (Recurrence(MONTHLY_NTH), {}),
        (Recurrence(WEEKLY, days=TUESDAY), {}),
        (Recurrence(DAILY, interval=0), {"interval": 1}),
        (Recurrence(DAILY, count=3, until=date(2026, 1, 1)), {"until": None}),
    ],
)
def test_the_start_tells_what_was_left_out(told: Recurrence, parts: dict[str, Any]) -> None:
    assert complete(told, date(2026, 1, 15)) == replace(told, **parts)


EQUALS = [
    (Recurrence(DAILY, days=WORKDAYS), Recurrence(WEEKLY, days=WORKDAYS)),
    (Recurrence(WEEKLY, days=ANY_DAY), Recurrence(DAILY)),
    (Recurrence(DAILY, days=ANY_DAY, first_day=3), Recurrence(DAILY)),
    (Recurrence(MONTHLY, 12, day_of_month=15), Recurrence(YEARLY, month=1, day_of_month=15)),
    (Recurrence(MONTHLY, 24, day_of_month=15), Recurrence(YEARLY, 2, month=1, day_of_month=15)),
    (
        Recurrence(MONTHLY_NTH, 12, days=THURSDAY, week=3),
        Recurrence(YEARLY_NTH, days=THURSDAY, week=3, month=1),
    ),
    (Recurrence(MONTHLY_NTH, days=ANY_DAY, week=3), Recurrence(MONTHLY, day_of_month=3)),
    (Recurrence(MONTHLY_NTH, days=ANY_DAY, week=5), Recurrence(MONTHLY, day_of_month=31)),
    (
        Recurrence(YEARLY_NTH, days=ANY_DAY, week=5, month=2),
        Recurrence(YEARLY, day_of_month=31, month=2),
    ),
    (Recurrence(WEEKLY, days=THURSDAY, first_day=0), Recurrence(WEEKLY, days=THURSDAY)),
    (Recurrence(WEEKLY, 2, days=THURSDAY, first_day=1), Recurrence(WEEKLY, 2, days=THURSDAY)),
    (Recurrence(MONTHLY, calendar_type=1), Recurrence(MONTHLY, day_of_month=15)),
    (Recurrence(YEARLY, leap_month=False), Recurrence(YEARLY)),
    (Recurrence(WEEKLY), Recurrence(WEEKLY, interval=0, days=THURSDAY)),
    (Recurrence(DAILY, count=3, until=date(2026, 3, 1)), Recurrence(DAILY, count=3)),
]
DIFFER = [
    (Recurrence(WEEKLY, 2, days=ANY_DAY), Recurrence(DAILY, 2)),
    (Recurrence(WEEKLY, 2, days=WEEKEND, first_day=0), Recurrence(WEEKLY, 2, days=WEEKEND)),
    (Recurrence(MONTHLY, 12), Recurrence(YEARLY, month=2)),
    (Recurrence(MONTHLY, calendar_type=6), Recurrence(MONTHLY)),
    (Recurrence(MONTHLY, 12, calendar_type=8), Recurrence(YEARLY, month=1, calendar_type=8)),
    (Recurrence(DAILY, count=3), Recurrence(DAILY)),
]


@pytest.mark.parametrize(("one", "other"), EQUALS)
def test_rules_that_mean_the_same_compare_equal(one: Recurrence, other: Recurrence) -> None:
    start = date(2026, 1, 15)
    assert normal(one, start) == normal(other, start)
    assert first(one, day(start), 40) == first(other, day(start), 40)


@pytest.mark.parametrize(("one", "other"), DIFFER)
def test_rules_that_mean_something_else_do_not(one: Recurrence, other: Recurrence) -> None:
    assert normal(one, date(2026, 1, 15)) != normal(other, date(2026, 1, 15))


def test_without_a_start_nothing_is_filled_in_to_compare() -> None:
    assert normal(Recurrence(DAILY, days=ANY_DAY)) == Recurrence(DAILY)
    assert normal(Recurrence(MONTHLY, 12, day_of_month=1)) == Recurrence(
        MONTHLY, 12, day_of_month=1
    )


starts = st.dates(date(1990, 1, 1), date(2060, 1, 1))
intervals = st.integers(1, 40)
counts = st.none() | st.integers(1, 60)


@st.composite
def rules(draw: st.DrawFn) -> Recurrence:
    """Any rule that `check` accepts, in the Gregorian calendar."""
    kind = draw(st.sampled_from(sorted(GOOD)))
    parts = {
        "days": st.one_of(st.sampled_from([WORKDAYS, WEEKEND, ANY_DAY]), st.integers(1, 127)),
        "day_of_month": st.integers(1, 31),
        "week": st.integers(1, 5),
        "month": st.integers(1, 12),
        "first_day": st.integers(0, 6),
    }
    needed = {part for k, part, cell in CELLS if k == kind and cell == "R"}
    wished = {part for k, part, cell in CELLS if k == kind and cell == "O" and part in parts}
    chosen = needed | draw(st.sets(st.sampled_from(sorted(wished))))
    values = {part: draw(parts[part]) for part in sorted(chosen)}
    return Recurrence(kind, draw(intervals), draw(counts), **values)


def reference(told: Recurrence, start: date) -> Iterator[date]:
    """The same series by dateutil; clipping to the end of a month is its bysetpos."""
    rule = complete(told, start)
    days = [(at - 1) % 7 for at in range(7) if (rule.days or 0) & 1 << at]
    position = -1 if rule.week == 5 else rule.week
    clipped = range(min(28, rule.day_of_month or 1), (rule.day_of_month or 1) + 1)
    if rule.kind in (DAILY, WEEKLY):
        freq = RRULE_DAILY if not days else RRULE_WEEKLY
        parts: dict[str, Any] = {"byweekday": days} if days else {}
        parts["wkst"] = 0 if rule.first_day is None else (rule.first_day - 1) % 7
    else:
        freq = RRULE_MONTHLY if rule.kind in (MONTHLY, MONTHLY_NTH) else RRULE_YEARLY
        parts = {"bymonth": rule.month}
        if rule.kind in (MONTHLY, YEARLY):
            parts |= {"bymonthday": list(clipped), "bysetpos": -1}
        else:
            parts |= {"byweekday": days, "bysetpos": position}
    dtstart = datetime(start.year, start.month, start.day)
    return (
        moment.date()
        for moment in rrule(freq, dtstart, interval=rule.interval, count=rule.count, **parts)
    )


@given(rules(), starts)
def test_series_occur_as_dateutil_says(rule: Recurrence, start: date) -> None:
    check(rule)
    assert first(rule, day(start), 12) == list(islice(reference(rule, start), 12))


@given(rules(), starts)
def test_the_normal_form_occurs_on_the_same_days(rule: Recurrence, start: date) -> None:
    form = normal(rule, start)
    check(form)
    assert normal(form, start) == form
    assert first(form, day(start), 12) == first(rule, day(start), 12)


@given(rules(), starts, st.integers(0, 900))
def test_a_day_is_an_occurrence_if_it_is_among_them(
    rule: Recurrence, start: date, later: int
) -> None:
    when, asked = day(start), start + timedelta(days=later)
    among = asked in iter_until(occurrences(rule, when), asked)
    assert is_occurrence(rule, when, asked) == among


@given(rules(), starts)
def test_every_occurrence_is_one(rule: Recurrence, start: date) -> None:
    when = Timed(datetime(start.year, start.month, start.day, 9), _at(start, 10), BERLIN)
    for original in first(rule, when, 8):
        assert is_occurrence(rule, when, original)
        assert not is_occurrence(rule, when, original + timedelta(minutes=1))


@given(rules(), starts, st.integers(0, 5000))
def test_the_last_end_is_that_of_the_last_occurrence(
    rule: Recurrence, start: date, later: int
) -> None:
    until = start + timedelta(days=later)
    rule = replace(rule, until=None if rule.count else until)
    originals = list(occurrences(rule, day(start)))
    assume(originals)
    assert last_end(rule, day(start)) == originals[-1] + timedelta(days=1)


def iter_until(days: Iterator[Any], limit: date) -> list[date]:
    found = []
    for each in days:
        if each > limit:
            break
        found.append(each)
    return found


def _at(start: date, hour: int) -> datetime:
    return datetime(start.year, start.month, start.day, hour)


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    rule = Recurrence(MONTHLY, day_of_month=31)
    assert first(rule, day(date(2026, 1, 31)), 4) == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]


def test_a_birthday_in_february_falls_on_the_28th_in_common_years() -> None:
    rule = Recurrence(YEARLY, day_of_month=29, month=2)
    assert first(rule, day(date(2024, 2, 29)), 5) == [
        date(2024, 2, 29),
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


@pytest.mark.parametrize(
    ("mask", "week", "expected"),
    [
        (WORKDAYS, 1, date(2026, 8, 3)),
        (WORKDAYS, 5, date(2026, 8, 31)),
        (WEEKEND, 1, date(2026, 8, 1)),
        (WEEKEND, 5, date(2026, 8, 30)),
        (ANY_DAY, 4, date(2026, 8, 4)),
        (ANY_DAY, 5, date(2026, 8, 31)),
        (2 + 4, 2, date(2026, 8, 4)),
    ],
)
def test_the_nth_of_several_weekdays_counts_them_all(mask: int, week: int, expected: date) -> None:
    rule = Recurrence(MONTHLY_NTH, days=mask, week=week)
    assert first(rule, day(date(2026, 8, 1)), 1) == [expected]


def test_the_first_day_of_the_week_decides_which_sunday() -> None:
    start = day(date(2026, 8, 4))
    sunday_first = Recurrence(WEEKLY, 2, days=1 + TUESDAY, first_day=0)
    monday_first = replace(sunday_first, first_day=1)
    assert first(sunday_first, start, 3) == [date(2026, 8, d) for d in (4, 16, 18)]
    assert first(monday_first, start, 3) == [date(2026, 8, d) for d in (4, 9, 18)]
    assert first(replace(sunday_first, first_day=None), start, 3) == first(monday_first, start, 3)


def test_an_occurrence_keeps_its_wall_time_when_clocks_are_set() -> None:
    when = Timed(datetime(2026, 3, 28, 9), datetime(2026, 3, 28, 10), BERLIN)
    starts = [occurrence(when, each).start_instant for each in first(Recurrence(DAILY), when, 2)]
    assert starts == [datetime(2026, 3, 28, 8, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)]


def test_an_occurrence_lasts_as_long_on_the_clocks_as_the_first() -> None:
    when = Timed(datetime(2026, 3, 21, 22), datetime(2026, 3, 22, 6), BERLIN)
    night = occurrence(when, datetime(2026, 3, 28, 22))
    assert night == Timed(datetime(2026, 3, 28, 22), datetime(2026, 3, 29, 6), BERLIN)
    assert occurrence(day(date(2026, 3, 1), 3), date(2026, 4, 1)) == day(date(2026, 4, 1), 3)


def test_an_occurrence_in_the_spring_gap_still_ends_after_it_starts() -> None:
    when = Timed(datetime(2026, 3, 22, 2, 30), datetime(2026, 3, 22, 3), BERLIN)
    moved = occurrence(when, datetime(2026, 3, 29, 2, 30))
    assert moved.end_instant - moved.start_instant == timedelta(minutes=30)
    assert moved.start_instant == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


EVENING = Timed(datetime(2026, 7, 1, 22), datetime(2026, 7, 1, 23), Zone("America/New_York"))


@pytest.mark.parametrize(
    "until",
    [
        datetime(2026, 7, 4, 2, tzinfo=UTC),
        datetime(2026, 7, 3, 4, tzinfo=UTC),
        datetime(2026, 7, 4, 3, 59, 59, tzinfo=UTC),
    ],
    ids=["start of the last occurrence", "beginning of its day", "end of its day"],
)
def test_an_end_anywhere_on_the_last_day_includes_it(until: datetime) -> None:
    originals = list(occurrences(Recurrence(DAILY, until=until), EVENING))
    assert originals == [datetime(2026, 7, each, 22) for each in (1, 2, 3)]


def test_the_last_day_of_an_all_day_series_belongs_to_it() -> None:
    rule = Recurrence(DAILY, until=date(2026, 7, 3))
    assert first(rule, day(date(2026, 7, 1)), 9) == [date(2026, 7, each) for each in (1, 2, 3)]
    assert last_end(rule, day(date(2026, 7, 1))) == date(2026, 7, 4)


def test_a_count_wins_over_an_end() -> None:
    rule = Recurrence(DAILY, count=4, until=date(2026, 7, 2))
    assert len(first(rule, day(date(2026, 7, 1)), 9)) == 4


def test_a_series_that_ends_before_it_starts_has_no_occurrence_but_its_own_end() -> None:
    rule = Recurrence(DAILY, until=date(2026, 6, 1))
    assert first(rule, day(date(2026, 7, 1)), 1) == []
    assert last_end(rule, day(date(2026, 7, 1))) == date(2026, 7, 2)


def test_an_endless_series_has_no_last_end() -> None:
    assert last_end(Recurrence(DAILY), day(date(2026, 7, 1))) is None


def test_a_start_that_does_not_fit_the_rule_is_no_occurrence() -> None:
    when = day(date(2026, 7, 1))
    rule = Recurrence(WEEKLY, days=THURSDAY)
    assert first(rule, when, 1) == [date(2026, 7, 2)]
    assert not is_occurrence(rule, when, date(2026, 7, 1))


def test_an_original_of_the_other_sort_is_no_occurrence() -> None:
    assert not is_occurrence(Recurrence(DAILY), day(date(2026, 7, 1)), datetime(2026, 7, 1))
    assert not is_occurrence(Recurrence(DAILY), EVENING, date(2026, 7, 1))


@pytest.mark.parametrize("calendar_type", sorted(LUNAR))
def test_of_a_lunar_series_only_the_start_is_known(calendar_type: int) -> None:
    rule = Recurrence(YEARLY, day_of_month=1, month=1, calendar_type=calendar_type)
    when = day(date(2026, 2, 17))
    assert first(rule, when, 9) == [date(2026, 2, 17)]
    assert is_occurrence(rule, when, date(2027, 2, 6))
    assert last_end(rule, when) is None
    assert last_end(replace(rule, count=5), when) is None
    assert last_end(replace(rule, until=date(2030, 2, 3)), when) == date(2030, 2, 4)


@pytest.mark.parametrize(
    "rule",
    [
        Recurrence(WEEKLY, days=0),
        Recurrence(MONTHLY_NTH, days=128, week=1),
        Recurrence(YEARLY_NTH, 999, days=128, week=1, month=1),
        Recurrence(DAILY, 999, count=10**9),
        Recurrence(YEARLY, day_of_month=31, month=2, interval=999),
    ],
)
def test_even_a_rule_that_should_have_been_refused_comes_to_an_end(rule: Recurrence) -> None:
    when = day(date(4300, 1, 1))
    assert all(original <= LAST_DAY for original in occurrences(rule, when))
    last_end(rule, when)


def test_a_distant_occurrence_is_found_without_walking_there() -> None:
    when = Timed(datetime(1602, 1, 1, 9), datetime(1602, 1, 1, 10), UTC_ZONE)
    for _ in range(2000):
        assert is_occurrence(Recurrence(DAILY), when, datetime(4400, 1, 1, 9))
