"""`taccuino rebuild`: all tables anew from the log."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click

from app.cli.house import House, in_house
from app.cli.progress import progress
from app.composition import CODEC
from projections import schema
from projections.rebuild import Anew, anew
from projections.verify import damage


@click.command
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for other programs.")
@in_house
def rebuild(house: House, as_json: bool) -> None:
    """Make every table anew from the log; phones go on meanwhile, and with their keys.

    The log is folded beside the store. Rows that differ are replaced in one go at the end; only
    for that do phones wait.
    """
    began = time.monotonic()
    with anew(schema.create, schema.projectors(CODEC)) as tables:
        differ, broken = _beside(house, tables)
        replaced, waited = _swapped(house, tables, broken) if differ or broken else (0, 0.0)
    done = Done(tables.position, time.monotonic() - began, replaced, waited)
    click.echo(json.dumps(asdict(done)) if as_json else "\n".join(done.sentences()))


@dataclass(frozen=True)
class Done:
    """So many events were folded in so many seconds, so many rows replaced; for that phones
    waited."""

    events: int
    seconds: float
    replaced: int
    waited: float

    def sentences(self) -> Iterator[str]:
        rate = self.events / self.seconds
        yield f"{self.events} events folded in {self.seconds:.1f} s ({rate:,.0f} events a second)"
        if self.replaced:
            yield f"{self.replaced} rows replaced; phones waited {self.waited:.2f} s"
        else:
            yield "every row was as the log says: nothing had to be replaced"


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


def _swapped(house: House, tables: Anew, broken: bool) -> tuple[int, float]:
    """Replace what differs; how many rows, and how long phones had to wait for it."""
    with house.groupware.pool.writing() as connection:
        began = time.monotonic()
        tables.catch_up(house.groupware)
        replaced = tables.replace(connection, whole=broken)
    return replaced, time.monotonic() - began
