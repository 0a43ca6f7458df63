"""What only a real server shows: raw bytes on a socket, its own words to what is no HTTP, several
workers that are one door, and a log in which nothing is told."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

import pytest

from app.identity.guesses import PER_ACCOUNT
from tests.leaks import secret
from tests.system.conftest import served
from tests.system.server import HOST, PASSWORD, Server

WORKERS = 2
PEOPLE = ("ada", "bob")


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    yield from served(request.module, tmp_path_factory)


def said(server: Server, raw: bytes) -> bytes:
    """All that comes back to these bytes."""
    with socket.create_connection((HOST, server.port), timeout=10) as ours:
        ours.sendall(raw)
        ours.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: ours.recv(65536), b""))


def head_of(answer: bytes) -> dict[str, str]:
    lines = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}


UPWARD = [
    *("/static/../../master.key", "/../../etc/passwd", "/static/%2e%2e/%2e%2e/app/settings.py"),
    *("//etc/passwd", "/static//etc/passwd", "/static/..%2f..%2fpyproject.toml"),
    *("/static/\\..\\..\\x", "/..;/admin", "/my/..%00/x", "http://evil.example/static/x"),
]


@pytest.mark.parametrize("target", UPWARD, ids=range(len(UPWARD)))
def test_a_raw_path_reaches_no_file(server: Server, target: str) -> None:
    answer = said(
        server, f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.split(b" ", 2)[1] in (b"400", b"404", b"303")
    for word in (b"root:", b"[project]", b"import ", b"SQLite"):
        assert word not in answer


NO_HTTP = [
    b"GET / HTTP/1.1\r\nHost: x\r\nX: <script>alert(1)</script>\x00\r\n\r\n",
    b"GET /<script>alert(1)</script> HTTP/9.9\r\nHost: x\r\n\r\n",
    b"<script>alert(1)</script> / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n<script>alert(1)</script>: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: <b>\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: <b>\r\n\r\n",
    b"GET /" + b"<b>" * 4000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
]


@pytest.mark.parametrize("raw", NO_HTTP, ids=range(len(NO_HTTP)))
def test_what_is_no_http_is_refused_and_never_said_back(server: Server, raw: bytes) -> None:
    """These words are the server's own, before any of ours."""
    answer = said(server, raw)
    assert answer.split(b" ", 2)[1] in (b"400", b"414", b"431", b"501", b"505")
    assert b"<script" not in answer.lower()
    assert b"<b>" not in answer
    assert not re.search(rb"gunicorn|Traceback|/work|site-packages", answer)


@pytest.mark.parametrize(
    "raw",
    [
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n"
        b"\r\n0\r\n\r\nGET /my HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 40\r\n\r\nabcd",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    ],
    ids=["both lengths", "two lengths", "unknown coding"],
)
def test_no_second_request_is_hidden_in_the_first(server: Server, raw: bytes) -> None:
    """Where a proxy and we would not agree on where one ends."""
    answer = said(server, raw)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.split(b" ", 2)[1] in (b"400", b"501")


def test_a_header_of_several_lines_becomes_none_of_ours(server: Server) -> None:
    back = "/my%0d%0aX-Planted:%201%0d%0a%0d%0a%3Cb%3E"
    for target in (f"/sign-in?back={back}", f"/my/contacts{back}", f"/nothing{back}"):
        raw = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close"
        answer = said(server, f"{raw}\r\n\r\n".encode())
        assert "x-planted" not in head_of(answer)
        assert "default-src 'none'" in head_of(answer)["content-security-policy"]


class Browser:
    """One that keeps its cookie, and may reach another worker each time."""

    def __init__(self, server: Server) -> None:
        self.server, self.cookie = server, ""

    def ask(self, method: str, target: str, form: dict[str, str] | None = None) -> HTTPResponse:
        connection = HTTPConnection("localhost", self.server.port, timeout=30)
        headers = {"Accept": "text/html", "Cookie": self.cookie, "Connection": "close"}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(connection):
            connection.request(method, target, urlencode(form) if form else None, headers)
            answer = connection.getresponse()
            self.page = answer.read().decode()
        if told := answer.getheader("Set-Cookie"):
            self.cookie = told.partition(";")[0]
            secret(self.cookie.partition("=")[2])
        return answer

    def post(self, target: str, **form: str) -> int:
        mark = re.search(r'name="mark" value="(\w+)"', self.page)
        assert mark, "there is no form"
        return self.ask("POST", target, {"mark": secret(mark[1]), **form}).status

    def sign_in(self, name: str, password: str) -> int:
        self.ask("GET", "/sign-in")
        return self.post("/sign-in", name=name, password=secret(password))


def test_a_session_begun_at_one_worker_is_ended_at_all(server: Server) -> None:
    ada = Browser(server)
    assert ada.sign_in("ada", PASSWORD) == 303
    assert {ada.ask("GET", "/my").status for _ in range(8)} == {200}
    kept = ada.cookie
    assert ada.post("/sign-out") == 303
    ada.cookie = kept
    assert {ada.ask("GET", "/my").status for _ in range(8)} == {303}


def test_guesses_at_every_worker_are_guesses_at_one_door_and_a_restart_forgets_none(
    server: Server,
) -> None:
    told = [
        Browser(server).sign_in("bob", f"guess number {n}") for n in range(PER_ACCOUNT.free + 1)
    ]
    assert told == [422] * (PER_ACCOUNT.free + 1)
    while (status := Browser(server).sign_in("bob", f"more {len(told)}")) == 422:
        told.append(status)
        assert len(told) < 2 * PER_ACCOUNT.free + 2, "nothing slows it down"
    assert status == 429
    for n in range(3):
        Browser(server).sign_in("bob", f"guess after guess {n}")
    server.restart()
    waits = Browser(server).ask("GET", "/sign-in").status
    assert waits == 200
    guesses = [Browser(server).sign_in("bob", f"after the restart {n}") for n in range(2)]
    assert 429 in guesses


def test_the_log_tells_none_of_it(server: Server) -> None:
    """All that was said above has been marked, and each test is watched (tests/leaks.py)."""
    ada = Browser(server)
    ada.sign_in("ada", "a wild guess at a password")
    ada.sign_in("ada", PASSWORD)
    token = ada.cookie.partition("=")[2]
    ada.ask("GET", f"/my/contacts?q=privateword&token={token}")
    told = server.words()
    assert "POST /sign-in" in told
    for word in (token, PASSWORD, "a wild guess", "privateword", "ada@example.org"):
        assert word not in told
