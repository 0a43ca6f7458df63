"""Connections and databases held during Ping ("MySQL server has gone away", Horde 2.36; pain 22):
a phone that waits holds no connection to the store and no transaction, so nothing is in its way.
Nor does whoever follows the log."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from adapters.store.pool import READERS
from app.composition import STORE
from app.push import following
from tests.app.house import House, Waiting
from tests.app.reader import administrator, with_administrator
from tests.app.test_log_pages import Tail
from tests.app.test_ping import parked, ready, told
from tests.system.server import until

ROOT = Path(__file__).parents[2]
PHONES = 2 * READERS
"""More than there could be readers."""


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, devices_per_user=PHONES, hub=True)
    house.person()
    yield house
    house.close()


def handles(house: House) -> int:
    """How often this process has the store open."""
    store = house.settings.home / STORE
    links = Path("/proc/self/fd").iterdir()
    return sum(link.exists() and link.resolve() == store.resolve() for link in links)


@pytest.fixture
def waiting(open_house: House) -> list[Waiting]:
    phones = [ready(open_house, device=f"PHONE{number}") for number in range(PHONES)]
    open_house.groupware.pool.checkpoint()
    return [parked(open_house, phone) for phone in phones]


def test_waiting_phones_hold_no_handle(open_house: House, waiting: list[Waiting]) -> None:
    assert handles(open_house) <= READERS + 2
    before = handles(open_house)
    more = ready(open_house, device="PHONE0")
    waiting.append(parked(open_house, more))
    assert handles(open_house) <= before
    open_house.contact(first_name="Bea")
    assert [told(each.answer())[0] for each in waiting[1:]] == [2] * PHONES


def expect_alone(house: House) -> None:
    """Another process may have the whole store for itself, and empty its log."""
    with closing(sqlite3.connect(house.settings.home / STORE, timeout=0)) as other:
        other.isolation_level = None
        until(lambda: _emptied(other), "somebody who waits still reads")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("ROLLBACK")


def _emptied(store: sqlite3.Connection) -> bool:
    """Not so as long as anybody reads; who came last may still be taking his last look."""
    return not store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


def test_waiting_phones_keep_no_transaction_open(open_house: House, waiting: list[Waiting]) -> None:
    expect_alone(open_house)
    assert all(each.parked for each in waiting)
    open_house.contact(first_name="Bea")
    assert {told(each.answer())[0] for each in waiting} == {2}


def test_pages_that_follow_the_log_hold_nothing(
    open_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "PER_PERSON", PHONES)
    with_administrator(open_house)
    open_house.hub.begin(open_house.groupware.pool)
    reader = administrator(open_house)
    tails = [Tail(reader) for _ in range(PHONES)]
    expect_alone(open_house)
    assert handles(open_house) <= READERS + 2
    open_house.contact(first_name="Bea")
    for tail in tails:
        assert "“Bea”" in tail.next().decode()
        tail.close()


def test_a_shell_that_follows_the_log_holds_nothing(open_house: House) -> None:
    open_house.contact(first_name="Before")
    verb = ("log", "--follow", "-n", "1", "--kind", "contacts")
    with Popen(
        [sys.executable, "-P", "-c", "from app.cli import main; main()", *verb],
        env=os.environ
        | {"TACCUINO_HOME": str(open_house.settings.home), "PYTHONPATH": str(ROOT), "LANG": "C"},
        stdout=PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        patience = threading.Timer(30, process.kill)
        patience.start()
        assert "“Before”" in process.stdout.readline()
        expect_alone(open_house)
        open_house.contact(first_name="After")
        assert "“After”" in process.stdout.readline()
        expect_alone(open_house)
        process.kill()
        patience.cancel()
