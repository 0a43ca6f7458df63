from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.identity import passwords
from tests.app.house import House
from tests.app.reader import Reader, pages, with_password
from tests.security.grounds import Grounds


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


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    """One for all tests of a module: what is in it must not matter to the next."""
    grounds = Grounds(tmp_path_factory.mktemp("grounds"))
    yield grounds
    grounds.house.close()


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that count guesses, and are not about what each costs."""
    scheme = passwords.SCHEME.using(memory_cost=64, rounds=1)
    monkeypatch.setattr(passwords, "SCHEME", scheme)
    monkeypatch.setattr(passwords, "NOBODYS", scheme.hash("nobody's"))
