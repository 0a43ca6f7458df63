"""`taccuino conflict …`: edits that lost against another one, kept until somebody wants them."""

from __future__ import annotations

from uuid import UUID

import click

from adapters.ids import server_id
from app import items as use
from app.cli.house import House, in_house
from app.cli.show import moment, table, words
from app.cli.types import SERVER_ID, user_option
from app.composition import CODEC
from domain.patch import CLEARED, Patch, Values
from domain.refused import Unknown
from projections import conflicts, items
from projections.conflicts import SetAside


@click.group
def conflict() -> None:
    """Edits set aside: list, restore."""


@conflict.command("list")
@user_option
@in_house
def list_(house: House, user: str) -> None:
    """List the edits of a person's items that gave way to others."""
    account = house.account(user)
    with house.groupware.reading() as connection:
        rows = [
            (
                server_id(each.edit),
                server_id(each.item),
                moment(each.at),
                each.actor,
                _told(each, _values(house, each.item)),
                each.reason,
            )
            for each in conflicts.waiting(connection, account.id)
        ]
    table(("id", "item", "when", "by", "what gave way", "why"), rows, "nothing is set aside")


@conflict.command
@click.argument("id", type=SERVER_ID)
@in_house
def restore(house: House, id: UUID) -> None:
    """Put an edit in force after all; the phones hear of it."""
    with house.groupware.acting(house.author) as connection:
        found = conflicts.find(connection, id)
        if found is None:
            raise Unknown(f"no edit {server_id(id)} is set aside")
        item = use.load(house.groupware, connection, found.item)
        use.restore_edit(house.groupware, item, id)
    click.echo(f"restored in {server_id(found.item)}")


def _values(house: House, id: UUID) -> Values:
    with house.groupware.reading() as connection:
        row = items.item(connection, id)
    values: Values = CODEC.decode(row.value) if row else {}
    return values


def _told(edit: SetAside, values: Values) -> str:
    lost: Patch = CODEC.decode(edit.lost)
    kept: Patch = CODEC.decode(edit.kept)
    return "; ".join(
        f"{name}: {words(value, values)} (stands: {words(kept.get(name, CLEARED), values)})"
        for name, value in lost.items()
    )
