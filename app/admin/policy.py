"""/admin/policies/…: one policy, what it demands, who is under it, and its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from adapters.ids import uuid_of
from app import people
from app.admin import policy_form
from app.admin.policies import HERE, fields
from app.admin.policy_form import Typed
from app.devices import policies as use
from app.http import Http
from app.web import proving
from app.web.paging import PER_PAGE, paging
from app.web.visit import Visit
from domain.refused import Refused, Unknown
from projections import policies
from projections.policies import PolicyRow


def look(visit: Visit) -> Http:
    row = _policy(visit)
    return _page(visit, row, Typed(row.name, row.settings))


def act(visit: Visit) -> Http:
    """What a button says."""
    row, name = _policy(visit), visit.form.text("act")
    if name not in ACTS:
        raise Unknown("nothing is called like this")
    try:
        return ACTS[name](visit, row)
    except Unknown:
        raise
    except Refused as error:
        return _page(visit, row, Typed(row.name, row.settings), error)


def _save(visit: Visit, row: PolicyRow) -> Http:
    typed = policy_form.read(visit.form, row.settings, row.name)
    if typed.wrong:
        return _page(visit, row, typed)
    people.write_policy(visit.site.groupware, visit.as_administrator, row.name, typed.settings)
    return _done(visit, "saved_only")


def _assign(visit: Visit, row: PolicyRow) -> Http:
    """All who are named, one a line; if somebody is not known, nobody."""
    groupware = visit.site.groupware
    names = list(filter(None, map(str.strip, visit.form.text("names").split("\n"))))
    found = {name: people.find(groupware, name) for name in names}
    if unknown := [name for name, person in found.items() if person is None]:
        return _page(visit, row, Typed(row.name, row.settings), unknown=unknown)
    ids = [person.id for person in found.values() if person]
    use.assign(groupware, visit.as_administrator, ids, row.name)
    return _done(visit, "saved_only")


def _release(visit: Visit, row: PolicyRow) -> Http:
    """Whoever is ticked is under no policy, if they were under this one."""
    groupware = visit.site.groupware
    ticked = {uuid_of(text) for text in visit.form.all("person")}
    ids = [each.id for each in use.under(groupware, row.name) if each.id in ticked]
    use.assign(groupware, visit.as_administrator, ids, "")
    return _done(visit, "saved_only")


def _remove(visit: Visit, row: PolicyRow) -> Http:
    use.remove(visit.site.groupware, visit.as_administrator, row.name)
    return visit.go(HERE, said="policy_removed")


ACTS: Final[dict[str, Callable[[Visit, PolicyRow], Http]]] = {
    "save": _save,
    "assign": _assign,
    "release": _release,
    "remove": _remove,
}


def _done(visit: Visit, said: str) -> Http:
    return visit.go(f"{HERE}/{visit.names['id']}", said=said)


def _page(
    visit: Visit,
    row: PolicyRow,
    typed: Typed,
    error: Refused | None = None,
    unknown: list[str] | None = None,
) -> Http:
    asked = paging(visit)
    under = use.under(visit.site.groupware, row.name)
    with visit.site.groupware.reading() as connection:
        phones = policies.phones_under(connection, row.name)
    bad = bool(error or typed.wrong or unknown)
    return visit.page(
        "admin/policy.html",
        422 if bad else 200,
        it=row,
        under=under[asked.start : asked.start + PER_PAGE],
        paging=replace(asked, total=len(under)),
        phones=phones,
        unknown=unknown or [],
        names=visit.form.text("names"),
        error=proving.why(error, visit) or ("web.wrong" if typed.wrong else ""),
        **fields(typed),
    )


def _policy(visit: Visit) -> PolicyRow:
    with visit.site.groupware.reading() as connection:
        found = policies.by_id(connection, visit.id)
    if found is None:
        raise Unknown("there is no such policy")
    return found
