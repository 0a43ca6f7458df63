"""`taccuino directory …`: what the directory (LDAP) tells of somebody, and which server does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from adapters.directory.person import DirectoryDown, Person
from app import logins
from app.cli.show import table
from app.settings import Settings
from domain.refused import Refused, Unknown

if TYPE_CHECKING:
    from adapters.directory.ldap import Directory


@click.group
def directory() -> None:
    """The directory (LDAP): check."""


@directory.command
@click.argument("name")
def check(name: str) -> None:
    """Ask each server of the directory for NAME, and show what it tells; nothing secret is."""
    asked = of(Settings.load())
    told = [(url, *_answer(replace(asked, servers=(url,)), name)) for url in asked.servers]
    rows = [(url, *row) for url, _, row in told]
    table(("server", "answer", "full name", "mail"), rows, "")
    if not all(good for _, good, _ in told):
        raise click.ClickException(f"not every server tells of one {name}: docs/ldap.md has more")


def of(settings: Settings) -> Directory:
    """The directory; Refused if none is set up."""
    found = logins.directory(settings)
    if found is None:
        raise Refused("no directory is set up: TACCUINO_LDAP_SERVERS and docs/ldap.md say how")
    return found


def person(settings: Settings, name: str) -> Person:
    """The one entry with this name; Refused if there is none or more, or DirectoryDown."""
    found = of(settings).people(name)
    if not found:
        raise Unknown(f"the directory knows no {name}; `taccuino directory check {name}` shows it")
    if len(found) > 1:
        raise Refused(f"the directory has more than one {name}: a narrower ldap_filter is needed")
    return found[0]


def _answer(asked: Directory, name: str) -> tuple[bool, tuple[str, str, str]]:
    try:
        found = asked.people(name)
    except DirectoryDown as error:
        return False, (f"down: {error.reason}", "", "")
    if len(found) == 1:
        return True, (found[0].dn, found[0].full_name, found[0].mail)
    return False, ("more than one entry" if found else "nobody", "", "")
