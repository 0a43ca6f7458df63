"""`taccuino log`: what happened, by whatever one looks for."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from datetime import date
from itertools import islice
from typing import Any, Final

import click

from app.cli.house import House, in_house
from app.cli.reader import instant_here, reader
from app.cli.show import table
from app.cli.types import MOMENT
from app.log import history
from app.log.data import entry_data
from app.log.history import FAMILIES, Asked
from app.log.telling import Teller
from app.push.following import listening
from app.push.wake import LOOK
from projections import logbook
from projections.history import Entry
from projections.logbook import Search

COLUMNS: Final = ("", "when", "what", "request")


@click.command
@click.option("--user", "-u", "person", default="", help="Of whom; a name or an address.")
@click.option("--device", default="", help="Of or by which phone; its id here, or its own.")
@click.option("--item", default="", help="Of which event, contact or folder; its id.")
@click.option(
    "--kind", multiple=True, help=f"{', '.join(FAMILIES)}, or a single kind; again for more."
)
@click.option("--by", default="", help="By which author, as user:anna, admin:root, system.")
@click.option("--request", default="", help="From which request; its id in the server's lines.")
@click.option("--since", type=MOMENT, help="From this moment on.")
@click.option("--until", type=MOMENT, help="Before this moment.")
@click.option("--before", type=click.IntRange(1), help="Before this position in the log.")
@click.option("--number", "-n", type=click.IntRange(0), default=50, help="At most so many (50).")
@click.option("--follow", "-f", is_flag=True, help="Go on with what happens from now on.")
@click.option("--json", "as_json", is_flag=True, help="Each event whole, one JSON object a line.")
@in_house
def log(
    house: House,
    since: date | None,
    until: date | None,
    before: int | None,
    number: int,
    follow: bool,
    as_json: bool,
    **said: Any,
) -> None:
    """Tell what happened, the newest first: each event is a sentence, with its position.

    To go further back, name the last position with --before. With --follow the newest comes last,
    and then what is new, until Ctrl-C.
    """
    asked = Asked(**said, since=instant_here(since), until=instant_here(until))
    with house.groupware.reading() as connection:
        search, end = asked.search(connection), logbook.last(connection)
        positions = islice(logbook.every(connection, search, before), number)
        found = [Entry(*each) for each in house.groupware.read(positions)]
        rows = _told(connection, found[::-1] if follow else found, as_json)
    if not (follow or as_json):
        table(COLUMNS, rows, "nothing in the log is like this")
        return
    _print(rows)
    if follow:
        _follow(house, search, end, as_json)


def _follow(house: House, search: Search, seen: int, as_json: bool) -> None:
    with suppress(KeyboardInterrupt), listening(house.settings.sockets) as rung:
        while True:
            with house.groupware.reading() as connection:
                found, seen = history.news(house.groupware, connection, search, seen)
                rows = _told(connection, found, as_json)
            _print(rows)
            if not found:
                rung.wait(LOOK)
                rung.clear()


def _told(
    connection: sqlite3.Connection, entries: list[Entry], as_json: bool
) -> list[tuple[str, ...]]:
    teller = Teller(connection, reader())
    return [_row(each, teller.sentence(each.event), as_json) for each in entries]


def _row(entry: Entry, sentence: str, as_json: bool) -> tuple[str, ...]:
    if as_json:
        return (json.dumps(entry_data(entry, sentence), ensure_ascii=False),)
    at = entry.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return str(entry.position), at, sentence, entry.request


def _print(rows: list[tuple[str, ...]]) -> None:
    for row in rows:
        click.echo("\t".join(" ".join(cell.split()) for cell in row))
