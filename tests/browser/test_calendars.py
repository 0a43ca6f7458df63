"""Several calendars, a series of which one time is moved, and a contact that comes and goes."""

from __future__ import annotations

from playwright.sync_api import expect

from app import folders
from domain.folder import USER_CALENDAR
from tests.browser.phones import a_phone
from tests.browser.visitor import Somebody
from tests.system.couple import in_step
from tests.system.phone import CONTACTS
from tests.system.server import Server

SHARED = True


def test_of_several_calendars_those_are_shown_that_are_ticked(
    somebody: Somebody, server: Server
) -> None:
    account = server.admit("gaia")["gaia"]
    with (
        server.groupware() as groupware,
        groupware.acting(groupware.author("user:gaia", "test")) as connection,
    ):
        folders.make(groupware, connection, account, "Choir", USER_CALENDAR)
    gaia = somebody("gaia")
    gaia.signs_in()
    for subject, calendar in (("Dentist", "Calendar"), ("Rehearsal", "Choir")):
        gaia.opens("/my/calendar/new?day=2026-06-03")
        gaia.types("subject", subject)
        gaia.page.select_option("#calendar", label=calendar)
        gaia.ticks("my.event.all_day")
        gaia.presses("web.save")
        gaia.is_told("said.event_made")
    gaia.opens("/my/calendar?month=2026-06")
    gaia.sees("Dentist")
    gaia.sees("Rehearsal")
    gaia.page.get_by_label("Choir", exact=True).uncheck()
    gaia.presses("my.calendar.show")
    gaia.sees("Dentist")
    gaia.sees_no("Rehearsal")
    gaia.page.get_by_role("link", name=gaia.text("my.calendar.after")).click()
    gaia.page.get_by_role("link", name=gaia.text("my.calendar.before")).click()
    gaia.sees_no("Rehearsal")


def test_one_time_of_a_series_is_moved_and_another_one_does_not_take_place(
    somebody: Somebody, server: Server
) -> None:
    server.admit("hugo")
    hugo = somebody("hugo")
    hugo.signs_in()
    hugo.opens("/my/calendar/new?day=2026-06-01")
    hugo.types("subject", "Standup")
    hugo.types("start_time", "09:00")
    hugo.types("end_time", "09:15")
    expect(hugo.page.locator("#until")).to_be_hidden()
    hugo.chooses("repeats", "my.event.repeats.week")
    hugo.types("until", "2026-06-29")
    hugo.presses("web.save")
    hugo.is_told("said.event_made")

    hugo.opens("/my/calendar?month=2026-06")
    times = hugo.page.locator(".event")
    expect(times).to_have_count(5)
    times.nth(1).click()
    hugo.follows("my.event.edit_once")
    hugo.types("start_time", "11:00")
    hugo.types("end_time", "11:15")
    hugo.presses("web.save")
    hugo.sees("11:00 – 11:15")
    hugo.opens("/my/calendar?month=2026-06")
    times.nth(2).click()
    hugo.unfolds("web.remove")
    hugo.presses("my.event.remove_once")
    hugo.is_told("said.occurrence_removed")
    hugo.opens("/my/calendar?month=2026-06")
    hours = [each.split("\n")[0] for each in times.all_inner_texts()]
    assert hours == ["09:00 – 09:15", "11:00 – 11:15", "09:00 – 09:15", "09:00 – 09:15"]


def test_a_contact_made_on_the_page_is_on_the_phone_and_gone_from_both(
    somebody: Somebody, server: Server
) -> None:
    server.admit("ines")
    ines = somebody("ines")
    ines.signs_in()
    with a_phone(server, "ines", "OFINES") as phone:
        phone.set_up()
        in_step(phone)
        ines.opens("/my/contacts/new")
        ines.presses("web.save")
        ines.reads("my.contact.wrong.empty")
        ines.types("first_name", "Olga")
        ines.types("email1", "olga@example.org")
        ines.presses("web.save")
        ines.is_told("said.contact_made")
        in_step(phone)
        assert [each["a"] for each in phone.folders[CONTACTS].store.values()] == ["Olga"]
        ines.unfolds("web.remove")
        ines.presses("my.contact.remove_sure")
        ines.is_told("said.contact_removed")
        in_step(phone)
        assert not phone.folders[CONTACTS].store

        # By mistake: it comes back, here and there.
        ines.opens("/my/removed")
        ines.presses("asof.restore")
        ines.is_told("said.brought_back")
        in_step(phone)
        assert [each["a"] for each in phone.folders[CONTACTS].store.values()] == ["Olga"]
