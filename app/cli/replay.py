"""`taccuino replay`: whether a recorded request is answered again byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import click

from app import recording, replaying
from app.cli.house import House, in_house
from app.cli.progress import progress
from app.replaying import Outcome
from domain.refused import Refused

WIDTH: Final = 60
"""Columns of each side, where both are shown."""


@click.command
@click.argument("requests", type=int, nargs=-1, required=True)
@click.option("--position", type=int, help="Another place in the log than the one it came at.")
@click.option("--show", is_flag=True, help="Both answers side by side, also where they agree.")
@in_house
def replay(house: House, requests: tuple[int, ...], position: int | None, show: bool) -> None:
    """Answer recorded REQUESTS once more, from the log as it was before each.

    They go by the numbers that `taccuino record DEVICE` lists. Nothing is changed: a store of its
    own is made of the log in a temporary folder. Fails if an answer is another one.
    """
    found = [recording.exchange(house.groupware, number) for number in requests]
    if position is not None:
        found = [replace(each, asked=replace(each.asked, position=position)) for each in found]
    told(replayed(house, found), show)


def replayed(house: House, found: Sequence[recording.Exchange]) -> list[Outcome]:
    upto = max(each.asked.position for each in found)
    with progress("laying down the log", upto) as tick:
        return list(replaying.replay(house.groupware.replay(), found, tick))


def told(outcomes: Iterable[Outcome], show: bool = False) -> None:
    """Say of each exchange whether it is the same; Refused if any is not."""
    other = [outcome for outcome in outcomes if not _one(outcome, show)]
    if other:
        numbers = ", ".join(str(each.exchange.number) for each in other)
        raise Refused(f"answered otherwise than recorded: {numbers}")


def _one(outcome: Outcome, show: bool) -> bool:
    exchange, made = outcome.exchange, outcome.made
    size = f"{len(made.body)} bytes"
    if outcome.same:
        click.echo(f"{exchange.number}\tthe same\t{size}")
    else:
        others = f"; others wrote {exchange.beside} events meanwhile" if exchange.beside else ""
        click.echo(f"{exchange.number}\tNOT the same\t{size}{others}")
    if show or not outcome.same:
        _side_by_side(outcome)
    return outcome.same


def _side_by_side(outcome: Outcome) -> None:
    """The answer as it was recorded, and as it is now; lines that differ are marked."""
    click.echo(f"  {'recorded':{WIDTH}} replayed")
    for left, right in outcome.side_by_side():
        mark = " " if left == right else "|"
        click.echo(f"{mark} {_cut(left):{WIDTH}} {_cut(right)}".rstrip())


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"
