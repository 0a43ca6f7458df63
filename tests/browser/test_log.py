"""The log in a real browser: followed live, and an item's history."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.ids import server_id
from app import items as use
from app import people
from projections import accounts
from tests.browser.driving import address, sign_in
from tests.system.couple import in_step
from tests.system.phone import CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server
from tests.system.wire import Wire

PEOPLE = ("ada", "bob")


@pytest.fixture
def phone(server: Server) -> Iterator[Phone]:
    """Bob's."""
    wire = Wire(HOST, server.port, "bob", PASSWORD, "LOGTEST")
    phone = Phone(wire, random.Random(1))
    phone.set_up()
    in_step(phone)
    yield phone
    wire.close()


def revise(server: Server, id: UUID, **patch: object) -> None:
    """An edit by another process."""
    with server.groupware() as groupware:
        author = groupware.author("admin:test", "elsewhere")
        with groupware.acting(author) as connection:
            item = use.load(groupware, connection, id)
            use.revise(groupware, connection, item, patch)


def test_what_a_phone_does_appears_while_one_looks(
    ada: Page, server: Server, made: dict[str, UUID], phone: Phone
) -> None:
    ada.goto(address(server, "/admin/log?person=bob&kind=contacts"))
    live = ada.locator("#live")
    expect(live).to_be_visible()
    assert ada.locator(".log li").count() == 0
    phone.add(CONTACTS, 31)
    in_step(phone)
    newest = ada.locator(".log li").first
    expect(newest).to_contain_text("The phone")
    expect(newest).to_contain_text("of Bob Example added the contact")
    revise(server, made["Grace"], job_title="Rear admiral")  # Ada's: nobody asked for it
    phone.add(CONTACTS, 32)
    in_step(phone)
    expect(ada.locator(".log li")).to_have_count(2)
    newest.get_by_role("link").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text(re.compile(r"Entry \d+"))
    ada.get_by_text("The whole event, as data").click()
    expect(ada.locator("pre")).to_contain_text('"kind": "contact.added"')


def test_what_was_missed_in_the_background_is_there_on_return(
    ada: Page, server: Server, made: dict[str, UUID]
) -> None:
    ada.goto(address(server, f"/admin/log?item={server_id(made['Giulia'])}"))
    expect(ada.locator("#live")).to_be_visible()
    before = ada.locator(".log li").count()
    _show(ada, False)
    expect(ada.locator("#live")).to_be_hidden()
    revise(server, made["Giulia"], job_title="Surveyor")
    _show(ada, True)
    expect(ada.locator(".log li")).to_have_count(before + 1)
    expect(ada.locator(".log li").first).to_contain_text("Giulia")


def _show(page: Page, visible: bool) -> None:
    """As if another tab were in front."""
    page.evaluate(
        "hidden => {"
        " Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        not visible,
    )


def test_it_ends_when_one_is_no_administrator_any_more(
    browser: Browser, server: Server, made: dict[str, UUID]
) -> None:
    with server.groupware() as groupware, groupware.reading() as connection:
        bob = accounts.find(connection, "bob")
    assert bob is not None
    with server.groupware() as groupware:
        admin = groupware.author("admin:test", "test")
        people.make_administrator(groupware, admin, bob.id)
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    sign_in(page, server, "bob")
    page.goto(address(server, "/admin/log"))
    expect(page.locator("#live")).to_be_visible()
    with server.groupware() as groupware:
        people.withdraw_administrator(groupware, groupware.author("admin:test", "t"), bob.id)
    expect(page.locator("#live")).to_be_hidden()
    context.close()


def test_an_items_history_tells_what_was_and_is(
    ada: Page, server: Server, made: dict[str, UUID]
) -> None:
    revise(server, made["Nora"], job_title="Head of purchasing", mobile_phone="+39 055 555 0299")
    ada.goto(address(server, f"/admin/items/{server_id(made['Nora'])}"))
    expect(ada.get_by_role("heading", level=1)).to_have_text("History of “Nora Lindqvist”")
    newest = ada.locator("section").first
    expect(newest.get_by_role("row", name="Job title")).to_contain_text("Purchasing")
    expect(newest.get_by_role("row", name="Job title")).to_contain_text("Head of purchasing")
    expect(newest).to_contain_text("made on version")


def test_people_find_what_happened_from_their_first_page(ada: Page, server: Server) -> None:
    ada.get_by_role("link", name="What happened").click()
    ada.locator(".log a").first.click()
    expect(ada.get_by_role("heading", level=1)).to_contain_text("History of")


def test_without_its_script_the_page_shows_what_there_was(
    browser: Browser, server: Server, made: dict[str, UUID]
) -> None:
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, server, "ada")
    page.goto(address(server, "/admin/log?kind=events"))
    expect(page.locator("#live")).to_be_hidden()
    expect(page.locator(".log li").first).to_be_visible()
    page.get_by_label("Phone").fill("IPHONE01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Nothing found")
    context.close()
