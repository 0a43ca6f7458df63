"""A history: some phones of one person on bad networks, and an editor beside the server, who all
do as they like. What must be true when all is quiet again is asked here, too.

TACCUINO_SOAK in the environment says how long a story is, TACCUINO_SEED how the dice fall.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from tests.system.network import FATES, Network
from tests.system.phone import CALENDAR, CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.truth import Truth
from tests.system.wire import Unanswered, Wire

SECONDS = float(os.environ.get("TACCUINO_SOAK", "0")) or 6.0
SEED = int(os.environ.get("TACCUINO_SEED", "1"))
KINDS = (CALENDAR, CONTACTS)
DIALECTS = ("16.1", "14.1", "16.1", "14.0")
WINDOWS = (1, 2, 5, 50)
PACE = 0.02
"""Seconds an actor waits between two acts, so that all get their turn."""

PATIENCE = 5.0
"""Seconds after which a phone gives up on a reply; in a bad network that is soon."""

ROUNDS = 5000
"""A phone that is not at rest after so many requests never will be."""


@dataclass
class History:
    """Some phones of one person, each with a network of its own, and an editor; it can be taken
    up again when all is quiet. `births` and `deaths` are those by the editor's hand."""

    server: Server
    account: UUID
    seed: int
    pace: float = PACE
    births: set[str] = field(default_factory=set)
    deaths: set[str] = field(default_factory=set)
    phones: list[Phone] = field(default_factory=list)
    networks: list[Network] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._tokens = count(1)
        self._dice = random.Random(self.seed)
        self._over = threading.Event()

    def token(self) -> int:
        return next(self._tokens)

    def equip(
        self, user: str, dialects: Sequence[str] = DIALECTS, windows: Sequence[int] = WINDOWS
    ) -> None:
        for number, version in enumerate(dialects):
            network = Network(self.server.port, self.seed * 100 + number)
            device = f"phone{self.seed}x{number}"
            wire = Wire(HOST, network.port, user, PASSWORD, device, version, timeout=PATIENCE)
            dice = random.Random(self.seed * 1000 + number)
            self.networks.append(network)
            self.phones.append(Phone(wire, dice, window=dice.choice(windows)))

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """All act at once while inside; an actor that stumbles is heard of at the end."""
        self._over.clear()
        for network in self.networks:
            network.worsen()
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
        while not phone.folders and not self._over.wait(self.pace):
            persistent(phone.set_up)
        while not self._over.wait(self.pace):
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
        dice = self._dice
        with self.server.groupware() as groupware:
            truth = Truth(groupware, account, self.births, self.deaths, dice)
            while not self._over.wait(2 * self.pace):
                kind = dice.choice(KINDS)
                match dice.randrange(5):
                    case 0:
                        truth.delete(kind)
                    case 1 | 2:
                        truth.add(kind, self.token())
                    case _:
                        truth.edit(kind, dice.choice("ab"), str(self.token()))

    def settle(self) -> None:
        """The network heals, the users rest, and every phone syncs until it has nothing to say;
        once more when nothing of before can arrive at the server any more, and what phones did
        too much of at once is released."""
        for network in self.networks:
            network.heal()
        for phone in self.phones:
            phone.wire.close()
            self._rest(phone)
        until(lambda: all(n.quiet for n in self.networks), "something is still on its way")
        with self.server.groupware() as groupware:
            Truth(groupware, self.account).believe()
        for phone in self.phones * 2:
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
        self.expect_kept()
        self._expect_a_story()
        with self.server.groupware() as groupware:
            Truth(groupware, self.account).expect_sound()

    def expect_kept(self) -> None:
        with self.server.groupware() as groupware:
            truth = Truth(groupware, self.account, self.births, self.deaths)
            truth.expect_in_step(self.phones)
            truth.expect_nothing_lost_nothing_twice(self.phones)

    def _expect_a_story(self) -> None:
        """Where nothing happened, nothing was proved."""
        happened = {fate for network in self.networks for fate in network.happened}
        assert len(happened & FATES.keys()) > len(FATES) / 2
        assert all(any(f.said for f in phone.folders.values()) for phone in self.phones)

    def close(self) -> None:
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
