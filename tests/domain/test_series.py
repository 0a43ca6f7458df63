"""Where the occurrences of a series lie after it changed, and how long a series matters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.patch import CANCELLED
from domain.recurrence import DAILY, WEEKLY, Recurrence
from domain.series import carried, converted, original_at, original_on, window_end
from domain.when import AllDay, Original, Timed, When
from domain.zone import Zone

ROME, NEW_YORK = Zone("Europe/Rome"), Zone("America/New_York")
MONDAYS = Recurrence(WEEKLY, days=2)
SEVENTH = AllDay(date(2026, 9, 7), date(2026, 9, 8))


def at(day: int, hour: int, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour)  # noqa: DTZ001


def timed(hour: int = 10, zone: Zone = ROME) -> Timed:
    return Timed(at(7, hour), at(7, hour + 1), zone)


def series(when: When, rule: Recurrence = MONDAYS, **states: Any) -> dict[str, Any]:
    return {"when": when, "recurrence": rule, **states}


def test_an_occurrence_is_found_by_its_instant() -> None:
    assert original_at(series(timed()), datetime(2026, 9, 14, 8, tzinfo=UTC)) == at(14, 10)


def test_an_instant_at_which_nothing_starts_is_no_occurrence() -> None:
    assert original_at(series(timed()), datetime(2026, 9, 14, 9, tzinfo=UTC)) is None


def test_after_the_clocks_changed_the_instant_is_another() -> None:
    winter = datetime(2026, 10, 26, 9, tzinfo=UTC)

    assert original_at(series(timed()), winter) == at(26, 10, month=10)


def test_an_occurrence_in_a_spring_gap_is_found_when_it_really_begins() -> None:
    nightly = Timed(at(27, 2, month=3), at(27, 4, month=3), ROME)

    found = original_at(series(nightly, Recurrence(DAILY)), datetime(2026, 3, 29, 1, tzinfo=UTC))

    assert found == at(29, 2, month=3)


def test_an_original_start_never_remembers_which_pass_of_the_night_it_was() -> None:
    nightly = Timed(at(20, 2, month=10), at(20, 3, month=10), ROME)

    found = original_at(series(nightly, Recurrence(DAILY)), datetime(2026, 10, 25, 1, tzinfo=UTC))

    assert isinstance(found, datetime)
    assert (found, found.fold) == (at(25, 2, month=10), 0)


def test_an_occurrence_is_found_by_its_date() -> None:
    assert original_on(series(timed()), date(2026, 9, 14)) == at(14, 10)
    assert original_on(series(SEVENTH), date(2026, 9, 14)) == date(2026, 9, 14)


def test_a_day_off_the_rule_has_no_occurrence() -> None:
    assert original_on(series(timed()), date(2026, 9, 15)) is None


def test_an_exception_off_the_rule_is_found_all_the_same() -> None:
    values = series(timed(), occurrences={at(15, 10): CANCELLED})

    assert original_on(values, date(2026, 9, 15)) == at(15, 10)


@pytest.mark.parametrize(
    ("after", "places"),
    [
        (series(timed(hour=12)), {at(14, 12), at(21, 12)}),
        (series(timed(hour=4, zone=NEW_YORK)), {at(14, 4), at(21, 4)}),
        (series(SEVENTH), {date(2026, 9, 14), date(2026, 9, 21)}),
        (series(timed(), Recurrence(WEEKLY, interval=2, days=2)), {at(21, 10)}),
        (series(timed(), Recurrence(WEEKLY, days=4)), set()),
    ],
    ids=["later", "other-zone", "all-day", "every-second-week", "tuesdays"],
)
def test_exceptions_go_with_their_occurrence(after: dict[str, Any], places: set[Original]) -> None:
    states = {at(14, 10): CANCELLED, at(21, 10): {"subject": "Other"}}

    assert carried(series(timed(), occurrences=states), after).keys() == places


@pytest.mark.parametrize(
    ("when", "all_day", "expected"),
    [
        (timed(), True, SEVENTH),
        (Timed(at(7, 22), at(8, 2), ROME), True, AllDay(date(2026, 9, 7), date(2026, 9, 9))),
        (Timed(at(7, 10), at(7, 10), ROME), True, SEVENTH),
        (Timed(at(7, 0), at(8, 0), ROME), True, SEVENTH),
        (SEVENTH, False, Timed(at(7, 0), at(8, 0), ROME)),
        (SEVENTH, True, SEVENTH),
        (timed(), False, timed()),
    ],
)
def test_hours_become_days_and_days_hours(when: When, all_day: bool, expected: When) -> None:
    assert converted(when, all_day, ROME) == expected


def test_an_event_matters_until_it_is_over() -> None:
    assert window_end({"when": timed()}) == datetime(2026, 9, 7, 9, tzinfo=UTC)


def test_a_day_matters_until_it_is_over_everywhere() -> None:
    assert window_end({"when": SEVENTH}) == datetime(2026, 9, 8, 12, tzinfo=UTC)


def test_an_endless_series_matters_for_ever() -> None:
    assert window_end(series(timed())) is None


@pytest.mark.parametrize(
    "rule",
    [
        Recurrence(DAILY, count=3),
        Recurrence(DAILY, until=datetime(2026, 9, 9, 8, tzinfo=UTC)),
        Recurrence(DAILY, until=datetime(2026, 9, 9, 21, tzinfo=UTC)),
    ],
)
def test_a_series_matters_until_its_last_occurrence_is_over(rule: Recurrence) -> None:
    assert window_end(series(timed(), rule)) == datetime(2026, 9, 9, 9, tzinfo=UTC)


def test_a_series_of_days_matters_until_the_last_is_over_everywhere() -> None:
    rule = Recurrence(DAILY, until=date(2026, 9, 9))

    assert window_end(series(SEVENTH, rule)) == datetime(2026, 9, 10, 12, tzinfo=UTC)


def test_an_occurrence_moved_beyond_the_end_counts() -> None:
    later = Timed(at(20, 10), at(20, 11), ROME)
    states = {at(8, 10): {"when": later}, at(9, 10): CANCELLED}

    found = window_end(series(timed(), Recurrence(DAILY, count=3), occurrences=states))

    assert found == datetime(2026, 9, 20, 9, tzinfo=UTC)
