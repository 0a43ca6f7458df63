"""SIGTERM while many phones wait: each gets its answer, and soon; nobody is cut off.

`make soak` does it with three thousand.
"""

from __future__ import annotations

import resource
import selectors
import time
from collections.abc import Iterator

import pytest

from adapters.wbxml import E
from tests.system.history import SECONDS
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.wire import Wire, pinging

MANY = 3000 if SECONDS > 60 else 100
EACH = 100
PEOPLE = tuple(f"person{number}" for number in range(MANY // EACH))
SETTINGS = {"TRUSTED_PROXIES": HOST, "LOG_LEVEL": "debug"}
CALENDAR = "8"
HEARTBEAT = 600
SOON = 2.0
EXPIRED = "1"
SPARE = 200
ANY = ""
"""The phones whose names begin like this."""


@pytest.fixture
def parked(server: Server) -> Iterator[list[Wire]]:
    """Phones of many people, all with a Ping that waits."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert most > MANY + SPARE, "this machine allows too few open files"
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    wires = [wire for name in PEOPLE for wire in waiting(server, name)]
    until(lambda: server.parked(ANY) == MANY, "not all are parked", pause=0.2)
    yield wires
    for wire in wires:
        wire.close()


def waiting(server: Server, name: str) -> Iterator[Wire]:
    """Phones of one person, each with a Ping on its way."""
    wires = [Wire(HOST, server.port, name, PASSWORD, f"{name}x{n}") for n in range(EACH)]
    folder = wires[0].folders()[CALENDAR]
    for wire in wires:
        begin(wire, folder)
        wire.begin("Ping", pinging([folder], HEARTBEAT))
        yield wire


def begin(wire: Wire, folder: str) -> None:
    """The first Sync: who has synced nothing cannot ping."""
    about = E("airsync:SyncKey", 0), E("airsync:CollectionId", folder)
    collections = E("airsync:Collections", E("airsync:Collection", *about))
    assert wire.ask("Sync", E("airsync:Sync", collections)) is not None


def test_everybody_who_waits_is_answered_when_the_server_ends(
    server: Server, parked: list[Wire]
) -> None:
    assert server.process is not None
    began = time.monotonic()
    server.process.terminate()
    last = answered(parked) - began
    replies = [wire.finish() for wire in parked]
    assert {reply.text_of("ping:Status") for reply in replies} == {EXPIRED}
    print(f"\n{MANY:,} parked Pings answered within {last:.2f} s of SIGTERM")
    assert last < SOON
    server.stop()


def answered(wires: list[Wire]) -> float:
    """When the last of them had an answer to read."""
    with selectors.DefaultSelector() as selector:
        for wire in wires:
            selector.register(wire.connect(), selectors.EVENT_READ)
        while selector.get_map():
            heard = selector.select(timeout=10 * SOON)
            assert heard, "some are never answered"
            for key, _ in heard:
                selector.unregister(key.fileobj)
    return time.monotonic()
