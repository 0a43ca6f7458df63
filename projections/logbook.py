"""Where in the log something stands: each event is filed under all that it is about.

An event is filed under the ids of its person, its phone and whatever else it is about, and under
its kind, its author and its request, each of which has an id that follows from its name. So one
index serves every filter: the primary key of `log_about`, in which what is about one thing lies
together in the order of the log. Only the thing that an event changed is left out: the streams of
`stored_event` have an index of their own, and a second one would cost every event a page of the
file. Several filters together are a walk in which each leaps to where the others are (`_walk`);
what it costs is in proportion to the page and to the rarest of them, not to the log. Nothing here
is anybody's name, text or time of day.

A moment is a place, too: `log_moment` has the position at which the log first came to it. A clock
that was set back is waited for: the order in which things were written down counts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.account import AccountOpened
from domain.base import named_id
from domain.credentials import CredentialEvent
from domain.house import AccountErased, ContactErased
from domain.item import Begun, EditSetAside, ItemEvent
from domain.partnership import DevicePartnered
from domain.provisioning import PartnershipEvent
from domain.relation import ContactLinked, ContactUnlinked, RelationBegun
from domain.retention import CollectionCompacted
from domain.round import ItemQuarantined, ItemReleased, RoundEvent
from domain.when import Instant

TABLES = """
CREATE TABLE IF NOT EXISTS log_about (
    about BLOB NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (about, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_moment (
    at INTEGER PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;
"""

FILE: Final = "INSERT INTO log_about VALUES (?, ?)"
REACHED: Final = """
INSERT INTO log_moment SELECT ?1, ?2
WHERE NOT EXISTS (SELECT 1 FROM log_moment WHERE at >= ?1)
"""
FROM_THEN: Final = "SELECT position FROM log_moment WHERE at >= ? ORDER BY at LIMIT 1"
LATEST: Final = "SELECT max(at) FROM log_moment"
LAST: Final = "SELECT max(position) FROM stored_event"
ABOUT: Final = "about"
STREAM: Final = "stream"
SEEK: Final = {
    (ABOUT, -1): """
SELECT position FROM log_about WHERE about = ? AND position <= ?
ORDER BY position DESC LIMIT 1
""",
    (ABOUT, 1): """
SELECT position FROM log_about WHERE about = ? AND position >= ?
ORDER BY position LIMIT 1
""",
    (STREAM, -1): """
SELECT position FROM stored_event WHERE originator_id = ? AND position <= ?
ORDER BY originator_version DESC LIMIT 1
""",
    (STREAM, 1): """
SELECT position FROM stored_event WHERE originator_id = ? AND position >= ?
ORDER BY originator_version LIMIT 1
""",
}
"""What comes next, back or onward: of what is filed, and of the stream of one thing."""

Key = tuple[str, bytes]
Choice = frozenset[Key]
"""Any of these will do; each is a kind of SEEK and an id."""

REACH: Final = 2_000
"""So many leaps make a page at most: where filters hardly meet, it says where to look further."""

MANY: Final = 1_000

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


# Writing


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    at = (event.timestamp - EPOCH) // MICROSECOND
    connection.execute(REACHED, (at, position))
    ids = set(_about(connection, event)) - {event.originator_id.bytes}
    connection.executemany(FILE, [(id, position) for id in ids])


def _about(connection: sqlite3.Connection, event: Any) -> Iterator[bytes]:
    yield _named("kind", event.TOPIC)
    yield _named("actor", event.actor)
    yield _named("request", event.request)
    if event.partnership is not None:
        yield event.partnership.bytes
    if isinstance(event, RoundEvent):
        yield from _about_round(connection, event)
    else:
        yield from _about_thing(connection, event)


def _about_thing(connection: sqlite3.Connection, event: Any) -> Iterator[bytes]:
    """Whose it is, and what else it names."""
    match event:
        case Begun():
            yield event.owner.bytes
        case ItemEvent() | EditSetAside():
            yield from _owner(connection, event.originator_id)
        case PartnershipEvent() | CredentialEvent() | DevicePartnered() | AccountOpened():
            yield event.subject.bytes
        case AccountErased():
            yield event.subject.bytes
        case ContactErased():
            yield event.subject.bytes
            yield from _owner(connection, event.subject)
        case CollectionCompacted():
            yield event.collection.bytes
            yield from _keeper(connection, event.collection)
        case RelationBegun():
            yield from (event.appointment.bytes, event.contact.bytes)
            yield from _owner(connection, event.appointment)
        case ContactLinked() | ContactUnlinked():
            yield from _both(connection, event.originator_id)


def _about_round(connection: sqlite3.Connection, event: RoundEvent) -> Iterator[bytes]:
    """The stream of a phone's rounds has an id that nobody asks for."""
    yield from (event.phone.bytes, event.collection.bytes)
    yield from chain.from_iterable(
        connection.execute("SELECT account FROM partnership WHERE id = ?", (event.phone.bytes,))
    )
    if isinstance(event, ItemQuarantined | ItemReleased):
        yield event.item.bytes


def _owner(connection: sqlite3.Connection, item: UUID) -> Iterable[bytes]:
    return chain.from_iterable(
        connection.execute(
            "SELECT owner FROM item JOIN collection ON number = collection WHERE item.id = ?",
            (item.bytes,),
        )
    )


def _keeper(connection: sqlite3.Connection, collection: UUID) -> Iterable[bytes]:
    return chain.from_iterable(
        connection.execute("SELECT owner FROM collection WHERE id = ?", (collection.bytes,))
    )


def _both(connection: sqlite3.Connection, relation: UUID) -> Iterable[bytes]:
    """The two that a link ties, and whose they are."""
    return chain.from_iterable(
        connection.execute(
            "SELECT appointment, contact, owner FROM relation JOIN item ON item.id = appointment"
            " JOIN collection ON number = collection WHERE relation.id = ?",
            (relation.bytes,),
        )
    )


@lru_cache(maxsize=1 << 12)
def _named(sort: str, name: str) -> bytes:
    return named_id(sort, name).bytes


# Reading


@dataclass(frozen=True)
class Search:
    """Which events are meant: those that are about one of each of the `choices`, written from
    `since` on and before `until`. Without any of that, all."""

    choices: tuple[Choice, ...] = ()
    since: Instant | None = None
    until: Instant | None = None


def things(*ids: UUID) -> Choice:
    """Any of these: persons, phones, items, folders, policies …"""
    return frozenset((sort, id.bytes) for id in ids for sort in (ABOUT, STREAM))


def kinds(*topics: str) -> Choice:
    return frozenset((ABOUT, _named("kind", topic)) for topic in topics)


def actors(*actors: str) -> Choice:
    """Any of these authors, as events name them (`user:…`)."""
    return frozenset((ABOUT, _named("actor", actor)) for actor in actors)


def requests(*requests: str) -> Choice:
    return frozenset((ABOUT, _named("request", request)) for request in requests)


@dataclass(frozen=True)
class Stretch:
    """Positions in the order of the walk. `further` is from where to go on; None at the end."""

    positions: tuple[int, ...]
    further: int | None


def back(connection: sqlite3.Connection, search: Search, before: int | None, most: int) -> Stretch:
    """What was written before a position, or all there is, the newest first."""
    first, end = _span(connection, search)
    start = end if before is None else min(end, before - 1)
    return _walk(connection, search, -1, start, first, most)


def every(
    connection: sqlite3.Connection, search: Search, before: int | None = None
) -> Iterator[int]:
    """All that is meant, or what of it was written before a position, the newest first."""
    while True:
        stretch = back(connection, search, before, MANY)
        yield from stretch.positions
        if stretch.further is None:
            return
        before = stretch.further


def onward(connection: sqlite3.Connection, search: Search, after: int, most: int) -> Stretch:
    """What was written after a position, the oldest first."""
    first, end = _span(connection, search)
    return _walk(connection, search, 1, max(first, after + 1), end, most)


def latest(connection: sqlite3.Connection) -> Instant | None:
    """The latest moment that the log came to."""
    (at,) = connection.execute(LATEST).fetchone()
    return None if at is None else EPOCH + at * MICROSECOND


def last(connection: sqlite3.Connection) -> int:
    """Where the log ends; 0 if it is empty."""
    return connection.execute(LAST).fetchone()[0] or 0


def _span(connection: sqlite3.Connection, search: Search) -> tuple[int, int]:
    """The first and the last position that can be meant."""
    end = last(connection)
    first = 1 if search.since is None else _from_then(connection, search.since, end + 1)
    upto = end if search.until is None else _from_then(connection, search.until, end + 1) - 1
    return first, upto


def _from_then(connection: sqlite3.Connection, at: Instant, otherwise: int) -> int:
    """Where the log came to this moment."""
    row = connection.execute(FROM_THEN, ((at - EPOCH) // MICROSECOND,)).fetchone()
    return int(row[0]) if row else otherwise


def upto(connection: sqlite3.Connection, at: Instant) -> int:
    """The last position that was written at this moment or before; 0 if nothing was."""
    return _from_then(connection, at + MICROSECOND, last(connection) + 1) - 1


def _walk(
    connection: sqlite3.Connection, search: Search, way: int, start: int, end: int, most: int
) -> Stretch:
    """From `start` to `end`, `way` being 1 or -1. Where all choices land at one place, something
    is found; else the walk goes on at the one that leapt furthest."""
    tracks = [Track(connection, choice, way) for choice in search.choices]
    found: list[int] = []
    at = start
    for _ in range(REACH):
        landed = [track.land(at) for track in tracks]
        places = [place for place in landed if place is not None]
        furthest = max(places, key=lambda place: place * way, default=at)
        if len(places) < len(landed) or furthest * way > end * way:
            return Stretch(tuple(found), None)
        if any(place != furthest for place in places):
            at = furthest
        elif len(found) == most:
            return Stretch(tuple(found), found[-1])
        else:
            found.append(furthest)
            at = furthest + way
    return Stretch(tuple(found), at - way)


class Track:
    """Where one of several comes next. Each is looked for again only once it is passed."""

    def __init__(self, connection: sqlite3.Connection, choice: Choice, way: int) -> None:
        self._connection = connection
        self._way = way
        self._choice = choice
        self._next: dict[Key, int] | None = None

    def land(self, at: int) -> int | None:
        """The nearest place from `at` on; None if there is none any more."""
        due = self._choice if self._next is None else self._passed(at)
        places = {} if self._next is None else self._next
        for key in due:
            places.pop(key, None)
            sort, id = key
            row = self._connection.execute(SEEK[sort, self._way], (id, at)).fetchone()
            if row:
                places[key] = row[0]
        self._next = places
        return min(places.values(), key=lambda place: place * self._way, default=None)

    def _passed(self, at: int) -> list[Key]:
        assert self._next is not None
        return [key for key, place in self._next.items() if place * self._way < at * self._way]
