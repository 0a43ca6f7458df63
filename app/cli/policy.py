"""`taccuino policy …`: what phones must keep; without one, nothing is demanded of them."""

from __future__ import annotations

import click

from app import people
from app.cli.house import House, in_house
from app.cli.show import table
from app.cli.types import SETTING
from app.devices import policies as use
from app.devices import policy_settings as all_settings
from domain.refused import Unknown
from projections import policies
from projections.policies import PolicyRow

COLUMNS = ("name", "edition", "people", "settings")


@click.group
def policy() -> None:
    """Policies: set, list, show, assign, remove, settings."""


@policy.command("set")
@click.argument("name")
@click.argument("settings", type=SETTING, nargs=-1)
@in_house
def set_(house: House, name: str, settings: tuple[tuple[str, str], ...]) -> None:
    """Write a policy whole, as NAME MinDevicePasswordLength=6 …; the keys are those of MS-ASPROV.

    Every phone under it has to acknowledge it anew.
    """
    people.write_policy(house.groupware, house.author, name, dict(settings))
    with house.groupware.reading() as connection:
        phones = policies.phones_under(connection, _policy(house, name).name)
    click.echo(f"policy {name} has {len(dict(settings))} settings; phones asked anew: {phones}")


@policy.command("list")
@in_house
def list_(house: House) -> None:
    """List the policies with how many people are under each, and their settings."""
    with house.groupware.reading() as connection:
        people_under = policies.followers(connection)
        rows = [
            (
                each.name,
                str(each.edition),
                str(people_under.get(each.name, 0)),
                " ".join(f"{key}={value}" for key, value in sorted(each.settings.items())),
            )
            for each in policies.all_policies(connection)
        ]
    table(COLUMNS, rows, "no policies: nothing is demanded of phones")


@policy.command
@click.argument("name")
@in_house
def show(house: House, name: str) -> None:
    """Show what a policy demands, who is under it and how many phones have to keep it."""
    row = _policy(house, name)
    with house.groupware.reading() as connection:
        phones = policies.phones_under(connection, row.name)
    people_under = ", ".join(each.name for each in use.under(house.groupware, row.name))
    told = [("people", people_under), ("phones", str(phones)), *sorted(row.settings.items())]
    table(("", ""), told, "")


@policy.command
@in_house
def settings(house: House) -> None:
    """List all there is to demand, with the values it may have, the one that demands nothing, and
    the oldest version of the protocol whose phones can be told of it."""
    rows = [
        (
            name,
            group,
            all_settings.allowed(name),
            all_settings.permissive(name) or "",
            version.text if (version := all_settings.since(name)) else "not told to phones",
        )
        for group, names in all_settings.GROUPS.items()
        for name in names
    ]
    table(("setting", "about", "values", "demands nothing", "since"), rows, "")


@policy.command
@click.argument("user")
@click.argument("name", default="")
@in_house
def assign(house: House, user: str, name: str) -> None:
    """Put USER under the policy NAME; without a name, under none."""
    account = house.account(user)
    people.assign_policy(house.groupware, house.author, account.id, name)
    click.echo(f"{account.name} is under {f'policy {name}' if name else 'no policy'}")


@policy.command
@click.argument("name")
@in_house
def remove(house: House, name: str) -> None:
    """Remove a policy; whoever is under it is under none then."""
    number = use.remove(house.groupware, house.author, name)
    click.echo(f"removed; people who were under it: {number}")


def _policy(house: House, name: str) -> PolicyRow:
    with house.groupware.reading() as connection:
        found = policies.find(connection, name.strip())
    if found is None or found.removed:
        raise Unknown(f"there is no policy {name}; `taccuino policy list` shows what there is")
    return found
