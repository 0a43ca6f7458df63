"""Held bursts in words: which phone did how much to which folder, and item by item what."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from adapters.ids import server_id
from app import bursts as use
from app import items as loading
from app.http import Http
from app.log.naming import Names
from app.web.paging import PER_PAGE, paging
from app.web.values import field_name, shown
from app.web.visit import Visit
from app.web.words import Words
from domain.base import Authorship
from domain.item import HeldEdit, Item
from domain.kinds import kind_of
from domain.patch import apply
from domain.refused import Unknown
from projections import devices, holds
from projections.holds import Burst

DECISIONS: Final = {
    "release": (use.release, "held_release"),
    "discard": (use.discard, "held_discard"),
}
"""What a button does, and what is said of it then."""


@dataclass(frozen=True)
class Held:
    """A burst that waits; `person` is whose it is."""

    row: Burst
    folder: str
    phone: str
    person: str


@dataclass(frozen=True)
class Did:
    """What a phone did to one item: deleted it, or changed these fields from what to what."""

    item: UUID
    title: str
    deleted: bool
    changes: list[tuple[str, str, str]]


def waiting(visit: Visit, owner: UUID | None = None) -> list[Held]:
    """What waits of somebody's, or of everybody's, the oldest first."""
    with visit.site.groupware.reading() as connection:
        names = Names(connection, visit.words)
        return [_held(connection, names, each) for each in holds.bursts(connection, owner)]


def one(visit: Visit, template: str, owner: UUID | None = None) -> Http:
    """The burst in the address; Unknown if nothing of it waits, or it is somebody else's."""
    groupware = visit.site.groupware
    with groupware.reading() as connection:
        found = expect_burst(connection, visit, owner)
        rows = list(holds.waiting(connection, found.id))
        pages = replace(paging(visit), total=len(rows))
        names = Names(connection, visit.words)
        some = rows[pages.start : pages.start + PER_PAGE]
        did = [
            _did(visit, names, loading.load(groupware, connection, each.item), found.id)
            for each in some
        ]
        held = _held(connection, names, found)
    return visit.page(template, it=held, did=did, paging=pages)


def decide(visit: Visit, author: Authorship, owner: UUID | None = None) -> str:
    """What a button says is done; what is to be said of it."""
    act = visit.form.text("act")
    if act not in DECISIONS:
        raise Unknown("nothing is called like this")
    with visit.site.groupware.reading() as connection:
        found = expect_burst(connection, visit, owner)
    decided, said = DECISIONS[act]
    decided(visit.site.groupware, author, found.id)
    return said


def expect_burst(connection: sqlite3.Connection, visit: Visit, owner: UUID | None) -> Burst:
    found = holds.find(connection, visit.id)
    if found is None or owner not in (None, found.owner):
        raise Unknown("nothing of this burst waits for a decision")
    return found


def _held(connection: sqlite3.Connection, names: Names, each: Burst) -> Held:
    phone = devices.by_id(connection, each.partnership)
    called = phone.name if phone else server_id(each.partnership)
    folder = names.collection(each.collection, each.owner)
    return Held(each, folder, called, names.person(each.owner))


def _did(visit: Visit, names: Names, item: Item, burst: UUID) -> Did:
    edit = item.held[burst]
    title = names.title(kind_of(type(item)).name, item.values)
    changes = list(_changes(visit, item, edit, visit.words))
    return Did(item.id, title, edit.patch is None, changes)


def _changes(
    visit: Visit, item: Item, edit: HeldEdit, words: Words
) -> Iterator[tuple[str, str, str]]:
    if edit.patch is None:
        return
    before = visit.site.groupware.load(type(item), item.id, edit.base).values
    after = apply(before, edit.patch)
    for name in sorted(edit.patch):
        was, becomes = (shown(name, each.get(name), each, words) for each in (before, after))
        if was != becomes:
            yield field_name(name, words), was, becomes
