"""Axe finds no serious fault on any page, in either theme; and no page is wider than a phone."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.driving import address, pages_of, sign_in
from tests.browser.furniture import unsound
from tests.system.server import Server

AXE = (Path(__file__).parent.parent / "fixtures/axe/axe.min.js").read_text()
GRAVE = ("serious", "critical")
NARROW = {"width": 390, "height": 844}

WORKERS = 1


@pytest.fixture(scope="module")
def made(server: Server, made: dict[str, UUID]) -> dict[str, UUID]:
    """With a store of which there is much to be told."""
    unsound(server.home, made)
    return made


def faults(page: Page) -> list[str]:
    """What is grave, and where."""
    page.evaluate(AXE)
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], runOnly:"
        " ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        f"{each['id']}: {json.dumps([node['html'] for node in each['nodes']])[:300]}"
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]


def test_axe_would_find_one(page: Page, server: Server) -> None:
    page.goto(address(server, "/sign-in"))
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    (found,) = faults(page)
    assert found.startswith("label:")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_grave_fault(
    browser: Browser, server: Server, made: dict[str, UUID], theme: str
) -> None:
    width = NARROW if theme == "dark" else {"width": 1440, "height": 900}
    context = browser.new_context(color_scheme=theme, viewport=width)
    page, found = context.new_page(), {}
    page.goto(address(server, "/sign-in"))
    found["sign-in"] = faults(page)
    sign_in(page, server, "ada")
    for name, path in pages_of(made).items():
        page.goto(address(server, path))
        found[name] = faults(page)
    context.close()
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("language", ["en-GB", "it-IT"])
def test_no_page_is_wider_than_a_phone(
    browser: Browser, server: Server, made: dict[str, UUID], language: str
) -> None:
    context = browser.new_context(viewport=NARROW, locale=language)
    page = context.new_page()
    sign_in(page, server, "ada")
    wide = {}
    for name, path in pages_of(made).items():
        page.goto(address(server, path))
        if (width := page.evaluate("document.documentElement.scrollWidth")) > NARROW["width"]:
            wide[name] = width
    context.close()
    assert wide == {}
