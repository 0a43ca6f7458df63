"""/admin/policies: the named sets of what phones must keep, and a new one."""

from __future__ import annotations

from typing import Final

from adapters.ids import server_id
from app import people
from app.admin import policy_form
from app.admin.policy_form import Typed
from app.devices.policy_settings import CHOICES, GROUPS, demanding, demands, shape, since
from app.http import Http
from app.web import proving
from app.web.visit import Visit
from domain.refused import NameTaken, Refused
from projections import policies

HERE: Final = "/admin/policies"


def look(visit: Visit) -> Http:
    with visit.site.groupware.reading() as connection:
        found = policies.all_policies(connection)
        people_under = policies.followers(connection)
    return visit.page(
        "admin/policies.html",
        found=[(each, demands(each.settings), people_under.get(each.name, 0)) for each in found],
    )


def new(visit: Visit) -> Http:
    return _form(visit, Typed())


def create(visit: Visit) -> Http:
    """A policy of a name that no other has."""
    typed = policy_form.read(visit.form, {})
    if typed.wrong:
        return _form(visit, typed)
    groupware, author = visit.site.groupware, visit.as_administrator
    try:
        with groupware.acting(author) as connection:
            there = policies.find(connection, typed.name)
            if there is not None and not there.removed:
                raise NameTaken(f"there is a policy {there.name} already")
            id = people.write_policy(groupware, author, typed.name, typed.settings)
    except Refused as error:
        return _form(visit, typed, error)
    return visit.go(f"{HERE}/{server_id(id)}", said="policy_made")


def _form(visit: Visit, typed: Typed, error: Refused | None = None) -> Http:
    bad = bool(typed.wrong or error)
    why = proving.why(error, visit) if error else "web.wrong" if bad else ""
    return visit.page(
        "admin/policy_new.html",
        422 if bad else 200,
        error=why,
        **fields(typed),
    )


def fields(typed: Typed) -> dict[str, object]:
    """What the fields of the form are made of."""
    return {
        "typed": typed,
        "groups": GROUPS,
        "choices": CHOICES,
        "demanding": demanding,
        "shape": shape,
        "since": since,
    }
