"""The bell between processes: one unix datagram to each of the others, after a commit.

Every process that has somebody waiting owns a socket in one folder; whoever finds the folder
can ring. A datagram is the moment of the ring, on the clock that all processes share, and the
topics, 16 bytes each; one without topics says "anything may have changed".
"""

from __future__ import annotations

import os
import secrets
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID

Topics = frozenset[UUID] | None
"""What was touched; None if it is not known, and anything may have been."""

SUFFIX: Final = ".sock"
SIZE: Final = 16
MOMENT: Final = struct.Struct("<d")
MOST: Final = 1024
LONGEST: Final = 90
"""Longer paths do not fit a unix address; then the folder is named by its descriptor."""


def pack(topics: Topics) -> bytes:
    if topics is None or len(topics) > MOST:
        return b""
    return b"".join(topic.bytes for topic in topics)


def unpack(data: bytes) -> Topics:
    if not data or len(data) % SIZE:
        return None
    return frozenset(UUID(bytes=data[start : start + SIZE]) for start in range(0, len(data), SIZE))


def _both(some: Topics, others: Topics) -> Topics:
    if some is None or others is None or len(some) + len(others) > MOST:
        return None
    return some | others


class Bell:
    """Rings at every other process; `mine` is the socket of this one, if it has one."""

    def __init__(self, folder: Path, mine: Path | None = None) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._mine = mine
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._owed: dict[Path, tuple[float, Topics]] = {}

    def ring(self, topics: Iterable[UUID]) -> None:
        """Tell everybody else; whoever cannot take it now is told later, by `settle`."""
        self.send(frozenset(topics))

    def send(self, topics: Topics) -> None:
        now = time.monotonic()
        for other in self.others():
            self._send(other, now, topics)

    def settle(self) -> None:
        """Tell those whose queue was full what they missed."""
        for other in list(self._owed):
            self._send(other, time.monotonic(), frozenset())

    @property
    def owes(self) -> bool:
        """Whether somebody has missed a ring and is still to be told."""
        return bool(self._owed)

    def others(self) -> Iterator[Path]:
        names = (name for name in os.listdir(self._folder) if name.endswith(SUFFIX))
        return (path for name in names if (path := self._folder / name) != self._mine)

    def close(self) -> None:
        self._socket.close()
        os.close(self._descriptor)

    def _send(self, other: Path, now: float, topics: Topics) -> None:
        """Together with what is owed, since then. A queue holds a few datagrams only, and whoever
        is told that anything may have changed has to look at everything: so topics are kept as
        they are."""
        since, owed = self._owed.pop(other, (now, frozenset[UUID]()))
        due = _both(topics, owed)
        try:
            told = MOMENT.pack(since) + pack(due)
            self._socket.sendto(told, address(other, self._descriptor))
        except BlockingIOError:
            self._owed[other] = since, due
        except ConnectionRefusedError:
            other.unlink(missing_ok=True)
        except FileNotFoundError:
            return


class Ear:
    """The socket at which this process hears the others; what it heard last was `rung` then."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._socket.bind(address(self.path, self._folder))
        self._stopped = False
        self.rung = 0.0

    def hear(self) -> Iterator[Topics]:
        """What the others say, one after the other, until `stop`."""
        while not self._stopped:
            data = self._socket.recv(MOMENT.size + MOST * SIZE + 1)
            if not self._stopped and len(data) >= MOMENT.size:
                (self.rung,) = MOMENT.unpack_from(data)
                yield unpack(data[MOMENT.size :])

    def stop(self) -> None:
        """End `hear`, wherever it runs; nobody rings here any more."""
        self._stopped = True
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.setblocking(False)
            last.sendto(b"", address(self.path, self._folder))
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        self._socket.close()
        os.close(self._folder)


def address(path: Path, folder: int) -> str:
    """`path` as a unix address; `folder` is an open descriptor of where it lies."""
    text = str(path)
    return text if len(os.fsencode(text)) <= LONGEST else f"/proc/self/fd/{folder}/{path.name}"
