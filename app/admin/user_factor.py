"""/admin/users/…/second-factor: turned on for somebody, with the password for their phones.

The dialog names the phones that stop and asks for their ActiveSync password; whoever cancels has
changed nothing. Codes go by mail: the secret of an authenticator app is for its owner's eyes.
"""

from __future__ import annotations

from typing import Final

from app.admin.user import expect_person, place
from app.http import Http
from app.identity import passwords
from app.identity import secondfactor as use
from app.web import proving
from app.web.visit import Visit
from domain.refused import Refused
from projections.accounts import AccountRow

LATER: Final = "person"
"""Who sets the ActiveSync password, if it is not set here."""


def look(visit: Visit) -> Http:
    person = expect_person(visit)
    return _dialog(visit, person) if person.own_factor == "off" else visit.go(place(person))


def turn_on(visit: Visit) -> Http:
    """OK was pressed. A password that was set is shown this once, to be handed over."""
    person, form, site = expect_person(visit), visit.form, visit.site
    later = form.text("by") == LATER
    chosen = None
    if _needs_password(person) and not later:
        chosen = form.secret("password") or passwords.generate()
    author = visit.as_administrator
    try:
        use.turn_on_for(site.groupware, author, person.id, site.post, chosen, later=later)
    except Refused as error:
        return _dialog(visit, person, error)
    if person.id == visit.person.id:
        proving.stay_signed_in(visit)
    if chosen is None:
        return visit.go(place(person), said="factor_on")
    return visit.page("admin/user_factor_done.html", it=person, password=chosen)


def _dialog(visit: Visit, person: AccountRow, error: Refused | None = None) -> Http:
    with visit.site.groupware.reading() as connection:
        phones = use.phones_that_would_stop(connection, person.id)
    return visit.page(
        "admin/user_factor.html",
        proving.status(error),
        it=person,
        phones=phones,
        needs=_needs_password(person),
        later=visit.form.text("by") == LATER,
        can_mail=visit.site.post is not None,
        shortest=passwords.SHORTEST,
        error=proving.why(error, visit),
    )


def _needs_password(person: AccountRow) -> bool:
    return person.enabled and not person.has_activesync_password
