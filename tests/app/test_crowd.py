"""A process holds so many waiting requests of one person and from one address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.wbxml import E, Element
from app import limits
from app.errors import answer
from app.limits import TooManyParked
from tests.app.handset import Handset
from tests.app.house import House, Waiting

NAMES = ("ada", "bob", "eve")
Wait = Callable[[Handset], Waiting]
OFFICE, HOME = "192.0.2.7", "203.0.113.9"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, hub=True)
    for name in NAMES:
        house.person(name, name.title())
    yield house
    house.close()


@pytest.fixture
def wait(house: House) -> Iterator[Wait]:
    waiting: list[Waiting] = []

    def begin(phone: Handset) -> Waiting:
        waiting.append(Waiting(house, lambda: phone.ask("Ping", pinging(phone))))
        return waiting[-1]

    yield begin
    house.hub.release_all()
    for each in waiting:
        each.answer()


def a_phone(house: House, name: str, device: str, address: str = OFFICE) -> Handset:
    phone = Handset(house, name=name, device=device, facts={"address": address})
    phone.folder_sync()
    phone.catch_up(phone.contacts)
    return phone


def pinging(phone: Handset) -> Element:
    folder = E("ping:Folder", E("ping:Id", phone.contacts), E("ping:Class", "Contacts"))
    return E("ping:Ping", E("ping:HeartbeatInterval", 600), E("ping:Folders", folder))


def refused(phone: Handset) -> Any:
    with pytest.raises(TooManyParked) as told:
        phone.ask("Ping", pinging(phone))
    return told.value


def test_a_person_has_so_many_waiting_and_others_as_many_of_their_own(
    house: House, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PARKED_PER_PERSON", 2)
    hers = [a_phone(house, "ada", f"PHONE{n}") for n in range(3)]
    his = a_phone(house, "bob", "PHONE0")
    waiting = [wait(phone) for phone in hers[:2]]

    told: Any = answer(refused(hers[2]), {})
    assert (told.status, told.headers["X-MS-ASThrottle"]) == (503, "OutOfBudgets")
    assert told.headers["Retry-After"] == "30"
    assert wait(his).parked
    assert all(each.parked for each in waiting)


def test_a_newer_ping_takes_the_place_of_the_older_and_needs_no_other(
    house: House, wait: Wait
) -> None:
    phone = a_phone(house, "ada", "PHONE1")
    older = wait(phone)
    newer = wait(phone)
    older.answer()
    assert newer.parked
    assert house.hub.parked == 1


def test_an_address_has_so_many_waiting_and_a_place_that_is_left_is_free(
    house: House, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PARKED_PER_ADDRESS", 2)
    office = [a_phone(house, name, "PHONE1") for name in NAMES]
    elsewhere = a_phone(house, "eve", "PHONE2", HOME)
    first, second = wait(office[0]), wait(office[1])
    refused(office[2])
    assert wait(elsewhere).parked

    house.contact("ada", first_name="Grace")
    first.answer()
    assert wait(office[2]).parked
    assert second.parked
