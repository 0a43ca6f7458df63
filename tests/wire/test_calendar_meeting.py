"""Who meets whom: what a phone is told of a meeting, and what an invited person may change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.eas.dialect import Unconvertible
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from domain.calendar import Attendee
from domain.patch import CLEARED, apply
from tests.wire.calendar_cases import (
    ANNA,
    BRUNO,
    ME,
    MODERN,
    NOW,
    OLDER,
    VERSIONS,
    a_device,
    a_meeting,
    an_appointment,
    data,
    edited,
    replaced,
    said,
    shown,
    without,
)

each = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.text)
each_older = pytest.mark.parametrize("version", OLDER, ids=lambda version: version.text)
each_modern = pytest.mark.parametrize("version", MODERN, ids=lambda version: version.text)
with_status = pytest.mark.parametrize(
    "version",
    [v for v in OLDER if v >= Version.V12_0],
    ids=lambda version: version.text,
)


def attendee(email: str, **parts: Any) -> Element:
    named = (E(f"calendar:{tag}", value) for tag, value in parts.items())
    return E("calendar:Attendee", E("calendar:Email", email), *named)


def emails(item: Element) -> list[str]:
    attendees = item.find("calendar:Attendees")
    return [one.text_of("calendar:Email", "") for one in attendees] if attendees else []


def mine(status: int) -> dict[str, Any]:
    return a_meeting(attendees=(Attendee(ME, "Me Myself", status),))


# (values, MeetingStatus, ResponseType, BusyStatus): the table of meeting states
STATES = {
    "appointment": (an_appointment(), 0, 0, 2),
    "own meeting": (an_appointment(attendees=(Attendee(ANNA),)), 1, 1, 2),
    "own meeting of nobody yet": (an_appointment(meeting_status=1), 1, 1, 2),
    "not answered": (mine(0), 3, 5, 1),
    "accepted": (mine(3), 3, 3, 2),
    "tentative": (mine(2), 3, 2, 1),
    "declined": (mine(4), 3, 4, 0),
    "accepted by command": (a_meeting(response_type=3), 3, 3, 2),
    "cancelled by its organizer": (mine(3) | {"meeting_status": 7}, 7, 3, 0),
    "cancelled by me": (
        an_appointment(attendees=(Attendee(ANNA),), meeting_status=5),
        5,
        1,
        0,
    ),
    "a status of old": (an_appointment(meeting_status=9), 1, 1, 2),
}


@each
@pytest.mark.parametrize("state", STATES)
def test_the_state_of_a_meeting_is_told(version: Version, state: str) -> None:
    values, status, response, busy = STATES[state]
    bare = {name: value for name, value in values.items() if name != "busy_status"}

    item = shown(bare, a_device(version))

    assert item.text_of("calendar:MeetingStatus") == str(status)
    assert item.text_of("calendar:BusyStatus") == str(busy)
    expected = str(response) if version >= Version.V14_0 else None
    assert item.text_of("calendar:ResponseType") == expected


@each
def test_a_busy_status_that_was_chosen_stands(version: Version) -> None:
    item = shown(a_meeting(busy_status=3), a_device(version))

    assert item.text_of("calendar:BusyStatus") == "3"


@each
def test_a_reply_time_is_told_only_of_a_reply(version: Version) -> None:
    answered = mine(3) | {"reply_time": NOW}
    silent = mine(0) | {"reply_time": NOW}
    tag = "calendar:AppointmentReplyTime"

    told = shown(answered, a_device(version)).text_of(tag)

    assert told == ("20261125T091200Z" if version >= Version.V14_0 else None)
    assert shown(silent, a_device(version)).find(tag) is None


@each
def test_the_organizer_is_no_attendee(version: Version) -> None:
    values = a_meeting(attendees=(Attendee(ANNA.upper()), Attendee(ME), Attendee(BRUNO)))

    assert emails(shown(values, a_device(version))) == [ME, BRUNO]


@each
def test_a_received_meeting_without_attendees_has_me(version: Version) -> None:
    values = a_meeting(attendees=())

    item = shown(values, a_device(version))

    assert emails(item) == [ME]
    assert said(item, a_device(version), values).patch == {}


@each
def test_my_address_is_spelled_as_my_account_spells_it(version: Version) -> None:
    item = shown(an_appointment(organizer_email="Me@Example.ORG"), a_device(version))

    assert item.text_of("calendar:OrganizerEmail") == ME
    assert item.text_of("calendar:MeetingStatus") == "0"


@each
def test_new_times_that_somebody_proposes_are_told_since_16_1(version: Version) -> None:
    proposal = Attendee(ANNA, "Anna", 2, 1, NOW, datetime(2026, 11, 25, 10, tzinfo=UTC))
    item = shown(an_appointment(attendees=(proposal,)), a_device(version))
    attendees = item.find("calendar:Attendees")
    assert attendees is not None
    [told] = attendees

    assert told.text_of("meetingresponse:ProposedStartTime") == (
        "20261125T091200Z" if version == Version.V16_1 else None
    )


@each
def test_of_a_received_meeting_only_the_own_things_are_taken(version: Version) -> None:
    values = a_meeting(reminder=15, body=Body("Agenda"))
    news = (
        E("calendar:Subject", "Hijacked"),
        E("calendar:StartTime", "20260907T060000Z"),
        E("calendar:OrganizerEmail", ME),
        E("calendar:MeetingStatus", 1),
        E("calendar:Attendees", attendee("new@example.org", Name="New")),
        E("calendar:Recurrence", E("calendar:Type", 0)),
        E("calendar:Reminder", 5),
        E("calendar:BusyStatus", 3),
        E("calendar:Sensitivity", 2),
        E("calendar:Categories", E("calendar:Category", "work")),
    )

    assert edited(values, a_device(version), *news) == {
        "reminder": 5,
        "busy_status": 3,
        "sensitivity": 2,
        "categories": ("work",),
    }


@each
def test_nothing_left_out_hurts_a_received_meeting(version: Version) -> None:
    device, values = a_device(version), a_meeting(subject="Review")
    request = without(shown(values, device), "calendar:Subject", "calendar:Attendees")

    assert said(request, device, values).patch == {}


@with_status
@pytest.mark.parametrize("status", [2, 3, 4])
def test_an_older_phone_answers_by_its_own_status(version: Version, status: int) -> None:
    device, values = a_device(version), a_meeting()
    answers = E(
        "calendar:Attendees",
        attendee(ME, Name="Me Myself", AttendeeStatus=status, AttendeeType=1),
        attendee(BRUNO, Name="Bruno", AttendeeStatus=4, AttendeeType=1),
    )

    assert edited(values, device, answers) == {
        "attendees": (Attendee(ME, "Me Myself", status), Attendee(BRUNO, "Bruno", 3)),
        "response_type": status,
        "reply_time": NOW,
    }


@with_status
def test_an_answer_to_a_meeting_without_attendees_is_kept(version: Version) -> None:
    device, values = a_device(version), a_meeting(attendees=())
    answers = E("calendar:Attendees", attendee(ME, AttendeeStatus=3))

    patch = edited(values, device, answers)

    assert patch["attendees"] == (Attendee(ME, "Me Myself", 3),)
    assert shown(apply(values, patch), device).text_of("calendar:BusyStatus") == "2"


@each_modern
def test_a_status_is_no_answer_since_16(version: Version) -> None:
    answers = E("calendar:Attendees", attendee(ME, AttendeeStatus=3))

    assert edited(a_meeting(), a_device(version), answers) == {}


@each
def test_a_phone_cannot_take_over_the_own_meeting_of_another(version: Version) -> None:
    values = an_appointment(attendees=(Attendee(ANNA),))

    assert edited(values, a_device(version), E("calendar:OrganizerEmail", BRUNO)) == {}


@each_older
def test_an_invitation_that_a_phone_adds_itself_is_received(version: Version) -> None:
    device = a_device(version)

    added = said(shown(a_meeting(), device), device).patch

    assert added["organizer_email"] == ANNA
    assert added["subject"] == "Standup"
    assert shown(added, device).text_of("calendar:MeetingStatus") == "3"


@each_modern
def test_an_organizer_is_not_taken_from_a_phone_since_16(version: Version) -> None:
    request = data(E("calendar:OrganizerEmail", ANNA), E("calendar:OrganizerName", "Anna"))

    assert not said(request, a_device(version)).patch.keys() & {"organizer_email"}


@each_older
def test_the_own_address_makes_no_meeting(version: Version) -> None:
    request = data(
        E("calendar:OrganizerEmail", ME.upper()),
        E("calendar:OrganizerName", "Me Myself"),
        E("calendar:MeetingStatus", 0),
    )

    added = said(request, a_device(version)).patch

    assert not added.keys() & {"organizer_email", "organizer_name"}


@each
def test_a_meeting_without_organizer_is_mine(version: Version) -> None:
    device = a_device(version)
    request = data(
        E("calendar:MeetingStatus", 1), E("calendar:Attendees", attendee(ANNA, Name="Anna"))
    )

    item = shown(said(request, device).patch, device)

    assert item.text_of("calendar:OrganizerEmail") == ME
    assert item.text_of("calendar:MeetingStatus") == "1"


@each
def test_the_organizer_among_the_attendees_is_dropped(version: Version) -> None:
    request = data(E("calendar:Attendees", attendee(ANNA, Name="Anna"), attendee(ME, Name="Me")))

    added = said(request, a_device(version)).patch

    assert [one.email for one in added["attendees"]] == [ANNA]


@each
def test_attendees_are_the_same_in_another_order_and_spelling(version: Version) -> None:
    values = an_appointment(attendees=(Attendee(ANNA, "Anna", 3, 2), Attendee(BRUNO)))
    device = a_device(version)
    attendees = shown(values, device).find("calendar:Attendees")
    assert attendees is not None
    anna, bruno = attendees

    turned = E("calendar:Attendees", bruno, replaced(anna, E("calendar:Email", ANNA.upper())))

    assert edited(values, device, turned) == {}


@each
def test_what_a_phone_does_not_say_of_an_attendee_stays(version: Version) -> None:
    anna = Attendee(ANNA, "Anna", 3, 2)
    values = an_appointment(attendees=(anna,))
    told = E("calendar:Attendees", attendee(ANNA), attendee(BRUNO, Name="Bruno"))

    patch = edited(values, a_device(version), told)

    assert patch == {"attendees": (anna, Attendee(BRUNO, "Bruno"))}


@each
def test_somebody_without_address_is_nobody(version: Version) -> None:
    told = E("calendar:Attendees", E("calendar:Attendee", E("calendar:Name", "Room 7")))

    assert "attendees" not in said(data(told), a_device(version)).patch


@with_status
@pytest.mark.parametrize("parts", [{"AttendeeStatus": 1}, {"AttendeeType": 4}])
def test_an_attendee_of_no_known_kind_is_refused(version: Version, parts: dict[str, int]) -> None:
    told = E("calendar:Attendees", attendee(ANNA, **parts))

    with pytest.raises(Unconvertible):
        said(data(told), a_device(version))


@each
def test_the_undocumented_bit_of_a_meeting_status_means_nothing(version: Version) -> None:
    values = an_appointment(attendees=(Attendee(ANNA),), meeting_status=1)

    assert edited(values, a_device(version), E("calendar:MeetingStatus", 9)) == {}
    assert edited(values, a_device(version), E("calendar:MeetingStatus", 13)) == {
        "meeting_status": 5
    }


@each_modern
def test_without_an_address_of_the_person_the_status_decides(version: Version) -> None:
    device = a_device(version, address="")

    received = edited(a_meeting(), device, E("calendar:Subject", "Mine now"))
    own = edited(a_meeting(meeting_status=1), device, E("calendar:Attendees"))

    assert received == {}
    assert own == {"attendees": CLEARED}
