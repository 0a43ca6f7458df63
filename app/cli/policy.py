"""`taccuino policy …`: what phones must keep; without one, nothing is demanded of them."""

from __future__ import annotations

import click

from app import people
from app.cli.house import House, in_house
from app.cli.show import table
from app.cli.types import SETTING
from projections import policies


@click.group
def policy() -> None:
    """Policies: set, list, assign."""


@policy.command("set")
@click.argument("name")
@click.argument("settings", type=SETTING, nargs=-1)
@in_house
def set_(house: House, name: str, settings: tuple[tuple[str, str], ...]) -> None:
    """Write a policy whole, as NAME MinDevicePasswordLength=6 …; the keys are those of MS-ASPROV.

    Every phone under it has to acknowledge it anew.
    """
    people.write_policy(house.groupware, house.author, name, dict(settings))
    click.echo(f"policy {name} has {len(dict(settings))} settings")


@policy.command("list")
@in_house
def list_(house: House) -> None:
    """List the policies with their settings."""
    with house.groupware.reading() as connection:
        rows = [
            (
                each.name,
                str(each.edition),
                " ".join(f"{key}={value}" for key, value in sorted(each.settings.items())),
            )
            for each in policies.all_policies(connection)
        ]
    table(("name", "edition", "settings"), rows, "no policies: nothing is demanded of phones")


@policy.command
@click.argument("user")
@click.argument("name", default="")
@in_house
def assign(house: House, user: str, name: str) -> None:
    """Put USER under the policy NAME; without a name, under none."""
    account = house.account(user)
    people.assign_policy(house.groupware, house.author, account.id, name)
    click.echo(f"{account.name} is under {f'policy {name}' if name else 'no policy'}")
