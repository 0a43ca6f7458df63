"""What holds for every test: its logs tell no secret (leaks.py). And how examples are drawn:
without a deadline, since the machine may be busy with something else; where a verdict hangs on it
(CI), the same ones every time."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests import leaks

settings.register_profile("exploring", deadline=None)
settings.register_profile("judging", deadline=None, derandomize=True)
settings.load_profile("judging" if os.environ.get("CI") else "exploring")

leaks.know_secrets()
leaks.listen()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """After the fixtures: a server that ends with them has written its last line."""
    if told := leaks.LEAKS.told():
        pytest.fail("a log tells a secret:\n" + "\n".join(told), pytrace=False)
