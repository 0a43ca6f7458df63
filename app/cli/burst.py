"""`taccuino burst …`: what phones deleted or rewrote very much of at once, until you decide."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import click

from adapters.eas.ids import server_id
from app import bursts
from app import items as use
from app.cli.house import House, in_house
from app.cli.show import moment, table, title, words
from app.cli.types import SERVER_ID, user_option
from app.composition import CODEC
from domain.item import HeldEdit, Item
from domain.patch import apply
from domain.refused import Unknown
from projections import devices, folders, holds
from projections.holds import Burst


@click.group
def burst() -> None:
    """Deletions and edits held because they were so many at once: list, show, release, discard."""


@burst.command("list")
@user_option
@in_house
def list_(house: House, user: str) -> None:
    """List what waits for a decision, the oldest first."""
    account = house.account(user)
    with house.groupware.reading() as connection:
        found = holds.bursts(connection, account.id)
    rows = [
        (
            server_id(each.id),
            *_where(house, each),
            moment(each.begun),
            moment(each.last),
            str(each.deleted),
            str(each.edited),
        )
        for each in found
    ]
    columns = ("id", "folder", "phone", "began", "last", "deleted", "edited")
    table(columns, rows, "nothing waits")


def _where(house: House, found: Burst) -> tuple[str, str]:
    with house.groupware.reading() as connection:
        folder = folders.folder(connection, CODEC, found.collection)
        phone = devices.by_id(connection, found.partnership)
    return (
        folder.name if folder else "(a folder that is gone)",
        phone.device if phone else server_id(found.partnership),
    )


@burst.command
@click.argument("id", type=SERVER_ID)
@in_house
def show(house: House, id: UUID) -> None:
    """Show what a phone did, item by item."""
    with house.groupware.reading() as connection:
        waiting = list(holds.waiting(connection, id))
        if not waiting:
            raise Unknown(f"nothing of the burst {server_id(id)} waits for a decision")
        found = [use.load(house.groupware, connection, each.item) for each in waiting]
    rows = (
        (server_id(each.id), title(each.values), "\n".join(_did(house, each, each.held[id])))
        for each in found
    )
    table(("item", "what it is", "what the phone did"), rows, "nothing waits")


def _did(house: House, item: Item, edit: HeldEdit) -> Iterator[str]:
    if edit.patch is None:
        yield "deleted it"
        return
    before = house.groupware.load(type(item), item.id, edit.base).values
    after = apply(before, edit.patch)
    for name in sorted(edit.patch):
        told = [words(each[name], each) if name in each else "nothing" for each in (before, after)]
        yield f"{name}: {told[0]} → {told[1]}"


@burst.command
@click.argument("id", type=SERVER_ID)
@in_house
def release(house: House, id: UUID) -> None:
    """It was meant: do it now, on what stands; all phones hear of it."""
    count = bursts.release(house.groupware, house.author, id)
    click.echo(f"{count} edits are in force")


@burst.command
@click.argument("id", type=SERVER_ID)
@in_house
def discard(house: House, id: UUID) -> None:
    """It was not meant: the phone gets its items back as they stand."""
    count = bursts.discard(house.groupware, house.author, id)
    click.echo(f"{count} edits are discarded; the phone gets its items back")
