"""`taccuino user show`: all that is known of a person's way in, and nothing secret."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

import click

from app.cli.activesync_password import row_of
from app.cli.house import House, in_house
from app.cli.show import moment, table, yes
from projections import attempts, credentials, devices
from projections.accounts import AccountRow
from projections.attempts import Useless

FACTORS: Final = {"off": "off", "mail": "a code by mail", "app": "a code of an authenticator app"}
ENTRIES: Final = {
    "login": "the login password",
    "activesync": "an ActiveSync password",
    "none": "no password: the second factor is on, and there is no ActiveSync password yet",
}


@click.command
@click.argument("name")
@in_house
def show(house: House, name: str) -> None:
    """Show a person: by what they and their phones come in, and what keeps phones out."""
    account = house.account(name)
    with house.groupware.reading() as connection:
        rows = [*_facts(account), *_doors(connection, account)]
    table(("what", "is"), rows, "")


def _facts(account: AccountRow) -> Iterator[tuple[str, str]]:
    yield "name", account.name
    yield "mail", account.mail
    yield "full name", account.full_name
    yield "zone", account.zone
    yield "language", account.language or "not chosen"
    yield "administrator", yes(account.administrator)
    yield "policy", account.policy or "none"
    yield "login", _login(account)
    required = " (required of everybody)" if account.factor_required else ""
    yield "second factor", FACTORS[account.factor] + required
    if account.own_factor != "off":
        yield "recovery codes", f"{account.recovery_codes} left"
    yield "ActiveSync", "enabled" if account.enabled else "disabled: no phone is let in"
    if account.enabled:
        yield "phones send", ENTRIES[account.entry]


def _login(account: AccountRow) -> str:
    if account.directory:
        return "the directory knows the password"
    return "a password" if account.login_hash else "no password yet"


def _doors(connection: sqlite3.Connection, account: AccountRow) -> Iterator[tuple[str, str]]:
    for password in credentials.of_account(connection, account.id):
        id, label, changed, used, by, _ = row_of(connection, password)
        phone = f" by {by}" if by else ""
        yield "ActiveSync password", f"{label}, set {changed}, last used {used}{phone} ({id})"
    for each in attempts.useless(connection, account.id):
        yield "refused", _refused(each)
    yield "phones", str(len(devices.of_account(connection, account.id)))


def _refused(each: Useless) -> str:
    phone = " ".join(filter(None, (each.device, each.agent))) or "a phone"
    return f"{phone} sends {SENT[each.why]}, last {moment(each.last)}"


SENT: Final = {
    attempts.OUTDATED: "a password that was right before",
    attempts.LOGIN: "the login password in the place of an ActiveSync password",
    attempts.NONE: "the login password, but an ActiveSync password is wanted and none is set",
}
