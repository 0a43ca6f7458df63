"""What became of the waits of this process: each together with the phone's next from its network.

A phone that is to wait rings at where it waits (`there`: phone, command and network), in every
process. Whichever has its last wait, going on or ended a moment ago, knows now what that teaches.
So nothing is written of a wait, and nothing is learned of a phone that came back from elsewhere.
There are thousands, so a beat is small.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final
from uuid import UUID

from domain.heartbeat import LATEST, REPLACED, SURVIVED, Lesson, lesson

TOLD_AGAIN: Final = 30.0
"""Seconds within which a phone that was told how long to wait is not told once more: one that does
not obey would ask for ever. It waits as long as it may."""

WRITTEN: Final = 5.0
"""Seconds within which a lesson is written, or never."""


class Lately:
    """Where something happened within the last so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._at: dict[UUID, float] = {}

    def has(self, there: UUID, now: float) -> bool:
        return there in self._at and now - self._at[there] < self._seconds

    def note(self, there: UUID, now: float) -> bool:
        """It happened; whether it had not for long."""
        new = not self.has(there, now)
        self._at.pop(there, None)
        self._at[there] = now
        while not self.has(oldest := next(iter(self._at)), now):
            del self._at[oldest]
        return new


class Beat:
    """One wait of a phone in a network. `learning`: something is known or suspected there, so that
    it matters if this one holds."""

    __slots__ = ("_beats", "began", "ended", "how", "learning", "network", "phone", "there")

    def __init__(
        self, beats: Beats, there: UUID, phone: UUID, network: bytes, learning: bool
    ) -> None:
        self._beats = beats
        self.there, self.phone, self.network = there, phone, network
        self.learning = learning or beats.was_taught(there)
        self.began, self.ended, self.how = beats.moment(), 0.0, REPLACED
        beats.going_on[there] = self

    def end(self, how: str) -> None:
        """It is remembered for as long as the phone may come back soon."""
        self._beats.end(self, how)


Teach = Callable[[Beat, Lesson], object]


class Beats:
    """The waits that go on here, with those that ended lately, by where the phone waits. `teach` is
    called with each lesson."""

    def __init__(self, moment: Callable[[], float] = time.monotonic) -> None:
        self.moment = moment
        self.going_on: dict[UUID, Beat] = {}
        self.teach: Teach | None = None
        self._over: deque[Beat] = deque()
        self._told, self._taught = Lately(TOLD_AGAIN), Lately(WRITTEN)

    def end(self, beat: Beat, how: str) -> None:
        if self.going_on.get(beat.there) is beat:
            beat.how, beat.ended = how, self.moment()
            self._over.append(beat)
        while self._over and self._over[0].ended < self.moment() - LATEST:
            self._drop(self._over.popleft())

    def heard(self, topics: frozenset[UUID] | None) -> None:
        """Phones came to wait there; nobody knows where if it is None."""
        for beat in [self.going_on[each] for each in topics or () if each in self.going_on]:
            self._drop(beat)
            self._look_back(beat)

    def may_tell(self, there: UUID) -> bool:
        """Whether a phone may be told how long to wait; it counts as told then."""
        return self._told.note(there, self.moment())

    def was_taught(self, there: UUID) -> bool:
        """Whether there was a lesson just now, which may not be written yet."""
        return self._taught.has(there, self.moment())

    def _look_back(self, beat: Beat) -> None:
        now = self.moment()
        ended = beat.ended or now
        found = lesson(beat.how, ended - beat.began, now - ended)
        if found is None or self.teach is None:
            return
        if found.kind != SURVIVED:
            self._taught.note(beat.there, now)
        elif not beat.learning:
            return
        self.teach(beat, found)

    def _drop(self, beat: Beat) -> None:
        if self.going_on.get(beat.there) is beat:
            del self.going_on[beat.there]
