"""`taccuino access …`: which phones may come in."""

from __future__ import annotations

from typing import cast

import click

from adapters.ids import server_id
from app.cli.house import House, in_house
from app.cli.show import table
from app.devices import access as use
from domain.access import ABOUT, ACCESSES, About, Access
from projections import access as rules
from projections import devices

WHAT = click.Choice(ABOUT)
ACCESS = click.Choice(ACCESSES)
PLACE = click.option(
    "--place", type=click.IntRange(1), help="Before which other; 1 is asked first."
)


@click.group
def access() -> None:
    """Rules for phones: list, try, add, remove, default."""


@access.command("list")
@in_house
def list_(house: House) -> None:
    """List the rules in the order in which they are asked; the last line is for all others."""
    with house.groupware.reading() as connection:
        found, others = rules.rules(connection), rules.default(connection)
        phones = devices.all_devices(connection)
    rows: list[tuple[str, ...]] = [
        (str(place), each.about, each.pattern, each.access, str(_met(phones, each.text)))
        for place, each in enumerate(found, 1)
    ]
    rows.append(("", "new phones", "*", others, ""))
    table(("", "what", "is like", "access", "phones"), rows, "")


def _met(phones: list[devices.PartnershipRow], rule: str) -> int:
    return sum(each.access_rule == rule for each in phones)


@access.command("try")
@click.argument("what", type=WHAT)
@click.argument("pattern")
@click.argument("access", type=ACCESS)
@PLACE
@in_house
def try_(house: House, what: str, pattern: str, access: str, place: int | None) -> None:
    """Show what a rule would do to the phones that are here, without adding it."""
    asked = cast(About, what), pattern, cast(Access, access)
    trial = use.try_rule(house.groupware, *asked, None if place is None else place - 1)
    click.echo(f"phones like this: {trial.fits}; it would decide about {trial.decides}", err=True)
    rows = [(server_id(phone.id), phone.name, phone.access, then) for phone, then in trial.changed]
    table(("id", "phone", "now", "then"), rows, "nothing would change for them")


@access.command
@click.argument("what", type=WHAT)
@click.argument("pattern")
@click.argument("access", type=ACCESS)
@PLACE
@in_house
def add(house: House, what: str, pattern: str, access: str, place: int | None) -> None:
    """Add a rule, as `agent "Android/6*" block`; * stands for anything, ? for one character.

    The first rule that fits decides. It holds at once, also for phones that wait.
    """
    asked = cast(About, what), pattern, cast(Access, access)
    use.put_rule(house.groupware, house.author, *asked, None if place is None else place - 1)
    click.echo(f"{access}: phones whose {what} is like {pattern}")


@access.command
@click.argument("what", type=WHAT)
@click.argument("pattern")
@in_house
def remove(house: House, what: str, pattern: str) -> None:
    """Remove a rule."""
    use.remove_rule(house.groupware, house.author, cast(About, what), pattern)
    click.echo("removed")


@access.command
@click.argument("access", type=ACCESS)
@in_house
def default(house: House, access: str) -> None:
    """Say what becomes of new phones that no rule fits; those that are here stay welcome."""
    use.choose_default(house.groupware, house.author, cast(Access, access))
    click.echo(f"{access}: new phones")
