"""One bad item stops a folder (Z-Push-contrib #68, "loop detected"): a phone drops the connection
when it reads it, and asks again. Only that item is kept from it, and only from it (pain 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import pytest

from adapters.eas.version import Version
from adapters.ids import server_id
from adapters.wbxml import E, Element
from app.devices import quarantine
from domain.body import Body
from projections import items
from projections.findings import CHOKING, findings
from tests.app.handset import Handset, commands, data_of, id_of
from tests.app.house import House, texts

MANY = 60
WINDOW = E("airsync:WindowSize", 25)


@dataclass
class Choking:
    """A phone that dies over a text it cannot show, starts again, and asks for the same; the text
    is in the element `where`."""

    handset: Handset
    poison: str
    where: str = "airsyncbase:Data"
    held: dict[str, str] = field(default_factory=dict)
    deaths: int = 0

    def sync(self) -> int:
        """Ask until there is nothing more; how many requests that took."""
        phone = self.handset
        for number in range(1, 200):
            key = phone.keys[phone.contacts]
            told = phone.sync(phone.contacts, WINDOW)
            if told is None:
                return number
            if any(self.poison in texts(each, self.where) for each in commands(told)):
                phone.keys[phone.contacts] = key
                self.deaths += 1
                continue
            for each in commands(told):
                self._read(each)
        raise AssertionError("it asks for ever")

    def _read(self, command: Element) -> None:
        name = texts(data_of(command), "contacts:FirstName")[0]
        self.held[command.text_of("airsync:ServerId", "")] = name


def note(text: str) -> Body:
    return Body(text)


@pytest.fixture
def contacts(house: House) -> list[UUID]:
    """Sixty contacts; the note of number 30 is the bad one."""
    with house.groupware.acting(house.admin):
        return [
            house.contact(first_name=f"No {n}", body=note("poison" if n == 30 else "fine"))
            for n in range(MANY)
        ]


@pytest.fixture
def choking(house: House, contacts: list[UUID]) -> Choking:
    phone = Handset(house, Version.V14_1)
    phone.begin(phone.contacts, E("airsync:Supported", E("contacts:FirstName")))
    return Choking(phone, "poison")


def told_of(house: House) -> list[tuple[str, str]]:
    with house.groupware.reading() as connection:
        return [(each.kind, each.detail) for each in findings(connection, house.clock())]


def test_poison_item(house: House, contacts: list[UUID], choking: Choking) -> None:
    """It is found by halving; then the phone has it without its note, and all others whole."""
    requests = choking.sync()
    assert len(choking.held) == MANY, "nothing is missing"
    assert choking.deaths < 30
    assert requests < 40
    assert told_of(house) == [(CHOKING, contacts[30].hex)]
    other = Handset(house, device="OTHER")
    assert len(other.catch_up(other.contacts)) == MANY


def test_after_the_item_is_edited_it_is_offered_again(
    house: House, contacts: list[UUID], choking: Choking
) -> None:
    choking.sync()
    before = choking.deaths
    house.revise(contacts[30], body=note("harmless"), first_name="Healed")
    choking.sync()
    assert choking.held[server_id(contacts[30])] == "Healed"
    assert choking.deaths == before


def test_it_can_be_sent_again_by_hand(house: House, contacts: list[UUID], choking: Choking) -> None:
    """Say the phone was updated: then the finding is gone, and the item is whole."""
    choking.sync()
    choking.poison = "nothing"
    with house.groupware.acting(house.admin) as connection:
        row = items.collection(connection, id_of(choking.handset.contacts))
        assert row is not None
        quarantine.release(house.groupware, connection, house.phone().id, row, contacts[30])
    assert told_of(house) == []
    (told,) = choking.handset.catch_up(choking.handset.contacts)
    assert texts(told, "airsyncbase:Data") == ["poison"]


def test_what_comes_later_flows_in_full_windows(
    house: House, contacts: list[UUID], choking: Choking
) -> None:
    choking.sync()
    for number in range(20):
        house.contact(first_name=f"Later {number}")
    assert choking.sync() == 2
    assert len(choking.held) == MANY + 20
