"""Sync: Options hold until they are replaced as a whole (MS-ASCMD 2.2.3.125.5)."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from tests.app.handset import (
    EVERY,
    SINCE_14,
    SINCE_16,
    UP_TO_12_0,
    Handset,
    adding,
    an_event,
    body_preference,
    changing,
    commanding,
    commands,
    data_of,
    first_name,
    id_of,
    options,
    responses,
    status_of,
    verbs,
)
from tests.app.house import House, names, texts

LONG = Body("0123456789" * 3)


def note(phone: Handset, *content: Element) -> str:
    """What the phone is told of the one contact's note."""
    (told,) = phone.catch_up(phone.contacts, *content)
    return "".join(texts(told, "airsyncbase:Data"))


def test_options_given_with_key_zero_are_kept(house: House, phone: Handset) -> None:
    house.contact(first_name="Bea", body=LONG)
    phone.begin(phone.contacts, options(None, None, body_preference(1, 10)))
    assert note(phone) == "0123456789"


def test_options_hold_until_they_are_replaced(house: House, phone: Handset) -> None:
    id = house.contact(first_name="Bea", body=LONG)
    phone.begin(phone.contacts)
    assert note(phone, options(None, None, body_preference(1, 10))) == "0123456789"
    house.revise(id, first_name="Bice")
    assert note(phone) == "0123456789"
    house.revise(id, first_name="Bea")
    assert note(phone, options(None, None, body_preference(1, 5))) == "01234"


def test_a_new_block_replaces_the_old_one_as_a_whole(house: House, phone: Handset) -> None:
    """A block without BodyPreference and FilterType ends both."""
    id = house.contact(first_name="Bea", body=LONG)
    phone.begin(phone.contacts, options(None, None, body_preference(1, 10)))
    phone.catch_up(phone.contacts)
    house.revise(id, first_name="Bice")
    assert note(phone, options(0)) == LONG.text


def test_a_block_without_a_filter_turns_the_filter_off(house: House, phone: Handset) -> None:
    old = house.appointment(subject="Old")
    house.clock.advance(days=60)
    phone.begin(phone.calendar, options(4))
    assert phone.catch_up(phone.calendar) == []
    (told,) = phone.catch_up(phone.calendar, options(None, 1))
    assert texts(told, "calendar:Subject") == ["Old"]
    assert old


def test_options_survive_a_restart(house: House, phone: Handset) -> None:
    house.contact(first_name="Bea", body=LONG)
    phone.begin(phone.contacts, options(None, None, body_preference(1, 10)))
    house.restart()
    assert note(phone) == "0123456789"


def test_options_of_one_folder_are_not_those_of_another(house: House, phone: Handset) -> None:
    house.contact(first_name="Bea", body=LONG)
    phone.begin(phone.calendar, options(None, None, body_preference(1, 10)))
    phone.begin(phone.contacts)
    assert note(phone) == LONG.text


def test_options_alone_are_kept_when_there_is_no_news(house: House, phone: Handset) -> None:
    id = house.contact(first_name="Bea", body=LONG)
    phone.catch_up(phone.contacts)
    phone.sync(phone.contacts, options(None, None, body_preference(1, 10)))
    house.revise(id, first_name="Bice")
    assert note(phone) == "0123456789"


