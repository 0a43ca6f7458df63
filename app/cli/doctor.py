"""`taccuino doctor`: whether the house is in order, and whether a phone can be set up."""

from __future__ import annotations

import os
import time
from typing import Final

import click

from adapters.eas.client import Client
from adapters.eas.lookup import look_up
from adapters.eas.wire import Wire
from app.cli.doctor_checks import line, run
from app.cli.doctor_house import Home
from app.cli.doctor_visit import Visit
from app.cli.doctor_way import Way
from app.cli.types import password as ask
from app.settings import Settings

PASSWORD: Final = "EAS_PASSWORD"
DEVICE: Final = "TACCUINODOCTOR01"
PATIENCE: Final = 30.0


@click.command
@click.argument("where", required=False)
@click.option("--user", "-u", help="Whose account; with an address, that address by default.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--wait", default=5, show_default=True, help="Seconds the Ping waits for news.")
def doctor(where: str | None, user: str | None, password_stdin: bool, wait: int) -> None:
    """Check this house; or the server at WHERE, an https://… or the mail address of a user.

    Without WHERE: key, store, disk, workers and copies here, and the way to public_url. With it, as
    a phone would: it becomes a device of the user, reads everything and changes nothing. The
    password is asked for, or taken from EAS_PASSWORD. With --wait 3540 the Ping is held for as
    long as phones hold it, and whoever cuts it off is named.
    """
    if where is None:
        _verdict(at_home(Settings.load()), "the house is in order")
        return
    name = user or (where if "@" in where and "/" not in where else "")
    if not name:
        raise click.UsageError("whose account? say --user")
    kept = None if password_stdin else os.environ.get(PASSWORD)
    secret = kept or ask(password_stdin, f"Password of {name}", confirm=False)
    url = where if name != where else find(where, secret)
    wire = _wire(url)
    visit = Visit(Client(wire, name, secret, DEVICE, agent="Taccuino-doctor/1.0"), wait)
    try:
        visit.run()
    finally:
        wire.close()
    _verdict(run(Way(wire).checks()), "a phone can be set up like this")


def at_home(settings: Settings) -> int:
    """How many checks of this house went wrong."""
    wrong = run(Home(settings).checks())
    if settings.public_url:
        wrong += run(Way(_wire(settings.public_url)).checks())
    return wrong


def _verdict(wrong: int, good: str) -> None:
    if wrong:
        some = "one check" if wrong == 1 else f"{wrong} checks"
        raise click.ClickException(f"{some} did not go well; what to do stands beside each")
    click.echo(f"all is well: {good}")


def _wire(url: str) -> Wire:
    try:
        return Wire(url, PATIENCE)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def find(mail: str, secret: str) -> str:
    """The server that Autodiscover names for an address."""
    began = time.perf_counter()
    for tried in look_up(mail, secret):
        told = f"{tried.where} {tried.how}: {tried.url or tried.why}"
        line(bool(tried.url), "Autodiscover", began, told)
        began = time.perf_counter()
        if tried.url:
            return tried.url
    domain = mail.rpartition("@")[2]
    raise click.ClickException(
        f"no place knows where {mail} is served: let autodiscover.{domain} point to the server,"
        " or give its address"
    )
