"""A person at the pages and a phone see the same calendar, and at once."""

from __future__ import annotations

import plistlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pyotp
import pytest
from playwright.sync_api import Page, expect

from adapters.ids import server_id
from app import people
from tests.browser.driving import address, sign_in
from tests.system.couple import in_step
from tests.system.phone import CALENDAR, CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.wire import Wire, pinging

PEOPLE = ("ada", "bob", "carl")
SETTINGS = {"LOG_LEVEL": "debug"}
NEWS, BLOCKED = "2", "129"


@pytest.fixture
def phone(server: Server) -> Iterator[Phone]:
    """Ada's, in step with what is there."""
    wire = Wire(HOST, server.port, "ada", PASSWORD, "BROWSERTEST")
    phone = Phone(wire, random.Random(1))
    phone.set_up()
    in_step(phone)
    yield phone
    wire.close()
    assert phone.strange == []


def test_an_event_made_on_the_page_wakes_a_phone_that_waits(
    ada: Page, server: Server, phone: Phone
) -> None:
    folder = phone.folders[CALENDAR]
    waiting = Wire(
        HOST, server.port, "ada", PASSWORD, "BROWSERTEST", policy_key=phone.wire.policy_key
    )
    waiting.begin("Ping", pinging([folder.id], 600))
    until(lambda: server.parked("BROWSERTEST") == 1, "the phone does not wait")
    ada.goto(address(server, "/my/calendar/new"))
    ada.fill("#subject", "Made on the page")
    ada.fill("#start_day", "2026-06-02")
    ada.fill("#start_time", "10:00")
    ada.fill("#end_day", "2026-06-02")
    ada.fill("#end_time", "11:00")
    ada.click("main button[type=submit]")
    expect(ada.get_by_role("heading", level=1)).to_have_text("Made on the page")
    assert waiting.finish().text_of("ping:Status") == NEWS
    waiting.close()
    in_step(phone)
    (item,) = [each for each in folder.store.values() if each["a"] == "Made on the page"]
    assert item["birth"] == "20260602T080000Z"


def test_an_event_made_by_the_phone_is_on_the_page(ada: Page, server: Server, phone: Phone) -> None:
    phone.add(CALENDAR, 30)
    in_step(phone)
    born = datetime(2026, 6, 2, 6, tzinfo=UTC)
    ada.goto(address(server, f"/my/calendar?month={born:%Y-%m}"))
    ada.get_by_role("link", name="a30").click()
    expect(ada.locator("main")).to_contain_text("Tuesday 2 June 2026, 08:00 – 09:00")


def test_a_contact_edited_on_the_page_is_on_the_phone(
    ada: Page, server: Server, phone: Phone, made: dict[str, UUID]
) -> None:
    in_step(phone)
    ada.goto(address(server, f"/my/contacts/{server_id(made['Giulia'])}"))
    ada.get_by_role("link", name="Edit").click()
    ada.fill("#job_title", "Engineer")
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("status")).to_contain_text("Your phones hear of it now.")
    in_step(phone)
    assert phone.folders[CONTACTS].store[server_id(made["Giulia"])]["b"] == "Engineer"


def test_a_contact_is_found_by_the_beginning_of_a_name(
    ada: Page, server: Server, made: dict[str, UUID]
) -> None:
    ada.goto(address(server, "/my/contacts"))
    ada.fill("#q", "lindq")
    ada.keyboard.press("Enter")
    expect(ada.get_by_text("One contact")).to_be_visible()
    ada.get_by_role("link", name="Nora Lindqvist").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Nora Lindqvist")


def test_the_profile_is_downloaded_and_says_all_that_an_iphone_asks_for(
    ada: Page, server: Server
) -> None:
    ada.goto(address(server, "/my/phones/set-up"))
    with ada.expect_download() as download:
        ada.get_by_role("link", name="Download the profile").click()
    assert download.value.suggested_filename == "taccuino.mobileconfig"
    profile = plistlib.loads(download.value.path().read_bytes())
    assert (profile["PayloadType"], profile["PayloadVersion"]) == ("Configuration", 1)
    (exchange,) = profile["PayloadContent"]
    host, _, user, mail, _ = ada.locator(".facts dd").all_inner_texts()
    assert exchange["PayloadType"] == "com.apple.eas.account"
    assert exchange["Host"] == host == f"localhost:{server.port}"
    assert exchange["UserName"] == user == "ada"
    assert exchange["EmailAddress"] == mail == "ada@example.org"
    assert (exchange["EnableCalendars"], exchange["EnableContacts"]) == (True, True)
    assert exchange["SSL"] is False, "there is no certificate in this test"
    assert "Password" not in exchange
    picture = ada.get_by_role("img", name="QR code")
    assert picture.evaluate("it => it.complete && it.naturalWidth > 0")


