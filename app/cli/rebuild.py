"""`taccuino rebuild`: all tables anew from the log."""

from __future__ import annotations

import click

from app.cli.house import House, in_house
from app.composition import CODEC
from projections import rebuild as projection
from projections import schema


@click.command
@in_house
def rebuild(house: House) -> None:
    """Make every table anew from the log; phones go on with their keys.

    It takes the store for as long as it lasts: phones are told to come back later.
    """
    with house.groupware.pool.writing() as connection:
        events = projection.rebuild(
            house.groupware, connection, schema.create, schema.projectors(CODEC)
        )
    click.echo(f"all tables made anew from {events} events")
