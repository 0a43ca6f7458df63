from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from uuid import UUID

import pytest

from app import items as use
from tests.builders import House, a_house


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose items are numbered as they come, so that the model's names fit them."""
    numbers = count(1)
    drawn = SimpleNamespace(identity=lambda purpose: UUID(int=next(numbers)))
    monkeypatch.setattr(use, "chance", drawn)
    with a_house() as house:
        yield house
