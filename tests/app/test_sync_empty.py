"""Sync: empty and partial requests stand for the last one (MS-ASCMD 2.2.1.21.1, 2.2.3.131)."""

from __future__ import annotations

import pytest

from adapters.eas.reply import Empty, Failure
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from tests.app.handset import (
    SINCE_12_1,
    UP_TO_12_0,
    Handset,
    adding,
    body_preference,
    commanding,
    commands,
    first_name,
    only,
    options,
    status_of,
    verbs,
)
from tests.app.house import House, texts


def settled(house: House, version: Version = Version.V16_1) -> Handset:
    """A phone that has all there is, and was told so by an empty answer."""
    phone = Handset(house, version)
    phone.catch_up(phone.contacts)
    phone.catch_up(phone.calendar)
    both = phone.request(phone.about(phone.contacts), phone.about(phone.calendar))
    assert phone.send(both) is None
    return phone


def whole(told: Element | None) -> int:
    assert told is not None
    return status_of(told)


@pytest.mark.parametrize("version", SINCE_12_1)
def test_an_empty_request_asks_the_same_again(house: House, version: Version) -> None:
    phone = settled(house, version)
    assert phone.send(None) is None
    id = house.contact(first_name="Bea")
    told = phone.send(None)
    assert told is not None
    assert texts(told, "contacts:FirstName") == ["Bea"]
    assert id


@pytest.mark.parametrize("version", SINCE_12_1)
def test_without_a_request_before_there_is_nothing_to_repeat(
    house: House, version: Version
) -> None:
    assert whole(Handset(house, version).send(None)) == 13


@pytest.mark.parametrize("version", UP_TO_12_0)
def test_older_phones_may_not_send_an_empty_request(house: House, version: Version) -> None:
    assert Handset(house, version).ask("Sync", None) == Failure(101)


def test_an_empty_request_never_stands_for_an_answer_that_may_be_lost(
    house: House, phone: Handset
) -> None:
    """It names no key: taken as a receipt, it would lose what the phone never read."""
    phone = settled(house)
    house.contact(first_name="Bea")
    kept = phone.keys[phone.contacts]
    assert phone.send(None) is not None
    assert whole(phone.send(None)) == 13
    told = phone.told(phone.contacts, key=kept)
    assert texts(told, "contacts:FirstName") == ["Bea"]


def test_after_news_was_read_and_named_an_empty_request_works_again(house: House) -> None:
    phone = settled(house)
    house.contact(first_name="Bea")
    phone.send(None)
    both = phone.request(phone.about(phone.contacts), phone.about(phone.calendar))
    assert phone.send(both) is None
    assert isinstance(phone.ask("Sync", None), Empty)


def test_an_empty_request_survives_a_restart(house: House) -> None:
    phone = settled(house)
    house.restart()
    house.contact(first_name="Bea")
    told = phone.send(None)
    assert told is not None
    assert len(commands(only(told))) == 1


def test_the_options_of_the_last_request_still_hold(house: House, phone: Handset) -> None:
    wish = options(None, None, body_preference(1, 3))
    phone.begin(phone.contacts)
    phone.sync(phone.contacts, wish)
    assert phone.sync(phone.contacts, wish) is None
    house.contact(first_name="Bea", body=Body("hidden"))
    told = phone.send(None)
    assert told is not None
    assert texts(told, "airsyncbase:Data") == ["hid"]


def test_a_request_with_a_document_replaces_the_last(house: House) -> None:
    phone = settled(house)
    assert phone.sync(phone.calendar) is None
    house.contact(first_name="Bea")
    assert phone.send(None) is None, "only the calendar was asked about"


def partial(*collections: Element, **more: object) -> Element:
    listed = E("airsync:Collections", *collections) if collections else None
    extra = [E(f"airsync:{tag}", str(value)) for tag, value in more.items()]
    return E("airsync:Sync", listed, *extra, E("airsync:Partial"))


@pytest.mark.parametrize("version", SINCE_12_1)
def test_a_partial_request_takes_the_rest_from_the_last(house: House, version: Version) -> None:
    phone = settled(house, version)
    house.contact(first_name="Bea")
    house.appointment(subject="Dentist")
    told = phone.send(partial(phone.about(phone.calendar, E("airsync:WindowSize", 1))))
    assert told is not None
    folders = {each.text_of("airsync:CollectionId") for each in told.children[0]}
    assert folders == {phone.contacts, phone.calendar}


def test_a_partial_request_with_a_window_alone_is_about_all(house: House) -> None:
    phone = settled(house)
    house.contact(first_name="Bea")
    house.contact(first_name="Carl")
    told = phone.send(partial(WindowSize=1))
    assert told is not None
    assert len(commands(only(told))) == 1


def test_a_partial_request_with_a_time_alone_waits_for_all(house: House) -> None:
    phone = settled(house)
    assert phone.send(partial(HeartbeatInterval=600)) is None
    assert house.hub.waited == [600]


def test_a_partial_request_needs_something_beside(house: House) -> None:
    assert whole(settled(house).send(partial())) == 13


def test_a_partial_request_needs_a_last_one(phone: Handset) -> None:
    assert whole(phone.send(partial(phone.about(phone.contacts, key="0")))) == 13


def test_a_partial_request_may_name_the_folder_whose_answer_was_just_read(house: House) -> None:
    phone = settled(house)
    house.contact(first_name="Bea")
    news = phone.send(None)
    assert news is not None
    assert phone.send(partial(phone.about(phone.contacts))) is None


def test_a_document_without_collections_is_a_protocol_error(phone: Handset) -> None:
    assert whole(phone.send(E("airsync:Sync", E("airsync:WindowSize", 5)))) == 4


def test_no_collection_at_all_may_still_wait(house: House, phone: Handset) -> None:
    """Android sends this with everything switched off."""
    nothing = E("airsync:Sync", E("airsync:Collections"), E("airsync:HeartbeatInterval", 480))
    assert phone.send(nothing) is None
    assert house.hub.waited == [480]


def test_commands_are_not_repeated_by_an_empty_request(house: House) -> None:
    phone = settled(house)
    phone.told(phone.contacts, commanding(adding(first_name("Bea"))))
    assert phone.sync(phone.contacts) is None
    assert phone.send(None) is None
    phone.begin(phone.contacts)
    assert len(verbs(phone.catch_up(phone.contacts))) == 1
