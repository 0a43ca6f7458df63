"""/my/history: what happened to one's own events, contacts and folders, in words."""

from __future__ import annotations

import sqlite3
from functools import partial
from uuid import UUID

from app.http import Http
from app.log import history
from app.log.history import OWN
from app.log.telling import Teller
from app.web.paging import place
from app.web.visit import Visit
from domain.refused import Unknown
from domain.relation import ContactLinked, ContactUnlinked, RelationBegun
from projections import items, logbook, relations
from projections.history import Entry
from projections.logbook import Search


def look(visit: Visit) -> Http:
    groupware = visit.site.groupware
    kinds = logbook.kinds(*history.kinds_of(*OWN))
    search = Search((logbook.things(visit.person.id), kinds))
    with groupware.reading() as connection:
        found = history.sheet(groupware, connection, search, place(visit.asked("before")))
        return visit.page(
            "my/history.html",
            lines=list(map(Teller(connection, visit.words).line, found.entries)),
            further=found.further,
            item_of=partial(_item_of, connection),
        )


def _item_of(connection: sqlite3.Connection, entry: Entry) -> UUID:
    """Where to read on: of a link, at its event."""
    match entry.event:
        case RelationBegun(appointment=appointment):
            found: UUID = appointment
            return found
        case ContactLinked() | ContactUnlinked():
            return relations.pair(connection, entry.id)[0]
    return entry.id


def one(visit: Visit) -> Http:
    """The history of one item of one's own; Unknown for anybody else's."""
    groupware = visit.site.groupware
    with groupware.reading() as connection:
        teller = Teller(connection, visit.words)
        theirs = teller.names.owner_of(visit.id) == visit.person.id
        if items.item(connection, visit.id) is None or not theirs:
            raise Unknown("there is no such item")
        facts = history.of_item(groupware, connection, visit.id)
        found = history.stretch(facts, place(visit.asked("before")))
        return visit.page(
            "my/history_item.html",
            title=teller.names.item(visit.id),
            lines=list(map(teller.line, found.entries)),
            further=found.further,
        )
