"""Wakes whoever waits for a change, in this process and in the others on the same store.

Theory of operation. A topic is the id of a collection, an account, a partnership or a policy.
Who waits registers first, then compares what it has with what is there, then waits: so nothing
that happens in between is missed. A ring wakes the waiters of this process at once and sends the
topics to all others, after the commit. Nobody asks the store again and again for a change.

Two nets lie below. A process that died between commit and ring is replaced, and the newcomer
begins by telling everybody that anything may have changed. And twice a second each process looks
whether the log has grown, and rings here for what the new events are about: mostly again, but
nothing is left to whoever should have rung.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from adapters.store.chain import head
from adapters.store.pool import Pool, StoreBusy, StoreUnavailable
from app.push import live
from app.push.beats import Beats
from app.push.bell import Bell, Ear, Topics
from projections.touched import touched

if TYPE_CHECKING:
    from app.push.stay import Stay

LOOK: Final = 0.5
ANYTHING: Final = UUID(int=0)
"""The topic that everybody waits for: nobody knows what was touched. Whoever registers for it hears
every ring."""


class Vanished(Exception):
    """The phone that waited is gone: there is nobody to answer."""


class Waiter:
    """Somebody who waits for any of some topics. Small, since there are thousands. What `wait` told
    rang `since` then, on the monotonic clock; 0 if nothing did."""

    __slots__ = ("_first", "_gone", "_hub", "_lock", "_rung", "since", "topics")

    def __init__(self, hub: WakeHub, topics: tuple[UUID, ...]) -> None:
        self.topics = topics
        self._hub = hub
        self._rung: frozenset[UUID] = frozenset()
        self._gone = False
        self._first = self.since = 0.0
        self._lock = threading.Lock()
        self._lock.acquire()

    def wait(self, seconds: float) -> frozenset[UUID]:
        """The topics touched since registering or the last wait; none when the time is over,
        or when this process is about to end. Vanished if the phone is gone."""
        deadline = time.monotonic() + seconds
        while not (self._rung or self._gone or self._hub.draining):
            if not self._lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
                break
        if self._gone:
            raise Vanished
        rung, self._rung = self._rung, frozenset()
        self.since, self._first = self._first, 0.0
        return rung

    def cancel(self) -> None:
        """Wait no longer; doing it twice does nothing."""
        self._hub.leave(self)

    def vanish(self) -> None:
        """The phone is gone; whoever waits for it learns so."""
        self._gone = True
        self.release()

    def touch(self, topics: Iterable[UUID], since: float) -> None:
        self._first = self._first or since
        self._rung = self._rung.union(topics)
        self.release()

    def release(self) -> None:
        """Let `wait` return now."""
        if self._lock.locked():
            self._lock.release()

    def __enter__(self) -> Waiter:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()


class WakeHub:
    """The waiters of one process. Made before the store is open; `begin` once it is, from when on
    `pool` is the store. `present` are the requests that are in this process, whether they wait or
    not; `beats` are their waits, and those that ended lately."""

    def __init__(self, folder: Path) -> None:
        self._ear = Ear(folder)
        self._bell = Bell(folder, self._ear.path)
        self.present: set[Stay] = set()
        self._window = live.Window(self._ear.path.with_suffix(live.SUFFIX), self.present)
        self._waiting: defaultdict[UUID, set[Waiter]] = defaultdict(set)
        self._waiters: set[Waiter] = set()
        self.beats = Beats()
        self._callbacks: list[Callable[[Topics], object]] = [self.beats.heard]
        self._seen = (0, 0)
        self._threads: list[threading.Thread] = []
        self._ended = threading.Event()
        self.pool: Pool | None = None
        self.draining = False

    @property
    def alive(self) -> bool:
        """Whether it hears, looks and tells, as it should once it has begun."""
        return bool(self._threads) and all(each.is_alive() for each in self._threads)

    @property
    def parked(self) -> int:
        """How many requests wait here."""
        return len(self._waiters)

    def begin(self, pool: Pool, *, look: float = LOOK) -> None:
        """Hear the others and watch the store; tell everybody that a newcomer is here."""
        self.pool = pool
        version = pool.data_version()
        with pool.reading() as connection:
            self._seen = version, head(connection)[0]
        self._threads = [
            threading.Thread(target=self._hear, daemon=True),
            threading.Thread(target=self._watch, args=(pool, look), daemon=True),
            threading.Thread(target=self._window.serve, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self._bell.send(None)

    def register(self, topics: Iterable[UUID]) -> Waiter:
        waiter = Waiter(self, tuple(topics))
        self._waiters.add(waiter)
        for topic in waiter.topics:
            self._waiting[topic].add(waiter)
        return waiter

    def crowd(self, topic: UUID) -> int:
        """How many wait here for this topic."""
        return len(self._waiting.get(topic, ()))

    def leave(self, waiter: Waiter) -> None:
        self._waiters.discard(waiter)
        for topic in waiter.topics:
            self._waiting[topic].discard(waiter)
            if not self._waiting[topic]:
                del self._waiting[topic]

    def on_ring(self, callback: Callable[[Topics], object]) -> None:
        """Call back with the topics of each ring from anywhere, None for "anything"."""
        self._callbacks.append(callback)

    def ring(self, topics: Iterable[UUID]) -> None:
        """These were changed and the change is durable: wake who waits, here and elsewhere."""
        rung = frozenset(topics)
        self._wake(rung, time.monotonic())
        self._bell.send(rung)

    def release_all(self) -> None:
        """This process is about to end: every wait returns, now and from now on."""
        self.draining = True
        for waiter in list(self._waiters):
            waiter.release()

    def close(self) -> None:
        """Stop hearing and looking; a second time does nothing."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._ear.stop()
        self._window.stop()
        for thread in self._threads:
            thread.join()
        self._ear.close()
        self._window.close()
        self._bell.close()

    def look(self, pool: Pool) -> None:
        """Wake whoever waits for what the log has been about since the last look."""
        self._bell.settle()
        try:
            version = pool.data_version()
            if version == self._seen[0]:
                return
            with pool.reading() as connection:
                before, position = self._seen[1], head(connection)[0]
                self._seen = version, position
                topics = touched(connection, before, position)
        except (StoreBusy, StoreUnavailable):
            return
        if topics:
            self._wake(topics, time.monotonic())

    def _wake(self, topics: Topics, since: float) -> None:
        for callback in self._callbacks:
            callback(topics)
        if topics is None:
            for waiter in list(self._waiters):
                waiter.touch((ANYTHING,), since)
            return
        for topic in (topics | {ANYTHING}) & self._waiting.keys():
            for waiter in list(self._waiting[topic]):
                waiter.touch((topic,), since)

    def _hear(self) -> None:
        for topics in self._ear.hear():
            self._wake(topics, self._ear.rung)

    def _watch(self, pool: Pool, look: float) -> None:
        while not self._ended.wait(look):
            self.look(pool)
