"""A phone that has lost its mind is slowed down, and its neighbours do not notice."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.system.phone import CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server
from tests.system.wire import Later, Wire

MODULE = "tests.system.hasty"
"""Where a phone has 60 requests and then four a second, not 3,000 and ten."""

WORKERS = 1
PEOPLE = ("ada", "bob")
LASTING = 2.5
"""Seconds that the madness goes on."""


Begin = Callable[[str, str], Phone]


@pytest.fixture(scope="module")
def begin(server: Server) -> Iterator[Begin]:
    """Phones that have synced their folders."""
    wires: list[Wire] = []

    def a_phone(name: str, device: str) -> Phone:
        wires.append(Wire(HOST, server.port, name, PASSWORD, device))
        phone = Phone(wires[-1], random.Random(1))
        phone.set_up()
        while phone.restless:
            phone.sync()
        return phone

    yield a_phone
    for wire in wires:
        wire.close()


@dataclass
class Madness:
    """One phone that always has something to add, and never waits when told to."""

    phone: Phone
    told: Counter[str] = field(default_factory=Counter)
    seconds: set[int] = field(default_factory=set)

    def go_on(self, until: float) -> None:
        token = 0
        while time.monotonic() < until:
            if not self.phone.folders[CONTACTS].unsent:
                token += 1
                self.phone.add(CONTACTS, token)
            try:
                self.phone.sync((CONTACTS,))
                self.told["served"] += 1
            except Later as later:
                self.told["put off"] += 1
                self.seconds.add(later.seconds)


def pace_of(phone: Phone, until: float) -> float:
    """The middle of the times its Syncs take."""
    times = []
    while time.monotonic() < until:
        began = time.perf_counter()
        phone.sync((CONTACTS,))
        times.append(time.perf_counter() - began)
        time.sleep(0.02)
    return statistics.median(times)


def test_a_loop_is_put_off_while_a_neighbour_goes_on_and_nothing_is_lost(
    server: Server, begin: Begin
) -> None:
    madness = Madness(begin("ada", "MADPHONE"))
    neighbour = begin("bob", "GOODPHONE")
    alone = pace_of(neighbour, time.monotonic() + 0.7)
    until = time.monotonic() + LASTING
    mad = threading.Thread(target=madness.go_on, args=(until,))
    mad.start()
    beside = pace_of(neighbour, until)
    mad.join()

    expect_put_off(madness)
    assert beside < 10 * max(alone, 0.002), "the neighbour goes on at its usual pace"
    expect_one_line(server)
    expect_kept(madness, begin("ada", "NEWPHONE"))


def expect_put_off(madness: Madness) -> None:
    assert madness.told["put off"] > madness.told["served"] > 20
    assert madness.told["served"] <= 60 + 4 * LASTING + 5
    assert madness.seconds == {30}


def expect_one_line(server: Server) -> None:
    """Of hundreds of requests that were put off."""
    (line,) = server.lines("event=served", "why=TooOften")
    assert [f"device={id}" in line for id in server.ids_of("MADPHONE")] == [True]
    assert "status=503" in line


def expect_kept(madness: Madness, fresh: Phone) -> None:
    """What was acknowledged to the mad phone is there once, as another phone sees it."""
    there = Counter(item["birth"] for item in fresh.folders[CONTACTS].store.values())
    acknowledged = [item["birth"] for item in madness.phone.folders[CONTACTS].store.values()]
    assert len(acknowledged) > 20
    assert [there[birth] for birth in acknowledged] == [1] * len(acknowledged)
    assert not madness.phone.strange
