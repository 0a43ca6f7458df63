"""Looking things up in the log: what somebody asks for, and the pages they are shown.

A page is found by its place (`before`, `after`), never by a number: whatever is written meanwhile,
each entry comes once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from adapters.ids import by_id, server_id, uuid_of
from app.groupware import Groupware
from domain.base import Created, Event
from domain.refused import Unknown
from domain.when import Instant
from projections import accounts, logbook
from projections import history as past
from projections import schema as _  # noqa: F401  (with the read models, all kinds are known)
from projections.history import Entry, Fact
from projections.logbook import Choice, Search

PAGE: Final = 50

FAMILIES: Final = {
    "events": ("appointment.", "occurrence."),
    "contacts": ("contact.",),
    "links": ("relation.", "contact.linked", "contact.unlinked"),
    "folders": ("folder.",),
    "edits": ("edit.", "item.reoffered"),
    "people": ("account.",),
    "phones": ("device.",),
    "rules": ("house.", "access.", "policy."),
    "sync": ("line.", "round.", "item.quarantined", "item.released", "collection."),
}
"""Kinds that belong together, by the beginnings of their names; the longest beginning counts."""

OWN: Final = ("events", "contacts", "links", "folders", "edits")
"""What people are shown of their own items."""


@cache
def event_kinds() -> dict[str, type]:
    """Every kind of event there is, by its name."""
    found = (each for root in (Event, Created) for each in _below(root))
    return {each.TOPIC: each for each in sorted(found, key=_name) if "TOPIC" in vars(each)}


def _below(root: Any) -> Iterator[Any]:
    for each in root.__subclasses__():
        yield each
        yield from _below(each)


def _name(kind: type) -> str:
    return kind.__qualname__


def family_of(topic: str) -> str:
    """Where a kind belongs; empty for one that nobody has given a place."""
    fitting = [
        (len(start), family)
        for family, starts in FAMILIES.items()
        for start in starts
        if topic.startswith(start)
    ]
    return max(fitting, default=(0, ""))[1]


def kinds_of(*names: str) -> list[str]:
    """The kinds that are meant by the names of families and of single kinds."""
    known = event_kinds()
    for name in names:
        if name not in FAMILIES and name not in known:
            raise Unknown(f"there is no kind {name}; there are {', '.join(FAMILIES)}")
    return [topic for topic in known if topic in names or family_of(topic) in names]


@dataclass(frozen=True)
class Asked:
    """What somebody looks for, in their words; what is empty is not asked for. A person goes by
    name or address, a phone by its id here or its own, `by` is an author as the log has it,
    or a phone as `device:` with either id."""

    person: str = ""
    device: str = ""
    item: str = ""
    kind: tuple[str, ...] = ()
    by: str = ""
    request: str = ""
    since: Instant | None = None
    until: Instant | None = None

    def search(self, connection: sqlite3.Connection) -> Search:
        """Unknown for a person, a phone, an id or a kind that there is not."""
        return Search(tuple(self._choices(connection)), self.since, self.until)

    def _choices(self, connection: sqlite3.Connection) -> Iterator[Choice]:
        if self.person:
            yield logbook.things(_person(connection, self.person))
        if self.device:
            yield logbook.things(*_phones(connection, self.device))
        if self.item:
            yield logbook.things(_id(self.item))
        if self.kind:
            yield logbook.kinds(*kinds_of(*self.kind))
        if self.by:
            yield logbook.actors(*_authors(connection, self.by))
        if self.request:
            yield logbook.requests(self.request)


def _person(connection: sqlite3.Connection, name: str) -> UUID:
    found = accounts.find(connection, name) or accounts.by_mail(connection, name)
    if found is None:
        raise Unknown(f"there is no user {name}")
    return found.id


def _phones(connection: sqlite3.Connection, name: str) -> list[UUID]:
    """Every phone of this name, also those that were forgotten."""
    found = _called(connection, name)
    if not found:
        raise Unknown(f"there is no phone {name}")
    return found


def _authors(connection: sqlite3.Connection, by: str) -> list[str]:
    """As the log may have them: phones by id, and by DeviceId where it is old."""
    kind, name = by.partition(":")[::2]
    phones = _called(connection, name) if kind == "device" else []
    return [by, *(by_id(kind, id) for id in phones)]


def _called(connection: sqlite3.Connection, name: str) -> list[UUID]:
    id = uuid_of(name.lower())
    rows = connection.execute(
        "SELECT id FROM partnership WHERE id = ? OR upper(device) = ?",
        (id.bytes if id else b"", name.upper()),
    )
    return [UUID(bytes=found) for (found,) in rows]


def _id(text: str) -> UUID:
    id = uuid_of(text.lower())
    if id is None:
        raise Unknown(f"{text} is not an id as the lists show them")
    return id


# Pages


@dataclass(frozen=True)
class Sheet:
    """Entries, the newest first; those before `further` come next, if there are any."""

    entries: list[Entry]
    further: int | None


def sheet(
    groupware: Groupware,
    connection: sqlite3.Connection,
    search: Search,
    before: int | None = None,
    most: int = PAGE,
) -> Sheet:
    stretch = logbook.back(connection, search, before, most)
    return Sheet(_read(groupware, stretch.positions), stretch.further)


def news(
    groupware: Groupware, connection: sqlite3.Connection, search: Search, after: int
) -> tuple[list[Entry], int]:
    """What was written after a position, the oldest first, and up to where that is all there is;
    nothing only at the end of the log."""
    end = logbook.last(connection)
    while True:
        stretch = logbook.onward(connection, search, after, PAGE)
        after = max(end, after) if stretch.further is None else stretch.further
        if stretch.positions or stretch.further is None:
            return _read(groupware, stretch.positions), after


def entry(groupware: Groupware, position: int) -> Entry:
    """Unknown where the log has nothing."""
    found = _read(groupware, [position])
    if not found:
        raise Unknown(f"the log has no entry {position}")
    return found[0]


def of_item(groupware: Groupware, connection: sqlite3.Connection, id: UUID) -> list[Fact]:
    """All that ever happened to an item, the oldest first; Unknown if there never was one."""
    facts = past.history(groupware, connection, id)
    if not facts:
        raise Unknown(f"there is no item {server_id(id)}")
    return facts


def stretch(facts: Sequence[Fact], before: int | None = None) -> Sheet:
    """A page of an item's history."""
    earlier = [each for each in facts if before is None or each.position < before]
    shown = earlier[-PAGE:][::-1]
    return Sheet([*shown], shown[-1].position if len(earlier) > PAGE else None)


def _read(groupware: Groupware, positions: Iterable[int]) -> list[Entry]:
    return [Entry(*found) for found in groupware.read(positions)]
