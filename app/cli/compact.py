"""`taccuino compact`: let go of rows that nobody needs any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import click

from adapters.eas.ids import server_id
from app import retention
from app.cli.house import House, in_house
from app.retention import SHORTEST, USUAL, Compaction


@click.command
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(SHORTEST.days),
    default=USUAL.days,
    help=f"So many days ({USUAL.days}).",
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@in_house
def compact(house: House, days: int, dry_run: bool) -> None:
    """Let go of rows that were superseded long ago; phones go on meanwhile.

    The log loses nothing. Phones that were silent for longer begin anew when they come back, and
    why they were told what they were told before can no longer be explained.
    """
    age = timedelta(days=days)
    if dry_run:
        _tell(retention.plan(house.groupware, age), "would go")
    else:
        _tell(retention.compact(house.groupware, house.author, age), "went")


def _tell(done: Iterable[Compaction], verb: str) -> None:
    found = list(done)
    rows = sum(each.rows for each in found)
    click.echo(f"{rows} rows of {len(found)} folders {verb}")
    phones = {phone for each in found for phone in each.phones}
    for phone in sorted(map(server_id, phones)):
        click.echo(f"the phone {phone} begins anew when it comes back")
