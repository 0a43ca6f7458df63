"""A store that cannot be written: phones are put off, never lied to, and who only looks goes on
looking. When it can be written again all goes on by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.system.conftest import up
from tests.system.couple import SETTINGS, Couple, couple_at, in_step
from tests.system.disk import Limited, Plain, SmallDisk, may_mount
from tests.system.history import SEED, History
from tests.system.phone import CALENDAR

Full = Limited | SmallDisk


@pytest.fixture(params=[Limited, SmallDisk], ids=["limit", "tmpfs"])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Couple[Full]]:
    if request.param is SmallDisk and not may_mount():
        pytest.skip("this machine lets nobody mount a disk of their own (unshare --map-root-user)")
    yield from couple_at(request.param(tmp_path, settings=SETTINGS))


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Couple[Plain]]:
    yield from couple_at(Plain(tmp_path, settings=SETTINGS))


def test_a_full_disk_puts_off_only_what_has_to_be_written(full: Couple[Full]) -> None:
    """Nor does it keep a new worker from taking the place of one that died."""
    full.server.fill()
    full.expect_only_looking()
    full.server.kill_worker()
    full.hang_up()
    full.expect_only_looking()
    full.server.free()
    full.expect_all_well()


def test_a_server_without_a_store_puts_everybody_off_until_it_has_one(full: Couple[Full]) -> None:
    """With all workers gone SQLite needs room to begin with, which some full disks have not."""
    full.server.fill()
    full.server.kill_workers()
    full.hang_up()
    full.expect_nothing()
    full.server.free()
    full.await_a_store()
    full.expect_all_well()


def test_a_file_that_became_read_only_is_waited_for_by_new_workers(plain: Couple[Plain]) -> None:
    """Those that have it open do not notice."""
    plain.server.forbid()
    plain.giver.add(CALENDAR, 50)
    in_step(plain.giver, plain.taker)
    plain.server.kill_workers()
    plain.hang_up()
    plain.expect_nothing()
    plain.server.allow()
    plain.await_a_store()
    plain.expect_all_well()


def test_a_server_that_may_only_read_says_so_and_does_not_start(tmp_path: Path) -> None:
    server = Plain(tmp_path, settings=SETTINGS)
    server.admit("ada")
    server.forbid()
    assert server.refused() == "taccuino: the store cannot be used: the file is read-only\n"


def test_a_disk_that_is_full_now_and_then_costs_nothing(tmp_path: Path) -> None:
    """At any moment, in the middle of whatever is being written."""
    server = Limited(tmp_path, settings=SETTINGS)
    account = server.admit("ada")["ada"]
    with up(server), closing(History(server, account, SEED)) as history:
        history.equip("ada")
        with history.going_on():
            for _ in range(4):
                time.sleep(0.5)
                server.fill()
                time.sleep(0.3)
                server.free()
        history.settle()
        history.check()
