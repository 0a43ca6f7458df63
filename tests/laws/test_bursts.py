"""Bursts on the engine itself: held edits are seen by nobody else, and nothing of them is lost.

SEEDS in the environment says how many seeds are run, FIRST_SEED where they begin.
"""

from __future__ import annotations

import os

import pytest

from app.engine import conversation, sparing
from app.engine.sparing import PATIENCE
from domain import brake
from tests.builders import House
from tests.laws.histories import EngineSide
from tests.laws.test_histories import NEVER, STEPS, filter_and_rule
from tests.laws.test_law_10_state_is_a_fold import rebuilt, verified
from tests.model.bursts import LOW, Bursts
from tests.model.engine import Engine
from tests.model.history import STRANGE

BEGIN = int(os.environ.get("FIRST_SEED", "0"))
SEEDS = range(BEGIN, BEGIN + int(os.environ.get("SEEDS", "10")))


@pytest.fixture(autouse=True)
def low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a history reaches, no poison, and a key 0 that is the same however late."""
    monkeypatch.setattr(brake, "RULES", LOW)
    monkeypatch.setattr(sparing, "PATIENCE", NEVER)
    monkeypatch.setattr(conversation, "REPEATED", NEVER)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_answers_a_history_with_bursts_as_the_model_does(
    house: House, seed: int
) -> None:
    real, small = Bursts(seed, EngineSide(house)), Bursts(seed, Engine(NEVER))
    small.play(STEPS)
    real.play(STEPS)
    for number, (ours, theirs) in enumerate(zip(real.replies, small.replies, strict=True)):
        assert ours == theirs, f"reply {number}"
    real.check()


@pytest.mark.parametrize("seed", SEEDS)
def test_bursts_under_changing_options_end_in_step(house: House, seed: int) -> None:
    history = Bursts(seed + 5000, EngineSide(house, wishes=filter_and_rule), 4, 0.4)
    history.play(STEPS)
    history.check()


class Choking(Bursts):
    """One phone of the history chokes on one value in ten, too."""

    def step(self) -> None:
        self.phones[0].poison = lambda values: values["a"] % 10 == 0 or values["b"] % 10 == 9
        super().step()


@pytest.mark.parametrize("seed", range(4))
def test_a_phone_that_chokes_has_bursts_as_well(
    house: House, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(sparing, "PATIENCE", PATIENCE)
    real, small = Choking(seed, EngineSide(house)), Choking(seed, Engine(PATIENCE))
    for _ in range(STEPS):
        small.step()
        real.step()
    assert real.replies == small.replies
    said = [words for phone in real.phones for words in phone.strange]
    assert not [words for words in said if words.startswith(STRANGE)]


@pytest.mark.parametrize("seed", range(4))
def test_held_edits_outlive_a_restart_and_a_rebuild(house: House, seed: int) -> None:
    history = Bursts(seed, EngineSide(house))
    for number in range(STEPS):
        history.step()
        if number % 60 == 20:
            house.restart()
        if number % 60 == 50:
            rebuilt(house)
    report = verified(house)
    assert report.sound, report.faults
    history.settle()
    history.check()
