"""Another process keeps the store locked: who has something to write waits, or is put off after
ten seconds; who has not does not notice."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.composition import STORE
from tests.system.couple import EXPIRED, SETTINGS, Couple, couple_at, in_step, ping
from tests.system.phone import CALENDAR, CONTACTS
from tests.system.server import Server
from tests.system.wire import Later

PATIENCE = 10.0
"""Seconds that a request waits for the lock."""

UNNOTICED = 3.0
"""Seconds within which something is answered that waits for nobody, however busy the machine."""

LOOKS = 20


@pytest.fixture
def couple(tmp_path: Path) -> Iterator[Couple[Server]]:
    yield from couple_at(Server(tmp_path, settings=SETTINGS))


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """The write lock is ours, and not the server's."""
    other = sqlite3.connect(home / STORE, isolation_level=None, timeout=UNNOTICED)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def took(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def healthy(server: Server) -> None:
    """Over a new connection, so that any worker may answer."""
    connection = server.connection()
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()


def test_a_locked_store_keeps_nobody_who_only_looks(couple: Couple[Server]) -> None:
    server, giver, taker = couple.server, couple.giver, couple.taker
    giver.add(CALENDAR, 100)
    with ThreadPoolExecutor(1) as pool:
        with locked(server.home):
            began = time.monotonic()
            waiting = pool.submit(giver.sync)
            for _ in range(LOOKS):
                assert took(taker.sync) < UNNOTICED
                assert took(lambda: healthy(server)) < UNNOTICED
            assert ping(taker) == EXPIRED
            assert not waiting.done() or time.monotonic() - began > PATIENCE
        assert waiting.result() is True
    couple.expect_all_well()


def test_a_store_that_stays_locked_puts_off_and_acknowledges_nothing(
    couple: Couple[Server],
) -> None:
    """Who came later and is still waiting when the lock is gone is served."""
    server, giver, taker = couple.server, couple.giver, couple.taker
    giver.add(CALENDAR, 100)
    taker.add(CONTACTS, 101)
    with ThreadPoolExecutor(2) as pool, locked(server.home):
        began = time.monotonic()
        first = pool.submit(giver.sync)
        for _ in range(4):
            assert ping(taker) == EXPIRED
        second = pool.submit(taker.sync)
        with pytest.raises(Later):
            first.result()
        assert PATIENCE - 1 < time.monotonic() - began < PATIENCE + UNNOTICED
        assert not second.done()
    assert second.result() is True
    in_step(giver, taker)
    couple.expect_all_well()
