"""`taccuino replay`: whether a recorded request is answered again byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from app import bundle, recording, replaying
from app.bundle import Bundle
from app.cli.house import open_house
from app.cli.progress import progress
from app.recording import Exchange
from app.replaying import Outcome, Positioned
from domain.refused import Refused, Unknown

WIDTH: Final = 60
"""Columns of each side, where both are shown."""


@click.command
@click.argument("requests", type=int, nargs=-1)
@click.option(
    "--bundle",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of `taccuino bundle`; all its requests, if none is named.",
)
@click.option("--position", type=int, help="Another place in the log than the one it came at.")
@click.option("--show", is_flag=True, help="Both answers side by side, also where they agree.")
def replay(requests: tuple[int, ...], file: Path | None, position: int | None, show: bool) -> None:
    """Answer recorded REQUESTS once more, from the log as it was before each.

    They go by the numbers that `taccuino record DEVICE` lists. Nothing is changed: a store of its
    own is made of the log in a temporary folder. Fails if an answer is another one.
    """
    if file is not None:
        found = bundle.read(file)
        told(_replayed(found.log, _chosen(found, requests), position), show)
        return
    if not requests:
        raise click.UsageError("which requests? `taccuino record DEVICE` lists them")
    with open_house() as house:
        exchanges = [recording.exchange(house.groupware, number) for number in requests]
        told(_replayed(house.groupware.replay(), exchanges, position), show)


def _chosen(found: Bundle, requests: Sequence[int]) -> list[Exchange]:
    there = {each.number: each for each in found.exchanges}
    if strange := set(requests) - there.keys():
        raise Unknown(f"the bundle has no request {', '.join(map(str, sorted(strange)))}")
    return [there[number] for number in requests or there]


def _replayed(
    log: Iterable[Positioned], exchanges: Sequence[Exchange], position: int | None
) -> list[Outcome]:
    if position is not None:
        exchanges = [
            replace(each, asked=replace(each.asked, position=position)) for each in exchanges
        ]
    upto = max(each.asked.position for each in exchanges)
    with progress("laying down the log", upto) as tick:
        return list(replaying.replay(log, exchanges, tick))


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
