"""/admin/live: which phones the server works for now, or lets wait, in all its workers."""

from __future__ import annotations

from dataclasses import replace

from app.http import Http
from app.present import named, newest
from app.push.live import look as ask
from app.web.paging import PER_PAGE, paging
from app.web.visit import Visit


def look(visit: Visit) -> Http:
    asked = paging(visit)
    workers = ask(visit.site.settings.sockets)
    found = newest(workers)
    shown = found[asked.start : asked.start + PER_PAGE]
    return visit.page(
        "admin/live.html",
        found=named(visit.site.groupware, shown),
        paging=replace(asked, total=len(found)),
        workers=workers,
        now=visit.now,
    )
