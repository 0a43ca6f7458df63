# ruff: noqa: DTZ001, DTZ901 (wall times have no zone of their own)
"""A zone without a name keeps the same time as the zone it describes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.when import instant, wall
from domain.zone import RuleZone, Turn, Zone, ZoneRule, nth_weekday

BERLIN = ZoneRule(-60, 0, -60, Turn(10, 0, 5, 3), Turn(3, 0, 5, 2))
SYDNEY = ZoneRule(-600, 0, -60, Turn(4, 0, 1, 3), Turn(10, 0, 1, 2))
LORD_HOWE = ZoneRule(-630, 0, -30, Turn(4, 0, 1, 2), Turn(10, 0, 1, 2))
DUBLIN = ZoneRule(-60, 60, 0, Turn(10, 0, 5, 2), Turn(3, 0, 5, 1))
KOLKATA = ZoneRule(-330)

TWINS = [
    (BERLIN, "Europe/Berlin"),
    (SYDNEY, "Australia/Sydney"),
    (LORD_HOWE, "Australia/Lord_Howe"),
    (DUBLIN, "Europe/Dublin"),
    (KOLKATA, "Asia/Kolkata"),
]


@pytest.mark.parametrize(("rule", "name"), TWINS, ids=[name for _, name in TWINS])
def test_a_rule_shows_every_hour_as_its_zone_does(rule: ZoneRule, name: str) -> None:
    ours, theirs = Zone(rule=rule).tzinfo, Zone(name).tzinfo
    for hour in range(0, 3 * 366 * 24):
        moment = datetime(2023, 12, 30, tzinfo=UTC) + timedelta(hours=hour, minutes=hour % 2 * 30)
        shown, expected = moment.astimezone(ours), moment.astimezone(theirs)
        assert (shown.isoformat(), shown.fold) == (expected.isoformat(), expected.fold)


@pytest.mark.parametrize(("rule", "name"), TWINS, ids=[name for _, name in TWINS])
def test_a_rule_reads_every_half_hour_as_its_zone_does(rule: ZoneRule, name: str) -> None:
    ours, theirs = Zone(rule=rule).tzinfo, Zone(name).tzinfo
    for step in range(0, 366 * 48):
        for fold in (0, 1):
            clock = datetime(2025, 1, 1) + timedelta(minutes=30 * step)
            clock = clock.replace(fold=fold)
            assert ours.utcoffset(clock) == theirs.utcoffset(clock)


times = st.tuples(st.integers(0, 23), st.sampled_from([0, 30, 59])) | st.just((24, 0))
turns = st.builds(
    lambda weekday, ordinal, time: Turn(1, weekday, ordinal, *time),
    weekday=st.integers(0, 6),
    ordinal=st.integers(1, 5),
    time=times,
)
biases = st.integers(-60, 60)


@st.composite
def rules(draw: st.DrawFn) -> ZoneRule:
    """Any rule with two turns at least a month apart."""
    first = draw(st.integers(1, 10))
    months = draw(st.permutations([first, draw(st.integers(first + 2, 12))]))
    to_standard, to_daylight = (
        Turn(month, turn.weekday, turn.ordinal, turn.hour, turn.minute)
        for month, turn in zip(months, draw(st.tuples(turns, turns)), strict=True)
    )
    bias = draw(st.integers(-840, 720))
    return ZoneRule(bias, draw(biases), draw(biases), to_standard, to_daylight)


@given(rules(), st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1)))
def test_what_a_rule_shows_it_reads_back_as_the_same_instant(
    rule: ZoneRule, moment: datetime
) -> None:
    zone, moment = Zone(rule=rule).tzinfo, moment.replace(tzinfo=UTC)
    assert instant(wall(moment, zone), zone) == moment


@given(rules(), st.integers(1900, 2100))
def test_clocks_are_set_at_the_wall_time_of_the_turn(rule: ZoneRule, year: int) -> None:
    assert rule.to_daylight is not None
    zone = RuleZone(rule)
    turn = rule.to_daylight.wall_time(year).replace(tzinfo=UTC)
    at = turn + timedelta(minutes=rule.bias + rule.standard_bias)
    before = (at - timedelta(seconds=1)).astimezone(zone)
    assert before.replace(tzinfo=UTC) == turn - timedelta(seconds=1)
    assert at.astimezone(zone).utcoffset() == timedelta(minutes=-rule.bias - rule.daylight_bias)


def test_midnight_at_the_end_of_a_day_belongs_to_the_weekday_before() -> None:
    assert Turn(10, 4, 5, 24).wall_time(2024) == datetime(2024, 11, 1)


def test_a_fifth_weekday_that_is_missing_is_the_last() -> None:
    assert nth_weekday(2025, 10, 0, 5) == date(2025, 10, 26)
    assert nth_weekday(2026, 2, 0, 5) == date(2026, 2, 22)


def test_a_turn_with_a_year_is_that_date_and_elsewhere_its_weekday() -> None:
    turn = Turn(3, 0, 31, 2, year=2013)
    assert turn.wall_time(2013) == datetime(2013, 3, 31, 2)
    assert turn.wall_time(2026) == datetime(2026, 3, 29, 2)
    assert Turn(3, 0, 10, 2, year=2013).wall_time(2026) == datetime(2026, 3, 8, 2)


def test_a_rule_with_dates_of_one_year_keeps_the_time_of_the_zone_in_other_years() -> None:
    dated = ZoneRule(-60, 0, -60, Turn(10, 0, 27, 3, year=2013), Turn(3, 0, 31, 2, year=2013))
    for month in range(1, 13):
        clock = datetime(2026, month, 15)
        assert RuleZone(dated).utcoffset(clock) == Zone("Europe/Berlin").tzinfo.utcoffset(clock)


@pytest.mark.parametrize("lacking", ["to_standard", "to_daylight"])
def test_a_rule_with_one_turn_has_no_daylight_time(lacking: str) -> None:
    turns = {"to_standard": Turn(10, 0, 5, 3), "to_daylight": Turn(3, 0, 5, 2), lacking: None}
    zone = RuleZone(ZoneRule(-60, 0, -60, **turns))
    assert {zone.utcoffset(datetime(2026, month, 1)) for month in range(1, 13)} == {
        timedelta(hours=1)
    }


def test_a_rule_tells_its_names_and_its_daylight_saving() -> None:
    named = ZoneRule(
        -60, 0, -60, BERLIN.to_standard, BERLIN.to_daylight, "Winterzeit", "Sommerzeit"
    )
    summer, winter = (datetime(2026, month, 1, tzinfo=RuleZone(named)) for month in (7, 1))
    assert (summer.tzname(), summer.dst()) == ("Sommerzeit", timedelta(hours=1))
    assert (winter.tzname(), winter.dst()) == ("Winterzeit", timedelta())


@pytest.mark.parametrize("clock", [datetime.min, datetime.max], ids=["first", "last"])
def test_the_ends_of_time_have_an_offset(clock: datetime) -> None:
    assert RuleZone(SYDNEY).utcoffset(clock) in {timedelta(hours=10), timedelta(hours=11)}


def test_equal_zones_are_one_key_and_share_their_clocks() -> None:
    one, other = Zone(rule=BERLIN), Zone(rule=ZoneRule(*vars(BERLIN).values()))
    assert one == other
    assert hash(one) == hash(other)
    assert one.tzinfo is other.tzinfo
    assert Zone("Europe/Rome").tzinfo is Zone("Europe/Rome").tzinfo


def test_a_rule_without_names_is_the_same_rule() -> None:
    assert ZoneRule(0, standard_name="GMT", daylight_name="BST").nameless == ZoneRule(0)


@pytest.mark.parametrize(
    "parts",
    [
        (0, 0, 5, 3),
        (13, 0, 5, 3),
        (3, 7, 5, 3),
        (3, 0, 0, 3),
        (3, 0, 6, 3),
        (3, 0, 5, 25),
        (3, 0, 5, 2, 60),
        (3, 0, 5, 2, 0, 60),
        (2, 0, 30, 2, 0, 0, 2026),
        (3, 0, 31, 2, 0, 0, 40000),
        (10, 4, 5, 24, 0, 38),
        (10, 4, 5, 24, 1),
    ],
)
def test_a_turn_on_no_date_is_refused(parts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Turn(*parts)


@pytest.mark.parametrize("biases", [(1440,), (-1440,), (1000, 0, 440), (-1000, -440)])
def test_a_zone_a_day_away_is_refused(biases: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="less than a day"):
        ZoneRule(*biases)


def test_a_zone_has_a_name_or_a_rule() -> None:
    with pytest.raises(ValueError, match="either a name or a rule"):
        Zone()
    with pytest.raises(ValueError, match="either a name or a rule"):
        Zone("Europe/Berlin", BERLIN)
