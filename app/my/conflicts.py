"""/my/conflicts: edits that gave way to others, in words, and back with one click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from adapters.eas.plain import plain
from app import items as use
from app.composition import CODEC
from app.http import Http
from app.my import repeating
from app.web.visit import Visit
from app.web.words import Words
from domain.body import Body
from domain.calendar import Attachment, Attendee, Location
from domain.patch import CANCELLED, CLEARED, Patch, Values
from domain.recurrence import Recurrence
from domain.refused import Unknown
from domain.when import AllDay, Instant, Timed
from projections import conflicts, items
from projections.conflicts import SetAside
from projections.directory import display_name

LONGEST: Final = 300


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
            _name(name, words),
            shown(value, values, words),
            shown(kept.get(name, CLEARED), values, words),
        )
        for name, value in lost.items()
    ]
    actor = words.actor(edit.actor)
    reason = words.text("my.conflicts.gone" if "no longer" in edit.reason else "my.conflicts.both")
    title = title or words.text("my.event.untitled")
    return Told(edit.edit, edit.item, kind, title, edit.at, actor, reason, fields)


def _name(field: str, words: Words) -> str:
    return words.text(f"field.{field}" if words.knows(f"field.{field}") else "field.other")


def shown(value: object, values: Values, words: Words) -> str:
    """A value of a field as people read it."""
    text = " ".join(_shown(value, values, words).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _shown(value: Any, values: Values, words: Words) -> str:
    match value:
        case None | "":
            return words.text("my.conflicts.empty")
        case AllDay() | Timed():
            return words.span(value)
        case Body():
            return plain(value.text) if value.html else value.text
        case Location():
            return value.name
        case Attendee():
            return value.name or value.email
        case Attachment():
            return value.name
        case Recurrence():
            return repeating.words_of(value, values["when"], words)
        case bytes():
            return words.text("my.conflicts.picture")
        case tuple():
            return ", ".join(_shown(each, values, words) for each in value)
        case Mapping():
            return "; ".join(_state(*each, values, words) for each in value.items())
        case datetime():
            return words.moment(value) if value.tzinfo else f"{value:%Y-%m-%d %H:%M}"
        case date():
            return words.birthday(value)
    if value is CLEARED:
        return words.text("my.conflicts.empty")
    return str(value)


def _state(original: date, state: Any, values: Values, words: Words) -> str:
    """What became of one time of a series."""
    if state is CANCELLED:
        told = words.text("my.conflicts.cancelled")
    elif isinstance(state, Mapping):
        told = ", ".join(_shown(each, values, words) for each in state.values())
    else:
        told = words.text("my.conflicts.as_series")
    return f"{words.day(original)}: {told}"
