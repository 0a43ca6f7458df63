"""`taccuino item …`: everything that is known about one event or contact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import click

from adapters.ids import server_id
from app import items as use
from app.cli.house import House, in_house
from app.cli.items import ONE
from app.cli.show import moment, table, title, words
from app.cli.types import SERVER_ID, user_option
from app.composition import CODEC
from app.log.undo import give_back
from domain.item import Item
from domain.kinds import kind_of
from domain.refused import Refused
from projections import accounts, relations
from projections import removed as gone
from projections.folders import folder

ALL: Final = -1


@click.group
def item() -> None:
    """Single items: show, move, removed, restore."""


@item.command
@click.argument("id", type=SERVER_ID)
@in_house
def show(house: House, id: UUID) -> None:
    """Show every field of an item, its links, and where it is."""
    with house.groupware.reading() as connection:
        found = use.load(house.groupware, connection, id)
    table(("field", "value"), list(_facts(house, found)), "nothing")


def _facts(house: House, found: Item) -> Iterator[tuple[str, str]]:
    kind = kind_of(type(found)).name
    yield "id", server_id(found.id)
    yield "kind", ONE.get(kind, kind)
    yield "in", _place(house, found)
    for name in kind_of(type(found)).fields:
        if name in found.values:
            yield name, words(found.values[name], found.values)
    for other in _links(house, found.id, kind):
        yield "linked to", server_id(other)
    for edit in found.aside:
        yield "set aside", server_id(edit)


def _place(house: House, found: Item) -> str:
    if found.removed:
        return "nowhere: it has been removed"
    with house.groupware.reading() as connection:
        place = folder(connection, CODEC, found.collection)
    return place.name if place else server_id(found.collection)


def _links(house: House, id: UUID, kind: str) -> list[UUID]:
    others = relations.contacts_of if kind == "calendar" else relations.appointments_of
    with house.groupware.reading() as connection:
        return others(connection, id)


@item.command
@click.argument("id", type=SERVER_ID)
@click.argument("folder")
@in_house
def move(house: House, id: UUID, folder: str) -> None:
    """Move an item to another folder of its owner's, by id or name; the phones follow."""
    with house.groupware.acting(house.author) as connection:
        found = use.load(house.groupware, connection, id)
        if found.removed:
            raise Refused(f"{server_id(id)} has been removed")
        owner = accounts.by_id(connection, found.owner)
        assert owner is not None, "an item belongs to somebody"
        place = house.folder(owner, folder, kind_of(type(found)).name)
        if place.id != found.collection:
            use.move(house.groupware, found, place.id)
    click.echo(f"{title(found.values)} is in {place.name}")


@item.command
@user_option
@in_house
def removed(house: House, user: str) -> None:
    """List what was removed of a person's events and contacts, the last first."""
    account = house.account(user)
    rows = []
    with house.groupware.reading() as connection:
        found = gone.removed(connection, account.id, None, ALL)
        events = dict(house.groupware.read([each.event for each in found]))
        for each in found:
            event: Any = events[each.event]
            said = title(CODEC.decode(each.value))
            rows.append((server_id(each.item), said, moment(event.timestamp), event.actor))
    table(("id", "what it was", "when", "by"), rows, "nothing has been removed")


@item.command
@click.argument("id", type=SERVER_ID)
@in_house
def restore(house: House, id: UUID) -> None:
    """Bring a removed item back; the phones hear of it."""
    with house.groupware.acting(house.author) as connection:
        found = use.load(house.groupware, connection, id)
        if not found.removed:
            raise Refused(f"{server_id(id)} has not been removed")
        give_back(house.groupware, connection, found)
    click.echo(f"{title(found.values)} is back in {_place(house, found)}")
