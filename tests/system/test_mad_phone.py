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


@pytest.fixture(scope="module")
def madness(begin: Begin) -> Madness:
    return Madness(begin("ada", "MADPHONE"))


def test_a_loop_is_put_off_and_a_neighbour_goes_on_at_its_usual_pace(
    begin: Begin, madness: Madness
) -> None:
    neighbour = begin("bob", "GOODPHONE")
    alone = pace_of(neighbour, time.monotonic() + 0.7)
    until = time.monotonic() + LASTING
    mad = threading.Thread(target=madness.go_on, args=(until,))
    mad.start()
    beside = pace_of(neighbour, until)
    mad.join()

    assert madness.told["put off"] > madness.told["served"] > 0
    assert madness.told["served"] <= 60 + 4 * LASTING + 5
    assert madness.seconds == {30}
    assert beside < 10 * max(alone, 0.002)


def test_the_journal_has_one_line_of_it_and_no_flood(server: Server, madness: Madness) -> None:
    assert madness.told["put off"] > 20
    (line,) = server.lines("event=served", "why=TooOften")
    assert "device=MADPHONE" in line
    assert "status=503" in line


def test_what_was_acknowledged_is_there_once(begin: Begin, madness: Madness) -> None:
    fresh = begin("ada", "NEWPHONE")
    there = Counter(item["birth"] for item in fresh.folders[CONTACTS].store.values())
    acknowledged = [item["birth"] for item in madness.phone.folders[CONTACTS].store.values()]
    assert len(acknowledged) > 20
    assert [there[birth] for birth in acknowledged] == [1] * len(acknowledged)
    assert not madness.phone.strange
