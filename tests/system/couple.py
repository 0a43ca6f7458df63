"""Two phones of one person, in step, to see what a fault does to who writes and who only looks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import pytest

from tests.system.conftest import up
from tests.system.history import persistent
from tests.system.phone import CALENDAR, CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.wire import Later, Wire

SETTINGS = {"HEARTBEAT_MINIMUM": "1", "LOG_LEVEL": "debug"}
EXPIRED = "1", []
PING = 1
"""Seconds."""

S = TypeVar("S", bound=Server)


def in_step(*phones: Phone) -> None:
    for phone in phones * 2:
        while phone.sync() or phone.restless:
            pass


def ping(phone: Phone, seconds: int = PING) -> object:
    return phone.wire.ping([folder.id for folder in phone.folders.values()], seconds)


@dataclass
class Couple(Generic[S]):
    """Both have pinged before."""

    server: S
    giver: Phone
    taker: Phone

    def hang_up(self) -> None:
        self.giver.wire.close()
        self.taker.wire.close()

    def expect_only_looking(self) -> None:
        """What has to be written is put off, again and again; what has not is answered."""
        self.expect_nothing()
        assert self.taker.sync() is False
        assert ping(self.taker) == EXPIRED

    def expect_nothing(self) -> None:
        self.giver.add(CALENDAR, 100 + self.giver.clients)
        self.giver.edit(CONTACTS, "a", "edited")
        for _ in range(3):
            with pytest.raises(Later):
                self.giver.sync()

    def await_a_store(self) -> None:
        for phone in (self.giver, self.taker):
            until(partial(persistent, phone.sync), "no worker could open the store")

    def expect_all_well(self) -> None:
        """What was done arrives once, nobody began anew, and the store is sound."""
        in_step(self.giver, self.taker)
        shown = [item["birth"] for f in self.taker.folders.values() for item in f.store.values()]
        assert sorted(shown) == sorted(self.giver.births | self.taker.births)
        for kind in (CALENDAR, CONTACTS):
            assert self.giver.folders[kind].store == self.taker.folders[kind].store
        assert self.giver.strange == self.taker.strange == []
        self.server.verify()


def couple_at(server: S) -> Iterator[Couple[S]]:
    server.admit("ada")
    with up(server):
        giver, taker = phones = [_phone(server, n, v) for n, v in enumerate(("16.1", "14.1"))]
        in_step(*phones)
        assert ping(giver) == ping(taker) == EXPIRED
        couple = Couple(server, giver, taker)
        yield couple
        couple.hang_up()


def _phone(server: Server, number: int, version: str) -> Phone:
    wire = Wire(HOST, server.port, "ada", PASSWORD, f"phone{number}", version)
    phone = Phone(wire, random.Random(number))
    phone.set_up()
    for kind in (CALENDAR, CONTACTS):
        phone.add(kind, 2 * number + (kind == CONTACTS))
    return phone
