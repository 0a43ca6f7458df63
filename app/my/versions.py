"""An event, a contact or a folder in each of its versions: a slider over its life."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from adapters.ids import server_id
from app import items as use
from app.http import Http
from app.log import asof, history
from app.log.telling import Line, Teller
from app.log.undo import give_back
from app.web.files import as_file, forms
from app.web.paging import place
from app.web.site import SCRIPTED
from app.web.values import field_name, shown
from app.web.visit import Visit
from app.web.words import Words
from domain.base import Authorship
from domain.fields import Fields
from domain.item import Item
from domain.kinds import kind_of
from domain.patch import Values
from domain.refused import Unknown
from domain.when import Instant
from projections import items
from projections.history import Fact

HANDLING: Final = ("uid", "client_uid", "stamp", "foreign")
"""How it came and by what it is known is nothing that people wrote."""


@dataclass(frozen=True)
class Field:
    """What a field was in a version, and what it is now; both in words."""

    name: str
    then: str
    now: str

    @property
    def differs(self) -> bool:
        return self.then != self.now


@dataclass(frozen=True)
class Version:
    """One of the versions that were made at `moments`, counted from 1, and the event that made it.
    `gone` says that the item was removed then, `lost` that it is removed now."""

    id: UUID
    number: int
    moments: list[Instant]
    title: str
    line: Line
    fields: list[Field]
    forms: tuple[str, ...]
    gone: bool
    lost: bool

    @property
    def last(self) -> int:
        return len(self.moments)


def look(visit: Visit, template: str) -> Http:
    """The version that is asked for, else the last; as a file, if one is asked for."""
    groupware, id = visit.site.groupware, visit.id
    with groupware.reading() as connection:
        if items.item(connection, id) is None:
            raise Unknown("this is no item")
        facts = history.of_item(groupware, connection, id)
        own = {each.edition: each for each in facts if each.id == id}
        asked, last = place(visit.asked("version")), max(own)
        number = last if asked is None else min(max(asked, 1), last)
        then = asof.item(groupware, connection, id, own[number].position)
        assert then is not None, "it was there when this happened"
        if form := visit.asked("form"):
            kind = kind_of(type(then)).name
            return expect_file(form, kind, f"{server_id(id)}-{number}", {id: then.values})
        now = use.load(groupware, connection, id)
        teller = Teller(connection, visit.words)
        moments = [own[each].at for each in range(1, last + 1)]
        page = visit.page(
            template,
            it=_version(teller, visit.words, own[number], moments, then, now),
            owner=teller.names.owner_of(id),
            names=teller.names,
        )
    return replace(page, headers={**page.headers, "Content-Security-Policy": SCRIPTED})


def _version(
    teller: Teller, words: Words, fact: Fact, moments: list[Instant], then: Item, now: Item
) -> Version:
    kind = kind_of(type(now))
    return Version(
        id=now.id,
        number=fact.edition,
        moments=moments,
        title=teller.names.title(kind.name, then.values),
        line=teller.line(fact),
        fields=list(_fields(kind.fields, then, now, words)),
        forms=forms(kind.name),
        gone=then.removed,
        lost=now.removed,
    )


def restore(visit: Visit, author: Authorship, owner: UUID | None = None) -> None:
    """A removed item is back; Unknown if it is not the `owner`'s."""
    groupware = visit.site.groupware
    with groupware.acting(author) as connection:
        item = use.load(groupware, connection, visit.id)
        if owner is not None and item.owner != owner:
            raise Unknown("there is no such item")
        give_back(groupware, connection, item)


def expect_file(form: str, kind: str, name: str, content: dict[UUID, Values]) -> Http:
    found = as_file(form, kind, name, content)
    if found is None:
        raise Unknown("there is no such form of this")
    return found


def _fields(fields: Fields, then: Item, now: Item, words: Words) -> Iterator[Field]:
    for name in fields:
        if name in HANDLING:
            continue
        if name in then.values or name in now.values:
            yield Field(field_name(name, words), _told(name, then, words), _told(name, now, words))


def _told(name: str, item: Item, words: Words) -> str:
    value: Any = item.values.get(name)
    return shown(name, value, item.values, words)
