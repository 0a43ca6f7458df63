"""A policy, from its form to the phone that keeps it, the one that does not, and the exception."""

from __future__ import annotations

from playwright.sync_api import expect

from app import people
from tests.browser.phones import a_phone, demanded, page_of, takes_on
from tests.browser.visitor import Visitor
from tests.system.server import Server

SHARED = True
GOOD, PARTLY, NOTHING = 1, 2, 3
"""How much of its policy a phone says it keeps (MS-ASPROV 2.2.2.54.2)."""

REFUSED = "139"
"""The phone cannot comply with the policy (MS-ASCMD 2.2.2)."""


def is_written_down(root: Visitor) -> None:
    """A code of six digits is a must, and halves do not count."""
    root.follows("web.tab.admin")
    root.follows("admin.policy.title")
    root.follows("admin.policy.new")
    root.types("name", "codes")
    root.page.check("#DevicePasswordEnabled")
    root.types("MinDevicePasswordLength", "60")
    root.page.locator("summary", has_text=root.text("admin.policy.group.lenience")).click()
    root.page.check("#AllowNonProvisionableDevices")
    root.presses("web.save")
    root.reads("admin.policy.wrong")
    root.types("MinDevicePasswordLength", "6")
    root.presses("web.save")
    root.is_told("said.policy_made")


def is_in_the_log(root: Visitor) -> None:
    """In the words of the form."""
    root.opens("/admin/log?kind=rules")
    root.sees("“codes”: A code on the phone is required; Shortest code (1 to 16 characters): 6;")
    root.page.go_back()


def is_assigned(root: Visitor) -> None:
    """To nobody together with somebody who is not here; then to the two who are."""
    root.types("names", "pia\nnobody-here")
    root.presses("admin.policy.assign")
    root.reads("admin.policy.unknown", names="nobody-here")
    root.types("names", "pia\nquirin@example.org")
    root.presses("admin.policy.assign")
    root.sees("2 people")


def is_removed(root: Visitor) -> None:
    root.follows("admin.policy.title")
    root.page.get_by_role("link", name="codes").click()
    root.unfolds("admin.policy.remove")
    root.sees("2 people will be under no policy.")
    root.presses("admin.policy.remove_sure")
    root.is_told("said.policy_removed")


def test_a_policy_is_made_and_kept_and_who_cannot_keep_it_is_excepted(
    root: Visitor, server: Server
) -> None:
    server.admit("pia", "quirin")
    is_written_down(root)
    is_in_the_log(root)
    is_assigned(root)

    # Pia's phone takes it on and comes in; Quirin's keeps nothing of it, and stays out.
    with a_phone(server, "pia", "OBEDIENT") as good, a_phone(server, "quirin", "STUBBORN") as bad:
        asked = demanded(good.wire)
        assert (asked["DevicePasswordEnabled"], asked["MinDevicePasswordLength"]) == ("1", "6")
        assert takes_on(good.wire, GOOD) == "1"
        good.set_up()
        assert takes_on(bad.wire, NOTHING) == REFUSED

        # Root sees which, and why, on the page of the person and in the list of phones.
        root.opens("/admin/devices?state=unfit")
        root.sees("Quirin Example")
        root.sees_no("Pia Example")
        root.page.locator("tr", has_text="Quirin Example").get_by_role("link").click()
        root.reads("admin.why.unfit.3")

        # One click, and it comes in without; another one, and it is asked again.
        root.presses("admin.act.except")
        root.reads("my.state.excepted.short")
        assert bad.wire.folders()
        root.page.reload()
        root.presses("admin.act.end_exception")
        root.reads("my.state.unfit.short")

    # The policy goes, and with it what it demanded.
    is_removed(root)
    root.opens(page_of(server, "quirin", "STUBBORN"))
    expect(root.page.locator(".state").first).to_have_text(root.text("my.state.in_step.short"))


def test_whoever_is_ticked_is_taken_off_a_policy(root: Visitor, server: Server) -> None:
    admitted = server.admit("rosa", "stella")
    with server.groupware() as groupware:
        admin = groupware.author("admin:test", "test")
        people.write_policy(groupware, admin, "encrypted", {"RequireDeviceEncryption": "1"})
        for account in admitted.values():
            people.assign_policy(groupware, admin, account, "encrypted")
    root.opens("/admin/policies")
    root.page.get_by_role("link", name="encrypted").click()
    root.page.get_by_label("Rosa Example").check()
    root.presses("admin.policy.release")
    root.sees("Stella Example")
    root.sees_no("Rosa Example")
