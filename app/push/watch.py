"""Notices a phone that went away while its request was parked (only inside the server).

Without it every phone that changes its network leaves a greenlet behind until the heartbeat is
over. The socket tells: it becomes readable, and what there is to read is its end.
"""

from __future__ import annotations

import select
import socket
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import gevent
from gevent import monkey

from app.push.wake import Waiter

READ: Final = 1
AGAIN: Final = 1.0
_poll = monkey.get_original("select", "poll")


def hung_up(descriptor: int) -> bool:
    """Whether the other side has closed; works below TLS, where one cannot peek."""
    poll = _poll()
    poll.register(descriptor, select.POLLRDHUP)
    return bool(poll.poll(0))


class Watch:
    """While inside, `waiter` learns when the phone at the other end of `connection` is gone.

    There are as many as requests that wait, so there is little to it.
    """

    __slots__ = ("_again", "_descriptor", "_reading", "_waiter")

    def __init__(self, connection: socket.socket, waiter: Waiter) -> None:
        self._waiter = waiter
        self._descriptor = connection.fileno()
        self._reading = gevent.get_hub().loop.io(self._descriptor, READ)
        self._again: Any = None

    def __enter__(self) -> None:
        self._reading.start(self._readable)

    def __exit__(self, *_: object) -> None:
        for watcher in (self._reading, self._again):
            if watcher is not None:
                watcher.stop()
                watcher.close()

    def _readable(self) -> None:
        """Something came. If it is not the end (TLS's farewell, say), its end will follow."""
        self._reading.stop()
        self._again = gevent.get_hub().loop.timer(AGAIN, AGAIN)
        self._again.start(self._look)
        self._look()

    def _look(self) -> None:
        if hung_up(self._descriptor):
            self._again.stop()
            self._waiter.vanish()


def watched(
    connection: socket.socket | None, waiter: Waiter | None
) -> AbstractContextManager[None]:
    """Outside the server there is no connection to look at."""
    return nullcontext() if connection is None or waiter is None else Watch(connection, waiter)
