"""Edits of items by their authors: which editions of which items somebody made in a stretch of
the log. Its index is asked, not the log itself (projections/logbook.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from domain.item import Begun, EditHeld, EditReleased, Moved, Removed, Restored, Revised
from domain.kinds import KINDS
from domain.when import Instant
from projections import logbook
from projections.logbook import Choice, Search

CHANGING: Final = (Begun, Revised, Removed, Restored, Moved, EditHeld)
"""What changes an item, or will once it is released; all else leaves it as it stands."""

_STREAM: Final = (
    "SELECT originator_id, originator_version, topic FROM stored_event WHERE position = ?"
)

Editions = dict[UUID, frozenset[int]]
"""By item, the one touched last first, the versions of the events that are meant."""


def edits(
    connection: sqlite3.Connection,
    authors: Choice,
    since: Instant | None = None,
    until: Instant | None = None,
) -> Editions:
    """What any of these did to items, written from `since` on and before `until`."""
    assert KINDS, "the events of every kind are known"
    found: dict[UUID, set[int]] = {}
    topics = [topic for each in CHANGING for topic in _topics(each)]
    search = Search((authors, logbook.kinds(*topics)), since, until)
    for position in logbook.every(connection, search):
        bytes, version, topic = connection.execute(_STREAM, (position,)).fetchone()
        id = UUID(bytes=bytes)
        if topic != EditHeld.TOPIC or _released(connection, id):
            found.setdefault(id, set()).add(version)
    return {item: frozenset(versions) for item, versions in found.items()}


def _released(connection: sqlite3.Connection, item: UUID) -> bool:
    """Whether anything of it that was held ever was: what still waits, or was discarded, has
    changed nothing."""
    search = Search((logbook.things(item), logbook.kinds(EditReleased.TOPIC)))
    return bool(logbook.back(connection, search, None, 1).positions)


def _topics(event: Any) -> Iterator[str]:
    """What an event and those that are of its kind are called in the log."""
    if "TOPIC" in vars(event):
        yield event.TOPIC
    for each in event.__subclasses__():
        yield from _topics(each)
