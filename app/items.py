"""What can be done to an appointment or a contact, by whoever acts: phone, shell or connector.

Each use case runs inside `Groupware.acting` and saves once. Values are checked against the
field table of their kind, so nothing enters the log that a reader could not expect.
"""

from __future__ import annotations

import sqlite3
from uuid import UUID

from app import chance, links
from app.engine.aside import set_aside
from app.groupware import Groupware
from domain.conflict import resolve
from domain.fields import Fields
from domain.item import NO_ECHO, Echo, HeldEdit, Item
from domain.kinds import KINDS, kind_of
from domain.patch import CLEARED, OCCURRENCES, Patch, Values, apply, difference
from domain.refused import Refused, Unknown
from projections import items
from projections.items import CollectionRow


class Unfit(Refused):
    """A value that its field cannot hold."""


def add(
    groupware: Groupware,
    connection: sqlite3.Connection,
    collection: CollectionRow,
    kind: str,
    values: Values,
    echo: Echo = NO_ECHO,
) -> Item:
    """A new item; without a UID of its own it gets one that follows from its id."""
    id = chance.identity("item")
    complete = {"uid": str(id), **values}
    check(KINDS[kind].fields, complete)
    item = KINDS[kind].aggregate.begin(id, collection.owner, collection.id, complete, echo)
    groupware.save(item)
    if kind == "calendar":
        links.inherit(groupware, connection, collection.owner, id, complete)
        links.match(groupware, connection, collection.owner, id, complete)
    return item


def revise(
    groupware: Groupware,
    connection: sqlite3.Connection,
    item: Item,
    patch: Patch,
    base: int | None = None,
    echo: Echo = NO_ECHO,
) -> None:
    """Put `patch` over the item as it stands; a patch that changes nothing is no event."""
    check(kind_of(type(item)).fields, patch)
    if not difference(item.values, apply(item.values, patch)):
        return
    item.revise(patch, base, echo)
    groupware.save(item)
    if "attendees" in patch:
        links.match(groupware, connection, item.owner, item.id, item.values)


def edit(
    groupware: Groupware, connection: sqlite3.Connection, item: Item, base: Item, patch: Patch
) -> bool:
    """Put an edit in force that was made on `base`, an earlier edition of the item perhaps.

    What others did since stands: where both touched the same field the edit is set aside there.
    False if something of it was.
    """
    if base.edition == item.edition:
        revise(groupware, connection, item, patch)
        return True
    merged = resolve(kind_of(type(item)).fields, base.values, patch, item.values)
    reason = "both sides changed the same field"
    set_aside(groupware, item, merged.lost, merged.kept, reason)
    revise(groupware, connection, item, merged.patch, base.edition)
    return not merged.overruled


def remove(groupware: Groupware, item: Item, echo: Echo = NO_ECHO) -> None:
    if item.removed:
        raise Unknown(f"{item.id} has been removed already")
    item.remove(echo)
    groupware.save(item)


def restore(groupware: Groupware, item: Item) -> None:
    """Bring a removed item back under its old name."""
    if item.removed:
        item.restore()
        groupware.save(item)


def move(groupware: Groupware, item: Item, collection: UUID) -> None:
    item.move(collection)
    groupware.save(item)


def restore_edit(groupware: Groupware, item: Item, edit: UUID) -> None:
    """Put an edit in force that had been set aside."""
    if edit not in item.aside:
        raise Unknown(f"no edit {edit} is set aside here")
    if item.removed:
        item.restore()
    item.restore_edit(edit)
    groupware.save(item)


def hold(
    groupware: Groupware, item: Item, burst: UUID, edit: HeldEdit, line: int, collection: UUID
) -> None:
    """Keep what a phone did until somebody decides; the phone has it already, nobody else will."""
    check(kind_of(type(item)).fields, edit.patch or {})
    item.hold(burst, edit, Echo(line, True, edit.patch is not None), collection)
    groupware.save(item)


def load(groupware: Groupware, connection: sqlite3.Connection, id: UUID) -> Item:
    """The item with this id, removed or not; Unknown if there never was one."""
    row = items.item(connection, id)
    if row is None:
        raise Unknown(f"there is no item {id}")
    return groupware.load(KINDS[row.kind].aggregate, id)


def check(fields: Fields, patch: Patch) -> None:
    """Unfit for a field that the kind does not have, or a value that is not of its type."""
    for name, value in patch.items():
        if name not in fields:
            raise Unfit(f"there is no field {name}")
        if value is CLEARED:
            continue
        if not fields[name].accepts(value):
            raise Unfit(f"{name} cannot hold a {type(value).__name__}")
        if name == OCCURRENCES:
            for state in value.values():
                if isinstance(state, dict):
                    check(fields, {n: v for n, v in state.items() if fields[n].accepts(v)})
