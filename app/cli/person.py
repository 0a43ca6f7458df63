"""`taccuino person …`: all that is held on somebody, to hand over or to erase for ever."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final
from uuid import UUID

import click

from adapters.ids import server_id
from app import erasure, people
from app.cli.house import House, in_house
from app.cli.progress import progress
from app.cli.reader import reader
from app.cli.show import table
from app.cli.types import SERVER_ID
from app.holdings import File, Holdings
from domain.account import Account
from domain.refused import Refused

as_contact = click.option(
    "--contact", type=SERVER_ID, help="A contact of somebody's instead; its id."
)

AGAIN: Final = (
    "others kept the store too busy to write it anew: `taccuino person scour` does the rest"
)


@click.group
def person() -> None:
    """All that is held on somebody: export, erase, scour."""


@person.command
@click.argument("arguments", nargs=-1, metavar="NAME FOLDER", required=True)
@as_contact
@in_house
def export(house: House, arguments: tuple[str, ...], contact: UUID | None) -> None:
    """Write everything held on a person into FOLDER, which is empty or not there yet.

    Calendars as .ics, contacts as .vcf, all else as JSON: what is known now, and each event of the
    log that is about them. No password is in it. With --contact ID only FOLDER is named.
    """
    names = 0 if contact else 1
    if len(arguments) != names + 1:
        raise click.UsageError("say NAME and FOLDER, or --contact ID and FOLDER")
    folder = _empty(Path(arguments[-1]))
    with house.groupware.reading() as connection:
        held = Holdings(house.groupware, connection, reader())
        if contact:
            files = held.of_contact(contact)
        else:
            files = held.of_person(house.account(arguments[0]).id)
        for name in _written(folder, files):
            click.echo(folder / name)


@person.command
@click.argument("name", required=False)
@as_contact
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="What others have, as JSON.")
@in_house
def erase(house: House, name: str | None, contact: UUID | None, yes: bool, as_json: bool) -> None:
    """Erase a person for ever: nothing of them can be read anywhere here any more.

    Their calendars, contacts, phones and passwords are gone at once, and nobody can bring them
    back; phones are shut out. What other people have noted of the same person is theirs and stays:
    it is listed. Copies of the store (`taccuino backup`) still have it all.
    """
    if (name is None) == (contact is None):
        raise click.UsageError("say NAME, or --contact ID")
    if contact is not None:
        _erase_contact(house, contact, yes, as_json)
    else:
        assert name is not None, "one of both was said"
        _erase_person(house, name, yes, as_json)


@person.command
@in_house
def scour(house: House) -> None:
    """Finish an erasure that was interrupted: make the tables anew, and the file.

    Phones go on meanwhile, but for the time that it takes to copy the store.
    """
    _finish(house)


def _erase_contact(house: House, contact: UUID, yes: bool, as_json: bool) -> None:
    _confirm(server_id(contact), f"the contact {server_id(contact)}", yes)
    mentioning = erasure.erase_contact(house.groupware, house.author, contact)
    _tell([(server_id(each), "event") for each in mentioning], ("item", "kind"), as_json)
    _finish(house)


def _erase_person(house: House, name: str, yes: bool, as_json: bool) -> None:
    """Of somebody whose erasure was interrupted there is only the rest to be done."""
    if house.groupware.keyring.erased(Account.id_of(people.bare_name(name))):
        _finish(house)
        return
    account = house.account(name)
    _confirm(account.name, f"{account.full_name} ({account.name}, {account.mail})", yes)
    with house.groupware.reading() as connection:
        kept = [
            (each.owner, each.kind, server_id(each.item))
            for each in erasure.mentions(connection, account)
        ]
    erasure.erase_person(house.groupware, house.author, account.id)
    _tell(kept, ("whose", "kind", "item"), as_json)
    _finish(house)


def _confirm(word: str, whom: str, yes: bool) -> None:
    if yes:
        return
    question = f"{whom} will be erased for ever. To confirm, type {word}"
    if click.prompt(question, default="", show_default=False, err=True).strip() != word:
        raise Refused("that is not what was to be typed; nothing was done")


def _tell(rows: Sequence[tuple[str, ...]], columns: tuple[str, ...], as_json: bool) -> None:
    """What names the person and stays."""
    if as_json:
        click.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows]))
        return
    if rows:
        click.echo("the person is still named in what others have, or in these events:", err=True)
    table(columns, rows, "nothing else here names the person")


def _finish(house: House) -> None:
    length = house.groupware.recorder.max_notification_id() or 0
    with progress("folding", length) as tick:
        done = erasure.finish(house.groupware, tick)
    if not done:
        raise Refused(f"erased; but {AGAIN}")
    click.echo("erased: nothing of it is left in the store", err=True)


def _empty(folder: Path) -> Path:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not an empty folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _written(folder: Path, files: Iterable[File]) -> Iterable[str]:
    for name, pieces in files:
        with closing((folder / name).open("xb")) as out:
            out.writelines(pieces)
        yield name
