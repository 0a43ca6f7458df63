"""Looking back, in a real browser: a folder as of a moment, what differs between two, the slider
with and without its script, and what was removed brought back by an administrator."""

from __future__ import annotations

import json
import time
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Locator, Page, expect

from adapters.ids import server_id
from app import items as use
from domain.folder import CONTACTS, default_folder
from projections import items
from tests.browser.driving import address, sign_in
from tests.browser.visitor import Visitor
from tests.system.server import Server

SHARED = True
ROME = ZoneInfo("Europe/Rome")


def writes(server: Server, name: str, id: UUID | None, patch: dict[str, str] | None) -> UUID:
    """A contact of this person's is added, changed or removed, through another process."""
    account = server.account(name)
    with (
        server.groupware() as groupware,
        groupware.acting(groupware.author(f"user:{name}", "test")) as connection,
    ):
        if id is None:
            book = items.collection(connection, default_folder(account, CONTACTS))
            assert book is not None
            return use.add(groupware, connection, book, "contacts", patch or {}).id
        item = use.load(groupware, connection, id)
        if patch is None:
            use.remove(groupware, item)
        else:
            use.revise(groupware, connection, item, patch)
    return id


def between() -> str:
    """A moment that is later than all that was, and earlier than all that comes: a second has both
    sides, so it takes a part of one."""
    now = time.time()
    time.sleep(1 - now % 1)
    return f"{datetime.now(ROME):%Y-%m-%dT%H:%M:%S}"


def shows(root: Visitor, name: str, **moments: str) -> None:
    """The form is filled in as people do."""
    root.opens(f"/admin/users?q={name}")
    root.page.get_by_role("link", name=f"{name.title()} Example").click()
    root.follows("asof.at_all")
    for field, moment in moments.items():
        root.types(field.removesuffix("_"), moment)
    root.page.select_option("#folder", label="Contacts")
    root.presses("asof.show")


def test_an_address_book_is_shown_as_it_was_and_compared(root: Visitor, server: Server) -> None:
    server.admit("abel")
    stays = writes(server, "abel", None, {"first_name": "Stella"})
    goes = writes(server, "abel", None, {"first_name": "Gustav"})
    then = between()
    writes(server, "abel", stays, {"first_name": "Stella", "job_title": "Pilot"})
    writes(server, "abel", goes, None)
    writes(server, "abel", None, {"first_name": "Nadia"})

    shows(root, "abel", at=then)
    root.sees("2 things were there")
    root.sees("Gustav")
    root.sees_no("Nadia")
    assert b"Gustav" in root.takes("asof.form.vcf")
    assert server_id(goes) in json.loads(root.takes("asof.form.json"))

    shows(root, "abel", at=then, and_="2040-01-01T00:00:00")
    root.sees("3 things are different")
    rows = root.page.locator(".rows li")
    for name, fate in (("Gustav", "went"), ("Nadia", "came"), ("Stella", "changed")):
        row = rows.filter(has_text=name)
        expect(row.locator(".state")).to_have_text(root.text(f"asof.fate.{fate}"))
    expect(rows.filter(has_text="Stella")).to_contain_text("Job title: (empty) → Pilot")
    shows(root, "abel", at="2020-01-01T00:00:00")
    root.reads("asof.nothing")


def test_what_was_removed_is_brought_back_by_an_administrator(
    root: Visitor, server: Server
) -> None:
    server.admit("bella")
    id = writes(server, "bella", None, {"first_name": "Rosalba"})
    writes(server, "bella", id, None)
    root.opens(f"/admin/items/{server_id(id)}")
    root.follows("asof.versions")
    root.reads("asof.lost_text")
    root.presses("asof.restore")
    root.is_told("said.brought_back")
    with server.groupware() as groupware, groupware.reading() as connection:
        row = items.item(connection, id)
    assert row is not None
    assert not row.removed
    root.opens(f"/admin/items/{server_id(id)}")
    root.sees("brought back the contact “Rosalba”")


# The slider


def renamed(server: Server, name: str) -> str:
    """Where the four versions of a contact of this person's are looked at."""
    server.admit(name)
    id = writes(server, name, None, {"first_name": "First"})
    for version in ("Second", "Third", "Fourth"):
        writes(server, name, id, {"first_name": version})
    return f"/admin/items/{server_id(id)}/as-of"


def drag(page: Page, slider: Locator) -> None:
    """From its right end to its left, without letting go."""
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 8, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.move(box["x"] + 2, middle)


def test_the_slider_says_where_it_is_while_it_is_dragged_and_goes_there_when_it_is_let_go(
    root: Visitor, server: Server
) -> None:
    root.opens(renamed(server, "cleo"))
    heading, slider = root.page.get_by_role("heading", level=1), root.page.get_by_role("slider")
    label = root.page.locator("label[for=version]")
    expect(label).to_contain_text("Version 4 of 4")
    drag(root.page, slider)
    expect(label).to_contain_text("Version 1 of 4")
    expect(slider).to_have_attribute("aria-valuetext", label.inner_text())
    expect(heading).to_have_text("Fourth")
    root.page.mouse.up()
    expect(heading).to_have_text("First")
    expect(slider).to_have_value("1")


def test_by_the_keyboard_the_slider_waits_for_enter_and_goes_on_from_where_it_was(
    root: Visitor, server: Server
) -> None:
    root.opens(renamed(server, "dino"))
    heading, slider = root.page.get_by_role("heading", level=1), root.page.get_by_role("slider")
    slider.focus()
    for version, name in ((3, "Third"), (2, "Second")):
        root.page.keyboard.press("ArrowLeft")
        expect(root.page.locator("label[for=version]")).to_contain_text(f"Version {version} of 4")
        root.page.keyboard.press("Enter")
        expect(heading).to_have_text(name)
        expect(slider).to_be_focused()


def test_without_its_script_the_slider_is_moved_and_a_button_goes_there(
    browser: Browser, server: Server
) -> None:
    page = browser.new_page(locale="en-GB", java_script_enabled=False)
    sign_in(page, server, "root")
    page.goto(address(server, renamed(server, "elio")))
    page.get_by_role("slider").click(position={"x": 2, "y": 8})
    expect(page.get_by_role("slider")).to_have_value("1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Fourth")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("First")
    page.close()


def test_what_has_one_version_has_no_slider(root: Visitor, server: Server) -> None:
    server.admit("fido")
    id = writes(server, "fido", None, {"first_name": "Only"})
    root.opens(f"/admin/items/{server_id(id)}/as-of")
    root.sees("Only")
    expect(root.page.get_by_role("slider")).to_have_count(0)
