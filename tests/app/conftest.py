from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.cli_runner import Cli
from tests.app.handset import Handset
from tests.app.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with Ada in it."""
    house = House(tmp_path)
    house.person()
    yield house
    house.close()


@pytest.fixture
def phone(house: House) -> Handset:
    """Ada's, of the newest version."""
    return Handset(house)


@pytest.fixture
def cli(house: House) -> Cli:
    """The command line in that house."""
    return Cli(house.settings.home)
