"""Edits on both sides: none is lost silently (pain 15)."""

from __future__ import annotations

from itertools import permutations

import pytest

from adapters.wbxml import E, Element
from app import items as use
from tests.app.handset import (
    Handset,
    changing,
    commanding,
    commands,
    data_of,
    first_name,
    id_of,
    responses,
    status_of,
)
from tests.app.house import House, texts

FIELDS = {
    "first_name": "contacts:FirstName",
    "last_name": "contacts:LastName",
    "job_title": "contacts:JobTitle",
    "email1": "contacts:Email1Address",
    "home_city": "contacts:HomeAddressCity",
    "nickname": "contacts2:NickName",
}


def whole(**changed: str) -> list[Element]:
    """A contact as a phone of 16.x sends it: all of it."""
    return [E(tag, changed.get(name, f"Old {name}")) for name, tag in FIELDS.items()]


@pytest.mark.parametrize(("mine", "theirs"), list(permutations(FIELDS, 2)))
def test_merge_matrix(house: House, phone: Handset, mine: str, theirs: str) -> None:
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, *whole())
    house.revise(id_of(id), **{theirs: "Server"})
    told = phone.told(phone.contacts, commanding(changing(id, *whole(**{mine: "Phone"}))))
    assert responses(told) == []
    values = phone.values(id)
    assert (values[mine], values[theirs]) == ("Phone", "Server")
    assert texts(data_of(commands(told)[0]), FIELDS[theirs]) == ["Server"]


def test_conflict_with_5000_pending(house: House, phone: Handset) -> None:
    """Nothing is given up for size: the verdict comes at once, the copy in its turn."""
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    with house.groupware.acting(house.admin):
        house.revise(id_of(id), first_name="Server")
        for number in range(5000):
            house.contact(first_name=f"Contact {number}")
    window = E("airsync:WindowSize", 512)
    edit = commanding(changing(id, first_name("Phone")))
    told = phone.told(phone.contacts, window, edit)
    assert [status_of(each) for each in responses(told)] == [7]
    rest = [*commands(told), *phone.catch_up(phone.contacts, window)]
    copies = [each for each in rest if each.text_of("airsync:ServerId") == id]
    assert [texts(each, "contacts:FirstName") for each in copies] == [["Server"]]
    assert len(rest) == 5001


def test_restore_loser(house: House, phone: Handset) -> None:
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    house.revise(id_of(id), first_name="Server")
    phone.told(phone.contacts, commanding(changing(id, first_name("Phone"))))
    with house.groupware.acting(house.admin) as connection:
        contact = use.load(house.groupware, connection, id_of(id))
        ((edit, lost),) = contact.aside.items()
        assert lost == {"first_name": "Phone"}
        use.restore_edit(house.groupware, contact, edit)
    (told,) = phone.catch_up(phone.contacts)
    assert texts(told, "contacts:FirstName") == ["Phone"]
