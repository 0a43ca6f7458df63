"""A phone does not get its own change back, but for what was corrected on the way in (pain 4)."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E
from tests.app.handset import (
    EVERY,
    Handset,
    adding,
    an_event,
    changing,
    commanding,
    commands,
    data_of,
    deleting,
    first_name,
    id_of,
    last_name,
)
from tests.app.house import House


@pytest.mark.parametrize("version", EVERY)
def test_no_echo(house: House, version: Version) -> None:
    phone = Handset(house, version)
    for folder, data, edit in (
        (phone.contacts, [first_name("Bea")], [first_name("Bice")]),
        (phone.calendar, an_event("Old"), an_event("New")),
    ):
        phone.begin(folder)
        added = phone.told(folder, commanding(adding(*data)))
        assert commands(added) == []
        (response,) = added.find("airsync:Responses") or ()
        id = response.text_of("airsync:ServerId", "")
        for command in (changing(id, *edit), deleting(id)):
            assert commands(phone.told(folder, commanding(command))) == []
            assert phone.catch_up(folder) == []


def test_echo_only_of_corrections(house: House, phone: Handset) -> None:
    """The edit is merged with one of somebody else: the result is told once."""
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"), last_name("Bruni"))
    house.revise(id_of(id), job_title="Baker")
    edit = changing(id, first_name("Bice"), last_name("Bruni"))
    (told,) = commands(phone.told(phone.contacts, commanding(edit)))
    shown = data_of(told)
    assert shown.text_of("contacts:FirstName") == "Bice"
    assert shown.text_of("contacts:JobTitle") == "Baker"
    assert phone.catch_up(phone.contacts) == []


def test_categories_and_notes_are_not_mirrored_either(house: House, phone: Handset) -> None:
    phone.begin(phone.contacts)
    marked = E("contacts:Categories", E("contacts:Category", "Club"))
    note = E("airsyncbase:Body", E("airsyncbase:Type", 1), E("airsyncbase:Data", "One\r\ntwo"))
    id = phone.add(phone.contacts, first_name("Bea"), marked, note)
    told = phone.told(phone.contacts, commanding(changing(id, first_name("Bice"), marked, note)))
    assert commands(told) == []
    assert phone.catch_up(phone.contacts) == []
