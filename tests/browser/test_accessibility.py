"""Axe finds no grave fault on any page, in either theme; no page is wider than a phone; and no page
is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page

from app.routes import PAGES
from tests.browser.driving import address
from tests.browser.tour import lived_in, tour
from tests.system.server import Server

AXE = (Path(__file__).parent.parent / "fixtures/axe/axe.min.js").read_text()
GRAVE = ("serious", "critical")
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_LOOKS = ["color-contrast", "scrollable-region-focusable", "target-size"]
"""The rules by which one theme or width may be at fault where another is not."""

FILES = "a:is([download], [type])"
"""Links to what is no page."""

WORKERS = 1
ANSWERED = re.compile(r'command="GET (\S+)".* status=(?:200|303)')


@pytest.fixture(scope="module")
def lived(server: Server) -> Iterator[dict[str, UUID]]:
    with lived_in(server) as made:
        yield made


@pytest.fixture
def page(page: Page) -> Page:
    """Axe is in each page before anything else."""
    page.add_init_script(AXE)
    return page


def faults(page: Page, rules: list[str] = ALL) -> list[str]:
    """What is grave, and where."""
    found = page.evaluate(
        "only => axe.run(document,"
        " {resultTypes: ['violations'], preload: false, elementRef: false, runOnly: only})",
        rules,
    )
    return [
        f"{each['id']}: {json.dumps([node['html'] for node in each['nodes']])[:300]}"
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]


def asked_for(server: Server) -> set[str]:
    """The addresses, as the routes have them, of all that the server has shown or led on from."""
    found = map(ANSWERED.search, server.lines("event="))
    return {each[1] for each in found if each}


def test_axe_would_find_one(page: Page, server: Server) -> None:
    page.goto(address(server, "/sign-in"))
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    (found,) = faults(page)
    assert found.startswith("label:")


def test_no_page_has_a_grave_fault_and_none_is_left_out(
    page: Page, server: Server, lived: dict[str, UUID]
) -> None:
    """What a page offers as a file comes as well, and what it asks for by itself."""
    page.set_viewport_size(WIDE)
    found, files = {}, set[str]()
    for name in tour(page, server, lived):
        found[name] = faults(page)
        files |= set(page.locator(FILES).evaluate_all("all => all.map(each => each.href)"))
    assert [file for file in files if not page.request.get(file).ok] == []
    assert {each.address for each in PAGES if each.get} - asked_for(server) == set()
    assert {name: each for name, each in found.items() if each} == {}


def test_no_page_is_hard_to_see_or_to_tap_on_a_phone_in_the_dark(
    page: Page, server: Server, lived: dict[str, UUID]
) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(NARROW)
    found = {name: faults(page, OF_LOOKS) for name in tour(page, server, lived)}
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("language", ["it", "en"])
def test_no_page_is_wider_than_a_phone(
    fresh: Callable[[], Page], server: Server, lived: dict[str, UUID], language: str
) -> None:
    page, wide = fresh(), {}
    page.set_viewport_size(NARROW)
    for name in tour(page, server, lived):
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            wide[name] = width
    assert wide == {}
