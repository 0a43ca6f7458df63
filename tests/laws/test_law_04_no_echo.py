"""Law 4: a phone is not sent its own change, unless the server made something else of it."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.engine.conversation import Answer
from domain.when import AllDay
from tests.builders import DAY_ONE, Caller, House, add, an_appointment, change, delete, patch, told

ONE = an_appointment("One", uid="u1")


def quiet(phone: Caller, answer: Answer) -> bool:
    """Nothing is told now, nor in the next answer."""
    return not answer.entries and phone.sync(answer.key).empty


@pytest.fixture
def item(house: House) -> UUID:
    return house.fill([ONE])[0]


def test_an_add_is_told_to_the_others_only(house: House) -> None:
    phone, other = Caller(house), Caller(house)
    key = other.start()
    answer = phone.sync(phone.start(), add("c1", ONE))
    assert quiet(phone, answer)
    assert told(other.sync(key).entries) == [("Add", answer.verdicts[0].item)]


def test_a_change_is_told_to_the_others_only(house: House, item: UUID) -> None:
    phone, other = Caller(house), Caller(house)
    key = other.start()
    answer = phone.sync(phone.start(), patch(item, subject="Mine"))
    assert quiet(phone, answer)
    assert told(other.sync(key).entries) == [("Change", item)]


def test_a_deletion_is_told_to_the_others_only(house: House, item: UUID) -> None:
    phone, other = Caller(house), Caller(house)
    key = other.start()
    answer = phone.sync(phone.start(), delete(item))
    assert quiet(phone, answer)
    assert told(other.sync(key).entries) == [("Delete", item)]


def test_a_change_that_changes_nothing_is_told_to_nobody(house: House, item: UUID) -> None:
    phone, other = Caller(house), Caller(house)
    key = other.start()
    values = house.load(item).values
    answer = phone.sync(phone.start(), change(item, values))
    assert quiet(phone, answer)
    assert other.sync(key).empty
    assert house.load(item).version == 1


def test_a_merged_change_is_told_once(house: House, item: UUID) -> None:
    phone = Caller(house)
    key = phone.start()
    house.revise(item, reminder=5)
    answer = phone.sync(key, patch(item, subject="Mine"))
    assert told(answer.entries) == [("Change", item)]
    assert phone.sync(answer.key).empty


def test_a_change_that_lost_is_told_once(house: House, item: UUID) -> None:
    phone = Caller(house)
    key = phone.start()
    house.revise(item, subject="Theirs")
    answer = phone.sync(key, patch(item, subject="Mine"))
    assert told(answer.entries) == [("Change", item)]
    assert phone.sync(answer.key).empty


def test_without_get_changes_the_result_of_a_conflict_is_told_later(
    house: House, item: UUID
) -> None:
    phone = Caller(house)
    key = phone.start()
    house.revise(item, subject="Theirs")
    answer = phone.sync(key, patch(item, subject="Mine"), get_changes=False)
    assert answer.entries == ()
    assert told(phone.sync(answer.key).entries) == [("Change", item)]


def test_a_change_that_leaves_the_window_is_taken_off_the_phone(house: House, item: UUID) -> None:
    phone = Caller(house)
    ((until,),) = house.rows("SELECT until FROM change WHERE item = ?", item.bytes)
    key = phone.start(cutoff=until)
    past = AllDay(DAY_ONE.replace(year=2025), DAY_ONE.replace(year=2025, day=3))
    answer = phone.sync(key, patch(item, when=past), cutoff=until)
    assert told(answer.entries) == [("SoftDelete", item)]
    assert not house.load(item).removed


def test_narrowing_the_filter_never_deletes_on_the_server(house: House, item: UUID) -> None:
    phone = Caller(house)
    key = phone.start()
    answer = phone.sync(key, cutoff=1 << 35)
    assert told(answer.entries) == [("SoftDelete", item)]
    assert not house.load(item).removed
    assert told(phone.sync(answer.key).entries) == [("Add", item)]
