"""A real server with TLS for the foreign client, which refuses to speak without it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.conftest import pytest_runtest_makereport, served

__all__ = ["pytest_runtest_makereport"]


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    yield from served(request.module, tmp_path_factory)
