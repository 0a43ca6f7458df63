"""When a burst is on: the rule by itself."""

from __future__ import annotations

import pytest

from domain.brake import BUILT_IN, RULES, Limits, Pace, brake
from domain.item import CHANGE, DELETE


def braked(op: int, live: int, asked: int, done: int = 0, held: int = 0) -> bool:
    return brake(op, Pace(done, held, asked), lambda: live)


@pytest.mark.parametrize(
    ("live", "asked", "held"),
    [
        (20, 20, False),
        (40, 20, False),
        (40, 21, True),
        (42, 21, False),
        (5000, 100, False),
        (5000, 101, True),
    ],
)
def test_deletions_are_held_when_they_are_many_or_most_of_the_folder(
    live: int, asked: int, held: bool
) -> None:
    assert braked(DELETE, live, asked) == held


@pytest.mark.parametrize(
    ("live", "asked", "held"),
    [(60, 60, False), (120, 61, True), (122, 61, False), (5000, 300, False), (5000, 301, True)],
)
def test_rewriting_is_held_later_than_deleting(live: int, asked: int, held: bool) -> None:
    assert braked(CHANGE, live, asked) == held


def test_what_was_deleted_lately_counts_and_was_in_the_folder() -> None:
    assert braked(DELETE, live=20, asked=1, done=20)
    assert not braked(DELETE, live=22, asked=1, done=20)
    assert braked(DELETE, live=5000, asked=1, done=100)


def test_what_was_rewritten_lately_is_still_in_the_folder() -> None:
    assert braked(CHANGE, live=100, asked=1, done=60)
    assert not braked(CHANGE, live=122, asked=1, done=60)


def test_a_burst_goes_on_while_anything_of_it_is_recent() -> None:
    assert braked(DELETE, live=5000, asked=1, held=1)
    assert not braked(DELETE, live=5000, asked=0, held=1)


def test_a_folder_is_counted_only_where_it_matters() -> None:
    def never() -> int:
        raise AssertionError("counted")

    assert not brake(DELETE, Pace(asked=20), never)
    assert brake(DELETE, Pace(asked=101), never)
    assert brake(DELETE, Pace(held=1, asked=1), never)


def test_limits_of_somebody_count_in_the_place_of_everybodys() -> None:
    few = Limits(deletions=10, edits=500, share=90).rules

    def held(op: int, live: int, asked: int) -> bool:
        return brake(op, Pace(asked=asked), lambda: live, few)

    assert held(DELETE, 5000, 11)
    assert not held(DELETE, 5000, 10)
    assert held(DELETE, 3, 3)
    assert not held(DELETE, 4, 3)
    assert not held(CHANGE, 5000, 500)
    assert held(CHANGE, 110, 101)


def test_what_is_built_in_is_what_holds_without_a_decision() -> None:
    assert BUILT_IN.rules == RULES


@pytest.mark.parametrize(
    ("limits", "good"),
    [
        ((1, 1, 1), True),
        ((10**6, 10**6, 100), True),
        ((0, 1, 1), False),
        ((1, 10**6 + 1, 1), False),
    ],
)
def test_limits_are_from_one_on(limits: tuple[int, int, int], good: bool) -> None:
    assert Limits(*limits).good == good
    assert not Limits(10, 10, 0).good
    assert not Limits(10, 10, 101).good
