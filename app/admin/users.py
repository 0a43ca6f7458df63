"""/admin/users: everybody by name, page by page, and what a search finds; somebody new."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from adapters.ids import server_id
from app import people
from app.http import Http
from app.identity import passwords
from app.web import proving
from app.web.paging import PER_PAGE, paging
from app.web.visit import Visit
from domain.refused import Refused
from projections import accounts, holds

HERE: Final = "/admin/users"
TYPED: Final = ("name", "mail", "full_name")


def first(visit: Visit) -> Http:
    """/admin: people come first."""
    return visit.go(HERE)


def look(visit: Visit) -> Http:
    asked = paging(visit, "q")
    with visit.site.groupware.reading() as connection:
        found, total = accounts.search(connection, asked.words["q"], asked.start, PER_PAGE)
        held = len(holds.bursts(connection))
    return visit.page(
        "admin/users.html",
        found=found,
        paging=replace(asked, total=total),
        query=asked.words["q"],
        held=held,
    )


def new(visit: Visit) -> Http:
    return _form(visit, dict.fromkeys(TYPED, ""))


def create(visit: Visit) -> Http:
    """The account with its password, or, if anything is wrong with either, none at all."""
    form, groupware, author = visit.form, visit.site.groupware, visit.as_administrator
    typed = {name: form.text(name) for name in TYPED}
    secret = form.secret("password")
    try:
        passwords.expect_strong(secret)
        with groupware.acting(author):
            id = people.open_account(
                groupware, author, **typed, zone=visit.person.zone, administrator=False
            )
            people.set_password(groupware, author, id, secret)
            if form.has("enable"):
                people.enable(groupware, author, id)
    except Refused as error:
        return _form(visit, typed, error)
    return visit.go(f"{HERE}/{server_id(id)}", said="user_made")


def _form(visit: Visit, typed: dict[str, str], error: Refused | None = None) -> Http:
    return visit.page(
        "admin/user_form.html",
        proving.status(error),
        typed=typed,
        enable=error is None or visit.form.has("enable"),
        shortest=passwords.SHORTEST,
        error=proving.why(error, visit),
    )
