"""Random histories on the engine itself: all end in step, with nothing lost and nothing twice.

SEEDS in the environment says how many seeds are run, FIRST_SEED where they begin.
"""

from __future__ import annotations

import os

import pytest

from app import conversation
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
    monkeypatch.setattr(conversation, "PATIENCE", NEVER)


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
