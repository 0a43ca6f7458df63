"""Time zone blobs: byte for byte as specified, and recognised by what they say."""

from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from adapters.eas.dialect import Unconvertible
from adapters.eas.recognition import recognise
from adapters.eas.timezone import read_blob, write_blob
from adapters.eas.zone_rules import changes, rule_of, yearly_rule
from adapters.windows_zones import WINDOWS_NAME, ZONE_OF
from domain.zone import Turn, Zone, ZoneRule

BERLIN_BLOB = (
    "xP///wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAoAAAAFAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAMAAAAFAAIAAAAAAAAAxP///w=="
)
BERLIN_NAMED_BLOB = (
    "xP///1cALgAgAEUAdQByAG8AcABlACAAUwB0AGEAbgBkAGEAcgBkACAAVABpAG0AZQAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAoAAAAFAAMAAAAAAAAAAAAAAFcALgAgAEUAdQByAG8AcABlACAARABhAHkAbABpAGcAaAB0ACAAVABpAG0A"
    "ZQAAAAAAAAAAAAAAAAAAAAAAAAAAAAMAAAAFAAIAAAAAAAAAxP///w=="
)
NEW_YORK_BLOB = (
    "LAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAsAAAABAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAMAAAACAAIAAAAAAAAAxP///w=="
)
BERLIN, NEW_YORK = Zone("Europe/Berlin"), Zone("America/New_York")
BERLIN_RULE = ZoneRule(-60, 0, -60, Turn(10, 0, 5, 3), Turn(3, 0, 5, 2))
SUMMER, WINTER = date(2026, 7, 1), date(2026, 1, 15)
ZONES = sorted(name for name in available_timezones() - {"localtime", "Factory"})


def nameless(blob: str) -> str:
    return write_blob(Zone(rule=read_blob(blob).nameless), SUMMER)


def ahead(zone: Zone, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone.tzinfo).utcoffset()


def test_berlin_is_written_byte_for_byte() -> None:
    assert write_blob(BERLIN, SUMMER) == BERLIN_NAMED_BLOB
    assert nameless(write_blob(BERLIN, SUMMER)) == BERLIN_BLOB


def test_new_york_is_written_byte_for_byte() -> None:
    assert nameless(write_blob(NEW_YORK, SUMMER)) == NEW_YORK_BLOB


def test_utc_is_nothing_but_zeros() -> None:
    for name in ("Etc/UTC", "UTC", "Etc/GMT", "GMT"):
        assert b64decode(write_blob(Zone(name), SUMMER)) == bytes(172)


def test_a_zone_goes_by_its_windows_name() -> None:
    rule = read_blob(write_blob(Zone("Europe/Rome"), SUMMER))
    assert (rule.standard_name, rule.daylight_name) == (
        "W. Europe Standard Time",
        "W. Europe Daylight Time",
    )


def test_a_blob_says_the_last_sunday_also_in_years_where_it_is_the_fourth() -> None:
    for year in range(2000, 2036):
        rule = rule_of(BERLIN, date(year, 1, 1))
        assert (rule.to_standard, rule.to_daylight) == (
            BERLIN_RULE.to_standard,
            BERLIN_RULE.to_daylight,
        )


def test_midnight_after_a_last_thursday_is_said_by_the_thursday() -> None:
    """In 2024 that midnight began November; Windows writes 23:59:59.999."""
    cairo = Zone("Africa/Cairo")
    assert rule_of(cairo, date(2024, 5, 1)).to_standard == Turn(10, 4, 5, 24)
    blob = b64decode(write_blob(cairo, date(2024, 5, 1)))
    assert blob[68:84].hex(" ", 2) == "0000 0a00 0400 0500 1700 3b00 3b00 e703"
    assert read_blob(b64encode(blob).decode()).to_standard == Turn(10, 4, 5, 24)


