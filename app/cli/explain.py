"""`taccuino explain`: what a phone holds, was sent and has not got of a folder, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

import click

from adapters.ids import server_id
from app.cli.device_shown import expect
from app.cli.house import DEFAULT, House, in_house
from app.cli.reader import reader
from app.cli.show import moment, table
from app.cli.types import SERVER_ID
from app.log.data import plain
from app.log.explaining import Answered, Explaining, Standing
from app.log.reasons import Line, lines, wanted
from domain.refused import Unknown
from projections import accounts
from projections.accounts import AccountRow
from projections.folders import FolderRow

COLUMNS = ("told", "id", "item", "what happened", "why")


@click.command
@click.argument("device", type=SERVER_ID)
@click.option("--folder", help="Its id or name; the calendar if not given.")
@click.option("--contacts", is_flag=True, help="The address book instead of the calendar.")
@click.option("--rounds", is_flag=True, help="List what the phone was answered, the latest first.")
@click.option("--round", "position", type=int, help="Go through one answer, by its position.")
@click.option("--item", type=SERVER_ID, help="What became of this item in that answer.")
@click.option("--json", "as_json", is_flag=True, help="As data.")
@in_house
def explain(
    house: House,
    device: UUID,
    folder: str | None,
    contacts: bool,
    rounds: bool,
    position: int | None,
    item: UUID | None,
    as_json: bool,
) -> None:
    """Say what a phone holds of a folder, has read, has pending and has not got.

    With --round every item of one answer, with the event that put it there and the rule by which
    it was told, or not. With --item why one item came, or did not; in the last answer, if no
    other is named.
    """
    phone = expect(house, device)
    with house.groupware.reading() as connection:
        owner = accounts.by_id(connection, phone.account)
        assert owner is not None, "a phone has an owner"
        where = _folder(house, owner, folder, contacts)
        about = Explaining(house.groupware, connection, phone.id, where.id, where.kind)
        if rounds:
            _rounds(about.rounds(), as_json)
        elif position is None and item is None:
            _standing(house, about, about.standing(), as_json)
        else:
            answered = _answer(about, position)
            reasons = about.told(answered) if item is None else [about.why(answered, item)]
            _told(lines(house.groupware, connection, reader(), reasons), as_json)


def _folder(house: House, owner: AccountRow, named: str | None, contacts: bool) -> FolderRow:
    """One that is named may be of either kind; events come first, where two go by one name."""
    if contacts or named is None:
        return house.folder(owner, named, "contacts" if contacts else "calendar")
    for kind in DEFAULT:
        with suppress(Unknown):
            return house.folder(owner, named, kind)
    raise Unknown(
        f"{owner.name} has no folder {named};"
        f" `taccuino folder list {owner.name}` shows what there is"
    )


def _answer(about: Explaining, position: int | None) -> Answered:
    if position is not None:
        return about.round(position)
    latest = about.rounds(most=1)
    if not latest:
        raise Unknown("this phone was answered nothing about this folder yet")
    return latest[0]


def _rounds(found: list[Answered], as_json: bool) -> None:
    rows = [(str(each.position), moment(each.at), _keys(each), each.request) for each in found]
    if as_json:
        names = ("round", "at", "keys", "request")
        click.echo("\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in rows))
        return
    table(("round", "when", "keys", "request"), rows, "nothing was answered yet")


def _keys(answered: Answered) -> str:
    """The key it was asked with, and the one it gave."""
    return f"{answered.event.parent} → {answered.event.generation}"


def _told(found: Iterable[Line], as_json: bool) -> None:
    if as_json:
        for each in found:
            click.echo(json.dumps(_data(each)))
        return
    rows = [
        (each.verb or "-", server_id(each.reason.item), each.title, each.happened, each.why)
        for each in found
    ]
    table(COLUMNS, rows, "it told of nothing")


def _standing(house: House, about: Explaining, found: Standing, as_json: bool) -> None:
    words = reader()
    pending, spared = (
        list(lines(house.groupware, about.connection, words, reasons))
        for reasons in (found.pending, found.spared)
    )
    if as_json:
        told = {
            "holds": [server_id(each) for each in found.holds],
            "wants": {"since": plain(found.since), **plain(found.wishes)},
            "read": found.read,
            "given": found.given,
            "pending": list(map(_data, pending)),
            "left_out": list(map(_data, spared)),
            "held_edits": found.waiting,
        }
        click.echo(json.dumps(told))
        return
    click.echo(f"holds\t{len(found.holds)}")
    click.echo(f"asked for\t{wanted(words, found)}")
    click.echo(f"named last the key\t{found.read}")
    click.echo(f"was given since the keys\t{', '.join(map(str, found.given)) or '-'}")
    click.echo(f"left out for it, wholly or in part\t{len(spared)}")
    click.echo(f"edits of it that are held\t{found.waiting}")
    click.echo(f"pending\t{len(pending)}")
    if spared or pending:
        _told([*spared, *pending], as_json)


def _data(line: Line) -> dict[str, Any]:
    return {"item": server_id(line.reason.item), **line.data()}
