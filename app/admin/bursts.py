"""/admin/held: bursts that wait for a decision, and from how much on there is one."""

from __future__ import annotations

from typing import Final

from app import bursts as use
from app.admin import user
from app.http import Http
from app.my import bursts_shown
from app.web import proving
from app.web.visit import Visit
from domain.brake import BUILT_IN, Limits
from domain.house import HOUSE
from domain.refused import Refused
from projections import brakes
from projections.accounts import AccountRow

HERE: Final = "/admin/held"


def look(visit: Visit) -> Http:
    return _page(visit)


def save(visit: Visit) -> Http:
    """From how much on everybody's phones are not believed."""
    try:
        use.set_house_limits(visit.site.groupware, visit.as_administrator, _typed(visit))
    except Refused as error:
        return _page(visit, error)
    return visit.go(HERE, said="saved_only")


def one(visit: Visit) -> Http:
    return bursts_shown.one(visit, "admin/held_one.html")


def act(visit: Visit) -> Http:
    said = bursts_shown.decide(visit, visit.as_administrator)
    return visit.go(HERE, said=said)


def limits(visit: Visit) -> Http:
    """/admin/users/…/held: from how much on one person's phones are not believed."""
    return _limits(visit, user.expect_person(visit))


def save_limits(visit: Visit) -> Http:
    person = user.expect_person(visit)
    try:
        wanted = None if visit.form.has("default") else _typed(visit)
        use.set_limits(visit.site.groupware, visit.as_administrator, person.id, wanted)
    except Refused as error:
        return _limits(visit, person, error)
    return visit.go(user.place(person), said="saved_only")


def _page(visit: Visit, error: Refused | None = None) -> Http:
    with visit.site.groupware.reading() as connection:
        house = brakes.own(connection, HOUSE) or BUILT_IN
    return visit.page(
        "admin/held.html",
        proving.status(error),
        held=bursts_shown.waiting(visit),
        limits=_shown(visit, house, error),
        error=proving.why(error, visit),
    )


def _limits(visit: Visit, person: AccountRow, error: Refused | None = None) -> Http:
    with visit.site.groupware.reading() as connection:
        own = brakes.own(connection, person.id)
        in_force = brakes.limits(connection, person.id) or BUILT_IN
    return visit.page(
        "admin/user_held.html",
        proving.status(error),
        it=person,
        own=own is not None,
        limits=_shown(visit, in_force, error),
        error=proving.why(error, visit),
    )


def _shown(visit: Visit, limits: Limits, error: Refused | None) -> dict[str, str]:
    """What stands in the form: what holds, or what was typed in and refused."""
    if error is None:
        return {name: str(value) for name, value in limits._asdict().items()}
    return {name: visit.form.text(name) for name in Limits._fields}


def _typed(visit: Visit) -> Limits:
    """0 where something else than a number was typed in, which is never right."""
    texts = (visit.form.text(name) for name in Limits._fields)
    return Limits(*(int(t) if t.isascii() and t.isdecimal() and len(t) < 9 else 0 for t in texts))
