"""After a resync or a re-added account nothing is doubled (pain 3)."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E
from app import items as use
from tests.app.handset import (
    EVERY,
    Handset,
    adding,
    an_event,
    commanding,
    commands,
    first_name,
    id_of,
    last_name,
    responses,
    verbs,
)
from tests.app.house import House


@pytest.mark.parametrize("version", EVERY)
def test_key_zero_keeps_ids(house: House, version: Version) -> None:
    phone = Handset(house, version)
    phone.begin(phone.contacts)
    own = phone.add(phone.contacts, first_name("Bea"))
    house.contact(first_name="Carl")
    phone.catch_up(phone.contacts)
    for _ in range(3):
        phone.begin(phone.contacts)
        ids = {id for _, id in verbs(phone.catch_up(phone.contacts))}
        assert own in ids
        assert len(ids) == 2


@pytest.mark.parametrize("version", EVERY)
def test_phone_uploads_its_old_copies(house: House, version: Version) -> None:
    """It takes all it has for new; each copy is joined with what is here, by UID or likeness."""
    phone = Handset(house, version)
    phone.begin(phone.contacts)
    phone.begin(phone.calendar)
    person = first_name("Bea"), last_name("Bruni"), E("contacts:Email1Address", "bea@example.org")
    old = phone.add(phone.contacts, *person)
    event = [*an_event(), *([E("calendar:UID", "u1")] if version < Version.V16_0 else [])]
    meeting = phone.add(phone.calendar, *event)
    for folder, data, id in (
        (phone.contacts, person, old),
        (phone.calendar, event, meeting),
    ):
        phone.begin(folder)
        told = phone.told(folder, commanding(adding(*data, client_id="copy")))
        (response,) = responses(told)
        assert response.text_of("airsync:ServerId") == id
        assert len(Handset(house, device=f"OTHER-{folder}").catch_up(folder)) == 1


def test_what_a_copy_says_differently_is_set_aside_and_ours_is_told(
    house: House, phone: Handset
) -> None:
    phone.begin(phone.contacts)
    person = first_name("Bea"), last_name("Bruni"), E("contacts:Email1Address", "bea@example.org")
    id = phone.add(phone.contacts, *person, E("contacts:JobTitle", "Baker"))
    phone.begin(phone.contacts)
    copy = adding(*person, E("contacts:JobTitle", "Smith"))
    told = phone.told(phone.contacts, commanding(copy))
    assert verbs(commands(told)) == [("Change", id)]
    assert phone.values(id)["job_title"] == "Baker"
    with house.groupware.acting(house.admin) as connection:
        contact = use.load(house.groupware, connection, id_of(id))
        ((edit, lost),) = contact.aside.items()
        assert lost == {"job_title": "Smith"}
        use.restore_edit(house.groupware, contact, edit)
    assert phone.values(id)["job_title"] == "Smith"


def test_two_who_only_have_their_name_in_common_are_two(house: House, phone: Handset) -> None:
    """Later than a first upload, a copy by name alone is somebody else."""
    phone.begin(phone.contacts)
    first = phone.add(phone.contacts, first_name("Bea"), last_name("Bruni"))
    house.clock.advance(minutes=11)
    second = phone.add(phone.contacts, first_name("Bea"), last_name("Bruni"), client_id="c2")
    assert first != second
