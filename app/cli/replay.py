"""`taccuino replay`: whether a recorded request is answered again byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from app.cli.house import open_house
from app.cli.progress import progress
from app.log import bundle, recording, replaying
from app.log.bundle import Bundle
from app.log.recording import Exchange
from app.log.replaying import Outcome, Positioned
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
@click.option("--json", "as_json", is_flag=True, help="As data.")
@click.option("--show", is_flag=True, help="Both answers side by side, also where they agree.")
def replay(
    requests: tuple[int, ...], file: Path | None, position: int | None, as_json: bool, show: bool
) -> None:
    """Answer recorded REQUESTS once more, from the log as it was before each.

    They go by the numbers that `taccuino record DEVICE` lists. Nothing is changed: a store of its
    own is made of the log in a temporary folder. Fails if an answer is another one.
    """
    if file is not None:
        found = bundle.read(file)
        _told(_replayed(found.log, _chosen(found, requests), position), as_json, show)
        return
    if not requests:
        raise click.UsageError("which requests? `taccuino record DEVICE` lists them")
    with open_house() as house:
        exchanges = [recording.exchange(house.groupware, number) for number in requests]
        _told(_replayed(house.groupware.replay(), exchanges, position), as_json, show)


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


def _told(outcomes: Iterable[Outcome], as_json: bool, show: bool) -> None:
    """Say of each exchange whether it is the same; Refused if any is not."""
    other = []
    for outcome in outcomes:
        if as_json:
            click.echo(_as_data(outcome, show))
        else:
            _one(outcome, show)
        other += [] if outcome.same else [str(outcome.exchange.number)]
    if other:
        raise Refused(f"answered otherwise than recorded: {', '.join(other)}")


def _as_data(outcome: Outcome, show: bool) -> str:
    exchange = outcome.exchange
    facts = {
        "number": exchange.number,
        "position": exchange.asked.position,
        "same": outcome.same,
        "bytes": len(outcome.made.body),
        "beside": exchange.beside,
    }
    if show or not outcome.same:
        facts["recorded"] = replaying.readable(exchange.told)
        facts["replayed"] = replaying.readable(outcome.made)
    return json.dumps(facts)


def _one(outcome: Outcome, show: bool) -> None:
    exchange, size = outcome.exchange, f"{len(outcome.made.body)} bytes"
    verdict = "the same" if outcome.same else "NOT the same"
    others = f"; others wrote {exchange.beside} events meanwhile" if exchange.beside else ""
    click.echo(f"{exchange.number}\t{verdict}\t{size}{'' if outcome.same else others}")
    if show or not outcome.same:
        _side_by_side(outcome)


def _side_by_side(outcome: Outcome) -> None:
    """The answer as it was recorded, and as it is now; lines that differ are marked."""
    click.echo(f"  {'recorded':{WIDTH}} replayed")
    for left, right in outcome.side_by_side():
        mark = " " if left == right else "|"
        click.echo(f"{mark} {_cut(left):{WIDTH}} {_cut(right)}".rstrip())


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"
