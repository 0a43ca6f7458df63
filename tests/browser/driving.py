"""A real browser before the real server, and the way into its pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import which

from playwright.sync_api import Browser, Page, sync_playwright

from app.web.sessions import Sessions
from projections import accounts
from tests.leaks import secret
from tests.system.server import PASSWORD, Server

PROGRAMS = ("chromium-headless-shell", "chromium")
"""Debian's packages; the first is the smaller, and draws the same."""


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium without a window; without its sandbox where nobody but root could run it."""
    program = next(filter(None, map(which, PROGRAMS)), None)
    assert program, "install chromium-headless-shell"
    confined = [] if os.getuid() else ["--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=confined)
        try:
            yield browser
        finally:
            browser.close()


def address(server: Server, path: str) -> str:
    return f"http://localhost:{server.port}{path}"


def sign_in(page: Page, server: Server, name: str, password: str = PASSWORD) -> None:
    page.goto(address(server, "/sign-in"))
    page.fill("#name", name)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/my")
    for cookie in page.context.cookies():
        secret(cookie["value"])


def let_in(page: Page, server: Server, name: str) -> None:
    """As if this person had signed in, with all that it takes."""
    with server.groupware() as groupware:
        with groupware.reading() as connection:
            person = accounts.by_id(connection, server.account(name))
        assert person is not None
        token = Sessions(groupware).begin(person, whole=True)
    cookie = {"name": "taccuino", "value": secret(token), "url": address(server, "/")}
    page.context.clear_cookies()
    page.context.add_cookies([cookie])
