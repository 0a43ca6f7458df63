"""One line's requests on one collection: windows, options, estimates, and who asks again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.engine.conversation import EVERYTHING, Ask
from domain.round import Wishes
from projections.synckey import FIRST, SyncKey
from tests.builders import (
    Caller,
    House,
    a_house,
    add,
    an_appointment,
    delete,
    patch,
    statuses,
    told,
)
from tests.laws.histories import EngineSide, partnership_of, to_cutoff
from tests.model.history import History


@pytest.fixture
def house() -> Iterator[House]:
    with a_house() as house:
        yield house


def days(count: int) -> list[dict[str, object]]:
    return [an_appointment(f"No {n}", n) for n in range(count)]


def test_a_window_is_filled_and_more_is_announced(house: House) -> None:
    phone = Caller(house)
    ids = house.fill(days(5))
    first = phone.sync(phone.begin(), window=2)
    second = phone.sync(first.key, window=2)
    third = phone.sync(second.key, window=2)
    answers = (first, second, third)
    assert [len(answer.entries) for answer in answers] == [2, 2, 1]
    assert [answer.more for answer in answers] == [True, True, False]
    assert [item for answer in answers for _, item in told(answer.entries)] == ids


def test_what_changes_while_a_window_is_told_is_told_after_it(house: House) -> None:
    """Each row is told as it was: whoever asks again is told the same."""
    phone = Caller(house)
    ids = house.fill(days(3))
    first = phone.sync(phone.begin(), window=1)
    house.revise(ids[2], subject="Later")
    house.remove(ids[1])
    key, entries = phone.drain(first.key)
    added = [("Add", id) for id in ids[1:]]
    assert told(entries) == [*added, ("Change", ids[2]), ("Delete", ids[1])]
    assert phone.sync(key).empty


def test_nothing_new_keeps_the_key_and_is_no_fact(house: House) -> None:
    phone = Caller(house)
    key = phone.start()
    before = house.groupware.recorder.max_notification_id()
    answer = phone.sync(key)
    assert (answer.key, answer.empty, answer.more) == (key, True, False)
    assert house.groupware.recorder.max_notification_id() == before


def test_other_options_are_a_fact_and_give_a_new_key(house: House) -> None:
    phone = Caller(house)
    key = phone.start()
    wishes = Wishes(filter_type=4)
    answer = phone.sync(key, wishes=wishes)
    assert (answer.key != key, answer.wishes) == (True, wishes)
    with phone.conversation() as conversation:
        found = conversation.find(answer.key)
    assert found is not None
    assert found[1].wishes == wishes


def test_key_0_names_no_answer(house: House) -> None:
    phone = Caller(house)
    phone.start()
    assert phone.ask(FIRST) is None


def test_a_key_0_with_other_options_leaves_the_earlier_one_alone(house: House) -> None:
    phone = Caller(house)
    first = phone.begin(Wishes(filter_type=4))
    second = phone.begin(Wishes(filter_type=5))
    assert first != second
    assert phone.begin(Wishes(filter_type=4)) == first
    assert phone.sync(second) is not None


def test_unused_lines_do_not_pile_up(house: House) -> None:
    phone = Caller(house)
    keys = [phone.begin(Wishes(filter_type=n)) for n in range(20)]
    assert len(house.rows("SELECT * FROM round")) == 4
    assert phone.ask(keys[-1]) is not None
    house.fill(days(1))
    phone.sync(keys[-1], add("c", an_appointment("Mine", 3)))
    assert len(house.rows("SELECT DISTINCT line FROM round")) == 1, (
        "the line in use is the only one"
    )


def test_a_command_that_stands_twice_in_a_request_is_carried_out_once(house: House) -> None:
    phone = Caller(house)
    command = add("c1", an_appointment())
    answer = phone.sync(phone.start(), command, command)
    assert statuses(answer.verdicts) == [1, 1]
    assert answer.verdicts[0] == answer.verdicts[1]
    assert len(house.rows("SELECT * FROM item WHERE kind = 'calendar'")) == 1


def test_without_get_changes_only_the_verdicts_are_told(house: House) -> None:
    phone = Caller(house)
    key = phone.start()
    ids = house.fill(days(2))
    answer = phone.sync(key, add("c1", an_appointment("Mine", 9)), get_changes=False)
    assert (statuses(answer.verdicts), answer.entries) == ([1], ())
    assert told(phone.sync(answer.key).entries) == [("Add", id) for id in ids]


def test_news_about_items_the_phone_deletes_in_the_same_request_is_not_told(house: House) -> None:
    phone = Caller(house)
    (id,) = house.fill(days(1))
    key = phone.start()
    house.revise(id, subject="News")
    answer = phone.sync(key, delete(id))
    assert (statuses(answer.verdicts), answer.entries) == ([1], ())


def test_a_filter_takes_away_in_the_order_of_days_and_within_the_window(house: House) -> None:
    phone = Caller(house)
    ids = house.fill(days(6))
    key = phone.start()
    untils = [until for (until,) in house.rows("SELECT until FROM change WHERE op = 1")][-6:]
    cutoff = sorted(untils)[4]
    answer = phone.sync(key, cutoff=cutoff, window=3)
    assert told(answer.entries) == [("SoftDelete", id) for id in ids[:3]]
    assert answer.more
    _, rest = phone.drain(answer.key, cutoff=cutoff)
    assert told(rest) == [("SoftDelete", ids[3])]


def test_a_filter_that_changes_halfway_is_drained_to_the_end_first(house: House) -> None:
    phone = Caller(house)
    ids = house.fill(days(4))
    key = phone.start()
    half = phone.sync(key, cutoff=1 << 35, window=2)
    _, rest = phone.drain(half.key, cutoff=0)
    expected = [("SoftDelete", id) for id in ids[2:]] + [("Add", id) for id in ids]
    assert told(rest) == expected


def test_an_edit_is_read_against_what_the_phone_had(house: House) -> None:
    """It has an edition of three editions ago, and edits the one field that did not change."""
    phone = Caller(house)
    (id,) = house.fill(days(1))
    key = phone.start()
    seen = house.load(id).values
    for n in range(3):
        house.revise(id, subject=f"Theirs {n}")
    answer = phone.sync(key, patch(id, **{**seen, "reminder": 5}))
    assert statuses(answer.verdicts) == [1]
    assert house.load(id).values["reminder"] == 5
    assert house.load(id).values["subject"] == "Theirs 2"


class Undo(Exception):
    """Take back what was done to see what would be."""


class Estimated(History):
    """Before each step, every phone's Ping and estimate are compared with what it would get."""

    estimated = 0

    def step(self) -> None:
        for phone in self.phones:
            with suppress(Undo):
                self.compare(phone.name, phone.key, phone.cutoff)
        super().step()

    def compare(self, name: str, key: object, cutoff: int) -> None:
        assert isinstance(self.side, EngineSide)
        phone = Caller(self.side.house, partnership=partnership_of(name))
        with phone.conversation() as conversation:
            parsed = SyncKey.parse(str(key))
            found = conversation.find(parsed) if parsed else None
            if found is None or len(found[0].answers) > 1 or found[0].rounds[-1] is not found[1]:
                raise Undo
            pending = conversation.pending(*found, to_cutoff(cutoff))
            count = conversation.count(*found, to_cutoff(cutoff))
            total, answered = 0, None
            while answered != parsed:
                parsed = answered or parsed
                ask = Ask(cutoff=to_cutoff(cutoff), window=EVERYTHING)
                conversation.__post_init__()
                line, round = conversation.find(parsed) or found
                answer = conversation.respond(line, round, ask, phone.desk(conversation))
                total, answered = total + len(answer.entries), answer.key
            assert (pending, count) == (total > 0, total)
            self.estimated += 1
            raise Undo


@pytest.mark.parametrize("seed", range(10))
def test_a_ping_and_an_estimate_tell_what_a_sync_would_bring(house: House, seed: int) -> None:
    history = Estimated(seed, EngineSide(house))
    for _ in range(150):
        history.step()
    assert history.estimated > 0, "each was compared with what a Sync told"


def test_a_look_from_a_known_position_sees_what_came_after(house: House) -> None:
    phone = Caller(house)
    ids = house.fill(days(2))
    phone.start()
    with phone.conversation() as conversation:
        found = conversation.newest()
        assert found is not None
        head = conversation.collection.head
    house.revise(ids[0], subject="News")
    with phone.conversation() as conversation:
        assert conversation.pending(*found, 0, since=head)
        assert not conversation.pending(*found, 0, since=head + 1)
