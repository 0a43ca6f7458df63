"""`taccuino user …`: who has an account, and by which password."""

from __future__ import annotations

import click

from app import people
from app.cli.house import House, in_house
from app.cli.show import table
from app.cli.types import password as ask
from app.cli.user_show import show
from app.i18n import LANGUAGES
from app.identity.logins import leave_to_directory, look_up
from app.identity.passwords import expect_strong
from app.web.sessions import Sessions
from projections import accounts
from projections.accounts import AccountRow

from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@click.group
def user() -> None:
    """People: add, list, show, enable, disable, password, name, mail, language, zone, admin,
    directory, ceiling, sign-out."""


user.add_command(show)


@user.command
@click.argument("name")
@click.option("--mail", default="", help="Their mail address.")
@click.option("--name", "full_name", default="", help="Their full name.")
@click.option("--ldap", is_flag=True, help="The directory knows name, address and password.")
@from_stdin
@click.option("--enable", is_flag=True, help="ActiveSync is theirs to use, from now on.")
@click.option("--admin", is_flag=True, help="An administrator.")
@click.option("--zone", default="UTC", show_default=True, help="Their time zone, as Europe/Rome.")
@in_house
def add(
    house: House,
    name: str,
    mail: str,
    full_name: str,
    ldap: bool,
    password_stdin: bool,
    enable: bool,
    admin: bool,
    zone: str,
) -> None:
    """Add a person, with their login password, or with --ldap as the directory knows them."""
    if ldap:
        known = look_up(house.settings, name)
        mail, full_name = mail or known.mail, full_name or known.full_name
    if not mail:
        raise click.UsageError("which address do they have? say --mail")
    secret = None if ldap else ask(password_stdin)
    add_person(house, name, mail, full_name, secret, enable=enable, admin=admin, zone=zone)
    click.echo(f"added {name}{', enabled for ActiveSync' if enable else ''}")


def add_person(
    house: House,
    name: str,
    mail: str,
    full_name: str,
    secret: str | None,
    *,
    enable: bool = False,
    admin: bool = False,
    zone: str = "UTC",
) -> None:
    """The account with its password, or, if anything is wrong with either, none at all; without
    a password the directory knows it."""
    if secret is not None:
        expect_strong(secret)
    with house.groupware.acting(house.author):
        id = people.open_account(house.groupware, house.author, name, mail, full_name, zone, admin)
        if secret is None:
            people.leave_login_to_directory(house.groupware, house.author, id)
        else:
            people.set_password(house.groupware, house.author, id, secret)
        if enable:
            people.enable(house.groupware, house.author, id)


@user.command("list")
@in_house
def list_(house: House) -> None:
    """List everybody."""
    with house.groupware.reading() as connection:
        rows = [
            (
                each.name,
                each.mail,
                each.full_name,
                _activesync(each),
                "administrator" if each.administrator else "",
                each.zone,
                each.policy,
            )
            for each in accounts.all_accounts(connection)
        ]
    columns = ("name", "mail", "full name", "ActiveSync", "role", "zone", "policy")
    table(columns, rows, "nobody yet; `taccuino user add` adds somebody")


def _activesync(account: AccountRow) -> str:
    if account.lacks_password:
        return "no phone: no ActiveSync password"
    return "enabled" if account.enabled else "disabled"


@user.command
@click.argument("name")
@in_house
def enable(house: House, name: str) -> None:
    """Let a person use ActiveSync; makes a calendar and an address book."""
    account = house.account(name)
    people.enable(house.groupware, house.author, account.id)
    click.echo(f"{account.name} is enabled for ActiveSync")


@user.command
@click.argument("name")
@in_house
def disable(house: House, name: str) -> None:
    """Let a person's phones in no longer; nothing they have here is lost."""
    account = house.account(name)
    people.disable(house.groupware, house.author, account.id)
    click.echo(f"{account.name} is disabled for ActiveSync")


@user.command
@click.argument("name")
@from_stdin
@in_house
def password(house: House, name: str, password_stdin: bool) -> None:
    """Set a login password; the one before stops working at once."""
    account = house.account(name)
    people.set_password(house.groupware, house.author, account.id, ask(password_stdin))
    click.echo(f"{account.name} has a new password")


@user.command
@click.argument("name")
@click.argument("zone")
@in_house
def zone(house: House, name: str, zone: str) -> None:
    """Set the time zone in which a person's times are meant, such as Europe/Rome."""
    account = house.account(name)
    people.choose_zone(house.groupware, house.author, account.id, zone)
    click.echo(f"{account.name} is in {zone}")


@user.command
@click.argument("name")
@click.argument("full_name")
@in_house
def name(house: House, name: str, full_name: str) -> None:
    """Change a person's full name; the name they log in by stays."""
    account = house.account(name)
    people.change_full_name(house.groupware, house.author, account.id, full_name)
    click.echo(f"{account.name} is called {full_name}")


@user.command
@click.argument("name")
@click.argument("address")
@in_house
def mail(house: House, name: str, address: str) -> None:
    """Change the address by which a person is found, and to which codes go."""
    account = house.account(name)
    people.change_mail(house.groupware, house.author, account.id, address)
    click.echo(f"{account.name} has the address {address}")


@user.command
@click.argument("name")
@click.argument("language", type=click.Choice(LANGUAGES))
@in_house
def language(house: House, name: str, language: str) -> None:
    """Choose the language in which a person is addressed."""
    account = house.account(name)
    people.choose_language(house.groupware, house.author, account.id, language)
    click.echo(f"{account.name} is addressed in {language}")


@user.command
@click.argument("name")
@click.option("--withdraw", is_flag=True, help="They are one no longer.")
@in_house
def admin(house: House, name: str, withdraw: bool) -> None:
    """Make a person an administrator."""
    account = house.account(name)
    act = people.withdraw_administrator if withdraw else people.make_administrator
    act(house.groupware, house.author, account.id)
    click.echo(f"{account.name} is {'no administrator' if withdraw else 'an administrator'}")


@user.command
@click.argument("name")
@click.option("--leave", is_flag=True, help="The login password is one that is set here, again.")
@in_house
def directory(house: House, name: str, leave: bool) -> None:
    """Let the directory (LDAP) say whether a person's login password is right.

    The password that was set here opens nothing then, and counts again with --leave.
    """
    account = house.account(name)
    if leave:
        people.take_login_from_directory(house.groupware, house.author, account.id)
    else:
        leave_to_directory(house.groupware, house.settings, house.author, account.id)
    click.echo(f"{account.name} logs in by {'a password set here' if leave else 'the directory'}")


@user.command
@click.argument("name")
@click.argument("version", default="")
@in_house
def ceiling(house: House, name: str, version: str) -> None:
    """Set the newest VERSION of the protocol spoken with a person's phones; without one, any.

    It has effect when a phone asks anew what there is: some do so every day, others only when the
    account is set up again.
    """
    account = house.account(name)
    people.set_ceiling(house.groupware, house.author, account.id, version)
    upto = f"up to {version}" if version else "any version"
    click.echo(f"phones of {account.name} may speak {upto}")


@user.command("sign-out")
@click.argument("name")
@in_house
def sign_out(house: House, name: str) -> None:
    """Sign a person out of the pages, in every browser; phones go on."""
    account = house.account(name)
    Sessions(house.groupware).end_all(account)
    click.echo(f"{account.name} is signed out everywhere")
