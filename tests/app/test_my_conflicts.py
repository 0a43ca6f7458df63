"""/my/conflicts: who made the edit that gave way, as its reader knows them."""

from __future__ import annotations

from uuid import uuid4

from app import items as use
from app import phones
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
    set_aside(house, f"device:{PHONE}")
    page = shown(house)
    assert "By the phone iPhone" in page
    assert PHONE not in page
    phones.call_it(house.groupware, house.admin, house.phone().id, "Ada's <phone>")
    assert "By the phone Ada&#39;s &lt;phone&gt;" in shown(house)


def test_a_phone_that_was_removed_goes_by_its_device_id(house: House) -> None:
    set_aside(house, "device:GONE")
    assert "By the phone GONE" in shown(house)
