"""kill -9 at random points inside the work, while phones of several people go on over networks
that lose, cut, repeat and delay: what was acknowledged is there once, and no phone begins anew.

One kill for each second of TACCUINO_SOAK. `make soak` is the long form: a thousand of them, and
twenty phones.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.system.history import DIALECTS, SECONDS, SEED, History
from tests.system.network import HARMFUL
from tests.system.reaper import Reaper
from tests.system.server import Server

WORKERS = 2
PEOPLE = ()
SETTINGS = {"HEARTBEAT_MINIMUM": "1"}

LONG = SECONDS > 60
KILLS = round(SECONDS)
CHAPTER = 200
"""After so many kills all come to rest, and everything is looked at."""

NAMES = ("ada", "bob", "cleo", "dino", "emma") if LONG else ("ada", "bob")
PHONES = DIALECTS if LONG else DIALECTS[:3]
WINDOWS = (5, 20, 100) if LONG else (1, 5, 50)
"""A phone that is told one thing at a time would not keep up with four that go on for long."""

PACE = 0.1 if LONG else 0.02
"""Seconds between two acts of a phone: twenty of them keep two cores busy at a slower pace."""


@pytest.fixture
def histories(server: Server) -> Iterator[list[History]]:
    """Of several people, each with some phones."""
    accounts = server.admit(*NAMES)
    told = [History(server, accounts[n], SEED + i, PACE) for i, n in enumerate(NAMES)]
    for name, history in zip(NAMES, told, strict=True):
        history.equip(name, PHONES, WINDOWS)
    yield told
    for history in told:
        history.close()


def test_whatever_is_killed_inside_its_work_nothing_is_lost(
    server: Server, histories: list[History]
) -> None:
    began = time.monotonic()
    networks = [network for history in histories for network in history.networks]
    reaper = Reaper(server, networks, random.Random(SEED))
    for done in range(0, KILLS, CHAPTER):
        with ExitStack() as stack:
            for history in histories:
                stack.enter_context(history.going_on())
            for _ in range(min(CHAPTER, KILLS - done)):
                reaper.strike()
        for history in histories:
            history.settle()
            history.expect_kept()
        sound = server.verify()
    assert reaper.inside > KILLS / 3
    assert any(phone.acknowledged for history in histories for phone in history.phones)
    print(*figures(reaper, histories, time.monotonic() - began), sound, sep="\n")


def figures(reaper: Reaper, histories: list[History], seconds: float) -> Iterator[str]:
    phones = [phone for history in histories for phone in history.phones]
    wires = [phone.wire for phone in phones]
    fates = [fate for network in reaper.networks for fate in network.happened]
    shown = [sum(len(folder.store) for folder in p.folders.values()) for p in phones]
    kinds = ", ".join(f"{name} {number}" for name, number in reaper.kills.items())
    asked, unanswered = (sum(getattr(w, name) for w in wires) for name in ("asked", "unanswered"))
    yield f"\n{len(phones)} phones of {len(histories)} people, {seconds:,.0f} s, seed {SEED}"
    yield f"{reaper.kills.total():,} kills ({kinds}), {reaper.inside:,} of them inside work,"
    yield f"in all into {sum(reaper.cut):,} requests"
    yield f"{asked:,} requests, {unanswered:,} of them without a whole reply"
    yield f"{sum(fate in HARMFUL for fate in fates):,} requests or replies lost by the network"
    yield f"{sum(phone.acknowledged for phone in phones):,} changes by phones acknowledged"
    yield f"{sum(len(history.births) for history in histories):,} items made beside the server"
    yield f"{max(shown):,} items on a phone at the end"
