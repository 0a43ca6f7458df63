"""`taccuino fold`: the tables this version makes of the log, in a file of their own."""

from __future__ import annotations

from pathlib import Path

import click

from app.log import shadow
from app.settings import Settings


@click.command
@click.argument("file", type=click.Path(path_type=Path))
def fold(file: Path) -> None:
    """Fold the log into a new database FILE, and print up to which event.

    Nothing of the store is changed. `taccuino shadow` asks another version to do this.
    """
    if file.exists():
        raise click.ClickException(f"{file} is already there")
    click.echo(shadow.fold_into(Settings.load().home, file))
