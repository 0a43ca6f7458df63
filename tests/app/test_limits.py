"""What one phone and one person may ask of a process."""

from __future__ import annotations

import pytest

from app import limits
from app.limits import PER_PERSON, PER_PHONE, TOLD_EVERY, Pace, Rate, TooManyAtOnce, TooOften

HERS, HIS, OTHERS = ("ada", "PHONE1"), ("ada", "PHONE2"), ("bob", "PHONE1")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ask(pace: Pace, phone: tuple[str, str], times: int = 1) -> int:
    """How many of so many requests are served."""
    served = 0
    for _ in range(times):
        try:
            with pace.one_of(phone):
                served += 1
        except TooOften:
            pass
    return served


def test_a_first_sync_of_many_items_in_the_smallest_pages_is_never_held_up(clock: Clock) -> None:
    """5,000 contacts and 5,000 events, ten at a time, as fast as the network gives them."""
    assert ask(Pace(clock=clock), HERS, 2 * 5_000 // 10 + 100) == 1_100
    assert PER_PHONE.burst > 2 * 1_100


def test_a_loop_is_slowed_down_to_what_costs_nothing(clock: Clock) -> None:
    pace = Pace(phone=Rate(20, 2), clock=clock)
    assert ask(pace, HERS, 100) == 20
    clock.now += 5
    assert ask(pace, HERS, 100) == 10
    clock.now += 3600
    assert ask(pace, HERS, 100) == 20, "a rest gives back no more than there was at first"


def test_others_are_none_the_worse(clock: Clock) -> None:
    pace = Pace(phone=Rate(20, 2), clock=clock)
    ask(pace, HERS, 1000)
    assert ask(pace, HIS, 20) == ask(pace, OTHERS, 20) == 20


def test_a_person_with_many_phones_has_as_much_as_four(clock: Clock) -> None:
    assert (PER_PERSON.burst, PER_PERSON.per_second) == (
        4 * PER_PHONE.burst,
        4 * PER_PHONE.per_second,
    )
    pace = Pace(phone=Rate(20, 2), person=Rate(80, 8), clock=clock)
    served = [ask(pace, ("ada", f"PHONE{n}"), 20) for n in range(6)]
    assert served == [20, 20, 20, 20, 0, 0]
    assert ask(pace, OTHERS, 20) == 20


def test_it_is_told_once_a_minute_and_how_often_it_happened(clock: Clock) -> None:
    pace = Pace(phone=Rate(1, 0), clock=clock)
    ask(pace, HERS)

    def refused(phone: tuple[str, str]) -> int:
        with pytest.raises(TooOften) as told, pace.one_of(phone):
            pass
        return told.value.times

    assert [refused(HERS) for _ in range(4)] == [1, 0, 0, 0]
    ask(pace, HIS)
    assert refused(HIS) == 1, "of each phone"
    clock.now += TOLD_EVERY
    assert [refused(HERS) for _ in range(2)] == [4, 0]


def test_what_is_under_way_is_counted_by_phone_and_told_as_a_thing_of_its_own(
    clock: Clock,
) -> None:
    pace = Pace(at_once=1, clock=clock)
    with pace.one_of(HERS):
        with pytest.raises(TooManyAtOnce) as told, pace.one_of(HERS):
            pass
        assert told.value.times == 1
        assert ask(pace, HIS) == 1
    assert ask(pace, HERS) == 1


def test_who_has_waited_and_is_looked_at_again_pays_once(clock: Clock) -> None:
    pace = Pace(phone=Rate(1, 0), clock=clock)
    with pace.one_of(HERS):
        pass
    for _ in range(5):
        with pace.one_of(HERS, again=True):
            pass
    assert ask(pace, HERS) == 0


def test_only_so_many_are_remembered(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED", 10)
    pace = Pace(phone=Rate(1, 0), clock=clock)
    for n in range(100):
        ask(pace, (n, "PHONE"), 3)
    assert len(pace._of_phones._left) == len(pace._of_persons._left) == 10
    assert len(pace._notices._told) == 10
    assert not pace._under_way
