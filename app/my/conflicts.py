"""/my/conflicts: edits that gave way to others, in words, and back with one click."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app import items as use
from app.composition import CODEC
from app.http import Http
from app.web.values import field_name, shown
from app.web.visit import Visit
from app.web.words import Words
from domain.patch import CLEARED, Patch, Values
from domain.refused import Unknown
from domain.when import Instant
from projections import conflicts, items
from projections.conflicts import SetAside
from projections.directory import display_name


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
            _told(each, row.kind, CODEC.decode(row.value), visit.words)
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


def _told(edit: SetAside, kind: str, values: Values, words: Words) -> Told:
    lost: Patch = CODEC.decode(edit.lost)
    kept: Patch = CODEC.decode(edit.kept)
    title = values.get("subject", "") if kind == "calendar" else display_name(values)
    fields = [
        (
            field_name(name, words),
            shown(value, values, words),
            shown(kept.get(name, CLEARED), values, words),
        )
        for name, value in lost.items()
    ]
    actor = words.actor(edit.actor)
    reason = words.text("my.conflicts.gone" if "no longer" in edit.reason else "my.conflicts.both")
    title = title or words.text("my.event.untitled")
    return Told(edit.edit, edit.item, kind, title, edit.at, actor, reason, fields)
