"""`taccuino house …`: what holds for everybody."""

from __future__ import annotations

import click

from app import rules
from app.cli.asking import tell_phones
from app.cli.house import House, in_house
from app.cli.show import table, yes
from app.composition import post_office
from app.identity import secondfactor
from domain.house import RULES, SECOND_FACTOR_REQUIRED
from projections import house as projection


@click.group
def house() -> None:
    """Rules for everybody: show, set."""


@house.command
@in_house
def show(house: House) -> None:
    """Show each rule and whether it holds."""
    with house.groupware.reading() as connection:
        rows = [(rule, yes(holds)) for rule, holds in projection.rules(connection).items()]
    table(("rule", "holds"), rows, "")


@house.command("set")
@click.argument("rule", type=click.Choice(list(RULES)))
@click.argument("holds", type=click.Choice(["yes", "no"]))
@click.option("--sure", is_flag=True, help="Though phones stop until their people did something.")
@in_house
def set_(house: House, rule: str, holds: str, sure: bool) -> None:
    """Let a rule hold, or not.

    With second-factor-required, phones that come in by the login password stop until their person
    has set an ActiveSync password; they are listed, and nothing changes unless you are --sure.
    """
    if rule == SECOND_FACTOR_REQUIRED and holds == "yes":
        post = post_office(house.settings)
        try:
            secondfactor.require_of_all(house.groupware, house.author, post, sure)
        except secondfactor.PhonesWouldStop as refused:
            tell_phones(list(refused.phones))
            raise
    else:
        rules.decide(house.groupware, house.author, rule, holds == "yes")
    click.echo(f"{rule}: {holds}")
