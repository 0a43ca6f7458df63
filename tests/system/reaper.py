"""Kills the server in the middle of its work: some milliseconds after a request has begun."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.system.network import Network
from tests.system.server import PATIENCE, Server

Blow = Callable[[Server], None]


def kill_everything(server: Server) -> None:
    server.kill_all()
    server.start()


BLOWS: Final[dict[str, tuple[Blow, int]]] = {
    "one worker": (Server.kill_worker, 7),
    "all workers": (Server.kill_workers, 2),
    "everything": (kill_everything, 1),
}
"""What is killed, and how often."""

PAUSE: Final = 0.6
"""Seconds in which all go on, at most, before the next blow."""

WORK: Final = 0.01
"""Seconds that a request takes, about."""


@dataclass
class Reaper:
    """`kills` are counted by what was killed; `cut` are the requests that each fell into."""

    server: Server
    networks: Sequence[Network]
    dice: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    cut: list[int] = field(default_factory=list)

    def strike(self) -> None:
        time.sleep(self.dice.uniform(0, PAUSE))
        self._await_work()
        time.sleep(self.dice.uniform(0, WORK))
        (name,) = self.dice.choices(list(BLOWS), [often for _, often in BLOWS.values()])
        self.kills[name] += 1
        self.cut.append(sum(network.working() for network in self.networks))
        BLOWS[name][0](self.server)

    def _await_work(self) -> None:
        network = self.dice.choice(self.networks)
        network.began.clear()
        assert network.began.wait(PATIENCE), "nobody asks for anything"

    @property
    def inside(self) -> int:
        """How many kills fell into work."""
        return sum(map(bool, self.cut))
