"""`taccuino shadow`: this version beside another one, on the same log."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path

import click

from app import shadow as app
from app.cli.house import House, in_house
from app.cli.progress import progress


@click.command
@click.argument("other")
@in_house
def shadow(house: House, other: str) -> None:
    """Fold the log with this version and with OTHER, and say all that differs.

    OTHER is the `taccuino` of another installation, as it is called in the shell. Use it before
    an update, with the new version as OTHER: what differs is what phones would see.
    """
    with tempfile.TemporaryDirectory(prefix="taccuino-") as folder:
        file = Path(folder) / "other.db"
        position = app.ask(shlex.split(other), file, house.settings.home)
        with progress("folding", position) as tick:
            told = app.differences(house.groupware, file, position, tick)
            differing = 0
            for said in told:
                differing += 1
                click.echo(said)
    if differing:
        raise click.ClickException(f"{differing} differences in the fold of {position} events")
    click.echo(f"Both make the same of {position} events.")
