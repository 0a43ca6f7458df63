"""What a phone, a person or a connector did in a stretch of time, undone: for a phone that has
lost its mind, or its owner, and for an import that should never have been.

Nothing is taken out of the log. What they removed is brought back, what they added is taken away,
what they edited or moved is put back; and what others have done to the same things since then
stands (app/log/undoing.py). What was held in a burst and released since counts as theirs, too.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import gevent

from app import folders as places
from app import items as use
from app.composition import CODEC
from app.groupware import Groupware
from app.log.undoing import COLLECTION, REMOVED, Fate, State, Undoing, folded, undoing
from domain.base import Authorship
from domain.folder import CALENDAR, CONTACTS, Folder, default_folder
from domain.item import Item
from domain.kinds import KINDS, kind_of
from domain.patch import difference
from domain.refused import Refused
from domain.when import Instant
from projections import devices, edits, folders, items, logbook
from projections.accounts import AccountRow
from projections.devices import PartnershipRow
from projections.edits import Editions
from projections.logbook import Choice

CHUNK: Final = 25
"""So many items are one transaction, after which it is the turn of others: phones wait for no
more than that."""

FOLDER: Final = "folder"
FIRST: Final = {"calendar": CALENDAR, "contacts": CONTACTS}
"""The type of the folder that everybody has for a kind of item."""

BROUGHT: Final[Fate] = "brought back"
TAKEN: Final[Fate] = "taken away"
PUT: Final[Fate] = "put back"
DONE: Final = (BROUGHT, TAKEN, PUT)


@dataclass(frozen=True)
class Whose:
    """Somebody whose edits can be undone; `authors` are how the log files them."""

    name: str
    authors: Choice


def of_phone(phone: PartnershipRow) -> Whose:
    return Whose(phone.name, logbook.things(phone.id))


def of_person(groupware: Groupware, person: AccountRow) -> Whose:
    """What somebody did on the pages, as an administrator too, and with any of their phones."""
    with groupware.reading() as connection:
        phones = devices.of_account(connection, person.id)
    own = logbook.actors(f"user:{person.name}", f"admin:{person.name}")
    return Whose(person.name, own | logbook.things(*(phone.id for phone in phones)))


def of_connector(name: str) -> Whose:
    return Whose(name, logbook.actors(f"connector:{name}"))


def meant(
    groupware: Groupware,
    whose: Whose,
    since: Instant | None = None,
    until: Instant | None = None,
    only: Iterable[UUID] = (),
) -> Editions:
    """Their edits from `since` on and before `until`; only of these items, if any are named."""
    with groupware.reading() as connection:
        found = edits.edits(connection, whose.authors, since, until)
    chosen = set(only)
    return {id: each for id, each in found.items() if not chosen or id in chosen}


def review(groupware: Groupware, editions: Editions, some: Iterable[UUID] = ()) -> list[Undoing]:
    """What would become of each item, or of `some` of them. An item on which these edits have
    no effect any more is left out."""
    with groupware.reading() as connection:
        coming = {
            id
            for id in editions
            if _kind(connection, id) == FOLDER
            and (folder := _undoing(groupware, connection, id, editions[id], set()))
            and folder.fate == BROUGHT
        }
        ids = [id for id in some or editions if id in editions]
        found = (_undoing(groupware, connection, id, editions[id], coming) for id in ids)
        return [each for each in found if each is not None and each.fields]


def undo(groupware: Groupware, author: Authorship, editions: Editions) -> Counter[Fate]:
    """How many items were brought back, taken away, and put back."""
    tally: Counter[Fate] = Counter()
    with groupware.reading() as connection:
        kinds = {id: _kind(connection, id) for id in editions}
    inner = [id for id, kind in kinds.items() if kind != FOLDER]
    outer = [id for id, kind in kinds.items() if kind == FOLDER]
    for ids, fates in ((outer, {BROUGHT}), (inner, set()), (outer, {TAKEN, PUT})):
        for start in range(0, len(ids), CHUNK):
            with groupware.acting(author) as connection:
                for id in ids[start : start + CHUNK]:
                    each = _undoing(groupware, connection, id, editions[id], set())
                    if each and (not fates or each.fate in fates):
                        tally.update(_carry_out(groupware, connection, each))
            gevent.sleep(0)
    return tally


def give_back(groupware: Groupware, connection: sqlite3.Connection, item: Item) -> None:
    """A removed item is back under its old name: where it was, or, if that folder is gone, in the
    first of its kind."""
    use.restore(groupware, item)
    first = FIRST.get(kind_of(type(item)).name)
    if first and folders.folder(connection, CODEC, item.collection) is None:
        use.move(groupware, item, default_folder(item.owner, first))


def _kind(connection: sqlite3.Connection, id: UUID) -> str:
    row = items.item(connection, id)
    return row.kind if row else ""


def _undoing(
    groupware: Groupware,
    connection: sqlite3.Connection,
    id: UUID,
    versions: frozenset[int],
    coming: set[UUID],
) -> Undoing | None:
    """None for what was erased: nobody knows any more what it was. `coming` are folders that
    will be there again."""
    kind = _kind(connection, id)
    stream = list(groupware.events.get(id))
    if kind not in KINDS or any(getattr(event, "erased", False) for event in stream):
        return None
    fold = folded(KINDS[kind].fields, stream, versions)
    place = fold.without[COLLECTION]
    nowhere = kind != FOLDER and folders.folder(connection, CODEC, place) is None
    return undoing(id, kind, fold, placeless=nowhere and place not in coming)


def _carry_out(
    groupware: Groupware, connection: sqlite3.Connection, each: Undoing
) -> Iterable[Fate]:
    item = use.load(groupware, connection, each.item)
    if each.fate == "stays":
        return ()
    if isinstance(item, Folder):
        return (each.fate,) if _put_folder(groupware, connection, item, each) else ()
    if each.fate == TAKEN:
        use.remove(groupware, item)
        return (each.fate,)
    use.restore(groupware, item)
    if item.collection != each.without[COLLECTION]:
        use.move(groupware, item, each.without[COLLECTION])
    patch = difference(item.values, _values(each.without))
    use.revise(groupware, connection, item, patch)
    return (each.fate,)


def _put_folder(
    groupware: Groupware, connection: sqlite3.Connection, folder: Folder, each: Undoing
) -> bool:
    """A folder that was made is taken away if it is empty; one that cannot have its old name or
    place again keeps those it has."""
    if each.fate == TAKEN:
        empty = _is_empty(connection, folder)
        if empty:
            use.remove(groupware, folder)
        return empty
    use.restore(groupware, folder)
    row = folders.folder(connection, CODEC, folder.id)
    assert row is not None, "it is there now"
    try:
        parent = each.without.get("parent")
        places.change(groupware, connection, row, each.without["name"], parent)
    except Refused:
        return each.fate == BROUGHT
    return True


def _is_empty(connection: sqlite3.Connection, folder: Folder) -> bool:
    content = items.collection(connection, folder.id)
    inside = any(
        each.parent == folder.id for each in folders.folders(connection, CODEC, folder.owner)
    )
    return not inside and (content is None or not items.count(connection, content.number))


def _values(state: State) -> State:
    return {name: value for name, value in state.items() if name not in (REMOVED, COLLECTION)}
