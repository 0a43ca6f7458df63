"""Every page there is, one after the other, in a house that people and phones live in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pyotp
from playwright.sync_api import Page

from adapters.ids import server_id
from adapters.wbxml import E
from app import people
from app.devices import phones, wiping
from app.groupware import Groupware
from app.identity import secondfactor
from app.identity.proof import Proof, Prover
from app.log import recording
from domain.partnership import Partnership
from projections import credentials
from tests.browser.driving import address, let_in
from tests.browser.furniture import furnish, unsound
from tests.browser.phones import a_phone, says
from tests.system.couple import in_step
from tests.system.phone import CALENDAR, CONTACTS
from tests.system.server import PASSWORD, Server
from tests.system.wire import pinging

FOR_PHONES = "a password for phones"


@contextmanager
def lived_in(server: Server) -> Iterator[dict[str, UUID]]:
    """What is there by name: all of the furniture, a store of which there is much to be told,
    Nora's second factor, and Bruno with a phone that waits for news, and one that was lost."""
    with server.groupware() as groupware:
        made = furnish(groupware, "ada")
        made["password"] = _second_factor(groupware, server.account("nora"))
    unsound(server.home, made)
    made["bruno"] = server.admit("bruno")["bruno"]
    for device in ("PIXEL01", "LOST01"):
        made[device] = Partnership.id_of(made["bruno"], device)
    with (
        a_phone(server, "bruno", "PIXEL01", "Android") as phone,
        a_phone(server, "bruno", "LOST01") as lost,
    ):
        for each in (phone, lost):
            each.set_up()
            in_step(each)
        with server.groupware() as groupware:
            admin = groupware.author("admin:ada", "furniture")
            phones.call_it(groupware, admin, made["PIXEL01"], "Bruno's Pixel")
            phones.call_it(groupware, admin, made["LOST01"], "Bruno's old iPhone")
            why = "An appointment is missing on it"
            recording.record(groupware, admin, made["PIXEL01"], timedelta(hours=4), why)
            wiping.request_wipe(groupware, admin, made["LOST01"])
        says(lost.wire, E("provision:AccountOnlyRemoteWipe", E("provision:Status", 1)))
        phone.add(CONTACTS, 1)
        phone.add(CALENDAR, 2)
        in_step(phone)
        phone.wire.begin("Ping", pinging([phone.folders[CALENDAR].id], 600))
        yield made


def _second_factor(groupware: Groupware, nora: UUID) -> UUID:
    """An authenticator app, and a password for phones; its id."""
    author, prover = groupware.author("user:nora", "furniture"), Prover(groupware)
    people.set_password(groupware, author, nora, PASSWORD)
    people.enable(groupware, author, nora)
    offer = secondfactor.begin(prover, author, nora, Proof(PASSWORD), "app")
    secondfactor.enrol(prover, author, nora, pyotp.TOTP(offer.secret).now(), FOR_PHONES)
    with groupware.reading() as connection:
        (password,) = credentials.of_account(connection, nora)
    return password.id


def tour(page: Page, server: Server, made: Mapping[str, UUID]) -> Iterator[str]:
    """Each page by a short name, while it is shown: a stranger's, Nora's before and after her code,
    and Ada's."""
    page.goto(address(server, "/sign-in"))
    yield "sign-in"
    page.fill("#name", "nora")
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/sign-in/code")
    yield "code"
    for name, pages in (
        ("nora", _noras(made)),
        ("ada", {**pages_of(made), **_about_bruno(made)}),
    ):
        let_in(page, server, name)
        for short, path in pages.items():
            page.goto(address(server, path))
            yield short
            if short == "admin-explain":
                page.locator("main a[href*='/explain/']").first.click()
                page.wait_for_url("**/explain/*")
                yield "admin-explain-round"
    for path, on in (("/", "/my"), ("/admin", "/admin/users")):
        page.goto(address(server, path))
        page.wait_for_url(f"**{on}")


def _noras(made: Mapping[str, UUID]) -> dict[str, str]:
    password = server_id(made["password"])
    return {
        "password-view": f"/my/passwords/{password}/view",
        "password-change": f"/my/passwords/{password}/change",
        "password-remove": f"/my/passwords/{password}/remove",
        "factor-on-now": "/my/second-factor",
        "factor-codes": "/my/second-factor/codes",
        "factor-off": "/my/second-factor/off",
    }


def _about_bruno(made: Mapping[str, UUID]) -> dict[str, str]:
    pixel, lost = server_id(made["PIXEL01"]), server_id(made["LOST01"])
    return {
        "admin-device-recorded": f"/admin/devices/{pixel}",
        "admin-device-wiped": f"/admin/devices/{lost}",
        "admin-explain": f"/admin/devices/{pixel}/explain",
    }


