"""MoveItems: to another folder under the same name (MS-ASCMD 2.2.1.12)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.eas.reply import Failure
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from app import items as use
from tests.app.handset import (
    EVERY,
    Handset,
    an_event,
    changing,
    commanding,
    first_name,
    id_of,
    responses,
    status_of,
    verbs,
)
from tests.app.house import House, names, texts


def moving(item: str, source: str, destination: str) -> Element:
    return E(
        "move:Move",
        E("move:SrcMsgId", item),
        E("move:SrcFldId", source),
        E("move:DstFldId", destination),
    )


def move(phone: Handset, *moves: Element) -> list[Element]:
    return list(phone.answer("MoveItems", E("move:MoveItems", *moves)))


def ready(house: House, version: Version = Version.V16_1) -> tuple[Handset, str, str]:
    """A phone, a contact in its address book, and another address book."""
    phone = Handset(house, version)
    phone.folder_sync()
    club = phone.make_folder("Club")
    phone.catch_up(club)
    phone.catch_up(phone.contacts)
    return phone, phone.add(phone.contacts, first_name("Bea")), club


@pytest.mark.parametrize("version", EVERY)
def test_an_item_keeps_its_name_and_everybody_is_told(house: House, version: Version) -> None:
    phone, id, club = ready(house, version)
    other = Handset(house, device="OTHER")
    other.catch_up(other.contacts)
    other.catch_up(club)
    (response,) = move(phone, moving(id, phone.contacts, club))
    assert names(response) == ["SrcMsgId", "Status", "DstMsgId"]
    assert [child.value for child in response] == [id, "3", id]
    for each in (phone, other):
        assert verbs(each.catch_up(each.contacts)) == [("Delete", id)]
        (told,) = each.catch_up(club)
        assert verbs([told]) == [("Add", id)]
        assert texts(told, "contacts:FirstName") == ["Bea"]


def test_it_can_be_edited_in_its_new_place(house: House) -> None:
    phone, id, club = ready(house)
    move(phone, moving(id, phone.contacts, club))
    phone.catch_up(phone.contacts)
    phone.catch_up(club)
    told = phone.told(club, commanding(changing(id, first_name("Bice"))))
    assert responses(told) == []
    assert phone.values(id)["first_name"] == "Bice"


def test_it_can_come_back(house: House) -> None:
    phone, id, club = ready(house)
    move(phone, moving(id, phone.contacts, club))
    phone.catch_up(phone.contacts)
    move(phone, moving(id, club, phone.contacts))
    assert verbs(phone.catch_up(phone.contacts)) == [("Add", id)]


def test_a_move_whose_answer_got_lost_succeeds_again(house: House) -> None:
    phone, id, club = ready(house)
    first = move(phone, moving(id, phone.contacts, club))
    length = house.log_length()
    assert move(phone, moving(id, phone.contacts, club)) == first
    assert house.log_length() == length, "nothing happened twice"


def test_the_same_move_twice_in_one_request(house: House) -> None:
    phone, id, club = ready(house)
    told = move(phone, moving(id, phone.contacts, club), moving(id, phone.contacts, club))
    assert [status_of(each) for each in told] == [3, 3]


@pytest.mark.parametrize("version", EVERY)
def test_what_cannot_be_moved(house: House, version: Version) -> None:
    phone, id, club = ready(house, version)
    phone.begin(phone.calendar)
    event = phone.add(phone.calendar, *an_event())
    gone = phone.add(phone.contacts, first_name("Gone"), client_id="c9")
    house.remove(id_of(gone))
    here = phone.contacts
    cases = [
        (moving("nonsense", here, club), 1),
        (moving("a" * 26, here, club), 1),
        (moving(id, "nowhere", club), 1),
        (moving(gone, here, club), 1),
        (moving(event, here, club), 1),
        (moving(club, here, club), 1),
        (moving(id, here, "nowhere"), 2),
        (moving(id, here, phone.calendar), 2),
        (moving(id, here, phone.inbox), 2),
        (moving(id, here, here), 4),
        (moving(id, here, club), 3),
    ]
    told = move(phone, *(each for each, _ in cases))
    assert [status_of(each) for each in told] == [status for _, status in cases]
    assert [each.text_of("move:SrcMsgId") for each in told] == [
        each.text_of("move:SrcMsgId") for each, _ in cases
    ]
    assert all(names(e) == ["SrcMsgId", "Status"] for e in told if status_of(e) != 3)


def test_nothing_of_somebody_else_is_moved_nor_anything_to_him(house: House) -> None:
    phone, id, club = ready(house)
    house.person("bob")
    bob = Handset(house, name="bob", device="BOB")
    bob.begin(bob.contacts)
    theirs = bob.add(bob.contacts, first_name("Carl"))
    told = move(
        phone,
        moving(theirs, phone.contacts, club),
        moving(theirs, bob.contacts, club),
        moving(id, phone.contacts, bob.contacts),
    )
    assert [status_of(each) for each in told] == [1, 1, 2]


WRONG = {
    "nothing": E("move:MoveItems"),
    "no destination": E(
        "move:MoveItems", E("move:Move", E("move:SrcMsgId", "x"), E("move:SrcFldId", "y"))
    ),
    "two destinations": E(
        "move:MoveItems",
        E("move:Move", *moving("x", "y", "z"), E("move:DstFldId", "other")),
    ),
    "too many": E("move:MoveItems", *[moving("x", "y", "z")] * 1001),
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_a_request_that_is_none(phone: Handset, body: Element) -> None:
    assert phone.ask("MoveItems", body) == Failure(103)


def test_a_fault_damages_only_one_move(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, bad, club = ready(house)
    good = phone.add(phone.contacts, first_name("Carl"), client_id="c2")
    honest = use.move

    def move_(groupware: Any, item: Any, collection: Any) -> None:
        honest(groupware, item, collection)
        if item.id == id_of(bad):
            raise RuntimeError

    monkeypatch.setattr(use, "move", move_)
    told = move(phone, moving(bad, phone.contacts, club), moving(good, phone.contacts, club))
    assert [status_of(each) for each in told] == [5, 3]
    assert verbs(phone.catch_up(phone.contacts)) == [("Delete", good)]
