"""/my/held: what one's own phones did so much of at once that nobody believed it yet."""

from __future__ import annotations

from typing import Final

from app.http import Http
from app.my import bursts_shown
from app.web.visit import Visit

HERE: Final = "/my/held"


def look(visit: Visit) -> Http:
    return visit.page("my/held.html", held=bursts_shown.waiting(visit, visit.person.id))


def one(visit: Visit) -> Http:
    return bursts_shown.one(visit, "my/held_one.html", visit.person.id)


def act(visit: Visit) -> Http:
    """It was meant, or it was not: its owner knows best."""
    said = bursts_shown.decide(visit, visit.author, visit.person.id)
    return visit.go(HERE, said=said)
