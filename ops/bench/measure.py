"""How a case measures: who is under load, how large the load is, and the twin on the bare stack."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import gevent

from ops.bench.figures import Figure
from ops.bench.phone import Phone, expect, items
from ops.bench.serving import Target
from ops.bench.wire import Exchange, Line

MICRO, MILLI = 1e6, 1e3
ENOUGH: Final = 200
"""So many requests make a figure of the bare stack, each of a tape played as often as needed."""


@dataclass(frozen=True)
class Sizes:
    """How much of everything. `contacts` are uploaded by `batch`; then there are `stock`. The
    phones that are `parked` are those of `people`; a flood is `flooded` of them, and so many
    requests a second for `flood` seconds."""

    contacts: int = 1000
    batch: int = 50
    stock: int = 5000
    connections: tuple[int, ...] = (1, 16)
    slices: int = 5
    seconds: float = 1.0
    takers: int = 5
    rounds: int = 20
    pushes: int = 50
    people: int = 100
    parked: tuple[int, ...] = (1000, 5000)
    flooded: int = 10_000
    per_second: int = 200
    flood: float = 60.0
    logs: tuple[int, int] = (10_000, 100_000)


SIZES: Final = {
    "full": Sizes(),
    "quick": Sizes(
        contacts=500,
        stock=1000,
        slices=3,
        seconds=0.5,
        takers=3,
        rounds=10,
        pushes=15,
        people=20,
        parked=(300,),
        flooded=1000,
        flood=10.0,
        logs=(2_000, 10_000),
    ),
    "tiny": Sizes(
        contacts=50,
        batch=25,
        stock=60,
        connections=(1, 4),
        slices=1,
        seconds=0.05,
        takers=2,
        rounds=2,
        pushes=3,
        people=3,
        parked=(50,),
        flooded=60,
        per_second=50,
        flood=1.0,
        logs=(500, 1_000),
    ),
}


@dataclass
class Bench:
    """One server under load; `bare` is None where nothing is to stand beside it."""

    target: Target
    bare: Target | None
    sizes: Sizes
    counts: dict[str, int] = field(default_factory=dict)

    def knows(self, figure: Figure) -> bool:
        """Nothing is known of the CPU and memory of processes that nobody named."""
        inside = figure.unit.startswith(("µs CPU", "KiB"))
        return bool(self.target.processes.roots) or not inside

    def count(self, what: str, got: int, wanted: int) -> None:
        """Keep what was counted; Miscount if it is wrong."""
        expect(what, got, wanted)
        self.counts[what] = got

    def stock(self, kind: str, number: int, person: int = 0) -> int:
        """See to it that a folder holds at least so many items; how many it holds."""
        phone = self.target.phone(person).arrive().begin(kind)
        held = len(phone.catch_up(kind))
        while held < number:
            more = items(kind, min(self.sizes.batch, number - held), phone.version)
            held += len(phone.upload(kind, more))
        phone.close()
        return held

    def ready(self, kind: str, number: int, person: int = 0) -> list[Phone]:
        """Phones that are up to date on a folder and have nothing left to confirm."""
        phones = []
        for _ in range(number):
            phone = self.target.phone(person).arrive().begin(kind)
            phone.catch_up(kind)
            expect("left to tell", len(phone.catch_up(kind)), 0)
            phone.line.tape.clear()
            phones.append(phone)
        return phones

    def cpu(self, act: Callable[[], object]) -> float:
        """Seconds of CPU that the server spends on what `act` asks of it."""
        return _spent(self.target, act)

    def bare_cpu(self, tape: Sequence[Exchange]) -> float | None:
        """Seconds of CPU that the bare stack spends on hearing and answering as many bytes."""
        if self.bare is None:
            return None
        line = Line(self.bare.url)
        requests = [exchange.for_bare() for exchange in tape]
        times = -(-ENOUGH // len(requests))

        def play() -> None:
            for _ in range(times):
                for request in requests:
                    line.exchange(request)

        line.exchange(requests[0])
        spent = _spent(self.bare, play)
        line.close()
        return spent / times


def per(seconds: float | None, number: int) -> float | None:
    """Microseconds for each."""
    return None if seconds is None else seconds * MICRO / number


def cpu_figure(
    case: str, name: str, spent: float, bare: float | None, number: int, unit: str
) -> Figure:
    return Figure(case, name, spent * MICRO / number, f"µs CPU/{unit}", per(bare, number))


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def rate(asks: Sequence[Callable[[], object]], seconds: float) -> tuple[int, float]:
    """How often all of these together could be done, each again and again, and in what time."""
    until = time.perf_counter() + seconds

    def again(ask: Callable[[], object]) -> int:
        number = 0
        while number == 0 or time.perf_counter() < until:
            ask()
            number += 1
        return number

    began = time.perf_counter()
    busy = [gevent.spawn(again, ask) for ask in asks]
    gevent.joinall(busy, raise_error=True)
    return sum(each.get() for each in busy), time.perf_counter() - began


def _spent(target: Target, act: Callable[[], object]) -> float:
    before = target.processes.cpu()
    act()
    return target.processes.cpu() - before
