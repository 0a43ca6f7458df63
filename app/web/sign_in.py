"""The way in: name and password, then the code where there is a second factor; and out again."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from app.http import Http
from app.identity.proof import Unproven
from app.web import proving
from app.web.site import CODE, SIGN_IN
from app.web.visit import THEME, THEMES, YEAR, Visit, own_path
from domain.refused import Refused

FIRST: Final = "/my"


def show(visit: Visit) -> Http:
    if visit.signed_in:
        return visit.go(visit.asked("back") or FIRST)
    return _form(visit, own_path(visit.asked("back") or FIRST))


def submit(visit: Visit) -> Http:
    """The password; whoever has a second factor is asked for its code next."""
    form, site = visit.form, visit.site
    back = own_path(form.text("back") or FIRST)
    try:
        person = site.prover.sign_in(form.text("name"), form.secret("password"), visit.address)
    except Unproven as error:
        return _form(visit, back, error, form.text("name"))
    whole = person.factor == "off"
    visit.remember(site.sessions.renew(visit.token, person, whole))
    visit.session = site.sessions.find(visit.token)
    if whole:
        return visit.go(back)
    if person.factor == "mail":
        proving.send_code(visit)
    return visit.go(CODE if back == FIRST else f"{CODE}?back={quote(back)}")


def show_code(visit: Visit) -> Http:
    if visit.signed_in:
        return visit.go(visit.asked("back") or FIRST)
    return _code(visit, own_path(visit.asked("back") or FIRST))


def submit_code(visit: Visit) -> Http:
    """The code; with it the session is whole, under a new token."""
    form, site, person = visit.form, visit.site, visit.person
    back = own_path(form.text("back") or FIRST)
    if visit.signed_in:
        return visit.go(back)
    if form.has("again"):
        return _again(visit, back)
    try:
        site.prover.expect_code(visit.author, person.id, form.text("code"), visit.address)
    except Unproven as error:
        return _code(visit, back, error)
    visit.remember(site.sessions.renew(visit.token, person))
    return visit.go(back)


def sign_out(visit: Visit) -> Http:
    """Here, or with `everywhere` in every browser."""
    if visit.form.has("everywhere") and visit.signed_in:
        visit.site.sessions.end_all(visit.person)
    visit.site.sessions.end(visit.token)
    visit.remember("")
    return visit.go(SIGN_IN, said="signed_out")


def choose_theme(visit: Visit) -> Http:
    """Light, dark or as the system has it; kept in this browser only."""
    theme = visit.form.text("theme")
    answer = visit.go(visit.form.text("back") or FIRST)
    if theme in THEMES:
        secure = "; Secure" if visit.site.is_secure(visit.req) else ""
        visit.cookie = f"{THEME}={theme}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax{secure}"
    return answer


def _form(visit: Visit, back: str, error: Unproven | None = None, name: str = "") -> Http:
    return _asked(visit, "sign_in.html", back, error, name=name)


def _code(visit: Visit, back: str, error: Refused | None = None, sent: bool = False) -> Http:
    return _asked(visit, "code.html", back, error, factor=visit.person.factor, sent=sent)


def _asked(visit: Visit, page: str, back: str, error: Refused | None, **facts: object) -> Http:
    said = {"error": proving.why(error, visit), "seconds": proving.seconds(error)}
    return visit.page(page, proving.status(error), back=back, **said, **facts)


def _again(visit: Visit, back: str) -> Http:
    error = proving.send_code(visit)
    return _code(visit, back, error, sent=error is None)