def pages_of(made: Mapping[str, UUID]) -> dict[str, str]:
    """Every page that shows something to Ada of what the furniture is, by a short name."""
    return {**_everybodys(made), **_administrators(made)}


def _everybodys(made: Mapping[str, UUID]) -> dict[str, str]:
    event, series = server_id(made["Lunch with Ada"]), server_id(made["Weekly planning"])
    today = datetime.now(ZoneInfo("Europe/Rome")).date()
    monday = today + timedelta(days=14 - today.weekday())
    contact, phone = server_id(made["Ada"]), server_id(made["IPHONE01"])
    return {
        "home": "/my",
        "phones": "/my/phones",
        "phone": f"/my/phones/{phone}",
        "set-up": "/my/phones/set-up",
        "calendar": "/my/calendar",
        "event": f"/my/calendar/{event}",
        "series": f"/my/calendar/{series}",
        "event-once": f"/my/calendar/{series}?on={monday}",
        "event-once-edit": f"/my/calendar/{series}/edit?on={monday}",
        "event-edit": f"/my/calendar/{event}/edit",
        "event-new": "/my/calendar/new",
        "contacts": "/my/contacts",
        "contacts-nobody": "/my/contacts?q=zzz",
        "contact": f"/my/contacts/{contact}",
        "contact-new": "/my/contacts/new",
        "contact-edit": f"/my/contacts/{contact}/edit",
        "conflicts": "/my/conflicts",
        "passwords": "/my/passwords",
        "password-new": "/my/passwords/new",
        "password-login": "/my/passwords/login",
        "factor": "/my/second-factor",
        "factor-on": "/my/second-factor/on?factor=app",
        "settings": "/my/settings",
        "my-data": "/my/settings/data",
        "phone-undo": f"/my/phones/{server_id(made['TABLET01'])}/undo?from=2020-01-01T00:00",
        "removed": "/my/removed",
        "as-of": f"/my/history/{server_id(made['gone'])}/as-of?version=2",
        "held": "/my/held",
        "held-one": f"/my/held/{server_id(made['burst'])}",
        "history": "/my/history",
        "history-item": f"/my/history/{contact}",
        "not-found": "/my/nothing",
    }


def _administrators(made: Mapping[str, UUID]) -> dict[str, str]:
    event, phone = server_id(made["Lunch with Ada"]), server_id(made["IPHONE01"])
    return {
        "admin-users": "/admin/users",
        "admin-users-nobody": "/admin/users?q=zzz",
        "admin-user": f"/admin/users/{server_id(made['ada'])}",
        "admin-erase": f"/admin/users/{server_id(made['ada'])}/erase",
        "admin-user-edit": f"/admin/users/{server_id(made['ada'])}/edit",
        "admin-user-factor": f"/admin/users/{server_id(made['ada'])}/second-factor",
        "admin-user-new": "/admin/users/new",
        "admin-devices": "/admin/devices",
        "admin-devices-none": "/admin/devices?state=wiped",
        "admin-device": f"/admin/devices/{phone}",
        "admin-device-ceiling": f"/admin/devices/{phone}/ceiling",
        "admin-wipe": f"/admin/devices/{phone}/wipe",
        "admin-policies": "/admin/policies",
        "admin-policy": f"/admin/policies/{server_id(made['strict'])}",
        "admin-policy-new": "/admin/policies/new",
        "admin-rules": "/admin/rules",
        "admin-live": "/admin/live",
        "admin-undo": "/admin/undo?person=ada&from=2020-01-01T00:00",
        "admin-undo-empty": "/admin/undo",
        "admin-as-of": f"/admin/users/{server_id(made['ada'])}/as-of",
        "admin-as-of-two": f"/admin/users/{server_id(made['ada'])}/as-of"
        "?at=2020-01-01T00:00&and=2040-01-01T00:00",
        "admin-item-as-of": f"/admin/items/{event}/as-of",
        "admin-held": "/admin/held",
        "admin-held-one": f"/admin/held/{server_id(made['burst'])}",
        "admin-user-held": f"/admin/users/{server_id(made['ada'])}/held",
        "admin-log": "/admin/log",
        "admin-log-filtered": "/admin/log?person=ada&kind=sync",
        "admin-log-nobody": "/admin/log?person=zzz",
        "admin-log-entry": "/admin/log/3",
        "admin-item": f"/admin/items/{event}",
        "admin-explain-empty": f"/admin/devices/{phone}/explain",
        "admin-store": "/admin/store",
        "admin-settings": "/admin/settings",
    }
