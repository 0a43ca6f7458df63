"""/admin/users/…/edit: by what a person is called and found, and how new their phones may speak."""

from __future__ import annotations

from typing import Final

from adapters.eas.version import Version
from app import people
from app.admin.user import expect_person, place
from app.http import Http
from app.web import proving
from app.web.visit import Visit
from domain.refused import Refused
from projections.accounts import AccountRow

FIELDS: Final = ("full_name", "mail", "ceiling")
VERSIONS: Final = tuple(version.text for version in sorted(Version, reverse=True))


def look(visit: Visit) -> Http:
    person = expect_person(visit)
    return _form(visit, person, {name: getattr(person, name) for name in FIELDS})


def save(visit: Visit) -> Http:
    """All of it, or, if anything is wrong, nothing; what is as it was stays untouched."""
    person, groupware, author = expect_person(visit), visit.site.groupware, visit.as_administrator
    typed = {name: visit.form.text(name) for name in FIELDS}
    try:
        with groupware.acting(author):
            people.change_full_name(groupware, author, person.id, typed["full_name"] or person.name)
            people.change_mail(groupware, author, person.id, typed["mail"])
            people.set_ceiling(groupware, author, person.id, typed["ceiling"])
    except Refused as error:
        return _form(visit, person, typed, error)
    return visit.go(place(person), said="saved_only")


def _form(
    visit: Visit, person: AccountRow, typed: dict[str, str], error: Refused | None = None
) -> Http:
    return visit.page(
        "admin/user_edit.html",
        proving.status(error),
        it=person,
        typed=typed,
        versions=VERSIONS,
        error=proving.why(error, visit),
    )
