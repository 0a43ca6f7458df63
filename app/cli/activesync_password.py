"""`taccuino activesync-password …`: the passwords that phones send."""

from __future__ import annotations

import sqlite3
from uuid import UUID

import click

from adapters.ids import server_id
from app.cli.asking import as_person, from_stdin, proof, prover, secret
from app.cli.house import House, in_house
from app.cli.show import moment, table, yes
from app.cli.types import SERVER_ID
from app.identity import credentials as use
from projections import attempts, credentials
from projections.credentials import PasswordRow

COLUMNS = ("id", "for", "set", "last used", "by", "can be viewed")


@click.group
def activesync_password() -> None:
    """Passwords for phones: list, set, remove, view.

    Once a person has one, phones come in by these only. Each counts for itself: removing the one
    of a lost phone leaves the others alone.
    """


@activesync_password.command("list")
@click.argument("name")
@in_house
def list_(house: House, name: str) -> None:
    """List a person's ActiveSync passwords, and when each was last used."""
    account = house.account(name)
    with house.groupware.reading() as connection:
        found = credentials.of_account(connection, account.id)
        rows = [row_of(connection, each) for each in found]
    table(COLUMNS, rows, f"{account.name} has no ActiveSync password")


def row_of(connection: sqlite3.Connection, each: PasswordRow) -> tuple[str, ...]:
    use = attempts.last_use(connection, each.id)
    seen, phone = (moment(use.at), use.device or use.agent) if use else ("never", "")
    kept = yes(each.sealed)
    return server_id(each.id), each.label or "all phones", moment(each.changed), seen, phone, kept


@activesync_password.command("set")
@click.argument("name")
@click.option("--label", default="", help="For which phone, beside the first password.")
@click.option("--id", "id", type=SERVER_ID, help="In the place of this one.")
@from_stdin
@in_house
def set_(house: House, name: str, label: str, id: UUID | None, stdin: bool) -> None:
    """Set a password for a person's phones, to be handed over; it is never shown again."""
    account = house.account(name)
    password = secret(stdin, f"ActiveSync password for {account.name}", confirm=True)
    id = use.reset_activesync_password(
        house.groupware, house.author, account.id, password, label, id
    )
    click.echo(f"{account.name} has the ActiveSync password {server_id(id)}")


@activesync_password.command
@click.argument("name")
@click.argument("id", type=SERVER_ID)
@in_house
def remove(house: House, name: str, id: UUID) -> None:
    """Remove one; phones that send it are out at once."""
    account = house.account(name)
    use.withdraw(house.groupware, house.author, account.id, id)
    click.echo(f"{account.name} has no longer the ActiveSync password {server_id(id)}")


@activesync_password.command
@click.argument("name")
@click.argument("id", type=SERVER_ID)
@from_stdin
@in_house
def view(house: House, name: str, id: UUID, stdin: bool) -> None:
    """Show one to its owner, who is asked for the login password and, if there is one, the code."""
    account = house.account(name)
    author, proven = as_person(house, account), proof(house, account, stdin)
    click.echo(use.view_activesync_password(prover(house), author, account.id, proven, id))