def test_a_zone_without_a_name_returns_what_the_phone_sent() -> None:
    for blob in (BERLIN_BLOB, BERLIN_NAMED_BLOB, NEW_YORK_BLOB):
        assert write_blob(Zone(rule=read_blob(blob)), WINTER) == blob


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=16)
turns = st.none() | st.builds(
    Turn,
    month=st.integers(1, 12),
    weekday=st.integers(0, 6),
    ordinal=st.integers(1, 5),
    hour=st.integers(0, 24),
    year=st.sampled_from([0, 2026]),
)
rules = st.builds(
    ZoneRule,
    bias=st.integers(-840, 720),
    standard_bias=st.integers(-60, 60),
    daylight_bias=st.integers(-120, 120),
    to_standard=turns,
    to_daylight=turns,
    standard_name=names,
    daylight_name=names,
)


@given(rules)
def test_any_rule_is_written_and_read_back(rule: ZoneRule) -> None:
    assert read_blob(write_blob(Zone(rule=rule), SUMMER)) == rule


@given(st.binary(min_size=172, max_size=172))
def test_any_172_bytes_are_a_rule_or_refused(blob: bytes) -> None:
    try:
        rule = read_blob(b64encode(blob).decode())
    except Unconvertible:
        return
    zone = recognise(rule, SUMMER, [BERLIN])
    assert ahead(zone, datetime(2026, 7, 1, 12, tzinfo=UTC)) is not None


@pytest.mark.parametrize("size", [0, 1, 171, 173, 344])
def test_a_blob_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(Unconvertible, match=f"of {size} bytes"):
        read_blob(b64encode(bytes(size)).decode())


@pytest.mark.parametrize("text", ["%%%%", BERLIN_BLOB[:-1], BERLIN_BLOB[:-2] + "=é", "äöü"])
def test_what_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(Unconvertible, match="base64"):
        read_blob(text)


def test_line_breaks_in_base64_are_forgiven() -> None:
    wrapped = "\r\n".join(BERLIN_BLOB[at : at + 76] for at in range(0, len(BERLIN_BLOB), 76))
    assert read_blob(wrapped) == BERLIN_RULE


def test_an_impossible_offset_is_refused() -> None:
    with pytest.raises(Unconvertible, match="less than a day"):
        read_blob(b64encode(b"\xff\xff\xff\x7f" + bytes(168)).decode())


def test_a_turn_on_no_date_is_no_turn() -> None:
    blob = bytearray(b64decode(BERLIN_BLOB))
    blob[70] = 13
    assert read_blob(b64encode(blob).decode()) == replace(BERLIN_RULE, to_standard=None)


def test_a_name_that_fills_its_field_or_is_cut_in_a_character_is_read() -> None:
    blob = bytearray(b64decode(BERLIN_BLOB))
    blob[4:68] = "x".encode("utf-16-le") * 32
    blob[88:152] = ("(UTC+01:00) Amsterdam, Berlin, " + "\U0001f600").encode("utf-16-le")[:64]
    rule = read_blob(b64encode(blob).decode())
    assert (rule.standard_name, rule.daylight_name) == (
        "x" * 32,
        "(UTC+01:00) Amsterdam, Berlin, ",
    )


@pytest.mark.parametrize("year", [2000, 2016, 2026, 2035])
def test_every_zone_is_recognised_by_rule_alone(year: int) -> None:
    """Those without a twin among known zones stay their own rule; none moves by a minute."""
    for name in ZONES:
        for at in (date(year, 1, 15), date(year, 7, 15)):
            rule = read_blob(write_blob(Zone(name), at)).nameless
            found = recognise(rule, at, [])
            assert rule_offsets(found, at) == rule_offsets(Zone(rule=rule), at), name


def rule_offsets(zone: Zone, at: date) -> list[timedelta | None]:
    """The offsets of noon: of each month if the rule has turns, else of the day."""
    months = range(1, 13) if rule_of(zone, at).to_daylight else [at.month]
    return [ahead(zone, datetime(at.year, month, 15, 12, tzinfo=UTC)) for month in months]


