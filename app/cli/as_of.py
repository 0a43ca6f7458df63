"""`taccuino as-of`: anything as it was at a moment, and what differs between two."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

import click

from adapters.ids import server_id, uuid_of
from app.cli.export import WRITERS
from app.cli.house import DEFAULT, House, in_house
from app.cli.items import ONE
from app.cli.show import table, title, when_text, words
from app.cli.types import MOMENT
from app.log import asof
from app.log.asof import Content, Difference, Facts
from app.log.data import changes, plain
from domain.folder import default_folder
from domain.kinds import kind_of
from domain.patch import Values
from domain.refused import Unknown
from projections import logbook

FOLDERS: Final = tuple(DEFAULT)
FORMATS: Final = {"ics": "calendar", "vcf": "contacts"}


class Place(click.ParamType[Any]):
    """A moment on the clocks here, or a position of the log."""

    name = "DATE[THH:MM]|POSITION"

    def convert(self, value: Any, param: Any, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and value.isdecimal() and len(value) != 8:
            return int(value)
        return value if isinstance(value, int) else MOMENT.convert(value, param, ctx)


PLACE: Final = Place()


@dataclass(frozen=True)
class State:
    """What there was at a position of the log, by id: all that was in a folder, or one thing.

    `kind` is that of its items; empty for people and phones.
    """

    at: int
    kind: str
    content: Content
    one: bool = True


@click.command
@click.argument("moment", type=PLACE)
@click.argument("what", type=click.Choice([*FOLDERS, "item", "user", "device"]))
@click.argument("name")
@click.option("--folder", "-f", help="Another folder than the first; an id, or its name then.")
@click.option("--and", "other", type=PLACE, help="Tell what is different at this moment instead.")
@click.option("--json", "form", flag_value="json", help="Tell it as data.")
@click.option("--ics", "form", flag_value="ics", help="A calendar or event as an .ics file.")
@click.option("--vcf", "form", flag_value="vcf", help="Contacts as a .vcf file.")
@in_house
def as_of(
    house: House,
    moment: date | int,
    what: str,
    name: str,
    folder: str | None,
    other: date | int | None,
    form: str | None,
) -> None:
    """Tell what somebody's calendar or contacts, an item, a user or a phone was at a MOMENT.

    NAME is the person's, or the id of the item or the phone. A day is meant at its beginning.
    """
    with house.groupware.reading() as connection:
        looked = Looked(house, connection, what, name, folder)
        state = looked.state(_position(connection, moment))
        later = None if other is None else looked.state(_position(connection, other))
    if form in FORMATS:
        _write(state, form, later)
    elif later is not None:
        _tell_differences(list(asof.differences(state.content, later.content)), form)
    elif form == "json":
        _echo(_data(state))
    else:
        _tell(state)


def _position(connection: sqlite3.Connection, moment: date | int) -> int:
    if isinstance(moment, int):
        return min(moment, logbook.last(connection))
    at = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    return logbook.upto(connection, at.astimezone())


@dataclass(frozen=True)
class Looked:
    """What is looked at, as it was said."""

    house: House
    connection: sqlite3.Connection
    what: str
    name: str
    folder: str | None

    def state(self, at: int) -> State:
        """Unknown if there was no such thing yet."""
        if self.what in FOLDERS:
            return State(at, self.what, self._content(at), one=False)
        id, kind = self._id(), ""
        facts: Facts = {}
        if self.what == "item":
            kind, facts = self._item(id, at)
        else:
            read = asof.person if self.what == "user" else asof.device
            facts = read(self.house.groupware, self.connection, id, at)
        if not facts:
            raise Unknown(f"there was no {self.what} {self.name} then")
        return State(at, kind, {id: facts})

    def _content(self, at: int) -> Content:
        account = self.house.account(self.name).id
        id = default_folder(account, DEFAULT[self.what])
        if self.folder:
            had = asof.folders(self.house.groupware, self.connection, account, at)
            named = [
                each.id
                for each in had
                if each.id == uuid_of(self.folder) or each.name.lower() == self.folder.lower()
            ]
            if not named:
                raise Unknown(f"{self.name} had no folder {self.folder} then")
            id = named[0]
        return asof.content(self.house.groupware, self.connection, id, at)

    def _item(self, id: UUID, at: int) -> tuple[str, Facts]:
        """Its kind, and what it was; that it was removed is told beside."""
        found = asof.item(self.house.groupware, self.connection, id, at)
        if found is None:
            return "", {}
        gone = {"removed": True} if found.removed else {}
        return kind_of(type(found)).name, {**found.values, **gone}

    def _id(self) -> UUID:
        if self.what == "user":
            return self.house.account(self.name).id
        id = uuid_of(self.name.lower())
        if id is None:
            raise Unknown(f"{self.name} is not an id as the lists show them")
        return id


def _tell(state: State) -> None:
    if state.one:
        (facts,) = state.content.values()
        table(("what", "was"), [(name, _said(each, facts)) for name, each in facts.items()], "")
        return
    rows = [(server_id(id), title(values), _when(values)) for id, values in state.content.items()]
    rows.sort(key=lambda row: (row[2], row[1]))
    table((ONE[state.kind], "what it was", "when"), rows, "it was empty")


def _when(values: Values) -> str:
    return when_text(values["when"]) if "when" in values else ""


def _said(value: Any, values: Values) -> str:
    return "nothing" if value in (None, "", ()) else words(value, values)


def _data(state: State) -> dict[str, Any]:
    items = {server_id(id): plain(values) for id, values in state.content.items()}
    return {"position": state.at, "items": items}


def _tell_differences(found: list[Difference], form: str | None) -> None:
    if form == "json":
        told = (
            {"item": server_id(each.item), "what": _fate(each), "changed": changes(each.changed)}
            for each in found
        )
        _echo(list(told))
        return
    rows = [(server_id(each.item), _fate(each), "\n".join(_lines(each))) for each in found]
    table(("item", "what became of it", "field by field"), rows, "nothing is different")


def _fate(each: Difference) -> str:
    if each.was is None:
        return "came"
    return "went" if each.becomes is None else "changed"


def _lines(each: Difference) -> Iterator[str]:
    for name, (before, after) in each.changed.items():
        yield f"{name}: {_said(before, each.was or {})} → {_said(after, each.becomes or {})}"


def _write(state: State, form: str, later: State | None) -> None:
    if later is not None or state.kind != FORMATS[form]:
        raise click.UsageError(
            f"--{form} is for one moment, and for {FORMATS[form]} or one of them"
        )
    for part in WRITERS[state.kind]((server_id(id), each) for id, each in state.content.items()):
        click.echo(part, nl=False)


def _echo(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))
