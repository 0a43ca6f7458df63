"""The wire of the load: a kept connection that costs the load generator next to nothing.

A tape keeps what went over it, so that the same requests can be put to the bare stack, which is
told how long an answer to give. Answers are asked for uncompressed, from every server alike.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.eas.wire import Reply, Wire

LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
CLOSING: Final = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
END: Final = b"\r\n\r\n"
PIECE: Final = 1 << 16


@dataclass(frozen=True)
class Exchange:
    """A request as it was sent, and how many bytes of content its answer had."""

    request: bytes
    size: int

    def for_bare(self) -> bytes:
        """The same request, with the length of the answer it is to get."""
        head, _, body = self.request.partition(END)
        return b"%s\r\nAnswer: %d%s%s" % (head, self.size, END, body)


@dataclass(frozen=True)
class Answer:
    """What came back, its head still in bytes."""

    head: bytes
    body: bytes

    @property
    def status(self) -> int:
        return int(self.head[9:12])

    def headers(self) -> dict[str, str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines)
        return {name.strip().lower(): value.strip() for name, _, value in pairs}


class Line(Wire):
    """One connection, kept; under gevent it stops only the greenlet that uses it."""

    def __init__(self, url: str, timeout: float = 120.0) -> None:
        super().__init__(url, timeout)
        self.tape: list[Exchange] = []
        self._patience = timeout
        self._socket: socket.socket | None = None
        self._rest = b""

    def request(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        timeout: float | None = None,
    ) -> Reply:
        sent = {k: v for k, v in headers.items() if k != "Accept-Encoding"}
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{name}: {value}" for name, value in sent.items()]
        lines.append(f"Content-Length: {len(body)}")
        data = "\r\n".join(lines).encode("latin-1") + END + body
        answer = self.exchange(data, timeout)
        self.tape.append(Exchange(data, len(answer.body)))
        return Reply(answer.status, answer.headers(), answer.body)

    def exchange(self, data: bytes, timeout: float | None = None) -> Answer:
        """Send and receive; once more if the kept connection was closed meanwhile."""
        kept = self._socket is not None
        try:
            return self._said(data, timeout)
        except (BrokenPipeError, ConnectionResetError):
            self.close()
            if not kept:
                raise
            return self._said(data, timeout)

    def socket(self) -> socket.socket:
        """The connection, opened if it is not."""
        if self._socket is None:
            self._rest = b""
            port = self.port or (443 if self.secure else 80)
            plain = socket.create_connection((self.host, port), self._patience)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            context = ssl.create_default_context() if self.secure else None
            self._socket = (
                context.wrap_socket(plain, server_hostname=self.host) if context else plain
            )
        return self._socket

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _said(self, data: bytes, timeout: float | None) -> Answer:
        connection = self.socket()
        connection.settimeout(timeout or self._patience)
        try:
            connection.sendall(data)
            head = self._upto(END)
            body = self._body(head)
        except BaseException:
            self.close()
            raise
        if CLOSING.search(head):
            self.close()
        return Answer(head, body)

    def _body(self, head: bytes) -> bytes:
        if length := LENGTH.search(head):
            return self._exactly(int(length[1]))
        if not CHUNKED.search(head):
            return b""
        chunks = []
        while size := int(self._upto(b"\r\n").partition(b";")[0], 16):
            chunks.append(self._exactly(size))
            self._exactly(2)
        self._upto(b"\r\n")
        return b"".join(chunks)

    def _upto(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._rest += self._piece()
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _exactly(self, size: int) -> bytes:
        pieces = [self._rest]
        length = len(self._rest)
        while length < size:
            pieces.append(self._piece())
            length += len(pieces[-1])
        data = b"".join(pieces)
        self._rest = data[size:]
        return data[:size]

    def _piece(self) -> bytes:
        assert self._socket is not None
        if piece := self._socket.recv(PIECE):
            return piece
        raise ConnectionResetError("the server closed the connection")
