"""What the verbs for events and for contacts have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import click

from adapters.ids import server_id
from app import items as use
from app.cli.house import House
from app.composition import CODEC
from domain.item import Item
from domain.kinds import kind_of
from domain.patch import CLEARED, Values
from domain.refused import Unknown
from projections import items
from projections.folders import FolderRow

ONE = {"calendar": "event", "contacts": "contact"}


def live(house: House, folder: FolderRow) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """The items of a folder, with their values."""
    with house.groupware.reading() as connection:
        collection = items.collection(connection, folder.id)
        rows = list(items.items(connection, collection.number)) if collection else []
    return ((row.id, CODEC.decode(row.value)) for row in rows)


def load(house: House, id: UUID, kind: str) -> Item:
    """The item with this id, which is of this kind and still there."""
    with house.groupware.reading() as connection:
        item = use.load(house.groupware, connection, id)
    if kind_of(type(item)).name != kind:
        raise Unknown(f"{server_id(id)} is no {ONE[kind]}")
    if item.removed:
        raise Unknown(f"{server_id(id)} has been removed")
    return item


def add(house: House, folder: FolderRow, values: Values) -> None:
    """Add an item, and say under which id."""
    with house.groupware.acting(house.author) as connection:
        collection = items.collection(connection, folder.id)
        assert collection is not None, "a folder is listed with its collection"
        item = use.add(house.groupware, connection, collection, folder.kind, values)
    click.echo(server_id(item.id))


def revise(
    house: House, id: UUID, kind: str, patch: dict[str, Any], clear: tuple[str, ...]
) -> None:
    """Change the fields in `patch` and empty those in `clear`."""
    twice = next((name for name in clear if name in patch), None)
    if twice:
        raise click.UsageError(f"{twice} is both set and cleared")
    patch |= dict.fromkeys(clear, CLEARED)
    if not patch:
        raise click.UsageError("say what is to change")
    with house.groupware.acting(house.author) as connection:
        item = load(house, id, kind)
        before = item.edition
        use.revise(house.groupware, connection, item, patch)
    click.echo("changed" if item.edition != before else "as it was already")


def remove(house: House, id: UUID, kind: str) -> None:
    with house.groupware.acting(house.author):
        use.remove(house.groupware, load(house, id, kind))
    click.echo("removed")
