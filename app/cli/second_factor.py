"""`taccuino second-factor …`: a code beside the login password."""

from __future__ import annotations

from typing import cast

import click

from app.cli.asking import as_person, code, from_stdin, proof, prover, secret, tell_phones
from app.cli.house import House, in_house
from app.composition import post_office
from app.identity import secondfactor as use
from domain.credentials import Factor
from projections.accounts import AccountRow


@click.group
def second_factor() -> None:
    """A second factor: enrol, codes, off; for administrators turn-on and reset.

    No phone can show a code: with a second factor phones need an ActiveSync password, which is
    asked for in the same step. Declining (Ctrl-C) changes nothing.
    """


@second_factor.command
@click.argument("name")
@click.argument("factor", type=click.Choice(["mail", "app"]))
@from_stdin
@in_house
def enrol(house: House, name: str, factor: str, stdin: bool) -> None:
    """Turn on codes by mail, or those of an authenticator app, as the person themselves."""
    account = house.account(name)
    author, post = as_person(house, account), post_office(house.settings)
    proven = proof(house, account, stdin)
    chosen = cast(Factor, factor)
    password = _password(house, account, stdin)
    offer = use.begin(prover(house), author, account.id, proven, chosen, post)
    if offer.secret:
        click.echo(f"Type this into the app, or show it as a QR code: {offer.secret}\n{offer.uri}")
    first = code(chosen, stdin)
    _tell(use.enrol(prover(house), author, account.id, first, password))


@second_factor.command
@click.argument("name")
@from_stdin
@in_house
def codes(house: House, name: str, stdin: bool) -> None:
    """Make new recovery codes, as the person themselves; earlier ones are good no longer."""
    account = house.account(name)
    author, proven = as_person(house, account), proof(house, account, stdin)
    _tell(use.make_recovery_codes(prover(house), author, account.id, proven))


@second_factor.command
@click.argument("name")
@from_stdin
@in_house
def off(house: House, name: str, stdin: bool) -> None:
    """Turn it off, as the person themselves."""
    account = house.account(name)
    author, proven = as_person(house, account), proof(house, account, stdin)
    use.turn_off(prover(house), author, account.id, proven)
    click.echo(f"{account.name} has no second factor")


@second_factor.command("turn-on")
@click.argument("name")
@click.option("--later", is_flag=True, help="They set it themselves; until then no phone comes in.")
@from_stdin
@in_house
def turn_on(house: House, name: str, later: bool, stdin: bool) -> None:
    """Turn on codes by mail for a person, with an ActiveSync password to be handed over.

    An authenticator app can only be enrolled by whoever has it in their hands.
    """
    account = house.account(name)
    if later:
        _name_phones(house, account)
    password = None if later else _password(house, account, stdin)
    post = post_office(house.settings)
    use.turn_on_for(house.groupware, house.author, account.id, post, password, later=later)
    click.echo(f"{account.name} is sent a code at each login, to {account.mail}")


@second_factor.command
@click.argument("name")
@in_house
def reset(house: House, name: str) -> None:
    """Turn it off for a person who has lost it."""
    account = house.account(name)
    use.reset(house.groupware, house.author, account.id)
    after = house.account(name)
    click.echo(f"{after.name} has {'codes by mail' if after.factor == 'mail' else 'none'} now")


def _password(house: House, account: AccountRow, stdin: bool) -> str | None:
    """The ActiveSync password that has to come with a second factor; None if there is one."""
    if account.has_activesync_password or not account.enabled:
        return None
    _name_phones(house, account)
    return secret(stdin, "ActiveSync password for all phones", confirm=True)


def _name_phones(house: House, account: AccountRow) -> None:
    """The phones that stop by it."""
    with house.groupware.reading() as connection:
        phones = use.phones_that_would_stop(connection, account.id)
    if phones:
        click.echo("These phones stop until the new ActiveSync password is typed there:", err=True)
        tell_phones(phones)


def _tell(codes: tuple[str, ...]) -> None:
    click.echo("Recovery codes, each good once, shown only now:")
    for each in codes:
        click.echo(each)
