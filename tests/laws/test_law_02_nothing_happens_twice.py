"""Law 2: the same key with the same request gives the same answer, whoever is asked."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from app.engine.conversation import Answer, Command
from app.engine.sparing import PATIENCE
from projections.synckey import SyncKey
from tests.builders import Caller, House, add, an_appointment, change, delete, patch, told

ONE, TWO, THREE = (an_appointment(f"No {n}", n, uid=f"u{n}") for n in (1, 2, 3))


def same(first: Answer, second: Answer) -> bool:
    return (first.key, first.verdicts, first.entries, first.more) == (
        second.key,
        second.verdicts,
        second.entries,
        second.more,
    )


def live(house: House) -> int:
    ((count,),) = house.rows("SELECT count(*) FROM item WHERE kind = 'calendar' AND NOT removed")
    return int(count)


def everything_else(house: House, items: list[UUID]) -> None:
    """The world goes on between a request and its repetition."""
    if not house.load(items[0]).removed:
        house.revise(items[0], subject="Later")
    if not house.load(items[1]).removed:
        house.remove(items[1])
    house.fill([an_appointment("Another", 9)])


def nothing_else(house: House, items: list[UUID]) -> None:
    pass


def requests(items: list[UUID]) -> list[list[Command]]:
    return [
        [],
        [add("c1", ONE)],
        [add("c1", ONE), add("c2", TWO), patch(items[0], reminder=5), delete(items[1])],
        [patch(items[0], subject="Mine")],
        [delete(items[0]), delete(items[1])],
    ]


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("between", [nothing_else, everything_else])
@pytest.mark.parametrize("which", range(5))
def test_a_repeated_request_is_answered_the_same_up_to_the_second_repeat(
    house: House, which: int, between: Callable[[House, list[UUID]], None], restart: bool
) -> None:
    phone = Caller(house)
    items = house.fill([TWO, THREE])
    key = phone.drain(phone.begin())[0]
    house.fill([an_appointment("News", 5), an_appointment("More news", 6)])
    asked = requests(items)[which]
    first = phone.sync(key, *asked, window=1)
    between(house, items)
    before = live(house)
    for _ in range(2):
        if restart:
            house.restart()
        assert same(phone.sync(key, *asked, window=1), first)
    assert live(house) == before


def test_another_process_answers_the_same(house: House) -> None:
    phone = Caller(house)
    key = phone.start()
    first = phone.sync(key, add("c1", ONE))
    mine, house.groupware = house.groupware, house.open()
    assert same(phone.sync(key, add("c1", ONE)), first)
    house.groupware.pool.close()
    house.groupware = mine
    assert live(house) == 1


def test_a_key_0_that_is_repeated_is_the_same_line(house: House) -> None:
    phone = Caller(house)
    assert phone.begin() == phone.begin()


def test_a_key_0_much_later_is_a_new_line(house: House) -> None:
    """The time in which old copies may be uploaded counts from the key 0 that was read."""
    phone = Caller(house)
    first = phone.begin()
    house.clock.advance(3600)
    second = phone.begin()
    assert second != first
    assert phone.ask(first) is not None, "the answer to the earlier one may still be on its way"


def test_a_client_id_with_other_content_is_an_edit_of_what_it_made(house: House) -> None:
    phone = Caller(house)
    key = phone.start()
    first = phone.sync(key, add("c1", ONE))
    second = phone.sync(key, add("c1", {**ONE, "subject": "Other"}))
    assert second.verdicts[0].item == first.verdicts[0].item
    item = second.verdicts[0].item
    assert item is not None
    assert house.load(item).values["subject"] == "Other"
    assert live(house) == 1


def test_a_client_id_is_free_again_once_its_answer_was_read(house: House) -> None:
    phone = Caller(house)
    first = phone.sync(phone.start(), add("c1", ONE))
    second = phone.sync(first.key, add("c1", TWO))
    assert second.verdicts[0].item != first.verdicts[0].item
    assert live(house) == 2


def test_the_same_client_id_from_two_phones_is_two_items(house: House) -> None:
    for phone, values in ((Caller(house), ONE), (Caller(house), TWO)):
        phone.sync(phone.start(), add("c1", values))
    assert live(house) == 2


def test_an_old_key_is_unknown(house: House) -> None:
    phone = Caller(house)
    key = phone.start()
    answer = phone.sync(key, add("c1", ONE))
    answer = phone.sync(answer.key, add("c2", TWO))
    assert phone.ask(key) is None


def test_a_key_of_another_phone_or_with_another_tag_is_unknown(house: House) -> None:
    phone, other = Caller(house), Caller(house)
    key = phone.begin()
    other.begin()
    assert other.ask(key) is None
    assert phone.ask(SyncKey(key.generation, key.tag ^ 1)) is None


def test_after_patience_is_over_the_window_is_halved(house: House) -> None:
    phone = Caller(house)
    key = phone.begin()
    house.fill([ONE, TWO, THREE, an_appointment()])
    answers = [phone.sync(key) for _ in range(PATIENCE + 1)]
    assert [len(answer.entries) for answer in answers] == [4] * PATIENCE + [2]
    assert phone.ask(answers[0].key) is not None, "either answer may be the one that is read"


def test_a_command_not_seen_before_is_carried_out_beside_the_same_range(house: House) -> None:
    phone = Caller(house)
    house.fill([ONE])
    key = phone.begin()
    first = phone.sync(key)
    second = phone.sync(key, add("c2", TWO))
    assert second.entries == first.entries
    assert second.key != first.key
    assert live(house) == 2


@pytest.mark.parametrize("get_changes", [True, False])
def test_a_command_that_the_phone_takes_back_is_news_to_it(house: House, get_changes: bool) -> None:
    """It asked with an Add, lost the reply, and asked again without: it does not know the item."""
    phone = Caller(house)
    key = phone.start()
    made = phone.sync(key, add("c1", ONE), get_changes=get_changes)
    plain = phone.sync(key)
    following = phone.sync(plain.key)
    entries = [*plain.entries, *following.entries]
    assert told(entries)[0] == ("Add", made.verdicts[0].item)
    assert "Add" not in [verb for verb, _ in told(entries)[1:]]
    assert live(house) == 1


def test_a_change_from_before_a_key_is_answered_by_its_content(house: House) -> None:
    phone = Caller(house)
    (item,) = house.fill([ONE])
    key = phone.start()
    first = phone.sync(key, change(item, {**ONE, "subject": "A"}))
    again = phone.sync(key, change(item, {**ONE, "subject": "A"}))
    assert same(first, again)
    assert house.load(item).version == 2
