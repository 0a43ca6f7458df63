"""A phone that knows ten fields edits an item with forty: the rest stays (pain 13), felt through
a whole Sync; the table itself is in test_tristate_contact.py and test_tristate_calendar.py."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E
from domain.contact import TEXTS
from tests.app.handset import (
    UP_TO_14_1,
    Handset,
    changing,
    commanding,
    first_name,
    responses,
    verbs,
)
from tests.app.house import House

KNOWN = ("FirstName", "LastName", "JobTitle", "MobilePhoneNumber")


@pytest.mark.parametrize("version", UP_TO_14_1)
def test_phone_that_knows_ten_fields(house: House, version: Version) -> None:
    full = {name: f"Some {name}" for name in TEXTS if name != "file_as"}
    house.contact(**full)
    phone = Handset(house, version)
    phone.begin(phone.contacts, E("airsync:Supported", *(E(f"contacts:{t}") for t in KNOWN)))
    ((_, id),) = verbs(phone.catch_up(phone.contacts))
    told = phone.told(phone.contacts, commanding(changing(id, first_name("Bice"))))
    assert responses(told) == []
    values = phone.values(id)
    gone = {"last_name", "job_title", "mobile_phone"}
    assert values["first_name"] == "Bice"
    assert not gone & values.keys(), "listed and left out means removed"
    assert all(values[name] == full[name] for name in full.keys() - gone - {"first_name"})


@pytest.mark.parametrize("version", UP_TO_14_1)
def test_without_a_list_what_is_left_out_is_kept_and_what_is_empty_is_removed(
    house: House, version: Version
) -> None:
    house.contact(first_name="Bea", last_name="Bruni", job_title="Baker")
    phone = Handset(house, version)
    phone.begin(phone.contacts)
    ((_, id),) = verbs(phone.catch_up(phone.contacts))
    phone.told(phone.contacts, commanding(changing(id, E("contacts:LastName"))))
    values = phone.values(id)
    assert (values["first_name"], values["job_title"]) == ("Bea", "Baker")
    assert "last_name" not in values


@pytest.mark.parametrize("version", [Version.V16_0, Version.V16_1])
def test_since_16_a_reminder_is_removed_by_an_empty_element_only(
    house: House, version: Version
) -> None:
    house.appointment(subject="Dentist", reminder=15)
    phone = Handset(house, version)
    phone.begin(phone.calendar)
    ((_, id),) = verbs(phone.catch_up(phone.calendar))
    phone.told(phone.calendar, commanding(changing(id, E("calendar:Subject", "Doctor"))))
    assert phone.values(id)["reminder"] == 15
    phone.told(phone.calendar, commanding(changing(id, E("calendar:Reminder"))))
    assert "reminder" not in phone.values(id)
