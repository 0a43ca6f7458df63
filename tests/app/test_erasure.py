"""Forgetting a person: nothing of them can be read, and the rows still follow from the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest

from adapters.store.chain import verify_chain
from app import bursts
from app import items as use
from app.composition import CODEC
from app.erasure import erase_contact, erase_person, finish
from app.groupware import Groupware
from domain.base import Authorship
from domain.calendar import Attendee
from domain.folder import CONTACTS
from domain.item import HeldEdit
from projections import attempts, codes, schema
from projections.history import history
from projections.verify import verify
from tests.builders import (
    Caller,
    House,
    a_contact,
    a_house,
    add,
    an_appointment,
    patch,
    statuses,
    told,
)


@pytest.fixture
def house() -> Iterator[House]:
    with a_house() as house:
        yield house


def forget(house: House, contact: UUID) -> list[UUID]:
    author = Authorship("admin:root", "r", house.clock())
    mentioning = erase_contact(house.groupware, author, contact)
    assert finish(house.groupware)
    return mentioning


def forget_person(house: House) -> None:
    author = Authorship("admin:root", "r", house.clock())
    erase_person(house.groupware, author, house.account)
    assert finish(house.groupware)


def everything(house: House) -> str:
    """All bytes of the store, as text."""
    house.groupware.pool.checkpoint()
    return b"".join(p.read_bytes() for p in house.home.glob("taccuino.db*")).decode("latin-1")


@pytest.fixture
def known(house: House) -> tuple[UUID, UUID]:
    """A contact and the appointment linked to her."""
    (contact,) = house.fill([a_contact("Zenobia", email1="zenobia@example.org")], "contacts")
    house.revise(contact, "contacts", job_title="Astronomer")
    attendees = (Attendee("zenobia@example.org"),)
    (appointment,) = house.fill([an_appointment(attendees=attendees)])
    return contact, appointment


def test_the_appointments_that_may_mention_the_person_are_named(
    house: House, known: tuple[UUID, UUID]
) -> None:
    assert forget(house, known[0]) == [known[1]]


def test_nothing_of_the_person_is_left_to_read(house: House, known: tuple[UUID, UUID]) -> None:
    assert "Astronomer" in everything(house)
    forget(house, known[0])
    left = everything(house)
    assert "Astronomer" not in left
    assert "Zenobia" not in left


def test_the_rows_are_what_the_log_still_tells(house: House, known: tuple[UUID, UUID]) -> None:
    forget(house, known[0])
    groupware = house.groupware
    with groupware.reading() as connection:
        projectors = schema.projectors(CODEC)
        report = verify(groupware, connection, verify_chain, schema.create, projectors)
        facts = history(groupware, connection, known[0])
    assert report.sound, report.faults
    assert [(fact.what, fact.erased) for fact in facts] == [
        ("contact.added", True),
        ("contact.revised", True),
        ("relation.begun", False),
        ("contact.removed", False),
        ("contact.erased", False),
    ]
    assert not any(fact.changed for fact in facts)


def test_phones_are_told_that_the_contact_is_gone(house: House, known: tuple[UUID, UUID]) -> None:
    phone = Caller(house, "contacts")
    key = phone.start()
    forget(house, known[0])
    assert told(phone.sync(key).entries) == [("Delete", known[0])]


def test_an_edit_of_a_forgotten_contact_is_not_kept_and_holds_nothing_up(
    house: House, known: tuple[UUID, UUID]
) -> None:
    phone = Caller(house, "contacts")
    key = phone.start()
    forget(house, known[0])
    answer = phone.sync(key, patch(known[0], job_title="Pilot"), add("c", a_contact("Eva")))
    assert statuses(answer.verdicts) == [8, 1]
    assert told(answer.entries) == [("Delete", known[0])]
    assert house.rows("SELECT * FROM set_aside") == []


def test_an_account_can_be_forgotten_with_all_its_appointments(
    house: House, known: tuple[UUID, UUID]
) -> None:
    forget_person(house)
    groupware = house.groupware
    with groupware.reading() as connection:
        projectors = schema.projectors(CODEC)
        report = verify(groupware, connection, verify_chain, schema.create, projectors)
    assert report.sound, report.faults
    assert "Dentist" not in everything(house)


@pytest.mark.parametrize("decide", [bursts.release, bursts.discard])
def test_a_held_edit_of_a_person_who_was_forgotten_can_still_be_decided(
    house: House, decide: Callable[[Groupware, Authorship, UUID], int]
) -> None:
    (contact,) = house.fill([a_contact("Zenobia")], "contacts")
    burst, phone, book = uuid4(), uuid4(), house.folder(CONTACTS).id
    with house.editing("device:phone", phone):
        edit = HeldEdit(1, {"last_name": "Mad-as-a-hatter"})
        use.hold(house.groupware, house.load(contact, "contacts"), burst, edit, 7, book)
    forget(house, contact)
    assert "Mad-as-a-hatter" not in everything(house)
    assert decide(house.groupware, house.groupware.author("admin:root", "r"), burst) == 1
    assert house.rows("SELECT * FROM hold") == []
    assert house.rows("SELECT * FROM set_aside") == []


def test_nothing_is_left_of_the_phones_and_codes_of_a_person_who_was_forgotten(
    house: House,
) -> None:
    with house.editing() as connection:
        attempts.note_useless(connection, house.account, "PHONE", attempts.OUTDATED, "T/1", 1.0)
        codes.keep_mail_code(connection, house.account, b"digest", 1.0)
        codes.begin_enrolment(connection, house.account, "app", b"box", 1.0)
    forget_person(house)
    for table in ("useless_secret", "mail_code", "enrolment"):
        assert house.rows(f"SELECT * FROM {table}") == []