BROKEN = {
    "two body preferences of one type": [
        options(None, None, body_preference(1), body_preference(1, 5))
    ],
    "a body type that is none": [options(None, None, body_preference(9))],
    "a truncation that is no number": [
        options(
            None,
            None,
            E(
                "airsyncbase:BodyPreference",
                E("airsyncbase:Type", 1),
                E("airsyncbase:TruncationSize", "much"),
            ),
        )
    ],
    "two blocks for one class": [options(0), options(0)],
    "a filter that is no number": [E("airsync:Options", E("airsync:FilterType", "all"))],
    "a window that is no number": [E("airsync:WindowSize", "all")],
    "a command without a name": [commanding(E("airsync:Change", E("airsync:ApplicationData")))],
    "an id that is too long": [commanding(changing("x" * 65, first_name("Bea")))],
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_the_protocol_does_not_allow_is_status_4_of_the_collection(
    phone: Handset, content: list[Element]
) -> None:
    phone.begin(phone.contacts)
    key = phone.keys[phone.contacts]
    told = phone.told(phone.contacts, *content)
    assert status_of(told) == 4
    assert told.text_of("airsync:SyncKey") == key
    assert phone.sync(phone.contacts) is None, "the key still stands"


def test_a_second_block_for_another_class_is_passed_over(phone: Handset) -> None:
    sms = E("airsync:Options", E("airsync:Class", "SMS"), E("airsync:FilterType", 5))
    told = phone.told(phone.contacts, options(0), sms, key="0")
    assert status_of(told) == 1


@pytest.mark.parametrize("version", SINCE_14)
def test_conversations_are_of_mail_only(house: House, version: Version) -> None:
    phone = Handset(house, version)
    wish = E("airsync:ConversationMode", 1)
    assert status_of(phone.told(phone.contacts, wish, key="0")) == 4
    assert status_of(phone.told(phone.inbox, wish, key="0")) == 1


@pytest.mark.parametrize("version", UP_TO_12_0)
def test_a_class_is_named_in_every_answer_up_to_12_0(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.contacts)
    phone.begin(phone.calendar)
    wrong = E("airsync:WindowSize", "all")
    answers = [
        phone.told(phone.contacts),
        phone.told(phone.contacts, key="1"),
        phone.told(phone.contacts, wrong),
        phone.told("nowhere", key="0"),
    ]
    assert [status_of(each) for each in answers] == [1, 3, 4, 12]
    assert {each.text_of("airsync:Class") for each in answers} == {"Contacts"}
    assert phone.told(phone.calendar).text_of("airsync:Class") == "Calendar"
    assert phone.told(phone.inbox, key="0").text_of("airsync:Class") == "Email"


@pytest.mark.parametrize("version", [v for v in EVERY if v > Version.V12_0])
def test_no_class_is_named_after_12_0(house: House, version: Version) -> None:
    phone = Handset(house, version)
    told = phone.told(phone.contacts, E("airsync:Class", "Contacts"), key="0")
    assert "Class" not in names(told)


# Supported


def supported(*tags: str) -> Element:
    return E("airsync:Supported", *(E(f"contacts:{tag}") for tag in tags))


def test_what_is_listed_as_supported_and_left_out_is_removed(house: House) -> None:
    phone = Handset(house, Version.V14_1)
    phone.begin(phone.contacts, supported("FirstName", "LastName"))
    id = phone.add(phone.contacts, first_name("Bea"), E("contacts:LastName", "Bruni"))
    house.revise(id_of(id), job_title="Baker")
    phone.catch_up(phone.contacts)
    phone.told(phone.contacts, commanding(changing(id, first_name("Bice"))))
    values = phone.values(id)
    assert values["first_name"] == "Bice"
    assert "last_name" not in values
    assert values["job_title"] == "Baker", "what is not listed is kept"


def test_a_list_that_comes_later_is_passed_over(house: House) -> None:
    phone = Handset(house, Version.V14_1)
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"), E("contacts:LastName", "Bruni"))
    late = supported("FirstName", "LastName")
    assert phone.sync(phone.contacts, late) is None
    phone.told(phone.contacts, late, commanding(changing(id, first_name("Bice"))))
    assert phone.values(id)["last_name"] == "Bruni"


def test_the_list_is_kept_when_options_are_replaced(house: House) -> None:
    phone = Handset(house, Version.V14_1)
    phone.begin(phone.contacts, supported("FirstName", "LastName"))
    id = phone.add(phone.contacts, first_name("Bea"), E("contacts:LastName", "Bruni"))
    phone.sync(phone.contacts, options(0, 0, body_preference(1)))
    phone.told(phone.contacts, commanding(changing(id, first_name("Bice"))))
    assert "last_name" not in phone.values(id)


# Who wins


@pytest.mark.parametrize(
    ("conflict", "status", "stands"),
    [(None, [7], "Server"), (1, [7], "Server"), (0, [], "Phone")],
    ids=["nothing said", "the server", "the phone"],
)
def test_a_conflict_is_decided_as_the_phone_wishes(
    house: House, phone: Handset, conflict: int | None, status: list[int], stands: str
) -> None:
    phone.begin(phone.contacts, options(None, conflict))
    id = phone.add(phone.contacts, first_name("Bea"))
    house.revise(id_of(id), first_name="Server")
    told = phone.told(phone.contacts, commanding(changing(id, first_name("Phone"))))
    assert [status_of(each) for each in responses(told)] == status
    assert phone.values(id)["first_name"] == stands
    if stands == "Server":
        assert verbs(commands(told)) == [("Change", id)]
        assert data_of(commands(told)[0]).text_of("contacts:FirstName") == "Server"


def test_fields_that_nobody_else_touched_are_merged_without_a_conflict(
    house: House, phone: Handset
) -> None:
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"), E("contacts:LastName", "Bruni"))
    house.revise(id_of(id), job_title="Baker")
    edit = changing(id, first_name("Bice"), E("contacts:LastName", "Bruni"))
    told = phone.told(phone.contacts, commanding(edit))
    assert responses(told) == []
    (merged,) = commands(told)
    assert data_of(merged).text_of("contacts:FirstName") == "Bice"
    assert data_of(merged).text_of("contacts:JobTitle") == "Baker"


def test_with_the_changes_switched_off_the_servers_copy_comes_later(
    house: House, phone: Handset
) -> None:
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    house.revise(id_of(id), first_name="Server")
    silent = E("airsync:GetChanges", 0)
    told = phone.told(phone.contacts, silent, commanding(changing(id, first_name("Phone"))))
    assert [status_of(each) for each in responses(told)] == [7]
    assert commands(told) == []
    (copy,) = phone.catch_up(phone.contacts)
    assert data_of(copy).text_of("contacts:FirstName") == "Server"


@pytest.mark.parametrize("version", SINCE_16)
def test_html_is_sent_to_who_asks_for_it(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.calendar, options(0, None, body_preference(2)))
    phone.told(phone.calendar, commanding(adding(*an_event())))
    house.appointment(subject="Notes", body=Body("<p>Hi</p>", html=True))
    (told,) = phone.catch_up(phone.calendar)
    assert texts(told, "airsyncbase:Type") == ["2"]
