"""/my/passwords: the ones that phones send, and the one for logging in.

Each act asks for the login password and, with a second factor, for a code. What is set or looked
at is shown once, in the answer itself: it stands at no address. A password for phones that was
chosen stays in its field while the form is asked again, for a code say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.http import Http
from app.identity import credentials as use
from app.identity.passwords import SHORTEST
from app.identity.proof import Proof
from app.web import proving
from app.web.visit import Visit
from domain.house import PASSWORDS_VIEWABLE
from domain.refused import Refused, Unknown
from projections import attempts, credentials, house
from projections.attempts import Use
from projections.credentials import PasswordRow

HERE: Final = "/my/passwords"

Do = Callable[[Visit, Proof], Http]


class NotTheSame(Refused):
    """A password that nobody sees was typed differently the second time."""


@dataclass(frozen=True)
class Shown:
    """A password for phones as its owner is shown it."""

    row: PasswordRow
    use: Use | None
    viewable: bool


def look(visit: Visit) -> Http:
    return visit.page("my/passwords.html", passwords=_passwords(visit), now=visit.now)


def new(visit: Visit) -> Http:
    return _ask(visit, "new")


def set_new(visit: Visit) -> Http:
    return _proven(visit, "new", _set)


def change(visit: Visit) -> Http:
    return _ask(visit, "change")


def set_other(visit: Visit) -> Http:
    return _proven(visit, "change", _set)


def view(visit: Visit) -> Http:
    return _ask(visit, "view")


def show(visit: Visit) -> Http:
    return _proven(visit, "view", _view)


def removal(visit: Visit) -> Http:
    return _ask(visit, "remove")


def remove(visit: Visit) -> Http:
    return _proven(visit, "remove", _remove)


def login(visit: Visit) -> Http:
    return _ask(visit, "login")


def set_login(visit: Visit) -> Http:
    return _proven(visit, "login", _login)


def _set(visit: Visit, proof: Proof) -> Http:
    form, site = visit.form, visit.site
    id = _one(visit).row.id if "id" in visit.names else None
    chosen, label = form.text("password") or None, form.text("label")
    made = use.set_activesync_password(
        site.prover, visit.author, visit.person.id, proof, chosen, label, id
    )
    proving.stay_signed_in(visit)
    return _tell(visit, made.password, made.id)


def _view(visit: Visit, proof: Proof) -> Http:
    id = _one(visit).row.id
    seen = use.view_activesync_password(visit.site.prover, visit.author, visit.person.id, proof, id)
    return _tell(visit, seen, id)


def _remove(visit: Visit, proof: Proof) -> Http:
    id = _one(visit).row.id
    use.remove_activesync_password(visit.site.prover, visit.author, visit.person.id, proof, id)
    proving.stay_signed_in(visit)
    return visit.go(HERE, said="password_removed")


def _login(visit: Visit, proof: Proof) -> Http:
    chosen = visit.form.secret("password")
    if chosen != visit.form.secret("again"):
        raise NotTheSame("the two are not the same")
    use.change_login_password(visit.site.prover, visit.author, visit.person.id, proof, chosen)
    proving.stay_signed_in(visit)
    return visit.go(HERE, said="password_changed")


def _proven(visit: Visit, act: str, do: Do) -> Http:
    """Do it; or ask again, and say what was wrong."""
    if visit.form.has("send"):
        error = proving.send_code(visit)
        return _ask(visit, act, error, sent=error is None)
    try:
        return do(visit, proving.proof(visit))
    except Unknown:
        raise
    except Refused as error:
        return _ask(visit, act, error)


def _ask(visit: Visit, act: str, error: Refused | None = None, sent: bool = False) -> Http:
    return visit.page(
        "my/password_act.html",
        proving.status(error),
        act=act,
        one=_one(visit) if "id" in visit.names else None,
        first=not visit.person.has_activesync_password,
        label=visit.form.text("label"),
        chosen="" if act == "login" else visit.form.text("password"),
        shortest=SHORTEST,
        sent=sent,
        error=proving.why(error, visit),
        seconds=proving.seconds(error),
    )


def _tell(visit: Visit, password: str, id: UUID) -> Http:
    found = next((each for each in _passwords(visit) if each.row.id == id), None)
    return visit.page("my/password_shown.html", password=password, one=found)


def _one(visit: Visit) -> Shown:
    """The one in the address; Unknown if it is not the reader's."""
    for each in _passwords(visit):
        if each.row.id == visit.id:
            return each
    raise Unknown("you have no such password")


def _passwords(visit: Visit) -> list[Shown]:
    with visit.site.groupware.reading() as connection:
        viewable = house.holds(connection, PASSWORDS_VIEWABLE)
        return [
            Shown(row, attempts.last_use(connection, row.id), viewable and bool(row.sealed))
            for row in credentials.of_account(connection, visit.person.id)
        ]
