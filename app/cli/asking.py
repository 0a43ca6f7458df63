"""Questions that only their person can answer: the password, and the code."""

from __future__ import annotations

from typing import Final

import click

from app.cli.house import House
from app.cli.show import table
from app.cli.types import password as ask
from app.composition import post_office
from app.identity import onetime
from app.identity.logins import logins
from app.identity.proof import Proof, Prover
from domain.base import Authorship
from domain.credentials import Factor
from projections.accounts import AccountRow
from projections.devices import PartnershipRow

from_stdin = click.option(
    "--stdin", is_flag=True, help="Read what would be asked from standard input, a line for each."
)
STDIN: Final = "--stdin"


def secret(stdin: bool, prompt: str, *, confirm: bool = False) -> str:
    return ask(stdin, prompt, confirm=confirm, option=STDIN)


def prover(house: House) -> Prover:
    return Prover(house.groupware, logins(house.settings, house.groupware))


def as_person(house: House, account: AccountRow) -> Authorship:
    """Who proves to be somebody acts as that person, not as an administrator."""
    return house.groupware.author(f"user:{account.name}", house.request)


def proof(house: House, account: AccountRow, stdin: bool) -> Proof:
    """The login password and, with a second factor, the code; one by mail is sent first."""
    password = secret(stdin, f"Login password of {account.name}")
    if account.factor == "off":
        return Proof(password)
    if account.factor == "mail":
        onetime.send_code(house.groupware, post_office(house.settings), account)
    return Proof(password, code(account.factor, stdin))


def code(factor: Factor, stdin: bool) -> str:
    return secret(stdin, "Code that came by mail" if factor == "mail" else "Code of the app")


def tell_phones(phones: list[PartnershipRow]) -> None:
    """Which phones stop."""
    rows = [(each.device, each.device_type, each.name) for each in phones]
    table(("phone", "type", "name"), rows, "no phone comes in by the login password")
