"""`taccuino history`: all that ever happened to one thing."""

from __future__ import annotations

import json
from uuid import UUID

import click

from app.cli.house import House, in_house
from app.cli.reader import reader
from app.cli.show import moment, table
from app.cli.types import SERVER_ID
from app.log import history as use
from app.log.data import fact_data
from app.log.telling import Line, Teller
from projections.history import Fact


@click.command
@click.argument("id", type=SERVER_ID)
@click.option("--json", "as_json", is_flag=True, help="Each event whole, one JSON object a line.")
@in_house
def history(house: House, id: UUID, as_json: bool) -> None:
    """Tell all that ever happened to an event, a contact or a folder, the oldest first.

    Each event is a sentence, with the version it made, the version its author had before him, and
    what every field was and is. A phone's id works as well.
    """
    with house.groupware.reading() as connection:
        facts = use.of_item(house.groupware, connection, id)
        lines = list(map(Teller(connection, reader()).line, facts))
    if as_json:
        for fact, line in zip(facts, lines, strict=True):
            click.echo(json.dumps(fact_data(fact, line.sentence), ensure_ascii=False))
        return
    rows = [_row(*each) for each in zip(facts, lines, strict=True)]
    table(("", "on", "when", "what", "changed", "request"), rows, "nothing")


def _row(fact: Fact, line: Line) -> tuple[str, ...]:
    on = "" if fact.base is None else str(fact.base)
    before = (was for was, _ in fact.changed.values())
    told = zip(before, line.changes, strict=True)
    changed = "(erased)" if fact.erased else "; ".join(_change(*each) for each in told)
    return str(fact.edition), on, moment(fact.at), line.sentence, changed, fact.request


def _change(before: object, change: tuple[str, str, str]) -> str:
    name, was, becomes = change
    return f"{name}: {becomes}" if before is None else f"{name}: {was} → {becomes}"
