"""Who is here: the requests that each process works on or lets wait, told to whoever asks.

Beside the socket at which a process hears the bell lies one at which it answers: whoever connects
is sent one msgpack document, and nothing is read of them. The process keeps nothing for it but a
set of the stays there are, so a phone that waits costs nothing more until somebody looks. Told are
the ids of person and folders, what the phone calls itself and its command: no secret, no name.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgpack

from app.push.bell import address
from domain.folder import hierarchy_of
from domain.when import Instant

if TYPE_CHECKING:
    from app.push.stay import Stay

SUFFIX: Final = ".live"
PATIENCE: Final = 2.0
"""Seconds that whoever asks waits for a process; one that hangs is passed over."""

TAKEN_WITHIN: Final = 0.5
"""Seconds that whoever asks has to take the answer, since others may be asking, too."""

AT_ONCE: Final = 500
"""So many stays are told of before others have their turn."""

BACKLOG: Final = 8
PIECE: Final = 1 << 16


@dataclass(frozen=True)
class Connection:
    """A phone's request that is being answered. `left` are the seconds for which it may still
    wait, None while it is worked on; `request` leads to its line in the journal."""

    account: UUID
    device: str
    command: str
    request: str
    came: Instant
    folders: tuple[UUID, ...]
    left: int | None


@dataclass(frozen=True)
class Worker:
    """A process by its number, and the requests that are there."""

    pid: int
    connections: tuple[Connection, ...]

    @property
    def parked(self) -> int:
        return sum(each.left is not None for each in self.connections)


class Window:
    """The socket at which this process tells who is here; `present` is looked at when asked."""

    def __init__(self, path: Path, present: Collection[Stay]) -> None:
        self.path = path
        self._present = present
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._socket.bind(address(path, self._folder))
        self._socket.listen(BACKLOG)

    def serve(self) -> None:
        """Answer one after the other, until `stop`."""
        while (asker := self._next()) is not None:
            with asker, suppress(OSError):
                asker.settimeout(TAKEN_WITHIN)
                asker.sendall(_packed(self._present))

    def stop(self) -> None:
        """End `serve`, wherever it runs; nobody asks here any more."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        self._socket.close()
        os.close(self._folder)

    def _next(self) -> socket.socket | None:
        try:
            return self._socket.accept()[0]
        except OSError:
            return None


def look(folder: Path) -> list[Worker]:
    """Who is in each of the processes that answer, by their numbers."""
    if not folder.is_dir():
        return []
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        paths = sorted(folder.glob(f"*{SUFFIX}"))
        told = [_read(path, address(path, descriptor)) for path in paths]
    finally:
        os.close(descriptor)
    return sorted(map(_worker, filter(None, told)), key=lambda worker: worker.pid)


def _read(path: Path, where: str) -> bytes:
    """What a process says; nothing if it does not answer. What a killed one left is removed."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(PATIENCE)
        try:
            asking.connect(where)
            return b"".join(iter(lambda: asking.recv(PIECE), b""))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        except OSError:
            pass
    return b""


def _packed(present: Collection[Stay]) -> bytes:
    packed: bytes = msgpack.packb((os.getpid(), list(_told(list(present)))))
    return packed


def _told(stays: list[Stay]) -> Iterator[tuple[Any, ...]]:
    for number, stay in enumerate(stays, 1):
        if number % AT_ONCE == 0:
            time.sleep(0)
        if stay.doing is not None and stay.came is not None:
            account, device, command = stay.doing
            folders = [folder.bytes for folder in _folders(stay, account)]
            request = stay.line.get("request", "")
            came = stay.came.isoformat()
            yield account.bytes, device, command, request, came, folders, stay.left


def _folders(stay: Stay, account: UUID) -> Iterator[UUID]:
    """The folders for which it waits: they come first among its topics."""
    topics = stay.waiter.topics if stay.waiter else ()
    end = hierarchy_of(account)
    return takewhile(lambda topic: topic != end, topics)


def _worker(packed: bytes) -> Worker:
    pid, told = msgpack.unpackb(packed)
    return Worker(pid, tuple(_connection(*each) for each in told))


def _connection(
    account: bytes,
    device: str,
    command: str,
    request: str,
    came: str,
    folders: list[bytes],
    left: int | None,
) -> Connection:
    ids = tuple(UUID(bytes=folder) for folder in folders)
    at = datetime.fromisoformat(came).astimezone(UTC)
    return Connection(UUID(bytes=account), device, command, request, at, ids, left)
