"""/my/conflicts: edits that gave way to others, in words, and back with one click."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from uuid import UUID

from adapters.ids import id_in
from app import items as use
from app.composition import CODEC
from app.http import Http
from app.web.values import field_name, shown
from app.web.visit import Visit
from domain.partnership import Partnership
from domain.patch import CLEARED, Patch
from domain.refused import Unknown
from domain.when import Instant
from projections import conflicts, devices, items
from projections.conflicts import SetAside
from projections.directory import display_name
from projections.items import ItemRow


@dataclass(frozen=True)
class Told:
    """An edit that gave way: of each field its name, what was wanted and what stands."""

    edit: UUID
    item: UUID
    kind: str
    title: str
    at: Instant
    actor: str
    reason: str
    fields: list[tuple[str, str, str]]


def look(visit: Visit) -> Http:
    with visit.site.groupware.reading() as connection:
        found = [
            _told(visit, each, row, _by(connection, visit, each.actor))
            for each in conflicts.waiting(connection, visit.person.id)
            if (row := items.item(connection, each.item)) is not None
        ]
    return visit.page("my/conflicts.html", conflicts=found)


def restore(visit: Visit) -> Http:
    """The edit is in force after all, and phones hear of it."""
    groupware = visit.site.groupware
    with groupware.acting(visit.author) as connection:
        found = conflicts.find(connection, visit.id)
        if found is None:
            raise Unknown("no such edit is set aside")
        item = use.load(groupware, connection, found.item)
        if item.owner != visit.person.id:
            raise Unknown("no such edit is set aside")
        use.restore_edit(groupware, item, found.edit)
    return visit.go("/my/conflicts", said="restored")


def _by(connection: sqlite3.Connection, visit: Visit, actor: str) -> str:
    """Who made an edit; a phone of the reader's by what they call it, or its model."""
    id = id_in(actor) or Partnership.id_of(visit.person.id, actor.removeprefix("device:"))
    phone = devices.ever(connection, id)
    return visit.words.actor(actor, phone.name if phone else "")


def _told(visit: Visit, edit: SetAside, row: ItemRow, by: str) -> Told:
    words, values = visit.words, CODEC.decode(row.value)
    lost: Patch = CODEC.decode(edit.lost)
    kept: Patch = CODEC.decode(edit.kept)
    title = values.get("subject", "") if row.kind == "calendar" else display_name(values)
    fields = [
        (
            field_name(name, words),
            shown(name, value, values, words),
            shown(name, kept.get(name, CLEARED), values, words),
        )
        for name, value in lost.items()
    ]
    reason = words.text("my.conflicts.gone" if "no longer" in edit.reason else "my.conflicts.both")
    title = title or words.text("my.event.untitled")
    return Told(edit.edit, edit.item, row.kind, title, edit.at, by, reason, fields)