def test_every_zone_is_recognised_as_itself_where_it_is_expected() -> None:
    for at, name in enumerate(ZONES[::7]):
        day = date(2000 + at % 36, 1 + at % 12, 1 + at % 28)
        blob = write_blob(Zone(name), day)
        assert recognise(read_blob(blob), day, [Zone(name)]) == Zone(name)


def test_a_blob_keeps_the_time_of_its_year_to_the_second() -> None:
    for at, name in enumerate(ZONES):
        year = 2000 + at % 36
        if yearly_rule(name, year) is None:
            continue
        sent = Zone(rule=read_blob(write_blob(Zone(name), date(year, 1, 1))))
        for change in changes(name, year):
            for moment in (change.utc - timedelta(seconds=1), change.utc):
                assert ahead(sent, moment) == ahead(Zone(name), moment), (name, year)


@pytest.mark.parametrize("windows", sorted(ZONE_OF))
def test_every_windows_name_is_found_and_written(windows: str) -> None:
    zone = Zone(ZONE_OF[windows])
    for at in (WINTER, SUMMER):
        rule = read_blob(write_blob(zone, at))
        assert recognise(rule, at, []) == zone
        assert rule.standard_name == (windows if windows != "UTC" else "")


def test_the_windows_table_agrees_with_that_of_icalendar() -> None:
    for windows, name in WINDOWS_TO_OLSON.items():
        assert WINDOWS_NAME[name] == windows
        for year in (2000, 2026):
            assert changes(ZONE_OF[windows], year) == changes(name, year)


def test_a_rule_goes_to_the_expected_zone_before_all_others() -> None:
    for zone in (Zone("Europe/Rome"), Zone("Europe/Oslo"), Zone("Africa/Ceuta")):
        assert recognise(read_blob(BERLIN_NAMED_BLOB), SUMMER, [NEW_YORK, zone]) == zone


def test_a_rule_that_is_expected_keeps_the_names_it_came_with() -> None:
    stored = Zone(rule=replace(BERLIN_RULE, standard_name="Mitteleuropa"))
    assert recognise(BERLIN_RULE, SUMMER, [stored]) is stored


def test_without_expectation_a_well_known_zone_stands_for_the_rule() -> None:
    assert recognise(BERLIN_RULE, SUMMER, []) == BERLIN
    assert recognise(read_blob(NEW_YORK_BLOB), SUMMER, []) == NEW_YORK


def test_a_rule_that_no_zone_has_stays_itself() -> None:
    rule = replace(BERLIN_RULE, bias=400)
    assert recognise(rule, SUMMER, [BERLIN]) == Zone(rule=rule)


def test_a_name_is_believed_where_it_does_not_move_the_event() -> None:
    rule = replace(BERLIN_RULE, standard_name="Romance Standard Time")
    assert recognise(rule, SUMMER, []) == Zone("Europe/Paris")
    assert recognise(rule, SUMMER, [Zone("Europe/Madrid")]) == Zone("Europe/Madrid")
    moved = replace(BERLIN_RULE, standard_name="Tokyo Standard Time")
    assert recognise(moved, SUMMER, []) == BERLIN


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("India Standard Time", "Asia/Kolkata"),
        ("Europe/Vienna", "Europe/Vienna"),
        ("/mozilla.org/2007/Asia/Tokyo", "Asia/Tokyo"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("CET", "Europe/Berlin"),
        ("PST", "America/Los_Angeles"),
        ("UTC", "Etc/UTC"),
        ("GMT", "Etc/UTC"),
        ("Nowhere/At_All", "Etc/UTC"),
    ],
)
def test_a_blob_of_nothing_but_a_name_is_taken_by_it(name: str, zone: str) -> None:
    rule = ZoneRule(0, standard_name=name)
    assert read_blob(write_blob(Zone(rule=rule), SUMMER)) == rule
    assert recognise(rule, SUMMER, []) == Zone(zone)


