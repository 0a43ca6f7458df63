"""`taccuino directory …`: what the directory (LDAP) tells of somebody, and which server does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from adapters.directory.person import DirectoryDown
from app.cli.show import table
from app.identity.logins import expect_directory
from app.settings import Settings

if TYPE_CHECKING:
    from adapters.directory.ldap import Directory


@click.group
def directory() -> None:
    """The directory (LDAP): check."""


@directory.command
@click.argument("name")
def check(name: str) -> None:
    """Ask each server of the directory for NAME, and show what it tells; nothing secret is."""
    asked = expect_directory(Settings.load())
    told = [(url, *_answer(replace(asked, servers=(url,)), name)) for url in asked.servers]
    rows = [(url, *row) for url, _, row in told]
    table(("server", "answer", "full name", "mail"), rows, "")
    if not all(good for _, good, _ in told):
        raise click.ClickException(f"not every server tells of one {name}: docs/ldap.md has more")


def _answer(asked: Directory, name: str) -> tuple[bool, tuple[str, str, str]]:
    try:
        found = asked.people(name)
    except DirectoryDown as error:
        return False, (f"down: {error.reason}", "", "")
    if len(found) == 1:
        return True, (found[0].dn, found[0].full_name, found[0].mail)
    return False, ("more than one entry" if found else "nobody", "", "")
