"""/admin/users/…: one person, their phones, and what is decided about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from adapters.ids import server_id
from app import people
from app.http import Http
from app.identity import logins, passwords, secondfactor
from app.my.states import TONES
from app.web import proving
from app.web.visit import Visit
from domain.refused import Refused, Unknown
from projections import accounts, attempts, credentials, standing
from projections.accounts import AccountRow
from projections.standing import Portrait

HERE: Final = "/admin/users"


def _enable(visit: Visit, it: AccountRow) -> None:
    people.enable(visit.site.groupware, visit.as_administrator, it.id)


def _disable(visit: Visit, it: AccountRow) -> None:
    people.disable(visit.site.groupware, visit.as_administrator, it.id)


def _promote(visit: Visit, it: AccountRow) -> None:
    people.make_administrator(visit.site.groupware, visit.as_administrator, it.id)


def _demote(visit: Visit, it: AccountRow) -> None:
    people.withdraw_administrator(visit.site.groupware, visit.as_administrator, it.id)


def _reset(visit: Visit, it: AccountRow) -> None:
    secondfactor.reset(visit.site.groupware, visit.as_administrator, it.id)


def _password(visit: Visit, it: AccountRow) -> None:
    secret = visit.form.secret("password")
    people.set_password(visit.site.groupware, visit.as_administrator, it.id, secret)


def _to_directory(visit: Visit, it: AccountRow) -> None:
    site = visit.site
    logins.leave_to_directory(site.groupware, site.settings, visit.as_administrator, it.id)


def _from_directory(visit: Visit, it: AccountRow) -> None:
    people.take_login_from_directory(visit.site.groupware, visit.as_administrator, it.id)


def _sign_out(visit: Visit, it: AccountRow) -> None:
    visit.site.sessions.end_all(it)


ACTS: Final[dict[str, Callable[[Visit, AccountRow], None]]] = {
    "enable": _enable,
    "disable": _disable,
    "promote": _promote,
    "demote": _demote,
    "reset": _reset,
    "password": _password,
    "to_directory": _to_directory,
    "from_directory": _from_directory,
    "sign_out": _sign_out,
}
"""What can be done with a button, by its name."""


def look(visit: Visit) -> Http:
    return _page(visit, expect_person(visit))


def act(visit: Visit) -> Http:
    """What a button says, or a new login password."""
    person, done = expect_person(visit), ACTS.get(visit.form.text("act"))
    if done is None:
        raise Unknown("nothing is called like this")
    try:
        done(visit, person)
    except Refused as error:
        return _page(visit, person, error)
    if person.id == visit.person.id:
        proving.stay_signed_in(visit)
    return visit.go(place(person), said="saved_only")


def place(person: AccountRow) -> str:
    """The address of somebody's page."""
    return f"{HERE}/{server_id(person.id)}"


def expect_person(visit: Visit) -> AccountRow:
    """The one in the address."""
    with visit.site.groupware.reading() as connection:
        found = accounts.by_id(connection, visit.id)
    if found is None:
        raise Unknown("there is no such person")
    return found


def _page(visit: Visit, person: AccountRow, error: Refused | None = None) -> Http:
    directory = bool(visit.site.settings.ldap_servers)
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
        phones=[(each, why_out(visit, each)) for each in phones],
        passwords=known,
        useless=useless,
        closed=list(_closed(person, directory)),
        directory=directory,
        tones=TONES,
        shortest=passwords.SHORTEST,
        now=visit.now,
        error=proving.why(error, visit),
    )


def _closed(person: AccountRow, directory: bool) -> Iterator[str]:
    """What keeps all phones of somebody out, as keys below `admin.closed`."""
    if not person.enabled:
        yield "disabled"
    elif person.lacks_password:
        yield "lacks_password"
    if person.directory and not directory:
        yield "no_directory"
    elif person.enabled and person.entry == "login" and not (person.directory or person.login_hash):
        yield "no_password"


def why_out(visit: Visit, portrait: Portrait) -> str:
    """Why a phone is kept out, as far as that is decided about it alone; empty if it is not."""
    phone, facts = portrait.phone, portrait.standing.facts
    key = f"admin.why.{portrait.standing.word.replace(' ', '_')}"
    if portrait.standing.word == standing.UNFIT:
        key = f"{key}.{phone.policy_status}"
        key = key if visit.words.knows(key) else "admin.why.unfit.other"
    return visit.words.text(key, **facts) if visit.words.knows(key) else ""
