"""Whoever sends too slowly is not waited for; whose header is too large is told so."""

from __future__ import annotations

import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.system.server import HOST, PASSWORD, PATIENCE, Server

MODULE = "tests.system.hasty"
"""Where the time for a start is a second, not half a minute."""

WORKERS = 1
TLS = True
SECRET = b64encode(f"ada:{PASSWORD}".encode()).decode()
HEAD = (
    "POST /Microsoft-Server-ActiveSync?Cmd=Sync&User=ada&DeviceId=SLOW&DeviceType=iPhone"
    f" HTTP/1.1\r\nHost: x\r\nMS-ASProtocolVersion: 14.1\r\nAuthorization: Basic {SECRET}\r\n"
    "Content-Type: application/vnd.ms-sync.wbxml\r\n"
)


@contextmanager
def plain(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, server.port), timeout=PATIENCE) as connection:
        yield connection


@contextmanager
def speaking(server: Server) -> Iterator[ssl.SSLSocket]:
    with (
        plain(server) as connection,
        server._trust.wrap_socket(connection, server_hostname=HOST) as spoken,
    ):
        yield spoken


def trickled(connection: socket.socket, piece: bytes) -> bytes:
    """What comes back, and the end of it, while a piece is sent every now and then."""
    connection.settimeout(0.1)
    answer, deadline = b"", time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if piece and not answer:
                connection.sendall(piece)
            more = connection.recv(4096)
            answer += more
            if not more:
                return answer
        except TimeoutError:
            continue
        except OSError:
            return answer
    raise AssertionError("the server is still waiting")


@pytest.mark.parametrize(
    ("length", "piece"),
    [("Content-Length: 100000\r\n", b"x"), ("Transfer-Encoding: chunked\r\n", b"1\r\nx\r\n")],
    ids=["announced", "in chunks"],
)
def test_a_body_that_trickles_in_is_not_waited_for(
    server: Server, length: str, piece: bytes
) -> None:
    with speaking(server) as connection:
        connection.sendall((HEAD + length + "\r\n").encode())
        answer = trickled(connection, piece)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 30\r\n" in answer
    assert server.lines("event=served", "why=TooSlow", "status=503")


def test_an_honest_body_in_two_pieces_is_waited_for(server: Server) -> None:
    with speaking(server) as connection:
        connection.sendall((HEAD + "Content-Length: 4\r\n\r\nab").encode())
        time.sleep(0.3)
        connection.sendall(b"cd")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 "), "not WBXML: Status 102"


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01"])
def test_who_does_not_speak_tls_is_shown_the_door_without_a_word_in_the_log(
    server: Server, said: bytes
) -> None:
    before = server.words()
    with plain(server) as connection:
        connection.sendall(said)
        trickled(connection, b"")
    assert server.words() == before


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("/" + "a" * 8_000, "", 404),
        ("/" + "a" * 8_191, "", 414),
        ("/nothing", "X-Long: " + "a" * 16_000 + "\r\n", 404),
        ("/", "X-Long: " + "a" * 16_400 + "\r\n", 431),
        ("/nothing", "".join(f"X-{n}: a\r\n" for n in range(90)), 404),
        ("/", "".join(f"X-{n}: a\r\n" for n in range(101)), 431),
    ],
    ids=["a line", "a line too long", "a field", "a field too long", "fields", "too many"],
)
def test_a_header_has_its_bounds(server: Server, line: str, headers: str, status: int) -> None:
    with speaking(server) as connection:
        connection.sendall(f"GET {line} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
        assert connection.recv(4096).startswith(f"HTTP/1.1 {status} ".encode())
