"""`taccuino shadow`: this version beside another one, on the same log."""

from __future__ import annotations

import json
import shlex
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from app.cli.house import House, in_house
from app.cli.progress import progress
from app.cli.reader import reader
from app.log import faults
from app.log import shadow as app
from projections.faults import Fault


@click.command
@click.argument("other")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for other programs.")
@in_house
def shadow(house: House, other: str, as_json: bool) -> None:
    """Fold the log with this version and with OTHER, and say all that differs.

    OTHER is the `taccuino` of another installation, as it is called in the shell. Use it before
    an update, with the new version as OTHER: what differs is what phones would see.
    """
    with tempfile.TemporaryDirectory(prefix="taccuino-") as folder:
        file = Path(folder) / "other.db"
        position = app.ask(shlex.split(other), file, house.settings.home)
        with progress("folding", position) as tick:
            differences = app.differences(house.groupware, file, position, tick)
            found = list(_said(differences, aloud=not as_json))
    if as_json:
        click.echo(json.dumps({"events": position, "differences": found}))
    if found:
        raise click.ClickException(f"{len(found)} differences in the fold of {position} events")
    if not as_json:
        click.echo(f"Both make the same of {position} events.")


def _said(found: Iterable[Fault], aloud: bool) -> Iterator[dict[str, Any]]:
    words = reader()
    for each in found:
        told = faults.told(each, words)
        if aloud:
            click.echo(told["sentence"])
        yield told
