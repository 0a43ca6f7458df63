"""Notices a phone that went away while its request was parked (only inside the server).

Without it every phone that changes its network leaves a greenlet behind until the heartbeat is
over. The socket tells: it becomes readable, and what there is to read is its end.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import gevent
from gevent import monkey

from app.wake import Waiter

READ: Final = 1
AGAIN: Final = 1.0
_poll = monkey.get_original("select", "poll")


def hung_up(descriptor: int) -> bool:
    """Whether the other side has closed; works below TLS, where one cannot peek."""
    poll = _poll()
    poll.register(descriptor, select.POLLRDHUP)
    return bool(poll.poll(0))


@contextmanager
def watched(connection: socket.socket | None, waiter: Waiter) -> Iterator[Waiter]:
    """While inside, `waiter` learns when the phone at the other end of `connection` is gone."""
    if connection is None:
        yield waiter
        return
    descriptor = connection.fileno()
    loop = gevent.get_hub().loop
    reading, again = loop.io(descriptor, READ), loop.timer(AGAIN, AGAIN)

    def look() -> None:
        if hung_up(descriptor):
            reading.stop()
            again.stop()
            waiter.vanish()

    def readable() -> None:
        """Something came that is not the end (TLS's farewell, say): its end will follow."""
        reading.stop()
        again.start(look)
        look()

    reading.start(readable)
    try:
        yield waiter
    finally:
        for watcher in (reading, again):
            watcher.stop()
            watcher.close()