def test_an_edit_that_was_set_aside_comes_back(
    ada: Page, server: Server, made: dict[str, UUID]
) -> None:
    ada.get_by_role("link", name="Look at them").click()
    ada.get_by_role("button", name="Use what was set aside").click()
    expect(ada.get_by_role("status")).to_contain_text("in force")
    ada.goto(address(server, f"/my/calendar/{server_id(made['Dentist'])}"))
    expect(ada.get_by_role("heading", level=1)).to_have_text("Dentist, bring the X-ray")


def test_all_day_needs_no_time_and_none_is_asked_for(ada: Page, server: Server) -> None:
    ada.goto(address(server, "/my/calendar/new?day=2026-07-01"))
    ada.fill("#subject", "Holiday")
    expect(ada.locator("#start_time")).to_be_visible()
    ada.check("#all_day")
    expect(ada.locator("#start_time")).to_be_hidden()
    ada.click("main button[type=submit]")
    expect(ada.locator("main")).to_contain_text("Wednesday 1 July 2026")


def test_the_theme_is_chosen_without_a_script(ada: Page) -> None:
    def ground() -> str:
        colour: str = ada.evaluate("getComputedStyle(document.body).backgroundColor")
        return colour

    html, light = ada.locator("html"), ground()
    ada.emulate_media(color_scheme="dark")
    dark = ground()
    ada.get_by_role("button", name="Light").click()
    expect(html).to_have_attribute("data-theme", "light")
    assert ground() == light != dark
    ada.emulate_media(color_scheme="light")
    ada.get_by_role("button", name="Dark").click()
    expect(html).to_have_attribute("data-theme", "dark")
    assert ground() == dark


def test_signing_out_leads_to_the_way_in_and_back_shows_nothing(ada: Page, server: Server) -> None:
    ada.get_by_role("button", name="Sign out").click()
    expect(ada.get_by_role("status")).to_have_text("You are signed out.")
    ada.go_back()
    ada.wait_for_url("**/sign-in**")


def test_the_second_factor_is_turned_on_with_an_app_and_asked_for_from_then_on(
    page: Page, server: Server
) -> None:
    sign_in(page, server, "bob")
    page.goto(address(server, "/my/second-factor"))
    page.get_by_role("link", name="Turn on").click()
    page.fill("#proof", PASSWORD)
    page.get_by_role("button", name="OK").click()
    drawn = page.get_by_role("img", name="QR code")
    box = drawn.locator("svg").bounding_box()
    assert box
    assert box["width"] > 150
    totp = pyotp.TOTP(page.locator("form .code").inner_text())
    page.fill("#code", totp.now())
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is on")
    recovery = page.locator(".codes li").first.inner_text()
    next_code = totp.at(int(datetime.now(UTC).timestamp()) + 30)
    for code in (next_code, recovery):
        page.get_by_role("button", name="Sign out").click()
        page.fill("#name", "bob")
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.fill("#code", code)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Bob Example")


def test_a_phone_that_an_administrator_blocks_is_out_while_it_waits(
    ada: Page, server: Server, phone: Phone, made: dict[str, UUID]
) -> None:
    wire = phone.wire
    waiting = Wire(HOST, server.port, "ada", PASSWORD, wire.device, policy_key=wire.policy_key)
    waiting.begin("Ping", pinging([phone.folders[CALENDAR].id], 600))
    until(lambda: server.parked(wire.device) == 1, "the phone does not wait")
    ada.goto(address(server, "/admin/devices?q=browsertest"))
    ada.locator("tbody a").first.click()
    ada.fill("#reason", "left in a taxi")
    ada.get_by_role("button", name="Block").click()
    expect(ada.locator(".lead")).to_have_text("Blocked: left in a taxi")
    assert waiting.finish().text_of("ping:Status") == BLOCKED
    waiting.close()
    for _ in range(2 * server.workers):
        assert wire.ping([phone.folders[CALENDAR].id], 600) == (BLOCKED, [])
        wire.close()
    ada.get_by_role("button", name="Unblock").click()
    expect(ada.locator(".state").first).to_have_text("in step")
    in_step(phone)


def test_another_password_ends_the_session_in_every_process(page: Page, server: Server) -> None:
    sign_in(page, server, "carl")
    with server.groupware() as groupware:
        admin = groupware.author("admin:test", "test")
        people.set_password(groupware, admin, server.account("carl"), "quite another one")
    for _ in range(2 * server.workers):
        page.goto(address(server, "/my"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
