"""What devices are sent of an appointment: all of it, in an order that every known phone reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E
from domain.body import Body
from domain.calendar import Attendee, Location
from domain.patch import apply
from domain.recurrence import WEEKLY, YEARLY, Recurrence
from tests.wire.calendar_cases import (
    ANNA,
    ME,
    MODERN,
    OLDER,
    VERSIONS,
    a_device,
    a_series,
    an_appointment,
    data,
    edited,
    said,
    shown,
)

each = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.text)
each_older = pytest.mark.parametrize("version", OLDER, ids=lambda version: version.text)
each_modern = pytest.mark.parametrize("version", MODERN, ids=lambda version: version.text)


def tags(version: Version, **fields: object) -> list[str]:
    item = shown(an_appointment(**fields), a_device(version))
    return [child.name.partition(":")[2] for child in item]


def test_a_plain_appointment_in_the_oldest_version() -> None:
    assert tags(Version.V2_5) == [
        *("Timezone", "StartTime", "EndTime", "AllDayEvent", "DtStamp", "Subject", "UID"),
        *("OrganizerName", "OrganizerEmail", "MeetingStatus", "BusyStatus", "Sensitivity"),
        *("Body", "Categories", "Attendees"),
    ]


def test_everything_in_the_newest_version() -> None:
    found = tags(
        Version.V16_1,
        location=Location("Room 1"),
        body=Body("Bring cake"),
        reminder=15,
        response_requested=True,
        online_meeting_external_link="https://meet.example.org",
        recurrence=Recurrence(WEEKLY, days=2),
        client_uid="abc",
    )

    assert found == [
        *("Timezone", "StartTime", "EndTime", "AllDayEvent", "DtStamp", "Subject", "Location"),
        *("UID", "OrganizerName", "OrganizerEmail", "MeetingStatus", "BusyStatus", "Sensitivity"),
        *("Reminder", "ResponseRequested", "ResponseType", "DisallowNewTimeProposal", "Body"),
        *("NativeBodyType", "OnlineMeetingExternalLink", "Categories", "Attendees", "Recurrence"),
        "Exceptions",
    ]


@each
def test_what_is_empty_is_said_to_be_empty(version: Version) -> None:
    item = shown(an_appointment(), a_device(version))

    assert item.find("calendar:Categories") == E("calendar:Categories")
    assert item.find("calendar:Attendees") == E("calendar:Attendees")


@each
def test_categories_beyond_what_a_phone_was_sent_stay(version: Version) -> None:
    """A response has 300 at most (MS-ASCAL R187)."""
    device, many = a_device(version), tuple(f"c{n}" for n in range(305))
    values = an_appointment(categories=many)
    sent = shown(values, device).find("calendar:Categories")
    assert sent is not None
    assert len(sent.children) == 300

    patch = edited(values, device, E(sent.name, *list(sent)[1:]))

    assert patch == {"categories": many[1:]}


@each
def test_an_empty_reminder_is_sent_since_14_1(version: Version) -> None:
    item = shown(an_appointment(), a_device(version))

    assert (item.find("calendar:Reminder") is not None) == (version >= Version.V14_1)


@each
def test_an_empty_subject_is_sent(version: Version) -> None:
    values = {name: value for name, value in an_appointment().items() if name != "subject"}

    assert shown(values, a_device(version)).find("calendar:Subject") == E("calendar:Subject")


@each
@pytest.mark.parametrize(("stored", "older"), [(4, "0"), (-1, "1"), (3, "3")])
def test_older_phones_know_no_elsewhere(version: Version, stored: int, older: str) -> None:
    item = shown(an_appointment(busy_status=stored), a_device(version))

    assert item.text_of("calendar:BusyStatus") == (older if version in OLDER else str(stored))


@each
def test_elsewhere_survives_a_phone_that_does_not_know_it(version: Version) -> None:
    values = an_appointment(busy_status=4)

    patch = edited(values, a_device(version), E("calendar:Subject", "Lunch"))

    assert apply(values, patch)["busy_status"] == 4


@each_older
def test_an_older_phone_reads_the_name_of_a_place(version: Version) -> None:
    place = Location("Room 1", street="Via Roma 1", latitude=45.1)
    item = shown(an_appointment(location=place), a_device(version))

    assert item.text_of("calendar:Location") == "Room 1"


@each_older
def test_a_place_without_a_name_is_called_by_its_address(version: Version) -> None:
    place = Location(street="Via Roma 1", city="Torino")
    item = shown(an_appointment(location=place), a_device(version))

    assert item.text_of("calendar:Location") == "Via Roma 1, Torino"


@each_older
def test_an_address_survives_a_phone_that_sees_only_the_name(version: Version) -> None:
    place = Location("Room 1", street="Via Roma 1", latitude=45.1)
    values, device = an_appointment(location=place), a_device(version)

    assert edited(values, device, E("calendar:Subject", "Lunch")) == {"subject": "Lunch"}
    moved = edited(values, device, E("calendar:Location", "Room 2"))
    assert moved == {"location": Location("Room 2")}


@each_modern
def test_a_place_is_read_with_all_its_parts(version: Version) -> None:
    place = Location("A", "B", "C", "D", "E", "F", "G", 1.5, -2.25, 3.0, 4.0, 5.0, "geo:1")
    device = a_device(version)

    assert said(shown(an_appointment(location=place), device), device).patch["location"] == place


@each
def test_a_rule_says_what_its_version_knows(version: Version) -> None:
    weekly = shown(a_series(), a_device(version)).find("calendar:Recurrence")
    yearly = shown(
        an_appointment(recurrence=Recurrence(YEARLY, day_of_month=7, month=9)), a_device(version)
    ).find("calendar:Recurrence")

    assert weekly is not None
    assert yearly is not None
    assert (weekly.find("calendar:FirstDayOfWeek") is not None) == (version >= Version.V14_1)
    assert (yearly.find("calendar:CalendarType") is not None) == (version >= Version.V14_0)
    assert weekly.find("calendar:CalendarType") is None


@each
def test_the_end_of_a_series_is_its_count_or_its_last_day(version: Version) -> None:
    until = datetime(2026, 10, 26, 9, tzinfo=UTC)
    counted = a_series() | {"recurrence": Recurrence(WEEKLY, days=2, count=4)}
    dated = a_series() | {"recurrence": Recurrence(WEEKLY, days=2, until=until)}

    for values, tag, text in (
        (counted, "calendar:Occurrences", "4"),
        (dated, "calendar:Until", "20261026T090000Z"),
    ):
        rule = shown(values, a_device(version)).find("calendar:Recurrence")
        assert rule is not None
        assert rule.text_of(tag) == text


@each
def test_an_appointment_without_organizer_is_the_persons_own(version: Version) -> None:
    item = shown(an_appointment(), a_device(version))

    assert item.text_of("calendar:OrganizerEmail") == ME
    assert item.text_of("calendar:MeetingStatus") == "0"


@each
def test_an_attendee_without_address_is_kept_but_not_sent(version: Version) -> None:
    device = a_device(version)
    values = an_appointment(attendees=(Attendee("", "Room 7"), Attendee(ANNA)))
    attendees = shown(values, device).find("calendar:Attendees")

    assert attendees is not None
    assert [one.text_of("calendar:Email") for one in attendees] == [ANNA]
    new = E("calendar:Attendee", E("calendar:Email", "new@example.org"))
    patch = edited(values, device, E("calendar:Attendees", *attendees, new))
    assert {one.email for one in patch["attendees"]} == {"", ANNA, "new@example.org"}


@each
def test_an_attendee_always_has_a_name(version: Version) -> None:
    item = shown(an_appointment(attendees=(Attendee(ANNA),)), a_device(version))

    attendees = item.find("calendar:Attendees")
    assert attendees is not None
    assert next(iter(attendees)).text_of("calendar:Name") == ANNA


@each
def test_the_stamp_is_always_sent(version: Version) -> None:
    values = {name: value for name, value in an_appointment().items() if name != "stamp"}

    assert shown(values, a_device(version)).text_of("calendar:DtStamp") == "20260907T080000Z"


@each_modern
@pytest.mark.parametrize("text", ["0123456789abcdef0123456789abcdef\0", "0123456789abcdef" * 2])
def test_a_client_uid_is_taken_without_its_nul(version: Version, text: str) -> None:
    request = data(E("calendar:UID", "mine"), E("calendar:ClientUid", text))

    added = said(request, a_device(version)).patch

    assert added["client_uid"] == "0123456789abcdef" * 2
    assert "uid" not in added


@each_older
def test_the_uid_of_an_older_phone_is_taken_from_an_add(version: Version) -> None:
    added = said(data(E("calendar:UID", "mine")), a_device(version)).patch

    assert added["uid"] == "mine"
