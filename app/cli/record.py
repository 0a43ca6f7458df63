"""`taccuino record`: keep what a phone asks and is answered, for a while."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import click

from adapters.ids import server_id
from app.cli.device_shown import expect
from app.cli.house import House, in_house
from app.cli.show import moment, table
from app.cli.types import SERVER_ID
from app.log import recording
from projections import recorded
from projections.recorded import RecordedRow

UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
COLUMNS = ("number", "when", "position", "command", "status", "bytes")


class Span(click.ParamType[timedelta]):
    """A number of minutes, hours or days, as in 30m, 2h or 1d."""

    name = "SPAN"

    def convert(self, value: Any, param: object, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,4})([mhd])", value.strip().lower())
        if found is None:
            self.fail(f"{value!r} is not a time as in 30m, 2h or 1d")
        return timedelta(**{UNITS[found[2]]: int(found[1])})


@click.command
@click.argument("device", type=SERVER_ID)
@click.option("--for", "span", type=Span(), help="Record it for so long, as in 30m, 2h or 1d.")
@click.option("--why", default="", help="Why; stands in the log.")
@click.option("--stop", is_flag=True, help="Record nothing more.")
@click.option("--json", "as_json", is_flag=True, help="The list as data.")
@in_house
def record(
    house: House, device: UUID, span: timedelta | None, why: str, stop: bool, as_json: bool
) -> None:
    """Record what a phone asks and is answered, or list what is recorded of it.

    A recording takes the place of the last one of this phone. It ends by itself, after a day at
    the latest, and keeps no more than 2,000 exchanges and 64 MiB; all of it is sealed like
    the person's own data. That somebody is recorded is an event of the log.
    """
    phone = expect(house, device)
    if span is not None and stop:
        raise click.UsageError("either --for or --stop")
    if span is not None:
        until = recording.record(house.groupware, house.author, phone.id, span, why)
        click.echo(f"{phone.name} is recorded until {moment(until)}")
    elif stop:
        recording.stop(house.groupware, house.author, phone.id)
        click.echo(f"{phone.name} is not recorded any more")
    else:
        _listed(house, phone.id, as_json)


def _listed(house: House, phone: UUID, as_json: bool) -> None:
    with house.groupware.reading() as connection:
        going_on = recorded.recording(connection, phone)
        rows = recorded.kept(connection, phone)
    if as_json:
        click.echo("\n".join(map(_as_data, rows)))
        return
    if going_on is not None and going_on.until > house.groupware.clock():
        click.echo(f"recorded until {moment(going_on.until)}", err=True)
    shown = [
        (
            str(row.number),
            moment(row.at),
            *map(str, (row.position, row.command, row.status, row.size)),
        )
        for row in rows
    ]
    table(COLUMNS, shown, f"nothing is recorded of {server_id(phone)}")


def _as_data(row: RecordedRow) -> str:
    values = (row.number, row.at.isoformat(), row.position, row.command, row.status, row.size)
    return json.dumps(dict(zip(COLUMNS, values, strict=True)))


def _shown(row: RecordedRow) -> tuple[str, ...]:
    facts = (row.position, row.command, row.status, row.size)
    return (str(row.number), moment(row.at), *map(str, facts))
