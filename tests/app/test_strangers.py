"""A phone that names what belongs to somebody else is told that there is no such thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.eas.dialect import Dialect
from app.composition import CODEC
from app.devices import phones
from app.engine.classes import reader
from app.engine.conversation import Ask, Command, Conversation
from app.engine.desk import NOT_FOUND, ItemDesk
from domain.base import Authorship
from domain.folder import CONTACTS, default_folder
from domain.item import CHANGE, DELETE
from domain.round import Wishes
from projections import conflicts, items
from tests.app.house import House, a_request


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.mark.parametrize("op", [CHANGE, DELETE])
def test_a_phone_cannot_touch_an_item_of_another_person(house: House, op: int) -> None:
    ada, bob = house.person("ada"), house.person("bob", "Bob Example")
    hers = house.contact("ada", first_name="Grace")
    phone = house.admit(a_request(device="BOBSPHONE"), "bob")
    assert phone is not None
    author = Authorship("device:BOBSPHONE", "r", house.clock(), phone.id)

    with house.groupware.acting(author) as connection:
        book = items.collection(connection, default_folder(bob.id, CONTACTS))
        assert book is not None
        talk = Conversation(house.groupware, connection, phone.id, book, CODEC)
        key = talk.begin(Wishes())
        talk = Conversation(house.groupware, connection, phone.id, book, CODEC)
        found = talk.find(key)
        assert found is not None
        read = reader("contacts", Dialect(), house.clock())
        desk = ItemDesk(house.groupware, connection, book, "contacts", read)
        command = Command(op, "hers", b"digest", hers)
        told = talk.respond(*found, Ask(commands=[command]), desk)

    assert [verdict.status for verdict in told.verdicts] == [NOT_FOUND]
    with house.groupware.reading() as connection:
        row = items.item(connection, hers)
        assert row is not None
        assert not row.removed
        assert row.edition == 1
        assert conflicts.waiting(connection, ada.id) == []


def test_the_keys_of_a_phone_that_was_forgotten_mean_nothing_any_more(house: House) -> None:
    bob = house.person("bob", "Bob Example")
    phone = house.admit(a_request(device="BOBSPHONE"), "bob")
    assert phone is not None
    author = Authorship("device:BOBSPHONE", "r", house.clock(), phone.id)
    with house.groupware.acting(author) as connection:
        book = items.collection(connection, default_folder(bob.id, CONTACTS))
        assert book is not None
        key = Conversation(house.groupware, connection, phone.id, book, CODEC).begin(Wishes())
        assert Conversation(house.groupware, connection, phone.id, book, CODEC).find(key)

    phones.forget(house.groupware, house.admin, phone.id)

    with house.groupware.reading() as connection:
        assert Conversation(house.groupware, connection, phone.id, book, CODEC).find(key) is None
