"""`taccuino item …`: everything that is known about one event or contact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import click

from adapters.eas.ids import server_id
from app import items as use
from app.cli.house import House, in_house
from app.cli.items import ONE
from app.cli.show import moment, table, words
from app.cli.types import SERVER_ID
from app.composition import CODEC
from domain.item import Item
from domain.kinds import kind_of
from domain.patch import Values
from domain.refused import Unknown
from projections import history as past
from projections import relations
from projections.folders import folder
from projections.history import Fact


@click.group
def item() -> None:
    """Single items: show, history."""


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
@in_house
def history(house: House, id: UUID) -> None:
    """Tell all that ever happened to an item: when, by whom, and what changed."""
    with house.groupware.reading() as connection:
        facts = past.history(house.groupware, connection, id)
    if not facts:
        raise Unknown(f"there is no item {server_id(id)}")
    columns = ("", "when", "by", "what", "changed", "request")
    table(columns, list(_told(facts)), "nothing")


def _told(facts: list[Fact]) -> Iterator[tuple[str, ...]]:
    """The facts in words, each on what the item was then."""
    values: dict[str, Any] = {}
    for fact in facts:
        values |= {name: after for name, (_, after) in fact.changed.items() if after is not None}
        changes = "; ".join(_change(name, *both, values) for name, both in fact.changed.items())
        said = "(erased)" if fact.erased else changes
        yield str(fact.edition), moment(fact.at), fact.actor, fact.what, said, fact.request


def _change(name: str, before: object, after: object, values: Values) -> str:
    if before is None:
        return f"{name}: {words(after, values)}"
    return (
        f"{name}: {words(before, values)} → {'nothing' if after is None else words(after, values)}"
    )
