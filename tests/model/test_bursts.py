"""Random histories with bursts: nobody else sees what is held, and once it is decided all phones
are in step again, with nothing lost and nothing twice."""

from __future__ import annotations

import os

import pytest

from domain import brake
from tests.model.bursts import LOW, Bursts
from tests.model.engine import Engine
from tests.model.test_model import NEVER

SEEDS = int(os.environ.get("SEEDS", "40"))


@pytest.fixture(autouse=True)
def low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brake, "RULES", LOW)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_histories_with_bursts_converge_once_all_is_decided(seed: int) -> None:
    history = Bursts(seed, Engine(patience=NEVER))
    history.play(400)
    history.check()
