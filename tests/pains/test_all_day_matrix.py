"""All-day events shifted or spanned two days: whatever a phone's habit, its dates come back.

Up to 14.1 an all-day event is an instant. Some phones send midnight of their zone with its blob,
some midnight UTC, some a blob of zeros or none.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.eas.calendar_times import Reckoning, beginning
from adapters.eas.dialect import Dialect
from adapters.eas.moments import compact, parse_moment
from adapters.eas.recognition import recognise
from adapters.eas.timezone import (
    all_day_dates,
    day_begins,
    read_blob,
    write_blob,
)
from domain.recurrence import DAILY, Recurrence, occurrence, occurrences
from domain.when import AllDay, Instant, Timed, instant
from domain.zone import UTC_ZONE, Zone

MATRIX = [
    "Pacific/Pago_Pago",
    "America/New_York",
    "Etc/UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
]
"""Zones at −11, −5, 0, +1, +5:30, +12:45 and +14."""

MIDNIGHT_TURNS = [
    "America/Sao_Paulo",
    "America/Havana",
    "America/Asuncion",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Amman",
    "Asia/Tehran",
    "Atlantic/Azores",
]
"""Zones that set their clocks at midnight, now or once, so that a day may begin at 1:00."""

ZONES = [Zone(name) for name in MATRIX + MIDNIGHT_TURNS]
EDGES = [
    date(year, month, day)
    for year in (2010, 2017, 2024, 2026)
    for month, days in {
        2: (17, 18, 19, 20, 28),
        3: (7, 8, 9, 10, 11, 12, 21, 22, 25, 26, 27, 28, 29, 30, 31),
        4: (1, 24, 25, 26, 27),
        8: (12, 13, 14),
        10: (14, 15, 16, 24, 25, 26, 27, 28, 29, 30, 31),
        11: (1, 2, 3, 4, 5, 6, 7),
        12: (31,),
    }.items()
    for day in days
]
LENGTHS = (1, 2, 14)


def over_the_wire(moment: Instant) -> Instant:
    read = parse_moment(compact(moment))
    assert read is not None
    return read


def begin_and_end(event: AllDay, zone: Zone) -> tuple[Instant, Instant]:
    return day_begins(event.start, zone), day_begins(event.end, zone)


def as_sent(blob: str, start: Instant, person: Zone) -> Zone:
    return recognise(read_blob(blob), start.date(), [person])


def all_days() -> list[AllDay]:
    return [AllDay(day, day + timedelta(days=length)) for day in EDGES for length in LENGTHS]


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
@pytest.mark.parametrize("person", [Zone("Europe/Berlin"), Zone("America/New_York"), UTC_ZONE])
def test_midnight_of_the_phone_with_its_blob(zone: Zone, person: Zone) -> None:
    for event in all_days():
        start, end = map(over_the_wire, begin_and_end(event, zone))
        blob = write_blob(zone, event.start)
        assert all_day_dates(start, end, as_sent(blob, start, person), person) == event


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
@pytest.mark.parametrize("blob", ["own", "zeros", "none"])
def test_midnight_utc_whatever_the_blob(zone: Zone, blob: str) -> None:
    """The person's zone is where the phone is; dates are read off the digits."""
    for event in all_days():
        start, end = (datetime.combine(day, time(), tzinfo=UTC) for day in (event.start, event.end))
        sent = {"own": zone, "zeros": UTC_ZONE, "none": None}[blob]
        assert all_day_dates(start, end, sent, zone) == event


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
@pytest.mark.parametrize("blob_zone", [UTC_ZONE, None], ids=["zeros", "none"])
def test_midnight_of_the_phone_without_a_blob_that_says_so(
    zone: Zone, blob_zone: Zone | None
) -> None:
    for event in all_days():
        start, end = map(over_the_wire, begin_and_end(event, zone))
        assert all_day_dates(start, end, blob_zone, zone) == event


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
def test_a_series_of_days_stays_on_its_days_across_the_turns(zone: Zone) -> None:
    master = AllDay(date(2024, 1, 1), date(2024, 1, 2))
    for day in occurrences(Recurrence(DAILY, count=366), master):
        event = occurrence(master, day)
        assert isinstance(event, AllDay)
        start, end = begin_and_end(event, zone)
        assert all_day_dates(start, end, zone, UTC_ZONE) == event


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
def test_since_16_0_the_date_is_a_date(zone: Zone) -> None:
    """Wherever the phone is (MS-ASCAL 2.2.2.1, R2008)."""
    device = Dialect(zone=zone)
    for day in EDGES:
        sent = over_the_wire(beginning(day, device))
        assert sent == datetime.combine(day, time(), UTC)
        assert Reckoning(zone, zone, floating=True).day(sent) == day


@settings(deadline=None)
@given(
    st.sampled_from(ZONES),
    st.dates(date(1996, 1, 1), date(2045, 1, 1)),
    st.integers(1, 400),
    st.sampled_from(ZONES),
)
def test_dates_survive_any_year(zone: Zone, day: date, length: int, person: Zone) -> None:
    """Since 1996: Kiritimati had no 31 December 1994."""
    event = AllDay(day, day + timedelta(days=length))
    start, end = begin_and_end(event, zone)
    assert all_day_dates(start, end, zone, person) == event


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("20230831T220000Z", date(2023, 9, 1)),
        ("20230831T213000Z", date(2023, 9, 1)),
        ("20230901T070000Z", date(2023, 9, 1)),
        ("20230901T120000Z", date(2023, 9, 2)),
    ],
)
def test_a_start_that_is_nowhere_midnight_goes_to_the_nearest(start: str, expected: date) -> None:
    begin = parse_moment(start)
    assert begin is not None
    event = all_day_dates(begin, begin + timedelta(days=1), Zone("Europe/Berlin"), UTC_ZONE)
    assert event.start == expected


@pytest.mark.parametrize(
    ("lasts", "days"),
    [
        (timedelta(), 1),
        (timedelta(hours=23), 1),
        (timedelta(hours=23, minutes=59), 1),
        (timedelta(hours=25), 1),
        (timedelta(hours=47), 2),
        (timedelta(days=14, hours=1), 14),
        (timedelta(hours=-5), 1),
    ],
)
def test_days_are_counted_whatever_the_clocks_do(lasts: timedelta, days: int) -> None:
    start = datetime(2026, 7, 1, tzinfo=UTC)
    event = all_day_dates(start, start + lasts, UTC_ZONE, UTC_ZONE)
    assert event.end - event.start == timedelta(days=days)


def test_where_clocks_skip_midnight_the_day_begins_at_one() -> None:
    cairo, day = Zone("Africa/Cairo"), date(2024, 4, 26)
    start = day_begins(day, cairo)
    assert Timed.at(start, start, cairo).start.time() == time(1)
    assert instant(datetime.combine(day, time(1)), cairo.tzinfo) == start
    assert all_day_dates(start, start + timedelta(hours=23), cairo, UTC_ZONE).start == day
