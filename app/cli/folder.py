"""`taccuino folder …`: the folders of a person."""

from __future__ import annotations

import click

from adapters.ids import server_id
from app.cli.house import House, in_house
from app.cli.show import table
from projections import items
from projections.folders import FolderRow


@click.group
def folder() -> None:
    """Folders: list."""


@folder.command("list")
@click.argument("name")
@in_house
def list_(house: House, name: str) -> None:
    """List the folders of a person."""
    rows = [_row(house, each) for each in house.folders(house.account(name))]
    table(("id", "name", "holds", "items"), rows, "no folders")


def _row(house: House, folder: FolderRow) -> tuple[str, str, str, str]:
    with house.groupware.reading() as connection:
        collection = items.collection(connection, folder.id)
        number = len(list(items.items(connection, collection.number))) if collection else 0
    return server_id(folder.id), folder.name, folder.kind or "(stays empty)", str(number)
