"""One browser for all tests of a process, and a fresh profile for each test.

`ada` is the page of somebody who is signed in at a server of the module's own (tests/system).
What the browser itself complains of, a broken policy say, fails the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.driving import a_browser, sign_in
from tests.browser.furniture import furnish
from tests.system.conftest import pytest_runtest_makereport, served
from tests.system.server import Server

__all__ = ["pytest_runtest_makereport"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    yield from served(request.module, tmp_path_factory)


@pytest.fixture(scope="module")
def made(server: Server) -> dict[str, UUID]:
    with server.groupware() as groupware:
        return furnish(groupware, "ada")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Rome")
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [each for each in complaints if "404" not in each] == []


@pytest.fixture
def ada(page: Page, server: Server) -> Page:
    sign_in(page, server, "ada")
    return page
