"""Sync: the life of a key (MS-ASCMD 2.2.3.181.4)."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E
from tests.app.handset import (
    EVERY,
    SINCE_12_1,
    UP_TO_12_0,
    Handset,
    adding,
    commanding,
    commands,
    data_of,
    deleting,
    first_name,
    options,
    responses,
    status_of,
    verbs,
)
from tests.app.house import House, names


@pytest.mark.parametrize("version", EVERY)
def test_key_zero_gets_a_key_and_nothing_else(house: House, version: Version) -> None:
    house.contact(first_name="Bea")
    told = Handset(house, version).told(Handset(house).contacts, key="0")
    named = ["Class"] if version <= Version.V12_0 else []
    assert names(told) == [*named, "SyncKey", "CollectionId", "Status"]
    assert told.text_of("airsync:SyncKey") not in ("0", "")


@pytest.mark.parametrize("version", EVERY)
def test_the_first_key_brings_everything(house: House, version: Version) -> None:
    ids = {house.contact(first_name=name) for name in ("Bea", "Carl")}
    phone = Handset(house, version)
    told = phone.catch_up(phone.contacts)
    assert len(ids) == len(told)
    assert {e.name for e in told} == {"airsync:Add"}


@pytest.mark.parametrize("version", SINCE_12_1)
def test_with_nothing_to_say_the_answer_is_empty_and_nothing_is_written(
    house: House, version: Version
) -> None:
    phone = Handset(house, version)
    phone.catch_up(phone.contacts)
    phone.sync(phone.contacts)
    length, key = house.log_length(), phone.keys[phone.contacts]
    assert phone.sync(phone.contacts) is None
    assert (house.log_length(), phone.keys[phone.contacts]) == (length, key)


@pytest.mark.parametrize("version", UP_TO_12_0)
def test_older_phones_are_told_of_nothing_in_a_document_with_the_same_key(
    house: House, version: Version
) -> None:
    phone = Handset(house, version)
    phone.catch_up(phone.contacts)
    key = phone.keys[phone.contacts]
    told = phone.told(phone.contacts)
    assert names(told) == ["Class", "SyncKey", "CollectionId", "Status"]
    assert told.text_of("airsync:SyncKey") == key


@pytest.mark.parametrize("key", ["nonsense", "1", "{1}7", "x" * 64, "9:9"])
def test_a_key_that_means_nothing_is_status_3_and_comes_back(phone: Handset, key: str) -> None:
    phone.begin(phone.contacts)
    told = phone.told(phone.contacts, key=key)
    assert status_of(told) == 3
    assert told.text_of("airsync:SyncKey") == key


def test_the_key_of_another_phone_means_nothing(house: House, phone: Handset) -> None:
    other = Handset(house, device="OTHER")
    other.begin(other.contacts)
    phone.begin(phone.contacts)
    told = phone.told(phone.contacts, key=other.keys[other.contacts])
    assert status_of(told) == 3


def test_a_key_is_retired_only_when_the_next_one_is_used(house: House, phone: Handset) -> None:
    folder = phone.contacts
    first = phone.begin(folder)
    id = house.contact(first_name="Bea")
    lost = phone.told(folder, key=first)
    assert phone.told(folder, key=first) == lost, "asked again: told again"
    house.revise(id, first_name="Bice")
    assert phone.told(folder, key=first) == lost, "also where the item has moved on"
    news = phone.told(folder)
    assert [data_of(e).text_of("contacts:FirstName") for e in commands(news)] == ["Bice"]
    assert status_of(phone.told(folder, key=first)) == 3


def test_a_repeated_request_is_answered_the_same_after_a_restart(
    house: House, phone: Handset
) -> None:
    key = phone.begin(phone.contacts)
    house.contact(first_name="Bea")
    add = commanding(adding(first_name("Carl")))
    lost = phone.told(phone.contacts, add, key=key)
    house.restart()
    assert phone.told(phone.contacts, add, key=key) == lost


def test_a_new_key_zero_keeps_every_name(house: House, phone: Handset) -> None:
    house.contact(first_name="Bea")
    before = verbs(phone.catch_up(phone.contacts))
    phone.begin(phone.contacts)
    assert verbs(phone.catch_up(phone.contacts)) == before


@pytest.mark.parametrize("version", EVERY)
def test_commands_with_key_zero_are_a_protocol_error(house: House, version: Version) -> None:
    phone = Handset(house, version)
    told = phone.told(phone.contacts, commanding(adding(first_name("Bea"))), key="0")
    assert status_of(told) == 4
    assert phone.catch_up(phone.contacts) == []


@pytest.mark.parametrize(
    ("value", "status"), [(None, 1), ("0", 1), ("", 4), ("1", 4)], ids=["absent", "0", "tag", "1"]
)
def test_asking_for_changes_with_key_zero(phone: Handset, value: str | None, status: int) -> None:
    wish = [] if value is None else [E("airsync:GetChanges", value)]
    assert status_of(phone.told(phone.contacts, *wish, key="0")) == status


def test_a_client_known_to_ask_for_changes_with_key_zero_gets_its_key(phone: Handset) -> None:
    phone.facts = {"user_agent": "go-activesync/1.0", "device_type": "go"}
    told = phone.told(phone.contacts, E("airsync:GetChanges", 1), key="0")
    assert (status_of(told), commands(told)) == (1, [])


@pytest.mark.parametrize(("value", "hears"), [(None, True), ("1", True), ("", True), ("0", False)])
def test_whether_a_phone_hears_of_changes(
    house: House, phone: Handset, value: str | None, hears: bool
) -> None:
    phone.catch_up(phone.contacts)
    house.contact(first_name="Bea")
    wish = [] if value is None else [E("airsync:GetChanges", value)]
    told = phone.sync(phone.contacts, *wish)
    assert (told is not None and bool(commands(told))) == hears
    later = phone.catch_up(phone.contacts)
    assert bool(later) != hears, "what was not asked for stays pending"


def test_without_get_changes_the_commands_are_answered_all_the_same(
    house: House, phone: Handset
) -> None:
    phone.catch_up(phone.contacts)
    house.contact(first_name="Bea")
    silent = E("airsync:GetChanges", 0)
    told = phone.told(phone.contacts, silent, commanding(adding(first_name("Carl"))))
    assert names(told) == ["SyncKey", "CollectionId", "Status", "Responses"]
    assert [status_of(each) for each in responses(told)] == [1]


def test_commands_are_never_answered_by_an_empty_body(house: House, phone: Handset) -> None:
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    assert phone.sync(phone.contacts, commanding(deleting(id))) is not None
    nameless = E("airsync:Delete", E("airsync:ServerId"))
    assert phone.sync(phone.contacts, commanding(nameless)) is not None


@pytest.mark.parametrize("version", EVERY)
def test_a_folder_that_is_not_there_is_status_12(house: House, version: Version) -> None:
    phone = Handset(house, version)
    house.person("bob")
    for folder in ("nowhere", "a" * 26, Handset(house, name="bob").contacts):
        assert status_of(phone.told(folder, key="0")) == 12


def test_folders_are_answered_one_by_one(house: House, phone: Handset) -> None:
    """A fault in one collection is not felt in another."""
    phone.begin(phone.contacts)
    house.contact(first_name="Bea")
    told = phone.send(
        phone.request(
            phone.about("nowhere"),
            phone.about(phone.contacts),
            phone.about(phone.calendar, key="wrong"),
        )
    )
    assert told is not None
    (collections,) = told
    assert [status_of(each) for each in collections] == [12, 1, 3]
    assert [len(commands(each)) for each in collections] == [0, 1, 0]


def test_the_second_block_for_a_folder_is_a_protocol_error(phone: Handset) -> None:
    twice = phone.about(phone.contacts, key="0")
    told = phone.send(phone.request(twice, twice))
    assert told is not None
    (collections,) = told
    assert [status_of(each) for each in collections] == [1, 4]


def test_mail_folders_are_empty_and_stay_so(phone: Handset) -> None:
    assert phone.catch_up(phone.inbox) == []
    told = phone.told(phone.inbox, commanding(adding(E("email:Subject", "Hello"))))
    assert [status_of(each) for each in responses(told)] == [6]
    assert phone.catch_up(phone.inbox) == []
    assert status_of(phone.told(phone.inbox, options(8))) == 4
