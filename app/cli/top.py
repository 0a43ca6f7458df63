"""`taccuino top`: what the server does now, second by second."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

import click

from app.cli.house import House, in_house
from app.cli.show import moment
from app.metrics import measures
from app.metrics.ledgers import Sum, read
from app.metrics.rates import Rates
from app.present import named, newest
from app.push.live import Worker, look

EVERY: Final = 1.0
MOST: Final = 20
"""So many phones are named, the ones that came last."""


@dataclass(frozen=True)
class Phone:
    """A request that is there. `left` are the seconds for which it may still wait; None while it
    is worked on."""

    user: str
    phone: str
    command: str
    since: str
    left: int | None


@dataclass(frozen=True)
class Frame:
    """One look. What is per second is of the last second; times are bounds in seconds, None where
    there was nothing."""

    workers: int
    waiting: int
    in_work: int
    connections: int
    memory: int
    requests: float
    commands: dict[str, float]
    put_off: float
    half_within: float | None
    most_within: float | None
    wakes: float
    woken_within: float | None
    events: float
    refused_passwords: float
    phones: tuple[Phone, ...]


@click.command
@click.option("--once", is_flag=True, help="One look, and that is it.")
@click.option("--json", "as_json", is_flag=True, help="A JSON document in one line for each look.")
@in_house
def top(house: House, once: bool, as_json: bool) -> None:
    """Show how many phones wait, what they ask, and how fast they are answered; each second anew.

    Ctrl-C ends it. Everything is of this machine: nothing is asked of the network.
    """
    found = frames(house)
    if once:
        frame = next(found)
        if not frame.workers:
            raise click.ClickException(f"no server runs on {house.settings.home}")
        found = iter([frame])
    try:
        _as_lines(found) if as_json else _drawn(found, once)
    except KeyboardInterrupt:
        return


def frames(house: House) -> Iterator[Frame]:
    """A look each second; the first a second from now, since rates need two."""
    folder, before, at = house.settings.counted, read(house.settings.counted), time.monotonic()
    while True:
        time.sleep(EVERY)
        after, now = read(folder), time.monotonic()
        yield frame(house, Rates(before, after, now - at), look(house.settings.sockets))
        before, at = after, now


def frame(house: House, rates: Rates, workers: list[Worker]) -> Frame:
    waiting = sum(each.parked for each in workers)
    now: Sum = rates.after
    outcomes = rates.by(measures.AUTHENTICATIONS, "outcome")
    return Frame(
        workers=len(workers),
        waiting=waiting,
        in_work=sum(len(each.connections) for each in workers) - waiting,
        connections=int(now.total(measures.CONNECTIONS.name)),
        memory=int(now.total(measures.MEMORY.name)),
        requests=rates.of(measures.REQUESTS),
        commands=rates.by(measures.REQUESTS, "command"),
        put_off=rates.by(measures.REQUESTS, "status").get("503", 0.0),
        half_within=rates.within(measures.SECONDS, 0.5),
        most_within=rates.within(measures.SECONDS, 0.95),
        wakes=rates.of(measures.WAKE),
        woken_within=rates.within(measures.WAKE, 0.95),
        events=rates.of(measures.EVENTS),
        refused_passwords=sum(outcomes.values()) - outcomes.get("right", 0.0),
        phones=tuple(_phones(house, workers)),
    )


def _phones(house: House, workers: list[Worker]) -> Iterator[Phone]:
    for it in named(house.groupware, newest(workers)[:MOST]):
        here = it.connection
        user = it.person.name if it.person else ""
        name = it.phone.name if it.phone else here.device
        yield Phone(user, name, here.command, moment(here.came), here.left)


def _as_lines(found: Iterable[Frame]) -> None:
    for each in found:
        click.echo(json.dumps(asdict(each)))


def _drawn(found: Iterable[Frame], once: bool) -> None:
    from rich.console import Console
    from rich.live import Live

    from app.cli.top_drawn import drawn

    console = Console()
    if once:
        for each in found:
            console.print(drawn(each))
        return
    with Live(console=console, screen=True, auto_refresh=False) as screen:
        for each in found:
            screen.update(drawn(each), refresh=True)
