"""An Add whose answer got lost makes one item, however often it is sent (pain 2)."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.wbxml import Element
from tests.app.handset import (
    EVERY,
    Handset,
    adding,
    an_event,
    commanding,
    first_name,
    responses,
)
from tests.app.house import House, texts


def made(phone: Handset, folder: str, key: str, *data: Element) -> str:
    told = phone.told(folder, commanding(adding(*data)), key=key)
    (response,) = responses(told)
    return response.text_of("airsync:ServerId", "")


def count(house: House, folder: str) -> int:
    other = Handset(house, device="OTHER")
    return len(other.catch_up(folder))


@pytest.mark.parametrize("version", EVERY)
@pytest.mark.parametrize("repeats", [1, 2, 5])
def test_add_replayed(house: House, version: Version, repeats: int) -> None:
    phone = Handset(house, version)
    for folder, data in (
        (phone.contacts, [first_name("Bea")]),
        (phone.calendar, an_event()),
    ):
        key = phone.begin(folder)
        ids = {made(phone, folder, key, *data)}
        for _ in range(repeats):
            house.restart()
            ids.add(made(phone, folder, key, *data))
        assert len(ids) == 1
        assert count(house, folder) == 1


def test_with_a_slightly_different_body_the_last_one_stands(house: House, phone: Handset) -> None:
    key = phone.begin(phone.contacts)
    first = made(phone, phone.contacts, key, first_name("Bea"))
    again = made(phone, phone.contacts, key, first_name("Bice"))
    assert first == again
    assert phone.values(first)["first_name"] == "Bice"
    assert count(house, phone.contacts) == 1


def test_nothing_is_told_of_an_item_that_was_added_in_other_words_before(
    house: House, phone: Handset
) -> None:
    """Or the phone would have it twice, once with the words it no longer wants."""
    key = phone.begin(phone.contacts)
    house.contact(first_name="Carl")
    made(phone, phone.contacts, key, first_name("Bea"))
    told = phone.told(phone.contacts, commanding(adding(first_name("Bice"))), key=key)
    assert texts(told, "contacts:FirstName") == ["Carl"]
    assert phone.catch_up(phone.contacts) == []


def test_a_client_id_used_again_later_is_another_item(house: House, phone: Handset) -> None:
    """Phones count from one again: a ClientId alone says nothing."""
    phone.begin(phone.contacts)
    ids = {phone.add(phone.contacts, first_name(name)) for name in ("Bea", "Carl")}
    assert len(ids) == 2
