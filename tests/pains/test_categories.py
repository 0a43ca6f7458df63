"""Categories that come back, vanish or need to exist first (mailcow #2501, Horde 2.19.1; pain 18):
they are free text in their order, and what a phone does not know it does not remove."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E, Element
from tests.app.handset import (
    SINCE_12_1,
    Handset,
    an_event,
    changing,
    commanding,
    data_of,
    first_name,
)
from tests.app.house import House, texts

PAGES = {"contacts": [first_name("Grace")], "calendar": an_event("Board")}


def categories(page: str, *names: str) -> Element:
    return E(f"{page}:Categories", *(E(f"{page}:Category", name) for name in names))


def folder_of(phone: Handset, page: str) -> str:
    return phone.contacts if page == "contacts" else phone.calendar


def edited(phone: Handset, page: str, id: str, *names: str) -> None:
    said = changing(id, *PAGES[page], categories(page, *names))
    phone.told(folder_of(phone, page), commanding(said))


def shown(phone: Handset, page: str) -> list[list[str]]:
    """The categories of each item that is told."""
    told = phone.catch_up(folder_of(phone, page))
    return [texts(data_of(each), f"{page}:Category") for each in told]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("version", SINCE_12_1)
def test_categories_union_and_removal(house: House, page: str, version: Version) -> None:
    """Two phones edit at the same time: what either adds is there, what either removes is not."""
    one, other = Handset(house, version), Handset(house, version, device="OTHER")
    one.begin(folder_of(one, page))
    data = (*PAGES[page], categories(page, "Work", "Bees", "Work trips"))
    id = one.add(folder_of(one, page), *data)
    assert shown(other, page) == [["Work", "Bees", "Work trips"]]
    edited(one, page, id, "Bees", "Work trips", "Chess")
    edited(other, page, id, "Work", "Bees", "Zebra crossing & co")
    assert set(one.values(id)["categories"]) == {"Bees", "Chess", "Zebra crossing & co"}
    assert shown(one, page) == [list(one.values(id)["categories"])]


@pytest.mark.parametrize("page", PAGES)
def test_any_text_is_a_category_at_once_and_in_its_order(house: House, page: str) -> None:
    """No list has to have it, in no language, and nobody sorts it."""
    names = ["Zeta", "alfa", "Ärzte & Co", "日本", "Alfa", "a" * 200]
    phone = Handset(house)
    phone.begin(folder_of(phone, page))
    id = phone.add(folder_of(phone, page), *PAGES[page], categories(page, *names))
    assert list(phone.values(id)["categories"]) == names
    assert shown(Handset(house, device="OTHER"), page) == [names]


@pytest.mark.parametrize("page", PAGES)
def test_a_phone_that_does_not_speak_of_them_removes_none(house: House, page: str) -> None:
    """It says at the start what it knows (MS-ASCMD 2.2.3.179)."""
    phone, known = Handset(house), "FirstName" if page == "contacts" else "Subject"
    phone.begin(folder_of(phone, page), E("airsync:Supported", E(f"{page}:{known}")))
    id = phone.add(folder_of(phone, page), *PAGES[page], categories(page, "Club"))
    edit = changing(id, E(f"{page}:{known}", "Another"))
    phone.told(folder_of(phone, page), commanding(edit))
    assert phone.values(id)["categories"] == ("Club",)


@pytest.mark.parametrize("page", PAGES)
def test_the_last_one_can_be_removed(house: House, page: str) -> None:
    """Peers keep it for ever, since an empty list looks like none."""
    phone = Handset(house)
    phone.begin(folder_of(phone, page))
    id = phone.add(folder_of(phone, page), *PAGES[page], categories(page, "Club"))
    edited(phone, page, id)
    assert "categories" not in phone.values(id)
