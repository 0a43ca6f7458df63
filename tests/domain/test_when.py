# ruff: noqa: DTZ001 (wall times have no zone of their own)
"""Dates, wall times and instants keep apart, also in the nights when clocks are set."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.when import AllDay, Timed, instant, wall
from domain.zone import Turn, Zone, ZoneRule

BERLIN = Zone("Europe/Berlin")
BERLIN_RULE = Zone(rule=ZoneRule(-60, 0, -60, Turn(10, 0, 5, 3), Turn(3, 0, 5, 2)))
ZONES = [BERLIN, BERLIN_RULE, Zone("America/Sao_Paulo"), Zone("Australia/Lord_Howe")]

both = pytest.mark.parametrize("zone", [BERLIN, BERLIN_RULE], ids=["name", "rule"])


@both
@pytest.mark.parametrize("fold", [0, 1])
def test_a_time_in_the_spring_gap_moves_forward(zone: Zone, fold: int) -> None:
    missing = datetime(2026, 3, 29, 2, 30, fold=fold)
    moment = instant(missing, zone.tzinfo)
    assert wall(moment, zone.tzinfo) == datetime(2026, 3, 29, 3, 30)


@both
def test_the_two_times_of_an_autumn_night_are_an_hour_apart(zone: Zone) -> None:
    once, again = (instant(datetime(2026, 10, 25, 2, 30, fold=f), zone.tzinfo) for f in (0, 1))
    assert again - once == timedelta(hours=1)
    assert [wall(moment, zone.tzinfo).fold for moment in (once, again)] == [0, 1]


@given(st.sampled_from(ZONES), st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)))
def test_clocks_show_an_instant_so_that_it_can_be_read_back(zone: Zone, moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    assert instant(wall(moment, zone.tzinfo), zone.tzinfo) == moment


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)),
    st.timedeltas(timedelta(), timedelta(days=40)),
)
def test_a_timed_event_keeps_its_instants(zone: Zone, start: datetime, lasts: timedelta) -> None:
    start = start.replace(tzinfo=UTC)
    event = Timed.at(start, start + lasts, zone)
    assert (event.start_instant, event.end_instant) == (start, start + lasts)


def test_events_in_the_two_halves_of_an_autumn_night_differ() -> None:
    once, again = (
        Timed.at(at, at + timedelta(minutes=10), BERLIN)
        for at in (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    )
    assert (once.start, once.end) == (again.start, again.end)
    assert once != again


def test_a_fold_outside_such_a_night_makes_no_difference() -> None:
    plain = Timed(datetime(2026, 7, 1, 9), datetime(2026, 7, 1, 10), BERLIN)
    folded = Timed(datetime(2026, 7, 1, 9, fold=1), datetime(2026, 7, 1, 10), BERLIN)
    assert plain == folded
    assert hash(plain) == hash(folded)


def test_the_same_time_in_another_zone_is_another_event() -> None:
    times = datetime(2026, 7, 1, 9), datetime(2026, 7, 1, 10)
    assert Timed(*times, BERLIN) != Timed(*times, Zone("Europe/Rome"))
    assert Timed(*times, BERLIN) != AllDay(date(2026, 7, 1), date(2026, 7, 2))


def test_an_event_of_no_length_is_a_point_in_time() -> None:
    at = datetime(2026, 7, 1, 9)
    assert Timed(at, at, BERLIN).start_instant == Timed(at, at, BERLIN).end_instant


@pytest.mark.parametrize("days", [0, -1])
def test_an_all_day_event_lasts_at_least_a_day(days: int) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        AllDay(date(2026, 7, 1), date(2026, 7, 1) + timedelta(days=days))


def test_an_event_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Timed(datetime(2026, 7, 1, 9), datetime(2026, 7, 1, 8), BERLIN)


def test_wall_times_carry_no_offset() -> None:
    at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    with pytest.raises(ValueError, match="no offset"):
        Timed(at, at, BERLIN)


@pytest.mark.parametrize("year", [1, 1600, 4501, 9999])
def test_years_that_phones_take_for_none_are_refused(year: int) -> None:
    at = datetime(year, 12, 31, 23)
    with pytest.raises(ValueError, match="between the years"):
        Timed(at, at, BERLIN)
    with pytest.raises(ValueError, match="between the years"):
        AllDay(date(year, 1, 1), date(year, 1, 2))
