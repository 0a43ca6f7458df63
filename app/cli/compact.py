"""`taccuino compact`: let go of rows that nobody needs any more."""

from __future__ import annotations

import json
from datetime import timedelta

import click

from adapters.ids import server_id
from app.cli.house import House, in_house
from app.log import retention
from app.log.retention import SHORTEST, USUAL


@click.command
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(SHORTEST.days),
    default=USUAL.days,
    help=f"So many days ({USUAL.days}).",
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for other programs.")
@in_house
def compact(house: House, days: int, dry_run: bool, as_json: bool) -> None:
    """Let go of rows that were superseded long ago; phones go on meanwhile.

    The log loses nothing. Phones that were silent for longer begin anew when they come back, and
    why they were told what they were told before can no longer be explained.
    """
    age = timedelta(days=days)
    if dry_run:
        done, verb = list(retention.plan(house.groupware, age)), "would go"
    else:
        done, verb = list(retention.compact(house.groupware, house.author, age)), "went"
    rows = sum(each.rows for each in done)
    phones = sorted({server_id(phone) for each in done for phone in each.phones})
    if as_json:
        click.echo(json.dumps({"rows": rows, "folders": len(done), "phones": phones}))
        return
    click.echo(f"{rows} rows of {len(done)} folders {verb}")
    for phone in phones:
        click.echo(f"the phone {phone} begins anew when it comes back")
