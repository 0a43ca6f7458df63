"""/admin/settings: what holds for everybody, and what becomes of phones that are new."""

from __future__ import annotations

from typing import Final

from app import rules
from app.devices import access as doors
from app.http import Http
from app.identity import secondfactor
from app.identity.secondfactor import PhonesWouldStop
from app.web import proving
from app.web.visit import Visit
from domain.access import ACCESSES
from domain.house import RULES, SECOND_FACTOR_REQUIRED
from domain.refused import Refused, Unknown
from projections import access, house

HERE: Final = "/admin/settings"


def look(visit: Visit) -> Http:
    return _page(visit)


def save(visit: Visit) -> Http:
    """One decision. Where phones would stop, they are named first, and somebody has to be sure."""
    form = visit.form
    try:
        if form.has("access"):
            _choose_default(visit, form.text("access"))
        else:
            _decide(visit, form.text("rule"), form.text("holds") == "yes")
    except PhonesWouldStop as stop:
        return visit.page("admin/would_stop.html", phones=stop.phones)
    except Unknown:
        raise
    except Refused as error:
        return _page(visit, error)
    proving.stay_signed_in(visit)
    return visit.go(HERE, said="saved_only")


def _decide(visit: Visit, rule: str, holds: bool) -> None:
    site, author = visit.site, visit.as_administrator
    if rule not in RULES:
        raise Unknown("there is no such rule")
    if rule == SECOND_FACTOR_REQUIRED and holds:
        secondfactor.require_of_all(site.groupware, author, site.post, visit.form.has("sure"))
    else:
        rules.decide(site.groupware, author, rule, holds)


def _choose_default(visit: Visit, text: str) -> None:
    chosen = next((each for each in ACCESSES if each == text), None)
    if chosen is None:
        raise Unknown("there is no such access")
    doors.choose_default(visit.site.groupware, visit.as_administrator, chosen)


def _page(visit: Visit, error: Refused | None = None) -> Http:
    with visit.site.groupware.reading() as connection:
        holds = house.rules(connection)
        default = access.default(connection)
    return visit.page(
        "admin/settings.html",
        proving.status(error),
        rules=holds,
        accesses=ACCESSES,
        default=default,
        mail=visit.site.post is not None,
        error=proving.why(error, visit),
    )
