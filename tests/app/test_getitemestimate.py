"""GetItemEstimate: how much there is to come (MS-ASCMD 2.2.1.9)."""

from __future__ import annotations

import pytest

from adapters.eas.reply import Failure
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from tests.app.handset import (
    EVERY,
    SINCE_14,
    Handset,
    adding,
    commanding,
    commands,
    first_name,
    options,
)
from tests.app.house import House, names, texts

UP_TO_12_1 = [v for v in Version if v < Version.V14_0]


def asking(
    phone: Handset, folder: str, filter_type: int | None = None, key: str | None = None
) -> Element:
    """One Collection as a phone of this version writes it."""
    id = E("getitemestimate:CollectionId", folder)
    named = E("airsync:SyncKey", phone.keys.get(folder, "0") if key is None else key)
    window = None if filter_type is None else E("airsync:FilterType", filter_type)
    if phone.version >= Version.V14_0:
        chosen = None if window is None else E("airsync:Options", window)
        return E("getitemestimate:Collection", named, id, chosen)
    kind = E("getitemestimate:Class", "Contacts")
    return E("getitemestimate:Collection", kind, id, window, named)


def estimate(phone: Handset, *collections: Element) -> Element:
    listed = E("getitemestimate:Collections", *collections)
    return phone.answer("GetItemEstimate", E("getitemestimate:GetItemEstimate", listed))


def counted(phone: Handset, folder: str, filter_type: int | None = None) -> int:
    told = estimate(phone, asking(phone, folder, filter_type))
    assert statuses(told) == ["1"]
    return int(texts(told, "getitemestimate:Estimate")[0])


def statuses(told: Element) -> list[str]:
    return texts(told, "getitemestimate:Status")


@pytest.mark.parametrize("version", EVERY)
def test_what_is_estimated_is_what_comes(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.contacts)
    ids = [house.contact(first_name=f"Contact {n}") for n in range(3)]
    assert counted(phone, phone.contacts) == 3
    assert len(phone.catch_up(phone.contacts)) == 3
    assert counted(phone, phone.contacts) == 0
    house.revise(ids[0], first_name="New")
    house.remove(ids[1])
    assert counted(phone, phone.contacts) == len(phone.catch_up(phone.contacts)) == 2


@pytest.mark.parametrize("version", EVERY)
def test_it_changes_nothing(house: House, version: Version) -> None:
    phone = Handset(house, version)
    key = phone.begin(phone.contacts)
    house.contact(first_name="Bea")
    lost = phone.told(phone.contacts)
    length = house.log_length()
    counted(phone, phone.contacts)
    assert house.log_length() == length
    assert phone.told(phone.contacts, key=key) == lost, "and confirms nothing"


@pytest.mark.parametrize("version", UP_TO_12_1)
def test_up_to_12_1_the_class_is_named(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.calendar)
    (response,) = estimate(phone, asking(phone, phone.calendar))
    collection = response.children[1]
    assert isinstance(collection, Element)
    assert names(collection) == ["Class", "CollectionId", "Estimate"]
    assert texts(response, "getitemestimate:Class") == ["Calendar"]


@pytest.mark.parametrize("version", EVERY)
def test_the_filter_of_the_request_counts(house: House, version: Version) -> None:
    phone = Handset(house, version)
    house.appointment(subject="Old")
    house.clock.advance(days=60)
    house.appointment(subject="New")
    phone.begin(phone.calendar, options(0))
    assert counted(phone, phone.calendar, 4) == 1
    assert counted(phone, phone.calendar, 0) == 2


def test_without_a_filter_the_options_in_force_count(house: House, phone: Handset) -> None:
    house.appointment(subject="Old")
    house.clock.advance(days=60)
    phone.begin(phone.calendar, options(4))
    assert counted(phone, phone.calendar) == 0
    assert counted(phone, phone.calendar, 7) == 1
    assert phone.catch_up(phone.calendar) == [], "the options stay what they were"


def test_the_rest_of_a_paged_download_is_counted(house: House, phone: Handset) -> None:
    for number in range(5):
        house.contact(first_name=f"Contact {number}")
    phone.begin(phone.contacts)
    assert len(commands(phone.told(phone.contacts, E("airsync:WindowSize", 2)))) == 2
    assert counted(phone, phone.contacts) == 3


def test_own_edits_are_not_counted(house: House, phone: Handset) -> None:
    phone.begin(phone.contacts)
    phone.told(phone.contacts, commanding(adding(first_name("Bea"))))
    assert counted(phone, phone.contacts) == 0


@pytest.mark.parametrize("version", EVERY)
def test_what_cannot_be_estimated(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.contacts)
    told = estimate(
        phone,
        asking(phone, "nowhere", 0, key="1"),
        asking(phone, phone.contacts, 0, key="0"),
        asking(phone, phone.calendar, 0, key="1"),
        asking(phone, phone.contacts, 0, key="wrong"),
        asking(phone, phone.contacts, 0),
    )
    assert statuses(told) == ["2", "3", "3", "4", "1"]


@pytest.mark.parametrize("version", EVERY)
def test_mail_folders_are_empty(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.inbox)
    assert counted(phone, phone.inbox) == 0


WRONG = {
    "nothing": E("getitemestimate:GetItemEstimate"),
    "no collection": E("getitemestimate:GetItemEstimate", E("getitemestimate:Collections")),
    "no key": E(
        "getitemestimate:GetItemEstimate",
        E(
            "getitemestimate:Collections",
            E("getitemestimate:Collection", E("getitemestimate:CollectionId", "x")),
        ),
    ),
    "a filter that is no number": E(
        "getitemestimate:GetItemEstimate",
        E(
            "getitemestimate:Collections",
            E(
                "getitemestimate:Collection",
                E("airsync:SyncKey", "1"),
                E("getitemestimate:CollectionId", "x"),
                E("airsync:Options", E("airsync:FilterType", "all")),
            ),
        ),
    ),
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_a_request_that_is_none(phone: Handset, body: Element) -> None:
    assert phone.ask("GetItemEstimate", body) == Failure(103)


def test_there_is_a_limit_to_the_collections_of_one_request(phone: Handset) -> None:
    many = [asking(phone, "nowhere", key="1")] * 1001
    body = E("getitemestimate:GetItemEstimate", E("getitemestimate:Collections", *many))
    assert phone.ask("GetItemEstimate", body) == Failure(103)


@pytest.mark.parametrize("version", SINCE_14)
def test_conversations_are_of_mail_only(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.contacts)
    wish = asking(phone, phone.contacts)
    wish.children.append(E("airsync:ConversationMode", 1))
    body = E("getitemestimate:GetItemEstimate", E("getitemestimate:Collections", wish))
    assert phone.ask("GetItemEstimate", body) == Failure(103)
