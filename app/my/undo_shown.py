"""A change set in words: what becomes of each item, field by field, and who wrote it later."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from adapters.ids import server_id
from app.log import undo as use
from app.log.naming import Names
from app.log.undo import Whose
from app.log.undoing import REMOVED, Fate, Undoing, Undone
from app.web.moments import in_form, moment_of
from app.web.paging import Paging, paging
from app.web.values import field_name, shown
from app.web.visit import Visit
from app.web.words import Words
from domain.when import Instant
from projections.edits import Editions

TONES: Final[dict[Fate, str]] = {
    "brought back": "good",
    "put back": "good",
    "taken away": "bad",
    "stays": "calm",
}
PAGE: Final = 20


@dataclass(frozen=True)
class Line:
    """One field of an item."""

    name: str
    was: str
    made: str
    now: str
    then: str
    later: str
    stays: bool


@dataclass(frozen=True)
class Card:
    """One item of a change set. `did` says so where all that counts is that they added it, or
    deleted it."""

    id: UUID
    kind: str
    title: str
    fate: str
    tone: str
    changes: bool
    did: str
    lines: list[Line]


@dataclass(frozen=True)
class Stretch:
    """From when until when, as it was typed in; `wrong` if that is no stretch of time."""

    since: Instant | None
    until: Instant | None
    wrong: bool

    @classmethod
    def asked(cls, visit: Visit, since: str, until: str) -> Stretch:
        start, end = (moment_of(text, visit.words) for text in (since, until))
        wrong = (bool(since) and start is None) or (bool(until) and end is None)
        late = start is not None and end is not None and end <= start
        return cls(start, end, wrong or late)

    @property
    def complete(self) -> bool:
        return self.since is not None and not self.wrong

    def field(self, end: bool, words: Words) -> str:
        at = self.until if end else self.since
        return in_form(at, words) if at else ""


@dataclass(frozen=True)
class Review:
    """One page of a change set, and of how many items the whole is. `upto` is when it was made:
    what is written later is not of it."""

    cards: list[Card]
    paging: Paging
    upto: str


def review(visit: Visit, whose: Whose, stretch: Stretch, *words: str) -> Review:
    """`words` are the fields of the query that lead here, for the other pages."""
    groupware = visit.site.groupware
    until = stretch.until or visit.now
    editions = use.meant(groupware, whose, stretch.since, until)
    page = paging(visit, *words)
    first = (page.number - 1) * PAGE
    found = use.review(groupware, editions, list(editions)[first : first + PAGE])
    with groupware.reading() as connection:
        cards = [_card(connection, each, visit.words) for each in found]
    pages = Pages(page.number, page.words, len(editions))
    return Review(cards, pages, until.isoformat())


class Pages(Paging):
    """Shorter ones: an item takes much room."""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def meant(visit: Visit, whose: Whose, since: str, upto: str) -> Editions:
    """What was reviewed, or one item of it; nothing if the form does not say when."""
    stretch = Stretch.asked(visit, since, upto)
    if not stretch.complete or stretch.until is None:
        return {}
    one = visit.form.text("item")
    found = use.meant(visit.site.groupware, whose, stretch.since, stretch.until)
    return {id: each for id, each in found.items() if one in ("", server_id(id))}


def _card(connection: sqlite3.Connection, each: Undoing, words: Words) -> Card:
    names = Names(connection, words)
    key = each.fate.replace(" ", "_")
    title = names.title(each.kind, {**each.without, **each.stands})
    did = ""
    if each.fate == use.TAKEN:
        did = words.text("undo.did.added")
    elif each.fate == use.BROUGHT and len(each.fields) == 1:
        did = words.text("undo.did.deleted")
    return Card(
        id=each.item,
        kind=each.kind,
        title=title,
        fate=key,
        tone=TONES[each.fate],
        changes=each.fate != "stays",
        did=did,
        lines=[] if did else list(_lines(names, each, words)),
    )


def _lines(names: Names, each: Undoing, words: Words) -> Iterator[Line]:
    for field in each.fields:
        values = (field.was, field.made, field.now, field.then)
        told = [_told(names, each, field, value, words) for value in values]
        later = ""
        if field.later:
            actor = names.actor(field.later.actor, None)
            later = words.text("undo.later", who=actor, moment=words.moment(field.later.at))
        was, made, now, then = told
        yield Line(_name(field, words), was, made, now, then, later, field.stays)


def _name(field: Undone, words: Words) -> str:
    own = f"undo.field.{field.name}"
    return words.text(own) if words.knows(own) else field_name(field.name, words)


def _told(names: Names, each: Undoing, field: Undone, value: Any, words: Words) -> str:
    if field.name == REMOVED:
        return words.text("undo.gone" if value else "undo.there")
    if isinstance(value, UUID):
        return names.collection(value, names.owner_of(each.item))
    return shown(field.name, value, {**each.without, **each.stands}, words)
