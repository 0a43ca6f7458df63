"""`taccuino checkpoint`: a line to keep elsewhere that shows whether the log was rewritten."""

from __future__ import annotations

from typing import IO

import click

from app.cli.house import House, in_house
from app.log import checkpoints


@click.command
@click.option("--file", type=click.File("a"), help="Append it to this file instead of printing it.")
@click.option("--public-key", is_flag=True, help="Print the key that proves who signed, no more.")
@in_house
def checkpoint(house: House, file: IO[str] | None, public_key: bool) -> None:
    """Sign what the log is now, in one line, and keep it where nobody can rewrite it.

    Later, `taccuino verify --checkpoint FILE` shows whether anything up to here was changed,
    removed, put in or moved, even by somebody who made the chain of the log anew.
    """
    if public_key:
        click.echo(checkpoints.signer(house.settings.home))
    else:
        click.echo(checkpoints.sign(house.groupware, house.settings.home), file=file)
