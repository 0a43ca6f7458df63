"""/my/removed: what was removed, the last first, and back with one click; and each version of an
item of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from app.composition import CODEC
from app.http import Http
from app.log.naming import Names
from app.my import versions
from app.web.paging import place
from app.web.visit import Visit
from app.web.words import Words
from domain.refused import Unknown
from domain.when import Instant
from projections import removed

HERE: Final = "/my/removed"
PAGE: Final = 50


@dataclass(frozen=True)
class Gone:
    """Something that was removed: by whom, and when."""

    id: UUID
    kind: str
    title: str
    when: str
    actor: str
    at: Instant


def look(visit: Visit) -> Http:
    groupware, words = visit.site.groupware, visit.words
    with groupware.reading() as connection:
        names = Names(connection, words)
        found = removed.removed(connection, visit.person.id, place(visit.asked("before")), PAGE)
        events = dict(groupware.read([each.event for each in found]))
        gone = [_gone(names, words, each, events[each.event]) for each in found]
    further = found[-1].last if len(found) == PAGE else None
    return visit.page("my/removed.html", gone=gone, further=further)


def _gone(names: Names, words: Words, each: removed.Gone, event: Any) -> Gone:
    values = CODEC.decode(each.value)
    when = words.span(values["when"]) if "when" in values else ""
    actor = names.actor(event.actor, event.partnership)
    title = names.title(each.kind, values)
    return Gone(each.item, each.kind, title, when, actor, event.timestamp)


def restore(visit: Visit) -> Http:
    """It is back where it was; all phones hear of it."""
    versions.restore(visit, visit.author, visit.person.id)
    return visit.go(HERE, said="brought_back")


def as_of(visit: Visit) -> Http:
    """/my/history/…/as-of: one's own item in each of its versions."""
    with visit.site.groupware.reading() as connection:
        owner = Names(connection, visit.words).owner_of(visit.id)
    if owner != visit.person.id:
        raise Unknown("there is no such item")
    return versions.look(visit, "my/as_of.html")
