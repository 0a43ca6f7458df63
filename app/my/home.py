"""/my: what comes next, how the phones are, and what wants to be looked at."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Final

from app.http import Http
from app.my import agenda
from app.my.states import shown_phones
from app.web.visit import Visit
from domain.agenda import Span
from projections import conflicts, holds

DAYS: Final = 14
NEXT: Final = 5


def first(visit: Visit) -> Http:
    """/: there is nothing but the way in."""
    return visit.go("/my")


def look(visit: Visit) -> Http:
    today = visit.words.today(visit.now)
    span = Span(today, today + timedelta(days=DAYS), visit.words.clocks)
    coming = (each for each in agenda.entries(visit, span) if not each.is_over(visit.now))
    with visit.site.groupware.reading() as connection:
        waiting = len(conflicts.waiting(connection, visit.person.id))
        held = len(holds.bursts(connection, visit.person.id))
    phones = shown_phones(visit)
    return visit.page(
        "my/home.html",
        coming=list(islice(coming, NEXT)),
        phones=phones,
        waiting=waiting,
        held=held,
        today=today,
    )
