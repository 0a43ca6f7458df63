"""`taccuino init`: the first start. It makes the store and two accounts, and tells how to go on."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

import click

from app import items as use
from app.cli import samples
from app.cli.house import House, in_house
from app.cli.user import add_person
from app.identity.passwords import generate
from app.settings import Settings
from projections import accounts, items

PEOPLE: Final = {"admin": "Administrator", "demo": "Demo Person"}
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


@click.command
@in_house
def init(house: House) -> None:
    """Make the store with the accounts admin and demo, if there is nobody yet."""
    with house.groupware.acting(house.author) as connection:
        first = not accounts.all_accounts(connection)
        made = {name: generate() for name in PEOPLE} if first else {}
        zone = local_zone()
        for name, password in made.items():
            mail, demo = f"{name}@example.org", name == "demo"
            add_person(
                house, name, mail, PEOPLE[name], password, enable=demo, admin=not demo, zone=zone
            )
        if first:
            fill(house, "demo")
    if made:
        click.echo(_welcome(house.settings, made))
    click.echo(_directions(house.settings))


def fill(house: House, name: str) -> None:
    """Give a person something to look at."""
    account = house.account(name)
    kinds = {"contacts": samples.contacts(), "calendar": samples.events(account, house.author.at)}
    with house.groupware.acting(house.author) as connection:
        for kind, entries in kinds.items():
            collection = items.collection(connection, house.folder(account, None, kind).id)
            assert collection is not None, "a folder is listed with its collection"
            for values in entries:
                use.add(house.groupware, connection, collection, kind, values)


def local_zone() -> str:
    """The zone of this machine by name, or UTC."""
    found = Path("/etc/localtime").resolve().as_posix().rpartition("zoneinfo/")[2]
    return found if found in available_timezones() else "UTC"


def _welcome(settings: Settings, made: dict[str, str]) -> str:
    lines = [f"A new store in {settings.home}, with two accounts. Keep these passwords,"]
    lines += ["they are shown only this once (`taccuino user password NAME` sets others):", ""]
    lines += [f"    {name:<8}{password}" for name, password in made.items()]
    return "\n".join([*lines, ""])


def _directions(settings: Settings) -> str:
    """How to point a phone here, and how to try it without one."""
    url = address(settings)
    host, _, _ = settings.bind.rpartition(":")
    lines = [
        f"Taccuino at {url}",
        "  A phone:  add an account of the kind Exchange, with the server's public name,",
        "            the user (demo) and the password; the domain stays empty.",
        f"  No phone: .venv/bin/taccuino doctor {url} --user demo",
    ]
    if settings.tls_certificate is None:
        lines.insert(3, "            Phones insist on HTTPS: see ops/caddy and ops/nginx.")
    if host in LOOPBACK:
        lines.append(
            "  Only this machine reaches it; TACCUINO_BIND=0.0.0.0:8000 opens it to others."
        )
    return "\n".join(lines)


def address(settings: Settings) -> str:
    """Where this server is to be reached from here."""
    host, _, port = settings.bind.rpartition(":")
    scheme = "https" if settings.tls_certificate else "http"
    host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)
    return settings.public_url or f"{scheme}://{host}:{port}"
