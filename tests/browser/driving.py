"""A real browser before the real server: signing in, and every page there is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from shutil import which
from uuid import UUID
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright

from adapters.ids import server_id
from tests.leaks import secret
from tests.system.server import PASSWORD, Server

PROGRAMS = ("chromium-headless-shell", "chromium")
"""Debian's packages; the first is the smaller, and draws the same."""


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium without a window; without its sandbox where nobody but root could run it."""
    program = next(filter(None, map(which, PROGRAMS)), None)
    assert program, "install chromium-headless-shell"
    confined = [] if os.getuid() else ["--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=confined)
        try:
            yield browser
        finally:
            browser.close()


def address(server: Server, path: str) -> str:
    return f"http://localhost:{server.port}{path}"


def sign_in(page: Page, server: Server, name: str, password: str = PASSWORD) -> None:
    page.goto(address(server, "/sign-in"))
    page.fill("#name", name)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/my")
    for cookie in page.context.cookies():
        secret(cookie["value"])


def pages_of(made: Mapping[str, UUID]) -> dict[str, str]:
    """Every page that shows something to somebody who is signed in, by a short name."""
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
        "admin-explain": f"/admin/devices/{phone}/explain",
        "admin-store": "/admin/store",
        "admin-settings": "/admin/settings",
    }
