"""Law 8: no edit from a phone that cannot carry a link can break it."""

from __future__ import annotations

import random
from uuid import UUID

import pytest

from app import items as use
from app import links
from app.folders import make
from domain.folder import USER_CALENDAR
from domain.patch import CLEARED
from projections import relations
from tests.builders import Caller, House, a_contact, add, an_appointment, change, delete, patch


def linked(house: House, appointment: UUID) -> list[UUID]:
    with house.groupware.reading() as connection:
        return relations.contacts_of(connection, appointment)


@pytest.fixture
def pair(house: House) -> tuple[UUID, UUID]:
    """An appointment and a contact that somebody linked by hand."""
    (appointment,) = house.fill([an_appointment(uid="u", reminder=5)])
    (contact,) = house.fill([a_contact(email1="ada@example.org")], "contacts")
    with house.editing():
        links.link(house.groupware, appointment, contact)
    return appointment, contact


@pytest.mark.parametrize("seed", range(5))
def test_a_link_survives_whatever_phones_do_to_both_ends(
    house: House, pair: tuple[UUID, UUID], seed: int
) -> None:
    dice = random.Random(seed)
    appointment, contact = pair
    phones = [(Caller(house), appointment), (Caller(house, "contacts"), contact)]
    keys = [phone.start() for phone, _ in phones]
    for step in range(40):
        at = dice.randrange(2)
        phone, item = phones[at]
        field = ("subject", "first_name")[at]
        bare = {"uid": "u", field: f"{step}"}
        bare |= {"when": an_appointment(day=step)["when"]} if at == 0 else {}
        match dice.randrange(5):
            case 0:
                answer = phone.sync(keys[at], change(item, bare))
            case 1:
                answer = phone.sync(keys[at], patch(item, **{field: f"{step}"}))
            case 2:
                answer = phone.sync(phone.begin(), add(f"c{step}", bare))
            case 3:
                answer = phone.sync(keys[at], delete(item))
                house.restore(item, phone.kind)
            case _:
                answer = phone.sync(phone.begin())
        keys[at] = phone.drain(answer.key)[0]
        assert contact in linked(house, appointment)


def test_a_deletion_suspends_the_link_and_a_restoration_revives_it(
    house: House, pair: tuple[UUID, UUID]
) -> None:
    appointment, contact = pair
    phone = Caller(house, "contacts")
    phone.sync(phone.start(), delete(contact))
    assert linked(house, appointment) == []
    house.restore(contact, "contacts")
    assert linked(house, appointment) == [contact]
    other = Caller(house)
    other.sync(other.start(), delete(appointment))
    with house.groupware.reading() as connection:
        assert relations.appointments_of(connection, contact) == []
    house.restore(appointment)
    assert linked(house, appointment) == [contact]


def test_removing_the_attendee_does_not_unlink(house: House, pair: tuple[UUID, UUID]) -> None:
    appointment, contact = pair
    phone = Caller(house)
    phone.sync(phone.start(), patch(appointment, attendees=CLEARED))
    assert linked(house, appointment) == [contact]


def test_a_link_goes_with_the_appointment_to_another_folder(
    house: House, pair: tuple[UUID, UUID]
) -> None:
    appointment, contact = pair
    with house.editing() as connection:
        other = make(house.groupware, connection, house.account, "Other", USER_CALENDAR).id
    with house.editing():
        use.move(house.groupware, house.load(appointment), other)
    assert linked(house, appointment) == [contact]


def test_only_an_unlink_unlinks(house: House, pair: tuple[UUID, UUID]) -> None:
    appointment, contact = pair
    with house.editing():
        links.unlink(house.groupware, appointment, contact)
    assert linked(house, appointment) == []