@pytest.mark.parametrize("hours", range(-14, 13))
def test_whole_hours_without_daylight_time_are_just_that(hours: int) -> None:
    zone = recognise(ZoneRule(60 * hours), SUMMER, [BERLIN])
    assert zone.rule is None
    assert ahead(zone, datetime(2026, 7, 1, tzinfo=UTC)) == timedelta(hours=-hours)


@pytest.mark.parametrize(
    ("bias", "zone"),
    [
        (-330, Zone("Asia/Kolkata")),
        (-345, Zone("Asia/Kathmandu")),
        (570, Zone("Pacific/Marquesas")),
        (-17, Zone(rule=ZoneRule(-17))),
        (900, Zone(rule=ZoneRule(900))),
    ],
)
def test_odd_offsets_are_a_place_or_themselves(bias: int, zone: Zone) -> None:
    assert recognise(ZoneRule(bias), SUMMER, []) == zone


def test_odd_hours_of_exchange_and_the_fourth_for_the_last_week_are_forgiven() -> None:
    odd = replace(BERLIN_RULE, to_standard=Turn(10, 0, 5, 0), to_daylight=Turn(3, 0, 5, 1))
    assert recognise(odd, SUMMER, []) == BERLIN
    fourth = replace(BERLIN_RULE, to_daylight=Turn(3, 0, 4, 2))
    assert recognise(fourth, SUMMER, []) == BERLIN


def test_forgiveness_ends_where_the_event_would_move() -> None:
    fourth = replace(BERLIN_RULE, to_daylight=Turn(3, 0, 4, 2))
    assert recognise(fourth, date(2026, 3, 25), []) == Zone(rule=fourth)


def test_dates_of_one_year_are_recognised_by_the_rule_they_follow() -> None:
    dated = ZoneRule(-60, 0, -60, Turn(10, 0, 25, 3, year=2026), Turn(3, 0, 29, 2, year=2026))
    assert recognise(dated, SUMMER, []) == BERLIN
    assert recognise(dated, date(2029, 7, 1), []) == BERLIN


def test_winter_time_as_the_exception_is_recognised_too() -> None:
    dublin = ZoneRule(-60, 60, 0, Turn(10, 0, 5, 2), Turn(3, 0, 5, 1))
    assert recognise(dublin, SUMMER, [Zone("Europe/Dublin")]) == Zone("Europe/Dublin")
    assert recognise(dublin, SUMMER, []) == Zone("Europe/London")


def test_the_rules_of_today_are_recognised_for_an_event_of_long_ago() -> None:
    """America changed its rules in 2007; phones send the present ones for old events too."""
    assert recognise(read_blob(NEW_YORK_BLOB), date(2005, 7, 1), []) == NEW_YORK
    rule = read_blob(NEW_YORK_BLOB)
    assert recognise(rule, date(2005, 3, 20), []) == Zone(rule=rule)
    assert recognise(rule, date(2005, 3, 20), [NEW_YORK]) == NEW_YORK


def test_a_zone_is_recognised_by_the_blob_of_a_later_year() -> None:
    """The rules of Morocco change every year, and a series is sent with those of this year."""
    morocco = Zone("Africa/Casablanca")
    blob = write_blob(morocco, date(2026, 6, 1))
    assert recognise(read_blob(blob).nameless, date(2024, 6, 1), [morocco]) == morocco


@settings(deadline=None)
@given(rules, st.dates(date(1990, 1, 1), date(2040, 1, 1)))
def test_no_guess_moves_the_clock_on_the_day_asked_about(rule: ZoneRule, at: date) -> None:
    noon = datetime(at.year, at.month, at.day, 12, tzinfo=UTC)
    assert ahead(recognise(rule, at, []), noon) == ahead(Zone(rule=rule), noon)


@pytest.mark.parametrize("year", [1601, 1850, 2200, 4500])
def test_any_year_has_a_blob(year: int) -> None:
    for name in ("Europe/Berlin", "Africa/Casablanca", "Africa/Monrovia"):
        at = date(year, 7, 1)
        rule = read_blob(write_blob(Zone(name), at))
        assert recognise(rule.nameless, at, []).tzinfo is not None
