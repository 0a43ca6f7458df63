"""What is left of a request while it waits. There are thousands, so there is little to it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from adapters.eas.reply import Answer, Empty
from app.journal import Fields
from app.push.beats import Beat
from app.push.wake import Vanished, Waiter, WakeHub
from domain.heartbeat import GONE, OVER, REPLACED, TOLD


class Parked(Exception):
    """Nothing is new yet: handle the same request again once its stay has waited."""


class Stay:
    """The wait of one request over all its looks. `over` says that nothing happened while it
    might wait, and what it is told then is `nothing`; `gone` that there is nobody to answer,
    `superseded` that a newer request of the same phone took its place, `rung` that something
    happened while it waited, and `since` when, on the monotonic clock. `waiter` is None until it
    has begun to wait; `came` is when the request came, `doing` whose it is, by which phone and
    command, `line` what the journal is to tell of it, `beat` what may be learned from it."""

    __slots__ = (
        *("beat", "came", "doing", "gone", "line", "nothing", "over", "rung", "since"),
        *("superseded", "waiter"),
        *("_deadline", "_place", "_soon"),
    )

    def __init__(self) -> None:
        self.beat: Beat | None = None
        self.came: datetime | None = None
        self.doing: tuple[UUID, str, str] | None = None
        self.waiter: Waiter | None = None
        self.nothing: Answer | Empty | None = None
        self.line: Fields = {}
        self.since = 0.0
        self._soon = self.over = self.gone = self.rung = self.superseded = False

    def begin(
        self,
        hub: WakeHub,
        topics: Iterable[UUID],
        place: UUID,
        seconds: float,
        nothing: Answer | Empty,
    ) -> None:
        """Register for the topics, and for `place`, at which a newer request would ring."""
        self.nothing = nothing
        self._place = place
        self._deadline = time.monotonic() + seconds
        self.waiter = hub.register((*topics, place))

    @property
    def left(self) -> int | None:
        """The seconds for which it may still wait; None if it has not begun to."""
        return None if self.waiter is None else max(0, round(self._deadline - time.monotonic()))

    def look_again(self) -> None:
        """The next wait is over at once."""
        self._soon = True

    def wait(self) -> None:
        """Until something rings, the time is over or the phone is gone."""
        assert self.waiter is not None, "only who has begun to wait is parked"
        if self._soon:
            self._soon = False
            return
        try:
            rung = self.waiter.wait(self._deadline - time.monotonic())
        except Vanished:
            self.gone = True
        else:
            self.over, self.rung = not rung, bool(rung)
            self.since = self.waiter.since
            self._hear(rung)

    def settle(self) -> None:
        """Hear what rang during the look."""
        if self.waiter is not None:
            self._hear(self.waiter.wait(0))

    def end(self) -> None:
        if self.waiter is not None:
            self.waiter.cancel()
        if self.beat is not None:
            self.beat.end(self._ending)

    @property
    def _ending(self) -> str:
        """How the wait ended, as `domain.heartbeat` has it."""
        if self.gone:
            return GONE
        if self.superseded:
            return REPLACED
        return OVER if self.over else TOLD

    def _hear(self, rung: frozenset[UUID]) -> None:
        self.superseded = self.superseded or self._place in rung
