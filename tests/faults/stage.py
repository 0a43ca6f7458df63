"""A server in this process over a copy of a prepared store, and the phone that asks it.

The server is whole, from the WSGI call to the file; only who asks is not looked at twice (a
password takes long to check, by design), and waiting is over at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.auth import Principal, Unauthorized
from app.commands import COMMANDS
from app.devices.admission import admit
from app.eas import ActiveSync
from app.limits import Pace
from app.push.beats import Beats
from app.push.stay import Stay
from app.routes import create_app
from app.still import Stillness
from tests.app.house import House
from tests.app.shell import RIGHT, Shell


class Waiting:
    """Somebody who waits: for what happens `meanwhile`, and if that is nothing, not at all."""

    since = 0.0

    def __init__(self, hub: Interrupted, topics: Iterable[UUID]) -> None:
        self.topics, self.rung = frozenset(topics), set[UUID]()
        self._hub = hub

    def wait(self, seconds: float) -> frozenset[UUID]:
        if seconds > 0:
            self._hub.happen()
        rung, self.rung = frozenset(self.rung), set()
        return rung

    def cancel(self) -> None:
        self._hub.waiting.remove(self)

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()


class Interrupted:
    """A hub where nobody waits longer than until the next thing happens."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self.present: set[Stay] = set()
        self.meanwhile: Callable[[], object] | None = None
        self.beats = Beats()

    def register(self, topics: Iterable[UUID]) -> Waiting:
        self.waiting.append(Waiting(self, topics))
        return self.waiting[-1]

    def crowd(self, topic: UUID) -> int:
        return 0

    def ring(self, topics: Iterable[UUID]) -> None:
        for each in self.waiting:
            each.rung |= each.topics & set(topics)
        self.beats.heard(frozenset(topics))

    def happen(self) -> None:
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()


@dataclass
class Stage(Shell):
    """The HTTP shell before a house with Ada in it."""

    house: House = field(init=False)
    happened: bool = False

    def __post_init__(self) -> None:
        self.house = House(self.home)
        self.hub: Any = Interrupted()
        self.house.hub = self.hub
        self.groupware = self.house.groupware
        self.app = create_app(
            ActiveSync(
                self.groupware,
                self.hub,
                self.house.settings,
                self._known,
                admit,
                COMMANDS,
                Pace(),
                Stillness(self.groupware.pool),
            )
        )

    def _known(self, header: str | None, address: str, device: str, agent: str) -> Principal:
        if header != RIGHT:
            raise Unauthorized
        return Principal(self.house.account())

    def close(self) -> None:
        self.house.close()
