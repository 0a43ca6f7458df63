from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.house import House
from tests.app.reader import Reader, pages, with_password


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with Ada in it, who has a password."""
    house = House(tmp_path)
    house.person()
    with_password(house)
    yield house
    house.close()


@pytest.fixture
def reader(house: House) -> Reader:
    """Somebody at the pages who has not signed in."""
    return Reader(pages(house))
