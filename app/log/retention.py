"""Keeping the rows small: what was superseded long ago goes, and with it the lines of phones that
have been silent for longer.

The log loses nothing: an item's history, any folder as of any moment, replay and undo go on as
before. What is lost is said where somebody asks for it: why a phone was told what it was told in
an answer from before. A phone that was silent for longer begins anew (Status 3); what it still has
is joined with what is here (docs/sync-engine.md), so nothing comes twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.composition import CODEC
from app.groupware import Groupware
from domain.base import Authorship
from domain.retention import CollectionCompacted, stream_of
from domain.when import Instant
from projections import compaction, items, lines, logbook, sightings
from projections.asof import pos_at
from projections.items import CollectionRow

SHORTEST: Final = timedelta(days=30)
USUAL: Final = timedelta(days=365)


@dataclass(frozen=True)
class Compaction:
    """What compacting a collection up to a position takes away: so many rows, and the place of
    these phones."""

    collection: UUID
    upto: int
    rows: int
    phones: frozenset[UUID]


def plan(groupware: Groupware, older_than: timedelta) -> Iterator[Compaction]:
    """What could go, collection by collection, as things are now."""
    with groupware.reading() as connection:
        known = items.collections(connection)
    for row in known:
        with groupware.reading() as connection:
            planned = _planned(groupware, connection, row, groupware.clock() - older_than)
        if planned is not None:
            yield planned


def compact(
    groupware: Groupware, author: Authorship, older_than: timedelta
) -> Iterator[Compaction]:
    """Compact each collection in a transaction of its own, so that phones need not wait."""
    for each in plan(groupware, older_than):
        with groupware.acting(author) as connection:
            row = items.collection(connection, each.collection)
            horizon = author.at - older_than
            again = row and _planned(groupware, connection, row, horizon)
            if again:
                stream = stream_of(again.collection)
                last = groupware.recorder.select_events(stream, desc=True, limit=1)
                version = last[0].originator_version + 1 if last else 1
                groupware.save(CollectionCompacted.note(again.collection, version, again.upto))
        if again:
            yield again


def _planned(
    groupware: Groupware, connection: sqlite3.Connection, row: CollectionRow, horizon: Instant
) -> Compaction | None:
    needed = list(lines.needs(connection, CODEC, row.id))
    awake = {phone for phone, *_ in needed if _seen_since(connection, phone, horizon)}
    upto = pos_at(connection, row.number, row.head, logbook.upto(connection, horizon))
    upto = min([upto, *(need for phone, _, need in needed if phone in awake)])
    upto = min(upto, compaction.spoken_for(connection, row.id) - 1)
    count = items.superseded(connection, row.number, upto)
    if upto <= row.floor or not count:
        return None
    gone = frozenset(phone for phone, _, need in needed if need < upto)
    return Compaction(row.id, upto, count, gone)


def _seen_since(connection: sqlite3.Connection, phone: UUID, horizon: Instant) -> bool:
    """Whether a phone was there since. When phones were seen is not in the log and may be lost:
    then nobody has been silent."""
    seen = sightings.seen(connection, phone)
    return seen is None or seen.last_seen >= horizon
