"""`taccuino restore`: a copy in the place of the store."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from app import backup as use
from app.cli.house import whoami
from app.cli.progress import steps
from app.groupware import now
from app.settings import PREFIX, Settings
from domain.base import Authorship

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command
@click.argument("file", type=FILE)
@click.option("--home", type=click.Path(path_type=Path), help="Instead of TACCUINO_HOME.")
@click.option("--key", type=FILE, help="The master key of the copy, if it is not in the home.")
@click.option("--replace", is_flag=True, help="Put the store that is there aside.")
def restore(file: Path, home: Path | None, key: Path | None, replace: bool) -> None:
    """Put FILE, made by `taccuino backup`, in the place of the store.

    The server must not run. FILE is proven first, and so is the key. Phones that have gone further
    than the copy begin anew by themselves, without anything twice.
    """
    where = {f"{PREFIX}HOME": str(home)} if home else {}
    settings = Settings.load({**os.environ, **where})
    with steps("copying") as tick:
        author = Authorship(f"admin:{whoami()}", f"cli-{secrets.token_hex(4)}", now())
        done = use.restore(settings, author, file, key, replace, tick)
    click.echo(
        f"the log in {settings.home} is that of the copy, up to event {done.position},"
        " and says that it was put back"
    )
    if done.aside:
        click.echo(f"what was there lies in {done.aside}")
