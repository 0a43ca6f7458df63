"""`taccuino export`: a folder as a file that any program reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Final

import click

from adapters import ical, vcard
from adapters.ids import server_id
from app.cli.house import House, in_house
from app.cli.import_ import SUFFIXES
from app.cli.items import live
from app.cli.types import folder_option, user_option
from domain.patch import Values
from domain.refused import Unknown
from projections.accounts import AccountRow
from projections.folders import FolderRow

WRITERS: Final[dict[str, Callable[[Iterable[tuple[str, Values]]], Iterator[bytes]]]] = {
    "calendar": ical.write,
    "contacts": vcard.write,
}


@click.command
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@user_option
@folder_option
@in_house
def export(house: House, file: str, user: str, folder: str | None) -> None:
    """Export a folder to FILE (- for standard output), as .ics or .vcf by what it holds.

    Without --folder the end of the file's name says which: .vcf is the address book.
    """
    account = house.account(user)
    source = _source(house, account, folder, PurePath(file).suffix.lower())
    entries = [(server_id(id), values) for id, values in live(house, source)]
    with click.open_file(file, "wb", atomic=file != "-") as out:
        for part in WRITERS[source.kind](entries):
            out.write(part)
    click.echo(f"{len(entries)} exported from {source.name}", err=True)


def _source(house: House, account: AccountRow, named: str | None, suffix: str) -> FolderRow:
    if named is None:
        return house.folder(account, None, SUFFIXES.get(suffix, "calendar"))
    for kind in WRITERS:
        try:
            return house.folder(account, named, kind)
        except Unknown:
            continue
    raise Unknown(f"{account.name} has no folder {named} that can be exported")
