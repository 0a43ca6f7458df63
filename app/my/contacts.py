"""/my/contacts: the address book by name, page by page, and what a search finds in it."""

from __future__ import annotations

from dataclasses import replace

from app.http import Http
from app.my.belongings import has_folder
from app.web.paging import PER_PAGE, paging
from app.web.visit import Visit
from projections import directory
from projections.directory import TooComplex


def look(visit: Visit) -> Http:
    asked = paging(visit, "q")
    query, start = asked.words["q"], asked.start
    with visit.site.groupware.reading() as connection:
        try:
            found, total = directory.contacts(connection, visit.person.id, query, start, PER_PAGE)
        except TooComplex:
            found, total = [], 0
    return visit.page(
        "my/contacts.html",
        found=found,
        paging=replace(asked, total=total),
        query=query,
        has_folder=has_folder(visit, "contacts"),
    )
