"""A phone that is lost: what came from here is erased on it, or it is erased whole; and what both
sides are shown meanwhile."""

from __future__ import annotations

from playwright.sync_api import expect

from adapters.wbxml import E
from tests.browser.phones import a_phone, page_of, says
from tests.browser.visitor import Somebody, Visitor
from tests.system.phone import Phone
from tests.system.server import Server

SHARED = True
BLOCKED = "129"
"""The phone may not come in (MS-ASCMD 2.2.2)."""

ORDERS = {"account": "provision:AccountOnlyRemoteWipe", "device": "provision:RemoteWipe"}


def obeys(phone: Phone, kind: str) -> None:
    """It is told to erase, and says that it has (MS-ASPROV 3.1.5.1.2.2)."""
    order = ORDERS[kind]
    assert says(phone.wire).find(order) is not None
    says(phone.wire, E(order, E("provision:Status", 1)))


def is_shown(root: Visitor, state: str) -> None:
    expect(root.page.locator(".state").first).to_have_text(root.text(f"my.state.{state}.short"))


def test_what_came_from_here_is_erased_and_the_phone_says_so(
    root: Visitor, somebody: Somebody, server: Server
) -> None:
    server.admit("yara")
    with a_phone(server, "yara", "LOSTONE") as phone:
        phone.set_up()
        root.opens(page_of(server, "yara", "LOSTONE"))
        root.unfolds("admin.act.wipe")
        root.reads("admin.wipe.account_text")
        root.presses("admin.act.wipe")
        root.is_told("said.wipe_asked")
        is_shown(root, "to_be_wiped")
        root.reads("admin.wipe.not_yet")

        # It has been found under the sofa; then it is lost again.
        root.presses("admin.act.spare")
        is_shown(root, "in_step")
        root.unfolds("admin.act.wipe")
        root.presses("admin.act.wipe")

        obeys(phone, "account")
        root.page.reload()
        is_shown(root, "wiped")
        root.sees("the phone has erased it")
        assert says(phone.wire).text_of("provision:Status") == BLOCKED
    yara = somebody("yara")
    yara.signs_in()
    yara.opens("/my/phones")
    yara.reads("my.state.wiped.short")


def test_a_whole_phone_is_erased_only_where_that_is_allowed_and_it_is_named(
    root: Visitor, server: Server
) -> None:
    server.admit("zoe")
    with a_phone(server, "zoe", "STOLEN") as phone:
        phone.set_up()
        page = page_of(server, "zoe", "STOLEN")
        root.opens(f"{page}/wipe")
        root.is_at("error.404.title")
        decides(root, "turn_on")
        root.opens(page)
        root.follows("admin.wipe.whole_link")
        root.reads("admin.wipe.warning")
        root.ticks("admin.wipe.sure")
        root.types("name", "another phone")
        root.presses("admin.wipe.go")
        root.reads("refused.NotMeant")
        root.types("name", "Test")
        root.presses("admin.wipe.go")
        root.is_told("said.wipe_asked")
        root.reads("admin.wipe.kind.device")
        obeys(phone, "device")
        root.page.reload()
        is_shown(root, "wiped")
    decides(root, "turn_off")


def decides(root: Visitor, act: str) -> None:
    """Whether whole phones may be erased here."""
    root.opens("/admin/settings")
    rule = root.page.locator("section", has_text=root.text("admin.rule.full_wipe_allowed.title"))
    rule.get_by_role("button", name=root.text(f"admin.settings.{act}")).click()
    root.is_told("said.saved_only")
