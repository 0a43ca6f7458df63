"""Random histories of several phones and an editor at the server end in equal states."""

from __future__ import annotations

import pytest

from tests.model.engine import Engine
from tests.model.history import History

NEVER = 1 << 30
"""So patient that no item is ever taken for poison, however often replies are lost."""


@pytest.mark.parametrize("seed", range(150))
def test_random_histories_converge_with_nothing_lost_and_nothing_twice(seed: int) -> None:
    history = History(seed, Engine(patience=NEVER))
    history.play(400)
    history.check()
