"""A mail app that asks for the folders from nothing at every refresh does no harm (pain 5)."""

from __future__ import annotations

from adapters.wbxml import E, Element
from tests.app.handset import Handset, first_name, verbs
from tests.app.house import House, texts


def told(phone: Handset) -> Element:
    """What a Ping about the address book is answered."""
    folder = E("ping:Folder", E("ping:Id", phone.contacts), E("ping:Class", "Contacts"))
    asked = E("ping:Ping", E("ping:HeartbeatInterval", 600), E("ping:Folders", folder))
    return phone.answer("Ping", asked)


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


def test_a_key_zero_that_the_network_delivers_late_leaves_the_key_in_use(
    house: House, phone: Handset
) -> None:
    phone.folder_sync("0")
    phone.make_folder("Friends")
    in_use = phone.keys[""]
    phone.folder_sync("0")  # a ghost: its answer reaches nobody
    assert phone.folder_sync(in_use).text_of("folderhierarchy:Status") == "1"


def test_an_app_that_only_ever_asks_from_nothing_is_not_sent_there_again_and_again(
    house: House, phone: Handset
) -> None:
    other = Handset(house, device="ANOTHERPHONE")
    phone.folder_sync("0")
    phone.make_folder("Friends")
    phone.begin(phone.contacts)
    other.folder_sync("0")
    other.make_folder("Family")
    assert told(phone).text_of("ping:Status") == "7"
    house.clock.advance(minutes=2)
    phone.folder_sync("0")
    assert told(phone).text_of("ping:Status") == "1"


def test_a_second_key_zero_tells_of_the_folders_as_they_are_now(
    house: House, phone: Handset
) -> None:
    other = Handset(house, device="ANOTHERPHONE")
    phone.folder_sync("0")
    other.folder_sync("0")
    other.make_folder("Family")
    assert "Family" in texts(phone.folder_sync("0"), "folderhierarchy:DisplayName")
