"""Law 3: ids never change, whatever happens to an item, a phone or a key."""

from __future__ import annotations

from app import items as use
from app.folders import make
from domain.folder import USER_CALENDAR
from tests.builders import Caller, House, add, an_appointment, told

ONE, TWO = an_appointment("One", uid="u1"), an_appointment("Two", 2, uid="u2")


def test_key_0_at_any_time_keeps_every_name(house: House) -> None:
    phone = Caller(house)
    ids = set(house.fill([ONE, TWO]))
    for _ in range(3):
        _, entries = phone.drain(phone.begin())
        house.clock.advance(3600)
        assert {item for _, item in told(entries)} == ids
        assert {verb for verb, _ in told(entries)} == {"Add"}


def test_key_0_does_no_harm_to_the_line_in_use(house: House) -> None:
    """It may be the ghost of a request that nobody waits for any more."""
    phone = Caller(house)
    key = phone.start()
    phone.begin()
    house.fill([ONE])
    answer = phone.sync(key)
    assert len(answer.entries) == 1
    assert phone.sync(answer.key).empty


def test_a_request_on_the_line_in_use_does_no_harm_to_a_key_0(house: House) -> None:
    phone = Caller(house)
    key = phone.start()
    fresh = phone.begin()
    house.fill([ONE])
    phone.sync(key)
    assert len(phone.sync(fresh).entries) == 1


def test_an_item_that_was_deleted_and_restored_has_its_name(house: House) -> None:
    phone = Caller(house)
    (id,) = house.fill([ONE])
    key = phone.start()
    house.remove(id)
    answer = phone.sync(key)
    assert told(answer.entries) == [("Delete", id)]
    house.restore(id)
    assert told(phone.sync(answer.key).entries) == [("Add", id)]


def test_an_item_that_moved_has_its_name_there(house: House) -> None:
    (id,) = house.fill([ONE])
    with house.editing() as connection:
        other = make(house.groupware, connection, house.account, "Other", USER_CALENDAR).id
    here, there = Caller(house), Caller(house, collection=other)
    keys = here.start(), there.start()
    with house.editing():
        use.move(house.groupware, house.load(id), other)
    assert told(here.sync(keys[0]).entries) == [("Delete", id)]
    assert told(there.sync(keys[1]).entries) == [("Add", id)]


def test_a_copy_that_is_uploaded_again_has_the_old_name(house: House) -> None:
    phone = Caller(house)
    (id,) = house.fill([ONE])
    answer = phone.sync(phone.begin(), add("c1", ONE))
    assert answer.verdicts[0].item == id
    assert answer.entries == (), "it knows the item now"
