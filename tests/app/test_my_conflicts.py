"""/my/conflicts: who made the edit that gave way, as its reader knows them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from adapters.ids import by_id
from app import items as use
from app.devices import phones
from tests.app.house import PHONE, House, a_request
from tests.app.reader import Reader, pages, with_password


def set_aside(house: House, actor: str) -> None:
    id = house.appointment(subject="Lunch")
    with house.groupware.acting(house.groupware.author(actor, "test")) as connection:
        item = use.load(house.groupware, connection, id)
        item.set_aside(uuid4(), {"subject": "Dinner"}, {"subject": "Lunch"}, "both sides")
        house.groupware.save(item)


def shown(house: House) -> str:
    with_password(house)
    reader = Reader(pages(house))
    reader.sign_in()
    return reader.get("/my/conflicts").text


def test_a_phone_goes_by_its_model_until_it_has_a_name(house: House) -> None:
    house.admit(a_request())
    set_aside(house, by_id("device", house.phone().id))
    page = shown(house)
    assert "By the phone iPhone" in page
    assert PHONE not in page
    phones.call_it(house.groupware, house.admin, house.phone().id, "Ada's <phone>")
    assert "By the phone Ada&#39;s &lt;phone&gt;" in shown(house)


def test_a_phone_that_was_removed_goes_by_its_kind(house: House) -> None:
    house.admit(a_request())
    id = house.phone().id
    phones.call_it(house.groupware, house.admin, id, "Mine")
    phones.forget(house.groupware, house.admin, id)
    set_aside(house, by_id("device", id))
    assert "By the phone iPhone" in shown(house)


@pytest.mark.parametrize("device", [PHONE, "GONE"])
def test_a_phone_is_known_by_its_device_id_where_an_old_log_has_that(
    house: House, device: str
) -> None:
    house.admit(a_request())
    set_aside(house, f"device:{device}")
    assert f"By the phone {'iPhone' if device == PHONE else 'GONE'}" in shown(house)
