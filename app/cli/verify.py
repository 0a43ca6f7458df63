"""`taccuino verify`: whether the store is what its log says."""

from __future__ import annotations

import click

from adapters.store.chain import verify_chain
from app.cli.house import House, in_house
from app.composition import CODEC
from projections import schema
from projections import verify as projection


@click.command
@in_house
def verify(house: House) -> None:
    """Check that the log is as it was written, and that every row is what the log says.

    Phones can go on meanwhile.
    """
    with house.groupware.reading() as connection:
        report = projection.verify(
            house.groupware, connection, verify_chain, schema.create, schema.projectors(CODEC)
        )
    for sentence in report.sentences():
        click.echo(sentence)
    if not report.sound:
        raise click.ClickException(
            "the store is not sound; if only rows are wrong, `taccuino rebuild` mends it,"
            " else bring back a copy"
        )
