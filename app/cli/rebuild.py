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
from app.log import rebuilding
from projections import schema
from projections.rebuild import Anew, anew


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
        replaced, waited = 0, 0.0
        if differ or broken:
            replaced, waited = rebuilding.swap(house.groupware, house.author, tables, whole=broken)
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
    length = house.groupware.recorder.max_notification_id() or 0
    with progress("folding", length) as tick:
        return rebuilding.beside(house.groupware, tables, tick)
