"""`taccuino bundle`: what was recorded of a phone, for everybody to replay."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from app.cli.device_shown import expect
from app.cli.house import House, in_house
from app.cli.progress import progress
from app.cli.types import SERVER_ID
from app.log import bundle as bundles
from app.log.recording import opened
from domain.refused import Refused
from projections import recorded


@click.command
@click.argument("device", type=SERVER_ID)
@click.argument("file", type=click.Path(path_type=Path))
@in_house
def bundle(house: House, device: UUID, file: Path) -> None:
    """Put all that it takes to replay what was recorded of a phone into FILE.

    Names, addresses, numbers, texts, pictures and ids that follow from names are replaced, each by
    the same everywhere; days move by 28 years. Kinds, sizes, times of day and what happened stay.
    Nothing in it is secret. `taccuino replay --bundle FILE` replays it on any machine.
    """
    phone = expect(house, device)
    with house.groupware.reading() as connection:
        rows = recorded.kept(connection, phone.id)
    if not rows:
        raise Refused(f"nothing is recorded of {phone.name}: `taccuino record` begins")
    exchanges = [opened(house.groupware, row) for row in rows]
    with progress("laying down the log", rows[-1].position) as tick:
        made = bundles.make(house.groupware.replay, exchanges, phone.account, tick)
    bundles.write(made, file)
    click.echo(f"{len(made.exchanges)} exchanges and {len(made.events)} events are in {file}")
    other = sorted(each.number for each in exchanges if each.number not in made.identical)
    if other:
        click.echo(
            f"answered otherwise than recorded, before anything was replaced:"
            f" {', '.join(map(str, other))}"
        )
