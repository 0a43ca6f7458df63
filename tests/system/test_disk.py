"""A store that cannot be written: phones are put off, never lied to, and who only looks goes on
looking. When it can be written again all goes on by itself."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.system.conftest import up
from tests.system.disk import Limited, Plain, SmallDisk, may_mount
from tests.system.history import SEED, History, persistent
from tests.system.phone import CALENDAR, CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.wire import Later, Wire

SETTINGS = {"HEARTBEAT_MINIMUM": "1"}
EXPIRED = "1", []


def phones_of_ada(server: Server) -> Iterator[Phone]:
    for number, version in enumerate(("16.1", "14.1")):
        wire = Wire(HOST, server.port, "ada", PASSWORD, f"phone{number}", version)
        phone = Phone(wire, random.Random(number))
        phone.set_up()
        for kind in (CALENDAR, CONTACTS):
            phone.add(kind, number)
        yield phone


def in_step(*phones: Phone) -> None:
    for phone in phones * 2:
        while phone.sync() or phone.restless:
            pass


def ping(phone: Phone) -> object:
    return phone.wire.ping([folder.id for folder in phone.folders.values()], 1)


@dataclass
class Couple:
    """Two phones of one person that are in step, and have pinged before."""

    server: Limited | SmallDisk | Plain
    giver: Phone
    taker: Phone

    def hang_up(self) -> None:
        self.giver.wire.close()
        self.taker.wire.close()

    def expect_only_looking(self) -> None:
        """What has to be written is put off, again and again; what has not is answered."""
        self.giver.add(CALENDAR, 100)
        self.giver.edit(CONTACTS, "a", "edited")
        self.giver.delete(CALENDAR)
        for _ in range(3):
            with pytest.raises(Later):
                self.giver.sync()
        assert self.taker.sync() is False
        assert ping(self.taker) == EXPIRED

    def expect_nothing(self) -> None:
        self.giver.add(CALENDAR, 100)
        for _ in range(3):
            with pytest.raises(Later):
                self.giver.sync()

    def await_a_store(self) -> None:
        for phone in (self.giver, self.taker):
            until(partial(persistent, phone.sync), "no worker could open the store")

    def expect_all_well(self) -> None:
        in_step(self.giver, self.taker)
        assert self.giver.births - self.giver.deaths <= {
            item["birth"]
            for folder in self.taker.folders.values()
            for item in folder.store.values()
        }
        for kind in (CALENDAR, CONTACTS):
            assert self.giver.folders[kind].store == self.taker.folders[kind].store
        assert self.giver.strange == self.taker.strange == []
        self.server.verify()


def couple_at(server: Limited | SmallDisk | Plain) -> Iterator[Couple]:
    server.admit("ada")
    with up(server):
        giver, taker = phones_of_ada(server)
        in_step(giver, taker)
        assert ping(giver) == ping(taker) == EXPIRED
        couple = Couple(server, giver, taker)
        yield couple
        couple.hang_up()


@pytest.fixture(params=[Limited, SmallDisk], ids=["limit", "tmpfs"])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Couple]:
    if request.param is SmallDisk and not may_mount():
        pytest.skip("this machine lets nobody mount a disk of their own (unshare --map-root-user)")
    yield from couple_at(request.param(tmp_path, settings=SETTINGS))


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Couple]:
    yield from couple_at(Plain(tmp_path, settings=SETTINGS))


def test_a_full_disk_puts_off_only_what_has_to_be_written(full: Couple) -> None:
    """Nor does it keep a new worker from taking the place of one that died."""
    full.server.fill()
    full.expect_only_looking()
    full.server.kill_worker()
    full.hang_up()
    full.expect_only_looking()
    full.server.free()
    full.expect_all_well()


def test_a_server_without_a_store_puts_everybody_off_until_it_has_one(full: Couple) -> None:
    """With all workers gone SQLite needs room to begin with, which some full disks have not."""
    full.server.fill()
    full.server.kill_workers()
    full.hang_up()
    full.expect_nothing()
    full.server.free()
    full.await_a_store()
    full.expect_all_well()


def test_a_file_that_became_read_only_is_waited_for_by_new_workers(plain: Couple) -> None:
    plain.server.forbid()
    plain.server.kill_workers()
    plain.hang_up()
    plain.expect_nothing()
    plain.server.allow()
    plain.await_a_store()
    plain.expect_all_well()


def test_a_disk_that_is_full_now_and_then_costs_nothing(tmp_path: Path) -> None:
    """At any moment, in the middle of whatever is being written."""
    server = Limited(tmp_path, settings=SETTINGS)
    account = server.admit("ada")["ada"]
    with up(server):
        history = History(server, account, SEED)
        history.equip("ada")
        with history.going_on():
            for _ in range(4):
                time.sleep(0.5)
                server.fill()
                time.sleep(0.3)
                server.free()
        history.settle()
        history.check()
        history.end()
