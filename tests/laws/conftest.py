from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from app import items as use
from tests.builders import House

MEMORY = Path("/dev/shm")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder in memory, where there is one."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


@pytest.fixture
def house(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose items are numbered as they come, so that the model's names fit them."""
    numbers = count(1)
    monkeypatch.setattr(use, "uuid4", lambda: UUID(int=next(numbers)))
    house = House(home)
    yield house
    house.groupware.pool.close()
