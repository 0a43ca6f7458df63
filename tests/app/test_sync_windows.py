"""Sync: how much is told at once, and that there is more (MS-ASCMD 2.2.3.199, 2.2.3.114)."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E, Element
from tests.app.handset import (
    EVERY,
    SINCE_12_1,
    UP_TO_12_0,
    Handset,
    adding,
    commanding,
    commands,
    first_name,
    responses,
    status_of,
    verbs,
)
from tests.app.house import House, names


def window(size: object) -> Element:
    return E("airsync:WindowSize", str(size))


def more(collection: Element) -> bool:
    return collection.find("airsync:MoreAvailable") is not None


def fill(house: House, count: int) -> None:
    for number in range(count):
        house.contact(first_name=f"Contact {number}")


@pytest.mark.parametrize("version", EVERY)
def test_a_window_is_never_exceeded_and_each_page_moves_the_key(
    house: House, version: Version
) -> None:
    fill(house, 5)
    phone = Handset(house, version)
    keys = [phone.begin(phone.contacts)]
    pages = []
    while not pages or more(pages[-1]):
        pages.append(phone.told(phone.contacts, window(2)))
        keys.append(phone.keys[phone.contacts])
    assert [len(commands(page)) for page in pages] == [2, 2, 1]
    assert len(set(keys)) == len(keys)
    assert len({id for page in pages for _, id in verbs(commands(page))}) == 5


def test_more_available_stands_right_after_the_status(house: House, phone: Handset) -> None:
    fill(house, 3)
    phone.begin(phone.contacts)
    add = commanding(adding(first_name("Bea")))
    told = phone.told(phone.contacts, window(2), add)
    assert names(told)[2:] == ["Status", "MoreAvailable", "Responses", "Commands"]


@pytest.mark.parametrize(("size", "told"), [("absent", 100), (0, 110), (513, 110), (512, 110)])
def test_the_window_that_is_meant(house: House, phone: Handset, size: object, told: int) -> None:
    """Absent is 100; 0 and everything above 512 are 512."""
    with house.groupware.acting(house.admin):
        fill(house, 110)
    phone.begin(phone.contacts)
    page = phone.told(phone.contacts, *([] if size == "absent" else [window(size)]))
    assert (len(commands(page)), more(page)) == (told, told < 110)


def test_at_most_512_are_told_at_once(house: House, phone: Handset) -> None:
    with house.groupware.acting(house.admin):
        fill(house, 513)
    phone.begin(phone.contacts)
    page = phone.told(phone.contacts, window(9999))
    assert (len(commands(page)), more(page)) == (512, True)


def test_responses_do_not_count(house: House, phone: Handset) -> None:
    fill(house, 2)
    phone.begin(phone.contacts)
    adds = [adding(first_name(f"Mine {n}"), client_id=f"c{n}") for n in range(4)]
    told = phone.told(phone.contacts, window(2), commanding(*adds))
    assert (len(responses(told)), len(commands(told)), more(told)) == (4, 2, False)


def test_commands_may_come_in_the_middle_of_a_paged_download(house: House, phone: Handset) -> None:
    fill(house, 4)
    phone.begin(phone.contacts)
    first = phone.told(phone.contacts, window(2))
    (_, id), *_ = verbs(commands(first))
    edit = E(
        "airsync:Change",
        E("airsync:ServerId", id),
        E("airsync:ApplicationData", first_name("Edited")),
    )
    second = phone.told(phone.contacts, window(2), commanding(edit))
    assert responses(second) == []
    seen = {each for page in (first, second) for _, each in verbs(commands(page))}
    assert (len(seen), more(second)) == (4, False)
    assert phone.values(id)["first_name"] == "Edited"
    assert phone.sync(phone.contacts) is None


def two_full_folders(house: House, phone: Handset) -> None:
    fill(house, 3)
    for number in range(3):
        house.appointment(subject=f"Event {number}")
    phone.begin(phone.contacts)
    phone.begin(phone.calendar)


@pytest.mark.parametrize("version", SINCE_12_1)
def test_the_window_of_the_whole_is_shared_in_the_order_asked(
    house: House, version: Version
) -> None:
    phone = Handset(house, version)
    two_full_folders(house, phone)
    both = phone.about(phone.contacts), phone.about(phone.calendar)
    told = phone.send(phone.request(*both, WindowSize=4))
    assert told is not None
    (collections,) = told
    assert [len(commands(each)) for each in collections] == [3, 1]
    assert [more(each) for each in collections] == [False, True]


def test_a_folder_for_which_nothing_is_left_is_not_mentioned_and_comes_next(
    house: House, phone: Handset
) -> None:
    two_full_folders(house, phone)
    both = phone.about(phone.contacts), phone.about(phone.calendar)
    key = phone.keys[phone.calendar]
    told = phone.send(phone.request(*both, WindowSize=3))
    assert told is not None
    assert [each.text_of("airsync:CollectionId") for each in told.children[0]] == [phone.contacts]
    assert phone.keys[phone.calendar] == key
    assert len(phone.catch_up(phone.calendar)) == 3


def test_commands_are_carried_out_also_where_nothing_is_left_to_tell(
    house: House, phone: Handset
) -> None:
    two_full_folders(house, phone)
    edit = phone.about(phone.calendar, commanding(E("airsync:Fetch", E("airsync:ServerId", "x"))))
    told = phone.send(phone.request(phone.about(phone.contacts), edit, WindowSize=3))
    assert told is not None
    _, second = told.children[0]
    assert [status_of(each) for each in responses(second)] == [8]
    assert commands(second) == []


@pytest.mark.parametrize("version", UP_TO_12_0)
def test_older_phones_have_no_window_of_the_whole(house: House, version: Version) -> None:
    phone = Handset(house, version)
    fill(house, 3)
    phone.begin(phone.contacts)
    told = phone.send(phone.request(phone.about(phone.contacts), WindowSize=1))
    assert told is not None
    assert len(commands(told.children[0].children[0])) == 3
