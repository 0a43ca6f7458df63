"""Random histories with real processes: phones on a bad network, an editor beside the server,
workers and whole servers that are killed. All must end in step, nothing lost, nothing twice.

TACCUINO_SOAK in the environment says for how many seconds the story goes on.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from tests.system.network import FATES, Network
from tests.system.phone import CALENDAR, CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server
from tests.system.truth import Truth
from tests.system.wire import Unanswered, Wire

WORKERS = 2
PEOPLE = ()
SETTINGS = {"HEARTBEAT_MINIMUM": "1"}
SECONDS = float(os.environ.get("TACCUINO_SOAK", "0")) or 6.0
SEED = int(os.environ.get("TACCUINO_SEED", "1"))
NUMBERS = count()
KINDS = (CALENDAR, CONTACTS)
DIALECTS = ("16.1", "14.1", "16.1", "14.0")
PACE = 0.02
"""Seconds an actor waits between two acts, so that all get their turn."""

PATIENCE = 5.0
"""Seconds after which a phone gives up on a reply; in a bad network that is soon."""

ROUNDS = 5000
"""A phone that is not at rest after so many requests never will be."""


@dataclass
class History:
    """Some phones of one person, each with a network of its own, and an editor."""

    server: Server
    account: UUID
    seed: int
    phones: list[Phone] = field(default_factory=list)
    networks: list[Network] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._tokens = count(1)
        self._over = threading.Event()

    def token(self) -> int:
        return next(self._tokens)

    def equip(self, user: str) -> None:
        for number, version in enumerate(DIALECTS):
            network = Network(self.server.port, self.seed * 100 + number)
            device = f"phone{self.seed}x{number}"
            wire = Wire(HOST, network.port, user, PASSWORD, device, version, timeout=PATIENCE)
            dice = random.Random(self.seed * 1000 + number)
            self.networks.append(network)
            self.phones.append(Phone(wire, dice, window=dice.choice([1, 2, 5, 50])))

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """All act at once while inside; an actor that stumbles is heard of at the end."""
        actors = [(self._use, phone) for phone in self.phones]
        threads = [threading.Thread(target=self._guarded, args=each) for each in actors]
        threads.append(threading.Thread(target=self._guarded, args=(self._edit, self.account)))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()
        if self.failures:
            raise self.failures[0]

    def _guarded(self, act: Callable[[Any], None], whom: object) -> None:
        try:
            act(whom)
        except BaseException as error:
            self.failures.append(error)

    def _use(self, phone: Phone) -> None:
        set_up = persistent(phone.set_up)
        while not set_up and not self._over.wait(PACE):
            set_up = persistent(phone.set_up)
        while set_up and not self._over.wait(PACE):
            self._act(phone)

    def _act(self, phone: Phone) -> None:
        dice, kind = phone.dice, phone.dice.choice(KINDS)
        match dice.randrange(12):
            case 0 | 1:
                phone.add(kind, self.token())
            case 2 | 3:
                phone.edit(kind, dice.choice("ab"), str(self.token()))
            case 4 if dice.random() < 0.4:
                phone.delete(kind)
            case 5 if dice.random() < 0.5:
                self._wait(phone)
            case 5:
                persistent(lambda: phone.wire.ping([f.id for f in phone.folders.values()], 1))
            case 6:
                persistent(lambda: phone.sync((kind,)))
            case _:
                persistent(phone.sync)

    def _wait(self, phone: Phone) -> None:
        """A Sync that waits for news, of which there will be some, or the phone gives up."""
        phone.heartbeat = 60
        persistent(phone.sync)
        phone.heartbeat = None

    def _edit(self, account: UUID) -> None:
        dice = random.Random(self.seed)
        with self.server.groupware() as groupware:
            truth = self.truth = Truth(groupware, account, dice=dice)
            while not self._over.wait(2 * PACE):
                kind = dice.choice(KINDS)
                match dice.randrange(5):
                    case 0:
                        truth.delete(kind)
                    case 1 | 2:
                        truth.add(kind, self.token())
                    case _:
                        truth.edit(kind, dice.choice("ab"), str(self.token()))

    def settle(self) -> None:
        """The network heals, the users rest, and every phone syncs until it has nothing to say."""
        for network in self.networks:
            network.heal()
        for phone in self.phones * 2:
            phone.wire.close()
            self._rest(phone)

    def _rest(self, phone: Phone) -> None:
        if not phone.folders:
            assert persistent(phone.set_up)
        for _ in range(ROUNDS):
            said = phone.sync()
            if not said and not phone.restless:
                return
        raise AssertionError(f"{phone.wire.device} never comes to rest")

    def check(self) -> None:
        with self.server.groupware() as groupware:
            truth = Truth(groupware, self.account, self.truth.births, self.truth.deaths)
            truth.expect_in_step(self.phones)
            truth.expect_nothing_lost_nothing_twice(self.phones)
            truth.expect_sound()
        self._expect_a_story()

    def _expect_a_story(self) -> None:
        """Where nothing happened, nothing was proved."""
        happened = {fate for network in self.networks for fate in network.happened}
        assert len(happened & FATES.keys()) > len(FATES) / 2
        assert all(any(f.said for f in phone.folders.values()) for phone in self.phones)

    def end(self) -> None:
        for phone in self.phones:
            phone.wire.close()
        for network in self.networks:
            network.end()


def persistent(act: Callable[[], object]) -> bool:
    """Try; False where nothing came of it."""
    try:
        act()
    except Unanswered:
        return False
    return True


@pytest.fixture
def history(server: Server) -> Iterator[History]:
    """Of somebody new, so that the tests share nothing but the server."""
    number = next(NUMBERS)
    name = f"person{number}"
    account = server.admit(name)[name]
    history = History(server, account, SEED + number)
    history.equip(name)
    yield history
    history.end()


def test_phones_on_a_bad_network_end_in_step(history: History) -> None:
    with history.going_on():
        time.sleep(SECONDS)
    history.settle()
    history.check()


def test_a_killed_worker_costs_nothing(server: Server, history: History) -> None:
    with history.going_on():
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            time.sleep(SECONDS / 4)
            server.kill_worker()
    history.settle()
    history.check()


def test_a_server_that_lost_its_power_goes_on_where_it_was(
    server: Server, history: History
) -> None:
    with history.going_on():
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            time.sleep(SECONDS / 3)
            server.kill_all()
            server.start()
    history.settle()
    history.check()


def test_a_restart_in_the_middle_is_not_noticed(server: Server, history: History) -> None:
    with history.going_on():
        time.sleep(SECONDS / 4)
        server.restart()
        time.sleep(SECONDS / 4)
    history.settle()
    history.check()
