"""`taccuino backup`: a copy of the store while phones go on."""

from __future__ import annotations

from pathlib import Path

import click

from app import backup as use
from app.cli.progress import steps
from app.composition import MASTER_KEY
from app.settings import Settings


@click.command
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--with-key", is_flag=True, help="Put the master key beside it: whoever has both reads all."
)
def backup(file: Path, with_key: bool) -> None:
    """Copy the store to FILE, and prove that the copy is sound.

    Phones go on meanwhile; what they write is in the next copy. FILE must not be there yet.
    """
    settings = Settings.load()
    with steps("copying") as tick:
        made = use.take(settings, file, tick)
    click.echo(f"{made.path}: {made.position} events, {made.size} bytes, sound")
    if with_key:
        click.echo(f"{use.keep_key(settings, file)}: the master key; keep it safe")
        return
    click.echo(
        f"the master key {settings.home / MASTER_KEY} is not in it: keep that elsewhere, since"
        " without it nobody can read the copy",
        err=True,
    )
