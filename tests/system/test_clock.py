"""A clock that jumps, by hours and by years, both ways: phones, passwords and waits do not mind."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app.push.bell import Bell
from tests.system.clock import SetClock
from tests.system.conftest import up
from tests.system.couple import EXPIRED, SETTINGS, Couple, couple_at, in_step, ping
from tests.system.history import SEED, History, persistent
from tests.system.phone import CALENDAR
from tests.system.server import HOST, PASSWORD, until
from tests.system.wire import Denied, Wire

JUMPS = ("+3h", "-3h", "+6y", "-6y", "+0")
HEARTBEAT = 2
LATE = 4.0
"""Seconds that a busy machine may take to end a wait after its time."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Couple[SetClock]]:
    yield from couple_at(SetClock(tmp_path_factory.mktemp("home"), settings=SETTINGS))


@pytest.fixture
def couple(home: Couple[SetClock]) -> Couple[SetClock]:
    """At a time when the clock is right."""
    home.server.jump("+0")
    return home


def test_phones_on_a_bad_network_do_not_mind_a_clock_that_jumps(tmp_path: Path) -> None:
    server = SetClock(tmp_path, settings=SETTINGS)
    account = server.admit("ada")["ada"]
    dice = random.Random(SEED)
    with up(server), closing(History(server, account, SEED)) as history:
        history.equip("ada")
        with history.going_on():
            for jump in (*JUMPS, *dice.choices(JUMPS, k=5)):
                server.jump(jump)
                time.sleep(0.3)
        history.settle()
        history.check()


@pytest.mark.parametrize("jump", ["+6y", "-3h"])
def test_a_parked_ping_ends_in_its_real_time(couple: Couple[SetClock], jump: str) -> None:
    """Also if it looks again meanwhile, since something rang."""
    server, device = couple.server, couple.taker.wire.device
    assert ping(couple.taker, HEARTBEAT) == EXPIRED
    bell = Bell(server.home / "wake")
    with ThreadPoolExecutor(1) as pool:
        began = time.monotonic()
        answer = pool.submit(ping, couple.taker, HEARTBEAT)
        until(lambda: server.parked(device) == 1, "the request is not parked")
        server.jump(jump)
        bell.send(None)
        assert answer.result() == EXPIRED
    bell.close()
    assert HEARTBEAT - 0.5 < time.monotonic() - began < HEARTBEAT + LATE


def test_keys_and_news_outlive_every_jump(couple: Couple[SetClock]) -> None:
    for number, jump in enumerate(JUMPS):
        couple.server.jump(jump)
        couple.giver.add(CALENDAR, 100 + number)
        in_step(couple.giver, couple.taker)
    couple.expect_all_well()


@pytest.mark.parametrize(("name", "jump"), [("bob", "+1y"), ("cleo", "-1y")])
def test_nobody_is_locked_out_by_a_jump(couple: Couple[SetClock], name: str, jump: str) -> None:
    """Guesses make who guesses wait a little, in real time."""
    server = couple.server
    server.admit(name)
    for guess in range(6):
        wrong = Wire(HOST, server.port, name, f"wrong {guess}", "phone9")
        with pytest.raises(Denied):
            wrong.options()
        wrong.close()
    server.jump(jump)
    began = time.monotonic()
    right = Wire(HOST, server.port, name, PASSWORD, "phone9")
    until(lambda: persistent(right.options), "the right password is locked out")
    assert time.monotonic() - began < LATE
    right.close()
    assert couple.taker.sync() is False
