"""A network between one phone and the server: it loses, cuts, repeats and delays, by its dice."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import BinaryIO, Final

from tests.system.server import HOST

FATES: Final = {
    "lost": 3,  # the request never arrives
    "late": 3,  # it arrives when nobody waits for it any more
    "before": 3,  # the reply is lost as a whole
    "middle": 3,  # the reply ends in its middle
    "after": 2,  # the reply arrives, then the connection is gone
    "twice": 3,  # the request arrives twice at once
    "slow": 2,  # the reply takes its time
}
HARMFUL: Final = frozenset({"lost", "late", "before", "middle"})
MOST: Final = 2
"""No more than so many exchanges in a row fail: a server that gets no reply across takes, in
the end, what it says for the reason."""

SLOWNESS: Final = 0.03
CHUNK: Final = 1 << 16
PARKED: Final = 0.3
"""A request that takes longer does so because it waits for news."""


class Network(ThreadingTCPServer):
    """Relays from `port`; `trouble` is how much of the traffic something happens to."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, server_port: int, seed: int, trouble: float = 0.4) -> None:
        super().__init__((HOST, 0), _Relay)
        self.server_port = server_port
        self.port: int = self.server_address[1]
        self.trouble = self._usual = trouble
        self.happened: list[str] = []
        self.began = threading.Event()
        self._under_way: dict[object, float] = {}
        self._dice = random.Random(seed)
        self._failed = 0
        self._late: list[bytes] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        self._thread.start()

    def heal(self) -> None:
        """From now on nothing happens any more."""
        self.trouble = 0.0
        self._late.clear()

    def worsen(self) -> None:
        """From now on it is again as it was made."""
        self.trouble = self._usual

    def end(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def fate(self) -> str:
        fate = "none"
        if self._dice.random() < self.trouble:
            (fate,) = self._dice.choices(list(FATES), list(FATES.values()))
        if fate in HARMFUL and self._failed >= MOST:
            fate = "none"
        self._failed = self._failed + 1 if fate in HARMFUL else 0
        self.happened.append(fate)
        return fate

    @property
    def quiet(self) -> bool:
        """Whether nothing is on its way any more, or at the server."""
        return not self._under_way

    def working(self) -> int:
        """How many requests are at the server and not parked there: they came just now."""
        lately = time.monotonic() - PARKED
        return sum(since > lately for since in list(self._under_way.values()))

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """A request is at the server."""
        token = object()
        self._under_way[token] = time.monotonic()
        self.began.set()
        try:
            yield
        finally:
            del self._under_way[token]

    def keep(self, request: bytes) -> None:
        """It is on its way, somewhere."""
        self._late.append(request)

    def deliver_late(self) -> None:
        if self._late and self._dice.random() < 0.5:
            self.throw(self._late.pop(self._dice.randrange(len(self._late))))

    def throw(self, request: bytes) -> None:
        """Let it arrive at the server; nobody waits for the reply."""
        threading.Thread(target=self._thrown, args=(request,), daemon=True).start()

    def _thrown(self, request: bytes) -> None:
        address = HOST, self.server_port
        with suppress(OSError), self.under_way(), socket.create_connection(address) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(CHUNK):
                pass


class _Relay(StreamRequestHandler):
    server: Network

    def handle(self) -> None:
        with (
            suppress(OSError),
            socket.create_connection((HOST, self.server.server_port)) as upstream,
            upstream.makefile("rb") as replies,
        ):
            while request := read_message(self.rfile):
                if not self._relay(request, upstream, replies):
                    return

    def _relay(self, request: bytes, upstream: socket.socket, replies: BinaryIO) -> bool:
        """Whether the connection lives on."""
        network, fate = self.server, self.server.fate()
        network.deliver_late()
        if fate == "late":
            network.keep(request)
        if fate in ("lost", "late"):
            return False
        if fate == "twice":
            network.throw(request)
        with network.under_way():
            upstream.sendall(request)
            reply = read_message(replies)
        if fate == "slow":
            threading.Event().wait(SLOWNESS)
        if fate == "middle":
            self.wfile.write(reply[: len(reply) // 2])
        elif fate != "before":
            self.wfile.write(reply)
        return bool(reply) and fate not in ("before", "middle", "after")


def read_message(stream: BinaryIO) -> bytes:
    """One HTTP message with its body; empty at the end of the stream."""
    head, length = b"", 0
    while line := stream.readline():
        head += line
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if line in (b"\r\n", b"\n"):
            return head + stream.read(length)
    return b""
