"""Law 9, a fault stays small: an item that a phone chokes on is found, and spared that phone."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import pytest

from app.devices import quarantine
from app.engine.sparing import LONE_PATIENCE, PATIENCE
from domain.refused import Unknown
from projections import items
from tests.builders import House
from tests.laws.histories import EngineSide, id_of, partnership_of
from tests.model.engine import Engine, Values
from tests.model.history import History, Side
from tests.model.phone import Phone

BAD = 99_999


def chokes_on_b(values: Values) -> bool:
    """It can take the item without its `b`."""
    return values["b"] == BAD


def chokes_on_a(values: Values) -> bool:
    """It cannot take the item at all."""
    return values["a"] == BAD


def a_phone(name: str, side: Side, window: int, poison: Any = lambda values: False) -> Phone:
    return Phone(name, side.sync, Random(0), window, loss=0.0, poison=poison)


def fill(side: Side, count: int, bad: int, **values: int) -> None:
    for n in range(count):
        facts = {"uid": n, "a": n, "b": 0, "until": 5}
        side.create(facts | values if n == bad else facts)


def requests_until_quiet(phone: Phone) -> int:
    for count in range(1, 1000):
        if not phone.sync():
            return count
    raise AssertionError("the phone never comes to rest")


def release(house: House, phone: str, item: str) -> None:
    with house.editing("admin:root") as connection:
        row = items.collection(connection, EngineSide(house).collection)
        assert row is not None
        groupware = house.groupware
        quarantine.release(groupware, connection, partnership_of(phone), row, id_of(item))


@pytest.mark.parametrize(("window", "bad"), [(100, 0), (100, 61), (100, 99), (8, 30), (1, 3)])
def test_a_bad_item_is_found_by_halving_and_sent_reduced(
    house: House, window: int, bad: int
) -> None:
    side = EngineSide(house)
    fill(side, 100, bad, b=BAD)
    phone = a_phone("p", side, window, chokes_on_b)
    rounds = 2 + math.ceil(100 / window)
    halvings = math.ceil(math.log2(window))
    needed = requests_until_quiet(phone)
    assert needed <= rounds + PATIENCE + 2 * halvings + PATIENCE + LONE_PATIENCE
    live = side.live()
    name = f"i{bad + 1:04}"
    assert phone.store == {**live, name: {**live[name], "b": 0}}


@pytest.mark.parametrize("bad", [0, 30, 99])
def test_an_item_that_cannot_be_taken_at_all_is_left_out(house: House, bad: int) -> None:
    side = EngineSide(house)
    fill(side, 100, bad, a=BAD)
    phone = a_phone("p", side, 100, chokes_on_a)
    assert requests_until_quiet(phone) < 60
    live = side.live()
    del live[f"i{bad + 1:04}"]
    assert phone.store == live


def test_other_phones_are_told_everything_in_full_windows(house: House) -> None:
    side = EngineSide(house)
    fill(side, 100, 30, a=BAD)
    requests_until_quiet(a_phone("p", side, 100, chokes_on_a))
    other = a_phone("q", side, 50)
    assert requests_until_quiet(other) == 4  # key 0, two windows, nothing more
    assert other.store == side.live()


def test_after_the_item_the_window_is_full_again(house: House) -> None:
    side = EngineSide(house)
    fill(side, 10, 3, a=BAD)
    phone = a_phone("p", side, 10, chokes_on_a)
    requests_until_quiet(phone)
    fill(side, 10, -1)
    assert requests_until_quiet(phone) == 2
    assert len(phone.store) == 19


@pytest.mark.parametrize("held", [True, False])
def test_an_edit_of_the_item_is_offered_whole(house: House, held: bool) -> None:
    side = EngineSide(house)
    fill(side, 5, -1)
    phone = a_phone("p", side, 10, chokes_on_a)
    if held:
        requests_until_quiet(phone)
    side.edit("i0003", "a", BAD)
    requests_until_quiet(phone)
    assert ("i0003" in phone.store) == held
    side.edit("i0003", "a", 7)
    requests_until_quiet(phone)
    assert phone.store == side.live()
    assert not phone.strange


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("reduced", [True, False])
def test_a_released_item_is_offered_whole(house: House, held: bool, reduced: bool) -> None:
    side = EngineSide(house)
    fill(side, 5, -1)
    phone = a_phone("p", side, 10, chokes_on_b if reduced else chokes_on_a)
    other = a_phone("q", side, 10)
    if held:
        requests_until_quiet(phone)
    side.edit("i0003", "b" if reduced else "a", BAD)
    requests_until_quiet(phone)
    requests_until_quiet(other)
    assert phone.store != side.live()
    phone.poison = lambda values: False  # the phone was updated
    release(house, "p", "i0003")
    requests_until_quiet(phone)
    assert phone.store == side.live()
    assert not phone.strange
    assert requests_until_quiet(other) == 1, "nobody else hears of it"


def test_a_released_item_that_is_still_bad_is_kept_from_the_phone_again(house: House) -> None:
    side = EngineSide(house)
    fill(side, 5, 2, a=BAD)
    phone = a_phone("p", side, 10, chokes_on_a)
    requests_until_quiet(phone)
    release(house, "p", "i0003")
    requests_until_quiet(phone)
    assert len(phone.store) == 4


def test_nothing_is_released_that_was_not_kept_back(house: House) -> None:
    side = EngineSide(house)
    fill(side, 1, -1)
    requests_until_quiet(a_phone("p", side, 10))
    with pytest.raises(Unknown):
        release(house, "p", "i0001")


def test_lost_replies_alone_spare_a_phone_nothing(house: House) -> None:
    """Ten replies in a row are lost, and then one arrives: the phone has it all, whole."""
    side = EngineSide(house)
    fill(side, 1, -1)
    phone = a_phone("p", side, 10)
    phone.sync()
    for _ in range(10):
        side.sync("p", phone.key, [], 10)
    requests_until_quiet(phone)
    assert house.rows("SELECT * FROM quarantine") == []
    assert phone.store == side.live()


class Choking(History):
    """One phone of the history chokes on one value in ten."""

    def step(self) -> None:
        self.phones[0].poison = lambda values: values["a"] % 10 == 0 or values["b"] % 10 == 9
        super().step()

    def check(self) -> None:
        live = self.side.live()
        for phone in self.phones[1:]:
            assert phone.store == {i: v for i, v in live.items() if v["until"] >= phone.cutoff}
        choking = self.phones[0]
        expected = {i: v for i, v in live.items() if v["until"] >= choking.cutoff}
        for item, values in choking.store.items():
            reduced = {**expected[item], "b": 0} if item in expected else None
            assert values in (expected.get(item), reduced) or choking.poison(live[item])
        assert all(
            choking.poison(expected[item]) for item in expected.keys() - choking.store.keys()
        )
        assert not [said for said in choking.strange if "held" in said or "Change" in said]


@pytest.mark.parametrize("seed", range(20))
def test_a_choking_phone_among_others_is_the_only_one_to_miss_anything(
    house: House, seed: int
) -> None:
    real, small = Choking(seed, EngineSide(house)), Choking(seed, Engine(PATIENCE))
    for history in (real, small):
        history.play(300)
    for number, (ours, theirs) in enumerate(zip(real.replies, small.replies, strict=True)):
        assert ours == theirs, f"reply {number}"
    real.check()
