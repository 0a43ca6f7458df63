"""A town of parked phones, and a steady stream of requests beside them.

Requests come at their time, whether or not those before have been answered, and what each took
counts from when it was due: a server that stalls cannot hide it. An edit wakes all phones of its
person, and each of them syncs and pings again, on top of the stream.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import gevent
from gevent.lock import BoundedSemaphore

from ops.bench.figures import Figure, percentile
from ops.bench.measure import MILLI, Bench
from ops.bench.parking import AT_A_TIME, PAUSE, newcomers, warm_up
from ops.bench.phone import CALENDAR, Phone, expect, items
from ops.bench.pushing import HEARTBEAT, ping

GIVERS: Final = 20
EDIT_EVERY, FIRST_EDIT = 500, 10
"""Few of the stream are edits; the rest ask for news or for the folders. Each edit wakes a hundred
phones, and each of those asks three times more."""

LOOKS: Final = 0.9
PATIENCE: Final = 120.0


@dataclass
class Giver:
    """A phone of the stream, which does one thing at a time."""

    phone: Phone
    turn: BoundedSemaphore = field(default_factory=BoundedSemaphore)


@dataclass
class Flood:
    """What came of it: seconds for each request of the stream and from an edit to each Ping."""

    taken: list[float] = field(default_factory=list)
    pushed: list[float] = field(default_factory=list)
    edited: dict[str, float] = field(default_factory=dict)


def flood(bench: Bench) -> Iterator[Figure]:
    """Nothing may be refused: whatever is not answered as it should be ends the run."""
    sizes, flood = bench.sizes, Flood()
    phones = newcomers(bench, sizes.flooded)
    bench.target.restart()
    warm_up(phones)
    people = range(min(GIVERS, len(bench.target.users)))
    givers = [Giver(bench.ready(CALENDAR, 1, person)[0]) for person in people]
    parked = _park(bench, flood, phones)
    cpu, began = bench.target.processes.cpu(), time.perf_counter()
    _stream(flood, givers, sizes.per_second, sizes.flood)
    share = (bench.target.processes.cpu() - cpu) / (time.perf_counter() - began)
    bench.count("requests of the flood", len(flood.taken), int(sizes.per_second * sizes.flood))
    _expect_alive(parked)
    name = f"{sizes.per_second} requests/s beside {sizes.flooded:,} parked Pings"
    for part in (0.5, 0.99):
        value = percentile(flood.taken, part) * MILLI
        yield Figure("flood", f"{name}, p{part * 100:.0f}", value, "ms")
    yield Figure(
        "flood", f"{name}, edit to Ping, p99", percentile(flood.pushed, 0.99) * MILLI, "ms"
    )
    yield Figure("flood", f"{name}, woken and parked again", len(flood.pushed), "Pings")
    yield Figure("flood", f"{name}, server", share * 100, "% of a core")
    gevent.killall(parked)
    for phone in (*phones, *(giver.phone for giver in givers)):
        phone.close()


def _park(bench: Bench, flood: Flood, phones: list[Phone]) -> list[gevent.Greenlet[..., object]]:
    parked = []
    for number, phone in enumerate(phones, 1):
        parked.append(gevent.spawn(_abide, flood, phone))
        if number % AT_A_TIME == 0:
            gevent.sleep(PAUSE)
    bench.target.processes.await_quiet()
    _expect_alive(parked)
    return parked


def _abide(flood: Flood, phone: Phone) -> None:
    """Ping, and when there is news fetch it and ping again."""
    while True:
        ping(phone, HEARTBEAT)
        flood.pushed.append(time.perf_counter() - flood.edited[phone.user])
        expect("news after a Ping", bool(phone.catch_up(CALENDAR)), True)
        phone.line.tape.clear()


def _expect_alive(parked: list[gevent.Greenlet[..., object]]) -> None:
    for each in parked:
        if each.ready():
            each.get()


def _stream(flood: Flood, givers: list[Giver], per_second: int, seconds: float) -> None:
    dice, busy = random.Random(1), []
    began = time.perf_counter()
    for number in range(int(per_second * seconds)):
        due = began + number / per_second
        gevent.sleep(max(0.0, due - time.perf_counter()))
        giver = givers[number % len(givers)]
        edits = number % EDIT_EVERY == FIRST_EDIT
        busy.append(gevent.spawn(_give, flood, giver, edits, dice.random() < LOOKS, due))
    gevent.joinall(busy, timeout=PATIENCE, raise_error=True)


def _give(flood: Flood, giver: Giver, edits: bool, looks: bool, due: float) -> None:
    phone = giver.phone
    with giver.turn:
        if edits:
            flood.edited[phone.user] = time.perf_counter()
            phone.upload(CALENDAR, items(CALENDAR, 1, phone.version))
        elif looks:
            phone.news(CALENDAR)
        else:
            phone.folder_sync()
    phone.line.tape.clear()
    flood.taken.append(time.perf_counter() - due)
