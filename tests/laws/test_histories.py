"""Random histories on the engine itself: all end in step, with nothing lost and nothing twice.

SEEDS in the environment says how many seeds are run, FIRST_SEED where they begin.
"""

from __future__ import annotations

import os

import pytest

from app import folders
from app.engine import sparing
from domain.folder import USER_CALENDAR
from domain.round import Wishes
from tests.builders import House
from tests.laws.histories import EngineSide
from tests.model.engine import Engine
from tests.model.history import History

BEGIN = int(os.environ.get("FIRST_SEED", "0"))
SEEDS = range(BEGIN, BEGIN + int(os.environ.get("SEEDS", "30")))
STEPS = 300
NEVER = 1 << 30


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No item is ever taken for poison, however often replies are lost."""
    monkeypatch.setattr(sparing, "PATIENCE", NEVER)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_answers_every_request_of_a_history_as_the_model_does(
    house: House, seed: int
) -> None:
    """The same replies in the same order: verdicts, verbs, items, values, and whether the key
    was a new one. The model knows no options but the conflict rule, so they stay as they are."""
    real, small = History(seed, EngineSide(house)), History(seed, Engine(NEVER))
    real.play(STEPS)
    small.play(STEPS)
    for number, (ours, theirs) in enumerate(zip(real.replies, small.replies, strict=True)):
        assert ours == theirs, f"reply {number}"
    real.check()


def filter_and_rule(cutoff: int, client_wins: bool) -> Wishes:
    return Wishes(cutoff, client_wins)


@pytest.mark.parametrize("seed", SEEDS)
def test_histories_with_changing_options_end_in_step(house: House, seed: int) -> None:
    history = History(seed + 5000, EngineSide(house, wishes=filter_and_rule), 4, 0.4)
    history.play(STEPS)
    history.check()


class TwoFolders:
    """Two histories in one house: their items move to and fro, each under its name for life."""

    def __init__(self, house: House, seed: int) -> None:
        with house.editing() as connection:
            other = folders.make(house.groupware, connection, house.account, "Other", USER_CALENDAR)
        self.sides = (EngineSide(house), EngineSide(house, other.id))
        self.histories = [History(seed * 2 + n, side) for n, side in enumerate(self.sides)]
        self.histories[1].tokens = 1_000_000
        self.dice = self.histories[0].dice

    def step(self) -> None:
        if self.dice.random() < 0.9:
            self.dice.choice(self.histories).step()
            return
        source, target = self.dice.sample(self.sides, 2)
        taken = {values["uid"] for values in target.live().values()}
        movable = [item for item, v in source.live().items() if v["uid"] not in taken]
        if movable:
            source.move(self.dice.choice(movable), target.collection)


@pytest.mark.parametrize("seed", SEEDS)
def test_items_that_move_between_two_folders_end_in_the_right_one(house: House, seed: int) -> None:
    both = TwoFolders(house, seed)
    for _ in range(STEPS):
        both.step()
    for history in both.histories:
        history.settle()
    for history in both.histories:
        history.check()


def test_sync_state_is_the_same_in_a_new_process(house: House) -> None:
    """A restart in the middle of a history changes nothing of what follows."""
    real, small = History(1, EngineSide(house)), History(1, Engine(NEVER))
    for history in (real, small):
        for number in range(STEPS):
            history.step()
            if history is real and number % 10 == 0:
                house.restart()
        history.settle()
    assert real.replies == small.replies
    real.check()
