"""The house of the command tests, for pains that are felt there."""

from __future__ import annotations

import pytest

from tests.app.conftest import house, phone
from tests.app.house import House
from tests.pains.desk import Desk, at_work

__all__ = ["desk", "english", "house", "phone"]


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever works at the command line reads this, and lives in Rome."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TZ", "Europe/Rome")
    monkeypatch.setenv("LOGNAME", "root")


@pytest.fixture
def desk(house: House, english: None) -> Desk:
    """Where somebody says what happened in that house."""
    return at_work(house)
