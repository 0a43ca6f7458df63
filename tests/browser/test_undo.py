"""Giving back, in a real browser: a slider over the versions of an event, a held burst that is
released, and what a phone did, reviewed and undone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from adapters.ids import server_id
from app import items as use
from domain.folder import CONTACTS, default_folder
from domain.item import HeldEdit
from projections import items
from tests.browser.driving import address
from tests.system.server import Server

ROME = ZoneInfo("Europe/Rome")


def by_phone(
    server: Server, made: dict[str, UUID], *edits: tuple[UUID, dict[str, object] | None]
) -> None:
    """What the iPhone did, through another process: of each item a patch, or its deletion."""
    with server.groupware() as groupware:
        author = groupware.author("device:IPHONE01", "elsewhere", made["IPHONE01"])
        with groupware.acting(author) as connection:
            for id, patch in edits:
                item = use.load(groupware, connection, id)
                if patch is None:
                    use.remove(groupware, item)
                else:
                    use.revise(groupware, connection, item, patch)


def live(server: Server, id: UUID) -> bool:
    with server.groupware() as groupware, groupware.reading() as connection:
        row = items.item(connection, id)
    return row is not None and not row.removed


def test_a_slider_goes_through_the_versions_and_back(
    ada: Page, server: Server, made: dict[str, UUID]
) -> None:
    """With the keyboard alone."""
    event = made["Theatre"]
    by_phone(server, made, (event, {"subject": "Opera"}), (event, {"subject": "Cinema"}))
    ada.goto(address(server, f"/my/history/{server_id(event)}"))
    ada.get_by_role("link", name="Look at each version").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Cinema")
    slider = ada.get_by_role("slider")
    expect(slider).to_have_value("3")
    slider.focus()
    ada.keyboard.press("Home")
    expect(slider).to_have_value("1")
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("heading", level=1)).to_have_text("Theatre")
    expect(ada.locator("tr", has_text="What")).to_contain_text("Cinema")
    ada.get_by_role("link", name="The one after").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Opera")


def test_a_version_is_downloaded_as_a_file(
    ada: Page, server: Server, made: dict[str, UUID]
) -> None:
    ada.goto(address(server, f"/admin/items/{server_id(made['Accounts'])}/as-of"))
    with ada.expect_download() as found:
        ada.get_by_role("link", name="As a calendar file").click()
    assert b"SUMMARY:Accounts" in found.value.path().read_bytes()


def test_a_held_burst_is_looked_at_and_released(
    ada: Page, server: Server, made: dict[str, UUID]
) -> None:
    ada.goto(address(server, "/my"))
    ada.locator(".alert", has_text="very much at once").get_by_role("link").click()
    ada.get_by_role("link", name="Pixel Tablet").click()
    did = ada.locator("section", has=ada.get_by_role("heading", name="One by one"))
    expect(did.locator(".one")).to_have_count(4)
    expect(did).to_contain_text("Job title: Architect → ?")
    ada.get_by_text("Yes: let it happen").click()
    ada.get_by_role("button", name="Yes, let it happen").click()
    expect(ada.get_by_role("status")).to_contain_text("It happened")
    expect(ada.locator("main")).to_contain_text("Nothing is held back")
    assert not live(server, made["Beatrice"])


def test_a_held_burst_is_discarded_by_an_administrator(
    ada: Page, server: Server, made: dict[str, UUID]
) -> None:
    burst, contact = uuid4(), made["Anselmo"]
    with server.groupware() as groupware:
        author = groupware.author("device:IPHONE01", "elsewhere", made["IPHONE01"])
        with groupware.acting(author) as connection:
            item = use.load(groupware, connection, contact)
            folder = default_folder(made["ada"], CONTACTS)
            use.hold(groupware, item, burst, HeldEdit(item.edition, None), 2, folder)
    ada.goto(address(server, "/admin/held"))
    ada.get_by_role("link", name="Ada's iPhone").click()
    ada.get_by_role("button", name="give the phone everything back").click()
    expect(ada.get_by_role("status")).to_contain_text("gets everything back")
    assert live(server, contact)


def test_what_a_phone_did_is_reviewed_and_undone(
    ada: Page, server: Server, made: dict[str, UUID]
) -> None:
    breakfast, train = made["Team breakfast"], made["Train to Bologna"]
    since = datetime.now(ROME)
    by_phone(server, made, (breakfast, {"subject": "???"}), (train, None))
    ada.goto(address(server, f"/admin/devices/{server_id(made['IPHONE01'])}"))
    ada.get_by_role("link", name="Undo what it did").click()
    ada.fill("#from", f"{since:%Y-%m-%dT%H:%M:%S}")
    ada.get_by_role("button", name="Show what it was").click()
    expect(ada.locator("#whole")).to_have_text("2 things were changed")
    row = ada.locator("tr", has_text="???").first
    expect(row.locator("td")).to_have_text(["Team breakfast", "???", "???", "Team breakfast"])
    expect(ada.locator("main")).to_contain_text("comes back")
    assert not live(server, train), "a look changes nothing"
    ada.get_by_text("Undo all of it", exact=True).click()
    ada.get_by_role("button", name="Yes, undo all of it").click()
    expect(ada.get_by_role("status")).to_contain_text("Undone")
    assert live(server, train)
    ada.goto(address(server, f"/my/calendar/{server_id(breakfast)}"))
    expect(ada.get_by_role("heading", level=1)).to_have_text("Team breakfast")


@pytest.mark.parametrize("narrow", [True, False])
def test_what_was_removed_is_brought_back(
    ada: Page, server: Server, made: dict[str, UUID], narrow: bool
) -> None:
    if narrow:
        ada.set_viewport_size({"width": 390, "height": 844})
    ada.goto(address(server, "/my/removed"))
    card = ada.locator("section", has_text="Ottavio Neri")
    card.get_by_role("button", name="Bring it back").click()
    expect(ada.get_by_role("status")).to_contain_text("It is back")
    assert live(server, made["gone"])
    by_phone(server, made, (made["gone"], None))
