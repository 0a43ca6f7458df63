"""One browser for all tests of a process, and a fresh profile for everybody in a test.

`ada` is the page of somebody who is signed in at a server of the module's own (tests/system);
`somebody` is whoever a story needs. Modules that say SHARED have one server together: `root` is its
administrator, each test brings people of its own, and leaves the house as it was. What the browser
itself complains of, a broken policy say, fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from app import people
from tests.browser.driving import a_browser, sign_in
from tests.browser.furniture import furnish
from tests.browser.visitor import Visitor
from tests.system.conftest import pytest_runtest_makereport, served
from tests.system.server import Server

__all__ = ["pytest_runtest_makereport"]

LOCALES = {"en": "en-GB", "it": "it-IT"}
TOLD = {"SETTINGS": {"LOG_LEVEL": "debug"}}
"""So that the log tells who waits."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    for server in served(SimpleNamespace(PEOPLE=("root",), **TOLD), tmp_path_factory):
        with server.groupware() as groupware:
            admin = groupware.author("admin:test", "test")
            people.make_administrator(groupware, admin, server.account("root"))
        yield server


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    if getattr(request.module, "SHARED", False):
        yield request.getfixturevalue("shared")
    else:
        yield from served(request.module, tmp_path_factory)


@pytest.fixture(scope="module")
def made(server: Server) -> dict[str, UUID]:
    with server.groupware() as groupware:
        return furnish(groupware, "ada")


@pytest.fixture
def language() -> str:
    """What a browser asks for; a test may be told others."""
    return "en"


@pytest.fixture
def fresh(browser: Browser, language: str) -> Iterator[Callable[[], Page]]:
    """A page in a profile of its own, as often as it is asked for."""
    contexts, complaints = [], list[str]()

    def open_page() -> Page:
        context = browser.new_context(locale=LOCALES[language], timezone_id="Europe/Rome")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda it: complaints.append(it.text) if it.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    expected = ("403", "404", "422")  # what is not theirs, or gone, or was typed wrong
    assert [each for each in complaints if not any(code in each for code in expected)] == []


@pytest.fixture
def page(fresh: Callable[[], Page]) -> Page:
    return fresh()


@pytest.fixture
def ada(page: Page, server: Server) -> Page:
    sign_in(page, server, "ada")
    return page


@pytest.fixture
def somebody(fresh: Callable[[], Page], server: Server, language: str) -> Callable[[str], Visitor]:
    """A person of this name before a browser of their own."""
    return lambda name: Visitor(fresh(), server, name, language)


@pytest.fixture
def root(somebody: Callable[[str], Visitor]) -> Visitor:
    """The administrator of the shared server, signed in."""
    root = somebody("root")
    root.signs_in()
    root.is_greeted()
    return root
