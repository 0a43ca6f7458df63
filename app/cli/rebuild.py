"""`taccuino rebuild`: all tables anew from the log."""

from __future__ import annotations

import time

import click

from app.cli.house import House, in_house
from app.cli.progress import progress
from app.composition import CODEC
from projections import schema
from projections.rebuild import Anew, anew
from projections.verify import damage


@click.command
@in_house
def rebuild(house: House) -> None:
    """Make every table anew from the log; phones go on meanwhile, and with their keys.

    The log is folded beside the store. Rows that differ are replaced in one go at the end; only
    for that do phones wait.
    """
    began = time.monotonic()
    with anew(schema.create, schema.projectors(CODEC)) as tables:
        differ, broken = _beside(house, tables)
        waited = _swapped(house, tables, broken) if differ or broken else None
    took = time.monotonic() - began
    rate = tables.position / took
    click.echo(f"{tables.position} events folded in {took:.1f} s ({rate:,.0f} events a second)")
    if waited is None:
        click.echo("every row was as the log says: nothing had to be replaced")


def _beside(house: House, tables: Anew) -> tuple[bool, bool]:
    """Fold the log as it is now; whether any row differs, and whether the file is damaged."""
    with house.groupware.reading() as connection:
        length = house.groupware.recorder.max_notification_id() or 0
        with progress("folding", length) as tick:
            tables.catch_up(house.groupware, tick)
        broken = any(damage(connection))
        differ = broken or any(
            not each.alike() or any(each.differences()) for each in tables.comparisons(connection)
        )
    return differ, broken


def _swapped(house: House, tables: Anew, broken: bool) -> float:
    """Replace what differs, and say how long phones had to wait for it."""
    with house.groupware.pool.writing() as connection:
        began = time.monotonic()
        tables.catch_up(house.groupware)
        replaced = tables.replace(connection, whole=broken)
    waited = time.monotonic() - began
    click.echo(f"{replaced} rows replaced; phones waited {waited:.2f} s")
    return waited
