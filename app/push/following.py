"""Follows the log for those who look at it: they are told of what is new as it is written.

A browser asks once (EventSource, HTML Living Standard 9.2) and the answer does not end. Between two
pieces of it nothing is held but a waiter at the bell, woken by whatever rings; at each look, and
with each beat, it is asked whether the reader is still welcome. A broken answer is asked for again
by the browser, with the place up to which it was told, so nothing is lost by ending one: when the
process ends, the store is in trouble or the reader is gone.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from adapters.store.pool import StoreBusy, StoreUnavailable
from app.limits import TooManyParked
from app.push.bell import Ear
from app.push.wake import ANYTHING, Vanished, WakeHub
from app.push.watch import watched

BEAT: Final = 15.0
"""Seconds after which something is said although nothing is new, so that proxies stay."""

PACE: Final = 0.2
"""Seconds between two looks at least, however much is going on."""

PATIENCE: Final = 1.0
"""Seconds until an ear is left alone: a signal may have stopped its owner with the lock in hand
that it waits for."""

MOST: Final = 100
PER_PERSON: Final = 10
"""Answers that do not end, in one process."""

AGAIN: Final = b"retry: 2000\n\n"
NOTHING: Final = b": nothing new\n\n"


def message(id: int, text: str) -> bytes:
    """One piece for the browser; `id` is what it comes back with."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines())
    return f"id: {id}\n{lines}\n".encode()


class Followers:
    """Who follows in this process."""

    def __init__(self, hub: WakeHub) -> None:
        self._hub = hub
        self._crowd: Counter[UUID] = Counter()

    def expect_room(self, person: UUID) -> None:
        """TooManyParked where the process or the person has enough of them."""
        if self._crowd.total() >= MOST or self._crowd[person] >= PER_PERSON:
            raise TooManyParked

    def follow(
        self,
        person: UUID,
        welcome: Callable[[], bool],
        news: Callable[[], Sequence[bytes]],
        connection: socket.socket | None,
    ) -> Iterator[bytes]:
        """What `news` finds, a page at a time, while the reader is `welcome`; that is asked after
        each look, so nobody is told of the moment at which they were welcome no more."""
        self._crowd[person] += 1
        waiter = self._hub.register((ANYTHING,))
        try:
            with watched(connection, waiter):
                yield AGAIN
                while True:
                    looked, found = time.monotonic(), news()
                    if not welcome():
                        return
                    if found:
                        yield from found
                        continue
                    rung = waiter.wait(BEAT)
                    if self._hub.draining:
                        return
                    if not rung:
                        yield NOTHING
                    time.sleep(max(0.0, looked + PACE - time.monotonic()))
        except (Vanished, StoreBusy, StoreUnavailable):
            return
        finally:
            waiter.cancel()
            self._crowd[person] -= 1
            if not self._crowd[person]:
                del self._crowd[person]


@contextmanager
def listening(folder: Path) -> Iterator[threading.Event]:
    """What is set whenever somebody rings, for a process that serves nobody."""
    rung, ear = threading.Event(), Ear(folder)

    def hear() -> None:
        for _ in ear.hear():
            rung.set()

    thread = threading.Thread(target=hear, daemon=True)
    thread.start()
    try:
        yield rung
    finally:
        ear.stop()
        thread.join(PATIENCE)
        ear.close()
