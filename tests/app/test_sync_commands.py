"""Sync: what becomes of a phone's own adds, changes and deletions (MS-ASCMD 2.2.3.32)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from domain.patch import CANCELLED, CLEARED
from tests.app.handset import (
    EVERY,
    SINCE_16,
    UP_TO_14_1,
    Handset,
    adding,
    an_event,
    changing,
    commanding,
    commands,
    daily,
    data_of,
    deleting,
    fetching,
    first_name,
    id_of,
    is_live,
    last_name,
    responses,
    status_of,
    verbs,
)
from tests.app.house import House, names, texts


@pytest.mark.parametrize("version", EVERY)
def test_an_add_is_always_answered_and_never_comes_back(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.contacts)
    told = phone.told(phone.contacts, commanding(adding(first_name("Bea"), client_id="mine")))
    (response,) = responses(told)
    assert names(response) == ["ClientId", "ServerId", "Status"]
    assert response.text_of("airsync:ClientId") == "mine"
    assert phone.values(response.text_of("airsync:ServerId", ""))["first_name"] == "Bea"
    assert phone.catch_up(phone.contacts) == []


@pytest.mark.parametrize("version", EVERY)
def test_a_change_or_deletion_that_went_well_is_not_answered(
    house: House, version: Version
) -> None:
    phone = Handset(house, version)
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    changed = phone.told(phone.contacts, commanding(changing(id, first_name("Bice"))))
    deleted = phone.told(phone.contacts, commanding(deleting(id)))
    assert [len(responses(each)) + len(commands(each)) for each in (changed, deleted)] == [0, 0]
    assert not is_live(house, id)


@pytest.mark.parametrize("version", SINCE_16)
def test_since_16_an_appointment_gets_its_uid_from_the_server(
    house: House, version: Version
) -> None:
    phone = Handset(house, version)
    phone.begin(phone.calendar)
    told = phone.told(phone.calendar, commanding(adding(*an_event())))
    (response,) = responses(told)
    uid = data_of(response).text_of("calendar:UID")
    assert uid == phone.values(response.text_of("airsync:ServerId", ""))["uid"]


@pytest.mark.parametrize("version", UP_TO_14_1)
def test_before_16_the_phone_gives_the_uid(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.calendar)
    id = phone.add(phone.calendar, *an_event(), E("calendar:UID", "from-the-phone"))
    assert phone.values(id)["uid"] == "from-the-phone"


@pytest.mark.parametrize("version", EVERY)
def test_a_command_that_says_nothing_is_status_6(house: House, version: Version) -> None:
    phone = Handset(house, version)
    for folder in (phone.contacts, phone.calendar):
        phone.begin(folder)
        content = an_event() if folder == phone.calendar else [first_name("Bea")]
        id = phone.add(folder, *content)
        silent = E("airsync:Add", E("airsync:ClientId", "c2"))
        told = phone.told(folder, commanding(adding(client_id="c1"), silent, changing(id)))
        assert [status_of(each) for each in responses(told)] == [6, 6, 6]
        assert is_live(house, id)


@pytest.mark.parametrize("version", EVERY)
def test_a_bad_item_leaves_the_others_alone(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.calendar)
    bad = [E("calendar:StartTime", "yesterday"), E("calendar:Subject", "Bad")]
    adds = [
        adding(*an_event("One"), client_id="c1"),
        adding(*bad, client_id="c2"),
        adding(*an_event("Two"), client_id="c3"),
    ]
    told = phone.told(phone.calendar, commanding(*adds))
    assert [status_of(each) for each in responses(told)] == [1, 6, 1]
    refused = responses(told)[1]
    assert names(refused) == ["ClientId", "Status"], "no name for what was not made"


@pytest.mark.parametrize("version", EVERY)
def test_what_is_gone_cannot_be_changed_and_is_told_as_gone(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    house.remove(id_of(id))
    told = phone.told(phone.contacts, commanding(changing(id, first_name("Bice"))))
    assert [status_of(each) for each in responses(told)] == [8]
    assert verbs(commands(told)) == [("Delete", id)]


@pytest.mark.parametrize("id", ["a" * 26, "nonsense"])
def test_what_never_was_cannot_be_changed_and_its_deletion_is_no_matter(
    phone: Handset, id: str
) -> None:
    phone.begin(phone.contacts)
    edits = commanding(changing(id, first_name("Bea")), deleting(id), fetching(id))
    told = phone.told(phone.contacts, edits)
    assert [(e.name, status_of(e)) for e in responses(told)] == [
        ("airsync:Change", 8),
        ("airsync:Fetch", 8),
    ]


def test_what_is_somebody_elses_is_not_there(house: House, phone: Handset) -> None:
    house.person("bob")
    theirs = Handset(house, name="bob", device="BOB")
    theirs.begin(theirs.contacts)
    id = theirs.add(theirs.contacts, first_name("Bea"))
    phone.begin(phone.contacts)
    length = house.log_length()
    edits = commanding(changing(id, first_name("Mine")), deleting(id), fetching(id))
    told = phone.told(phone.contacts, edits)
    assert [status_of(each) for each in responses(told)] == [8, 8]
    assert theirs.values(id)["first_name"] == "Bea"
    assert house.log_length() == length + 1, "a round of one's own, nothing else"


def test_a_deletion_wins_over_a_change_of_somebody_else(house: House, phone: Handset) -> None:
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    house.revise(id_of(id), first_name="Server")
    told = phone.told(phone.contacts, commanding(deleting(id)))
    assert (responses(told), commands(told)) == ([], [])
    assert not is_live(house, id)


def test_both_may_delete(house: House, phone: Handset) -> None:
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    house.remove(id_of(id))
    told = phone.told(phone.contacts, commanding(deleting(id)))
    assert (responses(told), commands(told)) == ([], [])


@pytest.mark.parametrize("version", EVERY)
def test_an_item_can_be_fetched_whole(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    (response,) = responses(phone.told(phone.contacts, commanding(fetching(id))))
    assert names(response) == ["ServerId", "Status", "ApplicationData"]
    assert texts(response, "contacts:FirstName") == ["Bea"]


def test_a_request_has_at_most_200_commands(house: House, phone: Handset) -> None:
    phone.begin(phone.contacts)
    adds = [adding(first_name("Bea"), client_id=f"c{n}") for n in range(201)]
    whole = phone.send(phone.request(phone.about(phone.contacts, commanding(*adds))))
    assert whole is not None
    assert names(whole) == ["Status"]
    assert status_of(whole) == 4
    assert phone.catch_up(phone.contacts) == []


def test_a_request_has_at_most_so_many_collections(house: House, phone: Handset) -> None:
    house.settings = replace(house.settings, max_collections=2)
    three = [phone.about(each, key="0") for each in (phone.contacts, phone.calendar, phone.inbox)]
    told = phone.send(phone.request(*three))
    assert told is not None
    assert (status_of(told), told.text_of("airsync:Limit")) == (15, "2")


# Occurrences, since 16.0


@pytest.fixture
def series(phone: Handset) -> str:
    """Every day from the tenth to the fourteenth of March."""
    phone.begin(phone.calendar)
    return phone.add(phone.calendar, *an_event("Standup"), daily())


def at(day: int) -> str:
    return f"202603{day}T090000Z"


def moved(hour: int = 11) -> list[Element]:
    return [
        E("calendar:StartTime", f"20260311T{hour}0000Z"),
        E("calendar:EndTime", f"20260311T{hour}3000Z"),
    ]


def test_several_occurrences_of_one_series_in_one_request(phone: Handset, series: str) -> None:
    edits = commanding(
        changing(series, E("calendar:Subject", "Retro"), instance=at(11)),
        changing(series, E("calendar:Subject", "Demo"), instance=at(12)),
        deleting(series, instance=at(13)),
        changing(series, E("calendar:Subject", "Daily")),
    )
    told = phone.told(phone.calendar, edits)
    assert (responses(told), commands(told)) == ([], [])
    values = phone.values(series)
    states = [states for _, states in sorted(values["occurrences"].items())]
    assert [s if s is CANCELLED else s["subject"] for s in states] == ["Retro", "Demo", CANCELLED]
    assert values["subject"] == "Daily"


def test_an_edit_of_an_occurrence_right_after_one_of_the_series_is_no_conflict(
    phone: Handset, series: str
) -> None:
    phone.told(phone.calendar, commanding(changing(series, E("calendar:Subject", "Daily"))))
    edit = changing(series, E("calendar:Subject", "Retro"), instance=at(11))
    assert responses(phone.told(phone.calendar, commanding(edit))) == []


def test_the_answer_about_an_occurrence_names_it(phone: Handset, series: str) -> None:
    edits = commanding(
        changing(series, E("calendar:Subject", "Never"), instance=at(30)),
        deleting(series, instance=at(31)),
        changing(series, instance=at(11)),
    )
    told = phone.told(phone.calendar, edits)
    assert [(e.name, status_of(e)) for e in responses(told)] == [
        ("airsync:Change", 6),
        ("airsync:Delete", 6),
        ("airsync:Change", 6),
    ]
    assert [e.text_of("airsyncbase:InstanceId") for e in responses(told)] == [
        at(30),
        at(31),
        at(11),
    ]
    assert "occurrences" not in phone.values(series)


def test_a_series_whose_exceptions_are_partly_bad_is_added_and_they_are_named(
    phone: Handset,
) -> None:
    phone.begin(phone.calendar)
    exceptions = E(
        "calendar:Exceptions",
        E(
            "calendar:Exception",
            E("airsyncbase:InstanceId", at(11)),
            E("calendar:Subject", "Retro"),
        ),
        E(
            "calendar:Exception",
            E("airsyncbase:InstanceId", at(30)),
            E("calendar:Subject", "Never"),
        ),
    )
    add = adding(*an_event("Standup"), daily(), exceptions)
    made, refused = responses(phone.told(phone.calendar, commanding(add)))
    assert status_of(made) == 184
    id = made.text_of("airsync:ServerId", "")
    assert (refused.name, status_of(refused)) == ("airsync:Change", 6)
    assert refused.text_of("airsync:ServerId") == id
    assert refused.text_of("airsyncbase:InstanceId") == at(30)
    assert [s["subject"] for s in phone.values(id)["occurrences"].values()] == ["Retro"]


# Files, since 16.0


def file(client_id: str = "f1", content: bytes = b"Minutes") -> Element:
    return E(
        "airsyncbase:Attachments",
        E(
            "airsyncbase:Add",
            E("airsyncbase:ClientId", client_id),
            E("airsyncbase:Content", content),
            E("airsyncbase:DisplayName", "minutes.txt"),
            E("airsyncbase:Method", 1),
        ),
    )


@pytest.mark.parametrize("version", SINCE_16)
def test_files_are_acknowledged_with_their_names_for_life(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.calendar)
    (made,) = responses(phone.told(phone.calendar, commanding(adding(*an_event(), file("f1")))))
    id = made.text_of("airsync:ServerId", "")
    told = phone.told(phone.calendar, commanding(changing(id, file("f2"))))
    (changed,) = responses(told)
    assert status_of(changed) == 1
    assert [texts(e, "airsyncbase:ClientId") for e in (made, changed)] == [["f1"], ["f2"]]
    references = [texts(e, "airsyncbase:FileReference")[0] for e in (made, changed)]
    assert [each.reference for each in phone.values(id)["attachments"]] == references


# What the server takes away


@pytest.mark.parametrize("version", EVERY)
def test_a_note_that_was_removed_is_told_as_empty(house: House, version: Version) -> None:
    phone = Handset(house, version)
    contact = house.contact(first_name="Bea", body=Body("Old"))
    event = house.appointment(subject="Dentist", body=Body("Old"))
    phone.catch_up(phone.contacts)
    phone.catch_up(phone.calendar)
    house.revise(contact, body=CLEARED)
    house.revise(event, body=CLEARED)
    for folder in (phone.contacts, phone.calendar):
        (change,) = phone.catch_up(folder)
        page = "contacts" if folder == phone.contacts else "calendar"
        tag = f"{page}:Body" if version < Version.V12_0 else "airsyncbase:Body"
        body = data_of(change).find(tag)
        assert body is not None
        assert "".join(texts(body, "airsyncbase:Data")) == body.value == ""


def test_a_new_contact_without_a_note_has_no_body(house: House, phone: Handset) -> None:
    house.contact(first_name="Bea")
    (told,) = phone.catch_up(phone.contacts)
    assert data_of(told).find("airsyncbase:Body") is None


def test_a_clients_edit_is_heard_by_the_other_phone_only(house: House, phone: Handset) -> None:
    other = Handset(house, Version.V14_1, device="OTHER")
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"), last_name("Bruni"))
    assert verbs(other.catch_up(other.contacts)) == [("Add", id)]
    phone.told(phone.contacts, commanding(changing(id, first_name("Bice"), last_name("Bruni"))))
    assert verbs(other.catch_up(other.contacts)) == [("Change", id)]
    assert phone.catch_up(phone.contacts) == []
