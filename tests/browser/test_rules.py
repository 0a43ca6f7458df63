"""Which phones may come in by what they are: a rule is tried, added, keeps a phone waiting, and the
phone gets in once somebody approves it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.phones import a_phone, page_of
from tests.browser.visitor import Somebody, Visitor
from tests.system.couple import in_step
from tests.system.phone import CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.wire import Wire, pinging

SHARED = True


def adds_a_rule(root: Visitor, about: str, pattern: str, access: str) -> None:
    root.opens("/admin/rules")
    root.chooses("about", f"admin.rules.about.{about}")
    root.types("pattern", pattern)
    root.chooses("access", f"admin.access.{access}")
    root.presses("admin.rules.try")


def removes(root: Visitor, pattern: str) -> None:
    root.opens("/admin/rules")
    name = root.text("admin.rules.remove", pattern=pattern)
    root.page.get_by_role("button", name=name).click()
    root.sees_no(pattern)


def holds(phone: Phone) -> int:
    return len(phone.folders[CONTACTS].store)


def test_a_rule_keeps_a_phone_waiting_until_it_is_approved(
    root: Visitor, somebody: Somebody, server: Server
) -> None:
    server.admit("tea")
    adds_a_rule(root, "type", "WatchPhone*", "quarantine")
    root.reads("admin.rules.no_phone")
    root.presses("admin.rules.add")
    with (
        a_phone(server, "tea", "HERPHONE") as known,
        a_phone(server, "tea", "NEWWATCH", "WatchPhone2") as phone,
    ):
        known.set_up()
        known.add(CONTACTS, 1)
        in_step(known)

        # The watch is set up, and waits: its folders are empty. Tea is told so.
        phone.set_up()
        in_step(phone)
        assert holds(phone) == 0
        tea = somebody("tea")
        tea.signs_in()
        tea.opens("/my/phones")
        tea.reads("my.state.waits.short")

        # It waits for news; root approves it, and it hears at once and gets everything.
        key = phone.wire.policy_key
        wire = Wire(HOST, server.port, "tea", PASSWORD, "NEWWATCH", policy_key=key)
        wire.begin("Ping", pinging([phone.folders[CONTACTS].id], 600))
        until(lambda: server.parked("NEWWATCH") == 1, "the phone does not wait")
        root.opens("/admin/devices")
        root.follows("admin.devices.see")
        root.page.locator("tr", has_text="Tea Example").get_by_role("link").click()
        root.reads("admin.why.waits")
        root.presses("admin.act.approve")
        expect(root.page.locator(".state").first).to_have_text(root.text("my.state.in_step.short"))
        wire.finish()
        wire.close()
        phone.set_up()
        in_step(phone)
        assert holds(phone) == 1
    removes(root, "WatchPhone*")


def test_a_rule_says_before_it_is_added_which_phones_it_shuts_out(
    root: Visitor, server: Server
) -> None:
    server.admit("uma")
    with a_phone(server, "uma", "OLDPHONE", "Palm7") as phone:
        phone.set_up()
        adds_a_rule(root, "type", "Palm?", "block")
        root.sees("let in → not let in")
        root.follows("web.cancel")
        root.sees_no("Palm?")
        adds_a_rule(root, "type", "Palm?", "block")
        root.presses("admin.rules.add")
        root.sees("decides about one phone")
        root.opens(page_of(server, "uma", "OLDPHONE"))
        expect(root.page.locator(".state").first).to_have_text(
            root.text("my.state.ruled_out.short")
        )
        removes(root, "Palm?")
        phone.set_up()
        in_step(phone)
