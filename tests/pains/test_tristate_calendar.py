"""Absent read as empty, or empty as absent: Thunderbird and Android leave out what was removed,
others what did not change. The table below is what each version means, property by property.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.eas.calendar_fields import ROWS, Row
from adapters.eas.dialect import Dialect
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from domain.calendar import Attachment, Attendee, Location
from domain.patch import CLEARED
from domain.recurrence import DAILY, WEEKLY, Recurrence
from tests.wire.calendar_cases import (
    ANNA,
    BRUNO,
    MODERN,
    NOW,
    OLDER,
    VERSIONS,
    a_device,
    an_appointment,
    data,
    edited,
    replaced,
    said,
    shown,
    unstamped,
    without,
)

V16, NEVER = Version.V16_1, None
FILES = "airsyncbase:Attachments"


@dataclass(frozen=True)
class Meaning:
    """A stored value and a new one; what absence means up to 14.1; who may say it at all."""

    stored: Any
    new: Any
    absent: Any
    until: Version | None = V16
    empty: Any = CLEARED


MEANINGS = {
    "subject": Meaning("Standup", "Lunch", absent=CLEARED),
    "location": Meaning(Location("Room 1"), Location("Room 2"), absent=CLEARED),
    "meeting_status": Meaning(1, 5, absent=None),
    "busy_status": Meaning(3, 1, absent=None),
    "sensitivity": Meaning(2, 3, absent=CLEARED),
    "reminder": Meaning(15, 30, absent=CLEARED),
    "response_requested": Meaning(False, True, absent=None, empty=True),
    "disallow_new_time_proposal": Meaning(False, True, absent=None, empty=True),
    "body": Meaning(Body("old"), Body("new"), absent=None),
    "categories": Meaning(("a", "b"), ("b", "c"), absent=CLEARED),
    "attendees": Meaning((Attendee(ANNA),), (Attendee(BRUNO),), absent=CLEARED),
    "recurrence": Meaning(Recurrence(WEEKLY, days=2), Recurrence(DAILY), absent=CLEARED),
    "attachments": Meaning((Attachment("f", "a.txt", b"x"),), (), absent=None, empty=None),
    "uid": Meaning("uid-1", "uid-2", absent=None, until=NEVER, empty=None),
    "client_uid": Meaning("mine", "other", absent=None, until=NEVER, empty=None),
    "organizer_name": Meaning("Me", "Other", absent=None, until=NEVER, empty=None),
    "organizer_email": Meaning("me@example.org", ANNA, absent=None, until=NEVER, empty=None),
    "response_type": Meaning(1, 3, absent=None, until=NEVER, empty=None),
    "reply_time": Meaning(
        datetime(2026, 9, 1, tzinfo=UTC),
        datetime(2026, 9, 2, tzinfo=UTC),
        absent=None,
        until=NEVER,
        empty=None,
    ),
    "online_meeting_conf_link": Meaning("sip:a", "sip:b", absent=None, until=NEVER, empty=None),
    "online_meeting_external_link": Meaning("a", "b", absent=None, until=NEVER, empty=None),
    "stamp": Meaning(
        datetime(2026, 9, 1, tzinfo=UTC),
        datetime(2026, 9, 2, tzinfo=UTC),
        absent=None,
        until=NEVER,
        empty=None,
    ),
}

CASES = [
    pytest.param(row, version, id=f"{row.tag}-{version.text}")
    for row in ROWS
    for version in VERSIONS
    if row.exists(a_device(version))
]

every_case = pytest.mark.parametrize(("row", "version"), CASES)


def stored(row: Row) -> dict[str, Any]:
    return an_appointment(**{row.field: MEANINGS[row.field].stored})


def without_row(row: Row, values: dict[str, Any], device: Dialect) -> Element:
    """A Change that says nothing about the row and something about another field."""
    other = (
        E("calendar:BusyStatus", 0) if row.field != "busy_status" else E("calendar:Subject", "x")
    )
    if device.version >= Version.V16_0:
        return data(other)
    return replaced(without(shown(values, device), row.tag), other)


def test_every_property_of_the_class_has_a_meaning_here() -> None:
    assert {row.field for row in ROWS} == MEANINGS.keys()


@every_case
def test_what_is_left_out_is_removed_or_kept_as_the_table_says(row: Row, version: Version) -> None:
    device, values = a_device(version), stored(row)

    patch = said(without_row(row, values, device), device, values).patch

    expected = MEANINGS[row.field].absent if version in OLDER else None
    if row.field != "stamp":
        assert patch.get(row.field) == expected
    assert patch.keys() & {"busy_status", "subject"}


@every_case
def test_an_empty_element_clears(row: Row, version: Version) -> None:
    device, values = a_device(version), stored(row)
    empty = E(row.tag, E("airsyncbase:Type", 1)) if row.tag == "airsyncbase:Body" else E(row.tag)

    patch = edited(values, device, empty)

    expected = MEANINGS[row.field].empty
    assert patch == ({} if expected is None else {row.field: expected})


@pytest.mark.parametrize(("row", "version"), [c for c in CASES if c.values[0].tag != FILES])
def test_a_value_is_taken_from_whom_it_may_come(row: Row, version: Version) -> None:
    device, values, meaning = a_device(version), stored(row), MEANINGS[row.field]
    new = row.write(meaning.new, device)

    patch = edited(values, device, *new)

    allowed = meaning.until is not None and version <= meaning.until
    assert patch == ({row.field: meaning.new} if allowed else {})


@pytest.mark.parametrize("version", OLDER, ids=lambda version: version.text)
def test_a_ghosted_property_is_kept_when_left_out(version: Version) -> None:
    device = a_device(version, supported=frozenset({"calendar:Subject", "calendar:Location"}))
    values = an_appointment(attendees=(Attendee(ANNA),), location=Location("Room 1"))
    request = without(shown(values, device), "calendar:Attendees", "calendar:Location")

    assert unstamped(said(request, device, values).patch) == {"location": CLEARED}


@pytest.mark.parametrize("version", OLDER, ids=lambda version: version.text)
def test_a_supported_property_is_removed_when_left_out(version: Version) -> None:
    device = a_device(version, supported=frozenset({"calendar:Attendees"}))
    values = an_appointment(attendees=(Attendee(ANNA),))
    request = without(shown(values, device), "calendar:Attendees")

    assert unstamped(said(request, device, values).patch) == {"attendees": CLEARED}


@pytest.mark.parametrize("version", MODERN, ids=lambda version: version.text)
def test_a_phone_that_says_nothing_changes_nothing_since_16(version: Version) -> None:
    values = an_appointment(location=Location("Room 1"), reminder=15, categories=("a",))

    assert said(data(), a_device(version), values).patch == {}


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.text)
def test_a_new_stamp_alone_is_no_change(version: Version) -> None:
    device, values = a_device(version), an_appointment()
    request = replaced(shown(values, device), E("calendar:DtStamp", "20270101T000000Z"))

    assert said(request, device, values).patch == {}


@pytest.mark.parametrize("version", MODERN, ids=lambda version: version.text)
def test_the_stamp_is_the_servers_since_16(version: Version) -> None:
    """MS-ASCAL R2088."""
    news = data(E("calendar:DtStamp", "20270101T000000Z"), E("calendar:Subject", "Lunch"))

    patch = said(news, a_device(version), an_appointment()).patch

    assert patch == {"subject": "Lunch", "stamp": NOW}


def test_the_stamp_of_an_older_phone_comes_with_its_change() -> None:
    device, values = a_device(Version.V14_1), an_appointment()
    news = E("calendar:DtStamp", "20270101T000000Z"), E("calendar:Subject", "Lunch")
    request = replaced(shown(values, device), *news)

    assert said(request, device, values).patch == {
        "subject": "Lunch",
        "stamp": datetime(2027, 1, 1, tzinfo=UTC),
    }
