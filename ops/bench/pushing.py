"""Push: how soon a phone whose Ping is parked hears of another phone's edit."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Final

import gevent

from ops.bench.figures import Figure, percentile
from ops.bench.measure import MILLI, Bench
from ops.bench.phone import CALENDAR, Phone, expect, items

HEARTBEAT: Final = 600
SETTLE, JITTER = 0.05, 0.1
CHANGES: Final = "2"
TRIES: Final = 300
PLACES: Final = ("within a worker", "across workers")
ANYWHERE: Final = "wherever it comes from"


class AllInOne(Exception):
    """All connections ended at the same worker, or no two at the same."""


def push(bench: Bench) -> Iterator[Figure]:
    """From the giver's Add leaving until the taker's Ping is answered, the commit included."""
    bench.stock(CALENDAR, 1)
    giver, taker = bench.ready(CALENDAR, 2)
    for place in _places(bench, taker):
        if place != ANYWHERE:
            _settle(bench, giver, taker, within=place == PLACES[0])
        laps = [_lap(giver, taker) for _ in range(bench.sizes.pushes)]
        bench.count(f"pushed {place}", len(laps), bench.sizes.pushes)
        for share in (0.5, 0.95):
            name = f"Add to Ping, {place}, p{share * 100:.0f}"
            yield Figure("push", name, percentile(laps, share) * MILLI, "ms")
    giver.close()
    taker.close()


def _places(bench: Bench, taker: Phone) -> tuple[str, ...]:
    """Where the two can be told apart: only if the other end is a process that we know."""
    known = bench.target.processes.holder(taker.line.socket())
    return PLACES if known and len(bench.target.processes.all()) > 2 else (ANYWHERE,)


def _settle(bench: Bench, giver: Phone, taker: Phone, within: bool) -> None:
    """Connect the giver again and again until it is, or is not, at the taker's worker."""
    holder = bench.target.processes.holder
    wanted = holder(taker.line.socket())
    for _ in range(TRIES):
        giver.options()
        if (holder(giver.line.socket()) == wanted) is within:
            return
        giver.close()
    raise AllInOne("no connection to the worker that is wanted")


def _lap(giver: Phone, taker: Phone) -> float:
    """Nothing outside the server tells when a request is parked: so there is a little time."""
    heard = gevent.spawn(_hear, taker)
    gevent.sleep(SETTLE + random.uniform(0, JITTER))
    expect("answered without news", heard.ready(), False)
    added = items(CALENDAR, 1, giver.version)
    sent = time.perf_counter()
    giver.upload(CALENDAR, added)
    at = heard.get()
    expect("news after a Ping", len(taker.catch_up(CALENDAR)), 1)
    return float(at - sent)


def _hear(taker: Phone) -> float:
    ping(taker, HEARTBEAT)
    return time.perf_counter()


def ping(phone: Phone, seconds: int) -> None:
    """Wait until there is news in the calendar."""
    root = phone.ping([(phone.folders[CALENDAR], CALENDAR)], seconds)
    expect("Status of a Ping", root.text_of("ping:Status"), CHANGES)
