"""`taccuino serve`: the server, in the foreground."""

from __future__ import annotations

import click

from app.cli.make import follow
from app.settings import Settings


@click.command
def serve() -> None:
    """Serve phones until told to end (SIGTERM, or Ctrl-C)."""
    from app.serving import launch

    Settings.load()
    follow()
    launch()
