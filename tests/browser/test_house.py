"""What administrators look after: who is connected, how much is believed at once, and people."""

from __future__ import annotations

from playwright.sync_api import expect

from adapters.ids import server_id
from tests.browser.phones import a_phone, page_of
from tests.browser.visitor import Somebody, Visitor
from tests.system.couple import in_step
from tests.system.phone import CALENDAR, CONTACTS
from tests.system.server import Server, until
from tests.system.wire import pinging

SHARED = True


def test_whoever_is_connected_is_shown_with_what_they_wait_for(
    root: Visitor, server: Server
) -> None:
    server.admit("juri")
    with a_phone(server, "juri", "WAITING") as phone:
        phone.set_up()
        in_step(phone)
        root.opens("/admin/live")
        root.sees_no("Juri Example")
        phone.wire.begin("Ping", pinging([phone.folders[CALENDAR].id], 600))
        until(lambda: server.parked("WAITING") == 1, "the phone does not wait")
        root.follows("admin.live.again")
        row = root.page.locator("tr", has_text="Juri Example")
        expect(row).to_contain_text("Ping")
        expect(row).to_contain_text("Calendar")
        expect(row).to_contain_text("waits up to")
        row.get_by_role("link").click()
        root.page.wait_for_url(f"**{page_of(server, 'juri', 'WAITING')}")


def test_how_much_is_believed_at_once_is_decided_for_one_person(
    root: Visitor, somebody: Somebody, server: Server
) -> None:
    server.admit("karl")
    limits = f"/admin/users/{server_id(server.account('karl'))}/held"
    root.opens(limits)
    root.reads("held.limit.everybodys")
    root.types("deletions", "none")
    root.presses("web.save")
    root.reads("refused.BadLimits")
    root.types("deletions", "2")
    root.presses("web.save")
    root.is_told("said.saved_only")
    root.opens(limits)
    root.reads("held.limit.own")

    # Karl's phone deletes three of four: nobody believes it until he has looked.
    with a_phone(server, "karl", "HASTY") as phone:
        phone.set_up()
        in_step(phone)
        for token in range(4):
            phone.add(CONTACTS, token)
        in_step(phone)
        folder = phone.folders[CONTACTS]
        folder.deleted = set(sorted(folder.store)[:3])
        in_step(phone)
        assert len(folder.store) == 1
        karl = somebody("karl")
        karl.signs_in()
        karl.sees("deleted or rewrote very much at once")
        karl.follows("held.see")
        karl.page.get_by_role("link", name="Test").click()
        karl.presses("held.discard")
        karl.is_told("said.held_discard")
        in_step(phone)
        assert len(folder.store) == 4
    root.presses("held.limit.default")
    root.is_told("said.saved_only")
    root.opens(limits)
    root.reads("held.limit.everybodys")


def test_a_person_becomes_an_administrator_and_no_longer_and_is_signed_out(
    root: Visitor, somebody: Somebody, server: Server
) -> None:
    server.admit("lena")
    lena = somebody("lena")
    lena.signs_in()
    lena.is_greeted()
    lena.opens("/admin/users")
    lena.is_at("error.403.title")
    root.opens("/admin/users?q=lena")
    root.page.get_by_role("link", name="Lena Example").click()
    root.presses("admin.act.promote")
    root.reads("admin.users.administrator")
    lena.opens("/admin/users")
    lena.is_at("admin.users.title")
    root.presses("admin.act.demote")
    root.reads("admin.users.person")
    lena.page.reload()
    lena.is_at("error.403.title")
    root.presses("admin.act.sign_out")
    lena.page.reload()
    lena.is_at("sign_in.title")

    # Another name, address and password: what was there before opens nothing.
    root.follows("web.edit")
    root.types("full_name", "Lena Moretti")
    root.types("mail", "no address")
    root.page.locator("#mail").evaluate("it => it.type = 'text'")
    root.presses("web.save")
    root.reads("refused.Unacceptable")
    root.types("mail", "moretti@example.org")
    root.presses("web.save")
    expect(root.page.get_by_role("heading", level=1)).to_have_text("Lena Moretti")
    root.types("password", "a quite new one")
    root.presses("admin.act.password")
    lena.signs_in()
    lena.reads("refused.WrongPassword")
    lena.name = "moretti@example.org"
    lena.signs_in("a quite new one")
    lena.sees("Hello, Lena Moretti")


def test_a_person_looks_after_their_phone(somebody: Somebody, server: Server) -> None:
    server.admit("mara")
    with a_phone(server, "mara", "OFMARA") as phone:
        phone.set_up()
        in_step(phone)
        phone.add(CONTACTS, 1)
        in_step(phone)
        mara = somebody("mara")
        mara.signs_in()
        mara.opens("/my/phones")
        mara.page.get_by_role("link", name="Test").first.click()
        mara.types("label", "The blue one")
        mara.presses("web.save")
        mara.is_told("said.phone_renamed")

        # What it did is undone, and it hears of that.
        mara.follows("my.phones.undo")
        mara.types("from", "2020-01-01T00:00:00")
        mara.presses("undo.look")
        mara.sees("They added it.")
        mara.unfolds("undo.all")
        mara.presses("undo.sure")
        mara.is_told("said.undone")
        in_step(phone)
        assert not phone.folders[CONTACTS].store

        mara.opens("/my/phones")
        mara.page.get_by_role("link", name="The blue one").first.click()
        mara.unfolds("my.phones.remove")
        mara.presses("my.phones.remove_sure")
        mara.is_told("said.phone_removed")
        mara.reads("my.phones.none")


def test_a_person_reads_in_their_own_language_and_zone(somebody: Somebody, server: Server) -> None:
    server.admit("nino")
    nino = somebody("nino")
    nino.signs_in()
    nino.follows("web.tab.settings")
    nino.page.select_option("#language", "it")
    nino.page.select_option("#zone", "America/New_York")
    nino.presses("web.save")
    nino.language = "it"
    nino.is_at("my.settings.title")
    expect(nino.page.locator("html")).to_have_attribute("lang", "it")
    expect(nino.page.locator("#zone")).to_have_value("America/New_York")
