"""A note that was sent cut is never saved back cut (pain 17); the rules are in
tests/pains/test_truncated_body.py, here they are felt through a whole Sync."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from tests.app.handset import (
    Handset,
    body_preference,
    changing,
    commanding,
    commands,
    first_name,
    options,
    responses,
    verbs,
)
from tests.app.house import House, texts

NOTE = Body("First line\nSecond line\nThird line")


def body(text: str) -> Element:
    return E("airsyncbase:Body", E("airsyncbase:Type", 1), E("airsyncbase:Data", text))


@pytest.mark.parametrize("version", [v for v in Version if v >= Version.V12_0])
def test_truncated_body_never_overwrites(house: House, version: Version) -> None:
    house.contact(first_name="Bea", body=NOTE)
    phone = Handset(house, version)
    phone.begin(phone.contacts, options(None, None, body_preference(1, 10)))
    (told,) = phone.catch_up(phone.contacts)
    ((_, id),) = verbs([told])
    assert texts(told, "airsyncbase:Truncated") == ["1"]
    (seen,) = texts(told, "airsyncbase:Data")
    answer = phone.told(phone.contacts, commanding(changing(id, first_name("Bice"), body(seen))))
    assert (responses(answer), commands(answer)) == ([], [])
    assert phone.values(id)["body"] == NOTE
    assert phone.values(id)["first_name"] == "Bice"


def test_an_edit_of_the_visible_part_keeps_the_rest(house: House, phone: Handset) -> None:
    house.contact(first_name="Bea", body=NOTE)
    phone.begin(phone.contacts, options(None, None, body_preference(1, 10)))
    ((_, id),) = verbs(phone.catch_up(phone.contacts))
    phone.told(phone.contacts, commanding(changing(id, first_name("Bea"), body("New line"))))
    assert phone.values(id)["body"].text.endswith("Second line\nThird line")


def test_a_note_cut_for_the_calendar_is_as_safe(house: House, phone: Handset) -> None:
    house.appointment(subject="Dentist", body=NOTE)
    phone.begin(phone.calendar, options(0, None, body_preference(1, 10)))
    (told,) = phone.catch_up(phone.calendar)
    ((_, id),) = verbs([told])
    (seen,) = texts(told, "airsyncbase:Data")
    edit = changing(id, E("calendar:Subject", "Doctor"), body(seen))
    phone.told(phone.calendar, commanding(edit))
    assert phone.values(id)["body"] == NOTE
    assert phone.values(id)["subject"] == "Doctor"
