"""Why a phone has what it has, and whether the store is sound, in a real browser."""

from __future__ import annotations

import random
from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from adapters.ids import server_id
from tests.browser.driving import address
from tests.system.couple import in_step
from tests.system.phone import CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.wire import Wire

PEOPLE = ("ada", "bob")


@pytest.fixture
def phones(server: Server) -> Iterator[list[Phone]]:
    """Two of Bob's, in step."""
    wires = [Wire(HOST, server.port, "bob", PASSWORD, each) for each in ("EXPLAINED", "ELSEWHERE")]
    phones = [Phone(wire, random.Random(1)) for wire in wires]
    for phone in phones:
        phone.set_up()
        in_step(phone)
    yield phones
    for wire in wires:
        wire.close()


def named(server: Server, device: str) -> str:
    with server.groupware() as groupware, groupware.reading() as connection:
        rows = connection.execute("SELECT id FROM partnership WHERE device = ?", (device,))
        (id,) = rows.fetchone()
    return server_id(UUID(bytes=id))


def test_an_administrator_goes_through_an_answer_item_by_item(
    ada: Page, server: Server, made: dict[str, UUID], phones: list[Phone]
) -> None:
    first, second = phones
    second.add(CONTACTS, 7)
    in_step(second)
    ada.goto(address(server, f"/admin/devices/{named(server, 'EXPLAINED')}"))
    ada.get_by_role("link", name="Why it has what it has").click()
    ada.get_by_label("Folder").select_option(label="Contacts")
    ada.get_by_role("button", name="Show").click()
    pending = ada.get_by_role("region", name="Will be told next")
    expect(pending).to_contain_text("The phone did not have it.")
    in_step(first)
    ada.reload()
    expect(pending).to_contain_text("it has all there is")
    ada.get_by_role("link", name="in the log").first.click()
    expect(ada.locator("main")).to_contain_text("of Bob Example added the contact")


def test_a_kept_line_is_held_against_the_log(
    ada: Page, server: Server, made: dict[str, UUID]
) -> None:
    ada.goto(address(server, "/admin/store"))
    line = ada.get_by_text("taccuino-checkpoint").inner_text()
    ada.get_by_role("button", name="Prove it now").click()
    until(lambda: (server.home / "last-proof.json").exists(), "nobody proved the store")
    ada.goto(address(server, "/admin/store"))
    expect(ada.get_by_text("Sound", exact=True)).to_be_visible()
    ada.get_by_label("Lines that were kept").fill(line)
    ada.get_by_role("button", name="Compare").click()
    expect(ada.get_by_role("status")).to_contain_text("agrees with this line")
    ada.get_by_label("Lines that were kept").fill(line.replace("taccuino-checkpoint ", "x"))
    ada.get_by_role("button", name="Compare").click()
    expect(ada.get_by_role("alert")).to_contain_text("was not signed by this house")
