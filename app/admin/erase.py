"""/admin/users/…/erase: all that is held on a person is handed over, or erased for ever, once
somebody is sure and names them."""

from __future__ import annotations

from app import erasure
from app.admin.user import HERE, expect_person
from app.admin.wipe import NotSure
from app.holdings import Holdings
from app.http import Http
from app.web import proving
from app.web.visit import Visit
from app.web.zipped import as_zip
from domain.account import name_key
from domain.refused import Refused
from projections.accounts import AccountRow


class NotNamed(Refused):
    """What was typed is not the name of whoever would be erased."""


def look(visit: Visit) -> Http:
    return _page(visit, expect_person(visit))


def act(visit: Visit) -> Http:
    """The file; or first they say that they are sure, then they name the person: or nothing
    happens."""
    person, site = expect_person(visit), visit.site
    try:
        if visit.form.has("take"):
            return _taken(visit, person)
        if not visit.form.has("sure"):
            raise NotSure("all that is held on the person would be gone: say that you know")
        if name_key(visit.form.text("name")) != name_key(person.name):
            raise NotNamed("this is not their name")
        erasure.erase_person(site.groupware, visit.as_administrator, person.id)
    except Refused as error:
        return _page(visit, person, error)
    erasure.finish_beside(site.settings)
    return visit.go(HERE, said="erased")


def _taken(visit: Visit, person: AccountRow) -> Http:
    groupware = visit.site.groupware
    with groupware.reading() as connection:
        held = Holdings(groupware, connection, visit.words)
        return as_zip("taccuino", held.of_person(person.id))


def _page(visit: Visit, person: AccountRow, error: Refused | None = None) -> Http:
    with visit.site.groupware.reading() as connection:
        mentions = list(erasure.mentions(connection, person))
    return visit.page(
        "admin/erase.html",
        proving.status(error),
        it=person,
        mentions=mentions,
        sure=visit.form.has("sure"),
        unsure=isinstance(error, NotSure),
        unnamed=isinstance(error, NotNamed),
        error=proving.why(error, visit),
    )
