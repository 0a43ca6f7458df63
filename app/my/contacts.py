"""/my/contacts: the address book by name, page by page, and what a search finds in it."""

from __future__ import annotations

from typing import Final

from app.http import Http
from app.my.belongings import has_folder
from app.web.visit import Visit
from projections import directory
from projections.directory import TooComplex

PER_PAGE: Final = 50
LONGEST: Final = 100


def look(visit: Visit) -> Http:
    query = visit.asked("q")[:LONGEST]
    page = page_number(visit.asked("page"))
    with visit.site.groupware.reading() as connection:
        try:
            found, total = directory.contacts(
                connection, visit.person.id, query, (page - 1) * PER_PAGE, PER_PAGE
            )
        except TooComplex:
            found, total = [], 0
    return visit.page(
        "my/contacts.html",
        found=found,
        total=total,
        query=query,
        page=page,
        pages=-(-total // PER_PAGE),
        has_folder=has_folder(visit, "contacts"),
    )


def page_number(text: str) -> int:
    """Which page is asked for; the first, if it is none."""
    return (
        int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 7 and int(text) else 1
    )
