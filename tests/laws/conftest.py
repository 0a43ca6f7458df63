from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from uuid import UUID

import pytest

from app import items as use
from tests.builders import House, a_house


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose items are numbered as they come, so that the model's names fit them."""
    numbers = count(1)
    monkeypatch.setattr(use, "uuid4", lambda: UUID(int=next(numbers)))
    with a_house() as house:
        yield house
