"""When an appointment is, as devices say it and as they are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.eas.calendar import read
from adapters.eas.dialect import Unconvertible
from adapters.eas.timezone import write_blob
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.patch import apply
from domain.recurrence import WEEKLY, Recurrence
from domain.when import AllDay, Timed, When
from domain.zone import UTC_ZONE, Zone
from tests.wire.calendar_cases import (
    MODERN,
    NEW_YORK,
    OLDER,
    ROME,
    VERSIONS,
    a_device,
    a_series,
    an_appointment,
    at,
    data,
    edited,
    replaced,
    said,
    shown,
    timed,
    without,
)

each = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.text)
each_older = pytest.mark.parametrize("version", OLDER, ids=lambda version: version.text)
each_modern = pytest.mark.parametrize("version", MODERN, ids=lambda version: version.text)

HALF_PAST, TEN = "20261125T093000Z", "20261125T100000Z"


def span(start: str = "", end: str = "") -> list[Element]:
    tags = {"calendar:StartTime": start, "calendar:EndTime": end}
    return [E(tag, text) for tag, text in tags.items() if text]


def zone(of: Zone) -> Element:
    return E("calendar:Timezone", write_blob(of, date(2026, 6, 1)))


@each
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("", "", (HALF_PAST, TEN)),
        ("", "20261125T123000Z", (HALF_PAST, "20261125T123000Z")),
        ("20261125T080000Z", "", ("20261125T080000Z", TEN)),
        ("20261201T080000Z", "20261201T083000Z", ("20261201T080000Z", "20261201T083000Z")),
        ("20261201T080000Z", "20261201T080000Z", ("20261201T080000Z", "20261201T080000Z")),
    ],
)
def test_a_missing_start_or_end_is_filled_in(
    version: Version, start: str, end: str, expected: tuple[str, str]
) -> None:
    device = a_device(version)

    added = said(data(*span(start, end)), device).patch

    item = shown(added, device)
    assert (item.text_of("calendar:StartTime"), item.text_of("calendar:EndTime")) == expected


@each
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("", "20261125T080000Z"),
        ("", "20261125T092000Z"),
        ("20261201T080000Z", ""),
        ("20261201T080000Z", "20261201T070000Z"),
        ("yesterday", "20261201T070000Z"),
    ],
)
def test_times_that_mean_nothing_are_refused(version: Version, start: str, end: str) -> None:
    with pytest.raises(Unconvertible):
        said(data(*span(start, end)), a_device(version))


@each
@pytest.mark.parametrize("flag", [0, 1])
@pytest.mark.parametrize("day", ["16010102", "45001230"])
def test_an_event_at_the_end_of_the_calendar_is_refused(
    version: Version, day: str, flag: int
) -> None:
    """Some phone would be told an instant that means "no date"."""
    times = span(f"{day}T100000Z", f"{day}T110000Z")

    with pytest.raises(Unconvertible):
        said(data(*times, E("calendar:AllDayEvent", flag)), a_device(version))


@each
@pytest.mark.parametrize(("minute", "rounded"), [(0, 0), (1, 30), (30, 30), (31, 60)])
def test_now_is_rounded_up_to_the_half_hour(version: Version, minute: int, rounded: int) -> None:
    hour = datetime(2026, 11, 25, 9, tzinfo=UTC)
    now = hour + timedelta(minutes=minute)

    when = read(data(), a_device(version), None, now, lambda: "").patch["when"]

    assert when.start_instant == hour + timedelta(minutes=rounded)


@each_older
def test_an_end_without_a_start_is_refused_up_to_14(version: Version) -> None:
    device, values = a_device(version), an_appointment()
    request = without(shown(values, device), "calendar:StartTime")

    with pytest.raises(Unconvertible):
        said(request, device, values)


@each_modern
def test_an_end_alone_moves_the_end_since_16(version: Version) -> None:
    patch = edited(an_appointment(), a_device(version), *span(end="20260907T100000Z"))

    assert patch == {"when": timed(hours=2)}


@each_modern
def test_a_start_alone_keeps_the_end_since_16(version: Version) -> None:
    patch = edited(an_appointment(), a_device(version), *span(start="20260907T073000Z"))

    assert patch == {"when": Timed(at(7, 9, 30), at(7, 11), ROME)}


@each
def test_an_absent_zone_keeps_the_stored_one(version: Version) -> None:
    device, values = a_device(version), an_appointment(when=timed(zone=NEW_YORK))
    request = replaced(
        without(shown(values, device), "calendar:Timezone"),
        *span("20260907T150000Z", "20260907T160000Z"),
    )

    assert said(request, device, values).patch["when"] == timed(hour=11, zone=NEW_YORK)


@each
def test_an_add_without_zone_is_in_the_zone_of_the_person(version: Version) -> None:
    added = said(data(*span("20260907T080000Z", "20260907T090000Z")), a_device(version)).patch

    assert added["when"] == timed()


@each
def test_a_zone_is_recognised_by_its_rules(version: Version) -> None:
    request = data(zone(NEW_YORK), *span("20260907T140000Z", "20260907T150000Z"))

    assert said(request, a_device(version)).patch["when"] == timed(zone=NEW_YORK)


@each
def test_a_zone_that_no_database_knows_is_kept_as_its_rule(version: Version) -> None:
    blob = "K" + zone(ROME).value[1:]  # half an hour off Rome: no such zone has summer time
    request = data(E("calendar:Timezone", blob), *span("20260907T080000Z", "20260907T090000Z"))

    when = said(request, a_device(version)).patch["when"]

    assert when.zone.rule is not None
    assert when.start_instant == datetime(2026, 9, 7, 8, tzinfo=UTC)


@each
def test_the_zone_of_a_single_event_is_not_a_change(version: Version) -> None:
    assert edited(an_appointment(), a_device(version), zone(NEW_YORK)) == {}


@each
def test_the_zone_of_a_series_is_a_change(version: Version) -> None:
    patch = edited(a_series(), a_device(version), zone(NEW_YORK))

    assert patch == {"when": timed(hour=4, zone=NEW_YORK)}


@each
@pytest.mark.parametrize("blob", ["AAAA", "not base64!"])
def test_a_broken_zone_is_refused(version: Version, blob: str) -> None:
    with pytest.raises(Unconvertible):
        said(data(E("calendar:Timezone", blob)), a_device(version))


THREE_DAYS = AllDay(date(2026, 3, 28), date(2026, 3, 31))
"""Over the night in which clocks in Europe are set forward."""

PLACES = [
    Zone("Pacific/Pago_Pago"),
    Zone("America/New_York"),
    Zone("Etc/UTC"),
    Zone("Europe/Rome"),
    Zone("Asia/Kolkata"),
    Zone("Pacific/Chatham"),
    Zone("Pacific/Kiritimati"),
]

each_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


@each
@each_place
def test_an_all_day_event_comes_back_on_its_dates(version: Version, place: Zone) -> None:
    device = a_device(version, zone=place)
    item = shown(an_appointment(when=THREE_DAYS), device)

    assert said(item, device).patch["when"] == THREE_DAYS


@each_older
@each_place
def test_an_all_day_event_is_midnight_where_the_phone_is(version: Version, place: Zone) -> None:
    item = shown(an_appointment(when=THREE_DAYS), a_device(version, zone=place))

    start = datetime.strptime(item.text_of("calendar:StartTime", ""), "%Y%m%dT%H%M%S%z")
    assert start.astimezone(place.tzinfo).replace(tzinfo=None) == at(28, 0, month=3)
    assert item.find("calendar:Timezone") is not None


@each_modern
@each_place
def test_an_all_day_event_is_a_date_without_zone_since_16(version: Version, place: Zone) -> None:
    item = shown(an_appointment(when=THREE_DAYS), a_device(version, zone=place))

    assert item.find("calendar:Timezone") is None
    assert item.text_of("calendar:StartTime") == "20260328T000000Z"
    assert item.text_of("calendar:EndTime") == "20260331T000000Z"


def all_day(*elements: Element) -> list[Element]:
    return [*elements, E("calendar:AllDayEvent", 1)]


SEVENTH = AllDay(date(2026, 9, 7), date(2026, 9, 8))


@each_older
@pytest.mark.parametrize(
    "request_",
    [
        all_day(zone(ROME), *span("20260906T220000Z", "20260907T220000Z")),
        all_day(zone(NEW_YORK), *span("20260907T040000Z", "20260908T040000Z")),
        all_day(zone(UTC_ZONE), *span("20260907T000000Z", "20260908T000000Z")),
        all_day(*span("20260907T000000Z", "20260908T000000Z")),
        all_day(*span("20260906T220000Z", "20260907T220000Z")),
        all_day(zone(ROME), *span("20260906T220000Z", "20260906T220000Z")),
        all_day(zone(ROME), *span("20260906T220000Z")),
    ],
    ids=["rome", "new-york", "digits", "no-blob-digits", "no-blob", "zero-length", "no-end"],
)
def test_both_habits_of_older_phones_mean_the_same_day(
    version: Version, request_: list[Element]
) -> None:
    assert said(data(*request_), a_device(version)).patch["when"] == SEVENTH


@each_modern
@pytest.mark.parametrize(
    "request_",
    [
        all_day(*span("20260907T000000Z", "20260908T000000Z")),
        all_day(*span("20260907", "20260908")),
        all_day(zone(NEW_YORK), *span("20260907T000000Z", "20260908T000000Z")),
        all_day(*span("20260907T000000Z", "20260907T000000Z")),
        all_day(*span("20260906T220000Z", "20260907T220000Z")),
    ],
    ids=["digits", "date-only", "zone-ignored", "zero-length", "local-midnight"],
)
def test_a_day_is_a_day_since_16(version: Version, request_: list[Element]) -> None:
    assert said(data(*request_), a_device(version)).patch["when"] == SEVENTH


@each
def test_a_timed_event_becomes_all_day(version: Version) -> None:
    device, values = a_device(version), an_appointment()
    whole = [child for child in shown(an_appointment(when=SEVENTH), device) if child.name in WHEN]

    assert edited(values, device, *whole) == {"when": SEVENTH}


@each
def test_an_all_day_event_becomes_timed(version: Version) -> None:
    device, values = a_device(version), an_appointment(when=SEVENTH)
    whole = [child for child in shown(an_appointment(), device) if child.name in WHEN]

    assert edited(values, device, *whole) == {"when": timed()}


WHEN = {
    "calendar:Timezone",
    "calendar:StartTime",
    "calendar:EndTime",
    "calendar:AllDayEvent",
}


@each_modern
@pytest.mark.parametrize(
    ("stored", "flag", "expected"),
    [
        (timed(), 1, SEVENTH),
        (SEVENTH, 0, Timed(at(7, 0), at(8, 0), ROME)),
    ],
)
def test_the_flag_alone_turns_hours_into_days_and_back(
    version: Version, stored: When, flag: int, expected: When
) -> None:
    values = an_appointment(when=stored)

    patch = edited(values, a_device(version), E("calendar:AllDayEvent", flag))

    assert patch == {"when": expected}


@each
def test_an_empty_flag_means_hours(version: Version) -> None:
    """A number without content is cleared, other than a boolean (MS-ASCAL 2.2.2.1)."""
    device, empty = a_device(version), E("calendar:AllDayEvent")
    added = said(data(*span(HALF_PAST, TEN), empty), device).patch
    changed = edited(an_appointment(when=SEVENTH), device, empty)

    assert isinstance(added["when"], Timed)
    assert isinstance(changed["when"], Timed)


@each_older
def test_an_older_phone_that_leaves_out_the_flag_means_hours(version: Version) -> None:
    device, values = a_device(version), an_appointment(when=SEVENTH)
    request = without(shown(values, device), "calendar:AllDayEvent")

    assert isinstance(said(request, device, values).patch["when"], Timed)


@each
@pytest.mark.parametrize("when", [timed(), SEVENTH], ids=["timed", "all-day"])
def test_an_older_phone_that_says_no_time_keeps_it(version: Version, when: When) -> None:
    device, values = a_device(version), an_appointment(when=when)
    request = replaced(without(shown(values, device), *WHEN), E("calendar:Subject", "Lunch"))

    assert "when" not in said(request, device, values).patch


@each
def test_the_second_half_past_two_of_an_autumn_night_stays_the_second(version: Version) -> None:
    device = a_device(version)
    second = Timed.at(
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC), ROME
    )
    item = shown(an_appointment(when=second), device)

    assert item.text_of("calendar:StartTime") == "20261025T013000Z"
    assert said(item, device).patch["when"] == second


@each
@pytest.mark.parametrize("day_zone", PLACES, ids=lambda place: place.name)
def test_the_end_of_an_all_day_series_is_a_date(version: Version, day_zone: Zone) -> None:
    device = a_device(version, zone=day_zone)
    rule = Recurrence(WEEKLY, days=2, until=date(2026, 10, 26))
    values = an_appointment(when=SEVENTH, recurrence=rule)

    added = said(shown(values, device), device).patch

    assert added["recurrence"].until == date(2026, 10, 26)


@each
def test_a_zone_series_survives_a_round_trip(version: Version) -> None:
    device = a_device(version, zone=ROME)
    values: dict[str, Any] = a_series(when=timed(zone=NEW_YORK))
    moved = edited(values, device, *span("20260907T150000Z", "20260907T160000Z"))

    assert apply(values, moved)["when"] == timed(hour=11, zone=NEW_YORK)
