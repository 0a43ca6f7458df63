"""Links between appointments and contacts: made by an address or by hand, broken by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from app import links
from app.folders import make
from domain.calendar import Attendee
from domain.folder import USER_CALENDAR
from domain.patch import CLEARED
from domain.refused import Unknown
from domain.relation import Relation
from projections import relations
from tests.builders import Caller, House, a_contact, a_house, add, an_appointment, patch


@pytest.fixture
def house() -> Iterator[House]:
    with a_house() as house:
        yield house


def contact(house: House, *emails: str) -> UUID:
    values = a_contact(**{f"email{n}": mail for n, mail in enumerate(emails, 1)})
    return house.fill([values], "contacts")[0]


def attended(*emails: str, **values: Any) -> dict[str, Any]:
    return an_appointment(attendees=tuple(map(Attendee, emails)), **values)


def linked(house: House, appointment: UUID) -> list[UUID]:
    with house.groupware.reading() as connection:
        return relations.contacts_of(connection, appointment)


def said(house: House, appointment: UUID, contact: UUID) -> str:
    relation = Relation.id_of(appointment, contact).bytes
    ((by,),) = house.rows("SELECT said FROM relation WHERE id = ?", relation)
    return str(by)


# By address


@pytest.mark.parametrize(
    "written", ["ada@example.org", "ADA@Example.org", '"Ada" <ada@example.org>']
)
def test_an_attendee_is_the_contact_with_that_address(house: House, written: str) -> None:
    ada = contact(house, "work@example.org", "Ada <ada@example.org>")
    (id,) = house.fill([attended(written, "stranger@example.org")])
    assert linked(house, id) == [ada]
    assert said(house, id, ada) == "address"


def test_an_address_that_two_contacts_have_links_neither(house: House) -> None:
    contact(house, "office@example.org")
    contact(house, "office@example.org")
    (id,) = house.fill([attended("office@example.org")])
    assert linked(house, id) == []


def test_a_contact_with_one_address_twice_is_one_contact(house: House) -> None:
    ada = contact(house, "ada@example.org", "ADA@example.org")
    (id,) = house.fill([attended("ada@example.org")])
    assert linked(house, id) == [ada]


def test_an_address_is_matched_as_it_is_when_the_appointment_is_edited(house: House) -> None:
    ada = contact(house, "old@example.org")
    house.revise(ada, "contacts", email1="new@example.org")
    (early,) = house.fill([attended("old@example.org")])
    (later,) = house.fill([attended("new@example.org", uid="other")])
    assert (linked(house, early), linked(house, later)) == ([], [ada])


def test_a_removed_contact_is_not_matched_and_a_restored_one_is(house: House) -> None:
    ada = contact(house, "ada@example.org")
    house.remove(ada, "contacts")
    (id,) = house.fill([attended("ada@example.org")])
    assert linked(house, id) == []
    house.restore(ada, "contacts")
    house.revise(id, attendees=(Attendee("ada@example.org"), Attendee("x@example.org")))
    assert linked(house, id) == [ada]


def test_a_contact_of_somebody_else_is_not_matched(house: House) -> None:
    contact(house, "ada@example.org")
    other = House(house.home, account=uuid4())
    (id,) = other.fill([attended("ada@example.org")])
    assert linked(house, id) == []
    other.groupware.pool.close()


def test_a_phone_that_invites_links(house: House) -> None:
    ada = contact(house, "ada@example.org")
    phone = Caller(house)
    answer = phone.sync(phone.start(), add("c", attended("ada@example.org")))
    item = answer.verdicts[0].item
    assert item is not None
    assert linked(house, item) == [ada]


def test_a_link_undone_by_hand_is_not_made_again_by_an_address(house: House) -> None:
    ada = contact(house, "ada@example.org")
    (id,) = house.fill([attended("ada@example.org")])
    with house.editing():
        links.unlink(house.groupware, id, ada)
    phone = Caller(house)
    people = (Attendee("ada@example.org"), Attendee("x@example.org"))
    phone.sync(phone.start(), patch(id, attendees=people))
    assert linked(house, id) == []


def test_an_edit_that_clears_the_attendees_matches_nobody(house: House) -> None:
    ada = contact(house, "ada@example.org")
    (id,) = house.fill([attended("ada@example.org")])
    house.revise(id, attendees=CLEARED)
    assert linked(house, id) == [ada], "nor does it unlink"


# By hand


def test_a_link_by_hand_says_who_made_it(house: House) -> None:
    ada = contact(house)
    (id,) = house.fill([an_appointment()])
    with house.editing("admin:root"):
        links.link(house.groupware, id, ada)
    assert linked(house, id) == [ada]
    assert said(house, id, ada) == "hand"


def test_what_was_unlinked_can_be_linked_again(house: House) -> None:
    ada = contact(house)
    (id,) = house.fill([an_appointment()])
    for act, there in ((links.link, True), (links.unlink, False), (links.link, True)):
        for _ in range(2):
            with house.editing():
                act(house.groupware, id, ada)
            assert (linked(house, id) == [ada]) == there
    events = house.rows(
        "SELECT topic FROM stored_event WHERE originator_id = ?", Relation.id_of(id, ada).bytes
    )
    assert [topic for (topic,) in events] == [
        "relation.begun",
        "contact.unlinked",
        "contact.linked",
    ], "what is said twice is said once"


def test_there_is_nothing_to_link_to_what_is_not_there(house: House) -> None:
    ada = contact(house)
    (id,) = house.fill([an_appointment()])
    with pytest.raises(Unknown), house.editing():
        links.link(house.groupware, id, uuid4())
    with pytest.raises(Unknown), house.editing():
        links.link(house.groupware, ada, id)
    house.remove(ada, "contacts")
    with pytest.raises(Unknown), house.editing():
        links.link(house.groupware, id, ada)
    with pytest.raises(Unknown), house.editing():
        links.unlink(house.groupware, id, ada)


# In other folders


def test_the_same_event_in_another_folder_has_the_same_links(house: House) -> None:
    ada = contact(house)
    house.fill([an_appointment(uid="u")])
    with house.editing() as connection:
        other = make(house.groupware, connection, house.account, "Other", USER_CALENDAR).id
    (first,) = [UUID(bytes=id) for (id,) in house.rows("SELECT id FROM item WHERE uid = 'u'")]
    with house.editing():
        links.link(house.groupware, first, ada)
    phone = Caller(house, collection=other)
    answer = phone.sync(phone.start(), add("c", an_appointment(uid="u")))
    copy = answer.verdicts[0].item
    assert copy not in (first, None)
    assert copy is not None
    assert linked(house, copy) == [ada]
    assert said(house, copy, ada) == "same event elsewhere"


def test_the_same_event_of_somebody_else_has_its_own_links(house: House) -> None:
    ada = contact(house)
    (first,) = house.fill([an_appointment(uid="u")])
    with house.editing():
        links.link(house.groupware, first, ada)
    other = House(house.home, account=uuid4())
    (copy,) = other.fill([an_appointment(uid="u")])
    assert linked(house, copy) == []
    other.groupware.pool.close()
