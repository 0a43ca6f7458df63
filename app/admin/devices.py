"""/admin/devices: all phones, by state and by what they are called, the last seen first."""

from __future__ import annotations

from dataclasses import replace

from app.http import Http
from app.my.states import TONES
from app.web.paging import PER_PAGE, paging
from app.web.visit import Visit
from domain.when import Instant
from projections import standing
from projections.directory import folded
from projections.standing import WORDS, Portrait


def look(visit: Visit) -> Http:
    asked = paging(visit, "q", "state")
    state, query = asked.words["state"], folded(asked.words["q"])
    with visit.site.groupware.reading() as connection:
        everything = standing.portraits(connection, visit.now)
    found = [each for each in everything if _fits(each, state, query)]
    found.sort(key=_last, reverse=True)
    return visit.page(
        "admin/devices.html",
        found=found[asked.start : asked.start + PER_PAGE],
        paging=replace(asked, total=len(found)),
        query=asked.words["q"],
        state=state,
        states=tuple(WORDS),
        tones=TONES,
        any=bool(everything),
        now=visit.now,
    )


def _fits(portrait: Portrait, state: str, query: str) -> bool:
    """Names that a phone went by before are shown only to who asks for them."""
    word = portrait.standing.word
    if word != state and (state or word == standing.SUPERSEDED):
        return False
    phone, person = portrait.phone, portrait.account
    version = portrait.seen.version if portrait.seen else phone.version
    told = (phone.name, phone.device, phone.model, phone.os, version, person.name, person.full_name)
    return all(word in folded(" ".join(told)) for word in query.split())


def _last(portrait: Portrait) -> Instant:
    return portrait.seen.last_seen if portrait.seen else portrait.phone.created_at
