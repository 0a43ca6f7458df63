"""/admin/users/…: one person, their phones, and what is decided about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app import passwords, people, secondfactor
from app.groupware import Groupware
from app.http import Http
from app.my.states import TONES
from app.web import proving
from app.web.visit import Visit
from domain.base import Authorship
from domain.refused import Refused, Unknown
from projections import accounts, attempts, credentials, standing
from projections.accounts import AccountRow

HERE: Final = "/admin/users"

ACTS: Final[dict[str, Callable[[Groupware, Authorship, AccountRow], None]]] = {
    "enable": lambda groupware, author, it: people.enable(groupware, author, it.id),
    "disable": lambda groupware, author, it: people.disable(groupware, author, it.id),
    "promote": lambda groupware, author, it: people.make_administrator(groupware, author, it.id),
    "demote": lambda groupware, author, it: people.withdraw_administrator(groupware, author, it.id),
    "reset": lambda groupware, author, it: secondfactor.reset(groupware, author, it.id),
}
"""What can be done with a button, by its name."""


def look(visit: Visit) -> Http:
    return _page(visit, _person(visit))


def act(visit: Visit) -> Http:
    """What a button says, or a new login password."""
    person, name = _person(visit), visit.form.text("act")
    try:
        if name == "password":
            _set_password(visit, person)
        elif name in ACTS:
            ACTS[name](visit.site.groupware, visit.as_administrator, person)
        else:
            raise Unknown("nothing is called like this")
    except Unknown:
        raise
    except Refused as error:
        return _page(visit, person, error)
    if person.id == visit.person.id:
        proving.stay_signed_in(visit)
    return visit.go(f"{HERE}/{visit.names['id']}", said="saved_only")


def _set_password(visit: Visit, person: AccountRow) -> None:
    groupware, author = visit.site.groupware, visit.as_administrator
    people.set_password(groupware, author, person.id, visit.form.secret("password"))


def _page(visit: Visit, person: AccountRow, error: Refused | None = None) -> Http:
    with visit.site.groupware.reading() as connection:
        phones = standing.portraits(connection, visit.now, person.id)
        useless = attempts.useless(connection, person.id)
        known = [
            (each, attempts.last_use(connection, each.id))
            for each in credentials.of_account(connection, person.id)
        ]
    return visit.page(
        "admin/user.html",
        proving.status(error),
        it=person,
        phones=phones,
        passwords=known,
        useless=useless,
        tones=TONES,
        shortest=passwords.SHORTEST,
        now=visit.now,
        error=proving.why(error, visit),
    )


def _person(visit: Visit) -> AccountRow:
    with visit.site.groupware.reading() as connection:
        found = accounts.by_id(connection, visit.id)
    if found is None:
        raise Unknown("there is no such person")
    return found
