"""A mail app that asks for the folders from nothing at every refresh does no harm (pain 5)."""

from __future__ import annotations

from tests.app.handset import Handset, first_name, verbs
from tests.app.house import House, texts


def test_foldersync_zero_is_harmless(house: House, phone: Handset) -> None:
    names = texts(phone.folder_sync("0"), "folderhierarchy:ServerId")
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    for number in range(100):
        again = phone.folder_sync("0")
        assert texts(again, "folderhierarchy:ServerId") == names
        if number % 10 == 0:
            house.contact(first_name=f"Contact {number}")
            assert len(phone.catch_up(phone.contacts)) == 1, "the collection's key stands"
    phone.begin(phone.contacts)
    assert id in {each for _, each in verbs(phone.catch_up(phone.contacts))}
