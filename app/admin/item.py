"""/admin/items/…: all that ever happened to an event, a contact or a folder; or a phone, or a
person."""

from __future__ import annotations

from app.http import Http
from app.log import history
from app.log.telling import Teller
from app.web.paging import place
from app.web.visit import Visit
from projections import items


def look(visit: Visit) -> Http:
    """Its history, the newest first, with what was and what became of it."""
    groupware = visit.site.groupware
    with groupware.reading() as connection:
        facts = history.of_item(groupware, connection, visit.id)
        found = history.stretch(facts, place(visit.asked("before")))
        teller = Teller(connection, visit.words)
        return visit.page(
            "admin/item.html",
            id=visit.id,
            versions=items.item(connection, visit.id) is not None,
            title=teller.names.anything(visit.id),
            owner=teller.names.owner_of(visit.id),
            lines=list(map(teller.line, found.entries)),
            further=found.further,
            names=teller.names,
        )
