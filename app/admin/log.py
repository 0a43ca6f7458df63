"""/admin/log: what happened, the newest first, by whatever one looks for; and each entry whole."""

from __future__ import annotations

import json
from dataclasses import replace

from app.admin.log_asked import Query
from app.http import Http
from app.log import history
from app.log.data import entry_data
from app.log.history import FAMILIES, Sheet
from app.log.telling import Teller
from app.web.paging import place
from app.web.site import LIVE
from app.web.visit import Visit
from domain.item import Begun, EditSetAside, ItemEvent
from domain.refused import Unknown
from projections import logbook
from projections.history import Entry


def look(visit: Visit) -> Http:
    """A page of it. What nobody and nothing is called is told beside the form."""
    query, found, error = Query.of(visit), Sheet([], None), ""
    with visit.site.groupware.reading() as connection:
        end = logbook.last(connection)
        try:
            search = query.asked(visit).search(connection)
        except Unknown:
            error = "log.page.unknown"
        else:
            found = history.sheet(visit.site.groupware, connection, search, query.before)
        lines = list(map(Teller(connection, visit.words).line, found.entries))
    first = query.before is None
    page = visit.page(
        "admin/log.html",
        404 if error else 200,
        lines=lines,
        query=query,
        families=tuple(FAMILIES),
        further=found.further,
        live=query.address("/live", after=end) if first and not error else "",
        error=error,
    )
    return replace(page, headers={**page.headers, "Content-Security-Policy": LIVE})


def one(visit: Visit) -> Http:
    """One entry: the sentence, what it changed, and all it says as data."""
    position = place(visit.names["position"])
    if position is None:
        raise Unknown("this is no place in the log")
    groupware = visit.site.groupware
    with groupware.reading() as connection:
        entry = history.entry(groupware, position)
        teller = Teller(connection, visit.words)
        line = teller.line(_with_changes(visit, entry))
        return visit.page(
            "admin/log_entry.html",
            line=line,
            names=teller.names,
            data=json.dumps(entry_data(entry, line.sentence), indent=2, ensure_ascii=False),
        )


def _with_changes(visit: Visit, entry: Entry) -> Entry:
    """The entry as it stands in the history of its item, if it is about one."""
    if not isinstance(entry.event, Begun | ItemEvent | EditSetAside):
        return entry
    with visit.site.groupware.reading() as connection:
        facts = history.of_item(visit.site.groupware, connection, entry.id)
    return next(fact for fact in facts if fact.position == entry.position)
