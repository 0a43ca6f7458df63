from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from adapters.wbxml import E, decode
from tests.app.shell import RIGHT
from tests.app.test_settings import a_certificate

ROOT = Path(__file__).parents[2]
SERVER = [sys.executable, "-P", "-m", "app"]
PARKING = [sys.executable, str(ROOT / "tests/system/parked.py")]
QUICKLY = 9.0
"""Seconds within which a server that is told to end has ended: less than it would grant a
request that goes on."""

CHANGED = E("ping:Ping", E("ping:Status", 2))
NOTHING = E("ping:Ping", E("ping:Status", 1))


def a_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Running:
    def __init__(self, home: Path, command: list[str], **settings: str) -> None:
        self.port = a_port()
        self.counted: dict[int, int] = {}
        self.log = (home / "server.log").open("w+")
        chosen = {"HOME": str(home / "home"), "BIND": f"127.0.0.1:{self.port}", **settings}
        environ = {f"TACCUINO_{name}": value for name, value in chosen.items()}
        self.process = subprocess.Popen(
            command,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
            stderr=self.log,
            stdout=self.log,
            cwd=home,
        )

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def await_health(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.ask("GET", "/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(self.told())

    def ask(
        self, method: str, path: str, connection: http.client.HTTPConnection | None = None
    ) -> http.client.HTTPResponse:
        mine = connection or self.connect()
        try:
            mine.request(method, path, headers={"Authorization": RIGHT, **VERSION})
            response = mine.getresponse()
            response.body = response.read()  # type: ignore[attr-defined]
            return response
        finally:
            if connection is None:
                mine.close()

    def command(
        self, name: str, device: str, connection: http.client.HTTPConnection | None = None
    ) -> bytes:
        line = f"/Microsoft-Server-ActiveSync?Cmd={name}&DeviceId={device}&DeviceType=x"
        response = self.ask("POST", line, connection)
        assert response.status == 200, response.status
        body: bytes = response.body  # type: ignore[attr-defined]
        return body

    def parked(self) -> int:
        """How many phones wait, in all workers that were asked so far."""
        told = decode(self.command("Settings", "COUNT")).text_of("settings:Model", "")
        worker, number = map(int, told.split())
        self.counted[worker] = number
        return sum(self.counted.values())

    def park(self, device: str) -> Queue[bytes]:
        """A phone that waits; what it is told arrives in the queue."""
        told: Queue[bytes] = Queue()
        threading.Thread(target=lambda: told.put(self.command("Ping", device))).start()
        return told

    def told(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def end(self, how: int) -> int:
        self.process.send_signal(how)
        return self.process.wait(QUICKLY)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()


VERSION = {"MS-ASProtocolVersion": "14.1"}
Run = Callable[..., Running]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    started: list[Running] = []

    def start(command: list[str], kind: type[Running] = Running, **settings: str) -> Running:
        started.append(kind(tmp_path, command, **settings))
        started[-1].await_health()
        return started[-1]

    yield start
    for each in started:
        each.close()


def await_that(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_two_workers_start_serve_and_end_cleanly(run: Run, how: int) -> None:
    server = run(SERVER, WORKERS="2")
    await_that(lambda: server.told().count("Booting worker") == 2)
    response = server.ask("OPTIONS", "/microsoft-server-activesync/")
    assert (response.status, response.headers["Server"]) == (401, "Taccuino")
    idle = server.connect()
    assert server.ask("GET", "/healthz", idle).status == 200
    assert server.end(how) == 0
    assert "Traceback" not in server.told()
    idle.close()


def test_parked_phones_are_answered_at_the_end(run: Run) -> None:
    server = run(PARKING, WORKERS="1")
    told = [server.park(f"PHONE{number}") for number in range(3)]
    await_that(lambda: server.parked() == 3)
    assert server.end(signal.SIGTERM) == 0
    assert [decode(each.get(timeout=QUICKLY)) for each in told] == [NOTHING] * 3


def test_a_ring_reaches_phones_parked_in_every_worker(run: Run) -> None:
    server = run(PARKING, WORKERS="2")
    await_that(lambda: server.told().count("began") == 2)
    told: list[Queue[bytes]] = []

    def parked_in_both() -> bool:
        told.append(server.park(f"PHONE{len(told)}"))
        await_that(lambda: server.parked() >= len(told))
        return sum(number > 0 for number in server.counted.values()) == 2

    await_that(parked_in_both)
    server.command("Sync", "RINGER")
    assert [decode(each.get(timeout=QUICKLY)) for each in told] == [CHANGED] * len(told)


def test_a_phone_that_went_away_leaves_nothing_behind(run: Run) -> None:
    server = run(PARKING, WORKERS="1")
    phone = server.connect()
    line = "/Microsoft-Server-ActiveSync?Cmd=Ping&DeviceId=GONE&DeviceType=x"
    phone.request("POST", line, headers={"Authorization": RIGHT, **VERSION})
    await_that(lambda: server.parked() == 1)
    phone.close()
    await_that(lambda: server.parked() == 0)
    assert "why=Vanished" in server.told()


def test_a_killed_worker_is_replaced(run: Run) -> None:
    server = run(SERVER, WORKERS="1")
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    (worker,) = children.read_text().split()
    os.kill(int(worker), signal.SIGKILL)
    await_that(lambda: children.read_text().split() not in ([], [worker]))
    server.await_health()
    assert server.end(signal.SIGTERM) == 0


def test_requests_are_read_as_http_has_them(run: Run) -> None:
    """Chunks, 100-continue, and a body that ends too early: never a 500."""
    server = run(PARKING, WORKERS="1")
    head = (
        "POST /Microsoft-Server-ActiveSync?Cmd=Settings&DeviceId=a&DeviceType=b HTTP/1.1\r\n"
        f"Host: x\r\nAuthorization: {RIGHT}\r\nMS-ASProtocolVersion: 14.1\r\n"
        "Content-Type: application/vnd.ms-sync.wbxml\r\nConnection: close\r\n"
    )
    body = b"\x03\x01\x6a\x00\x00\x12\x05"
    chunked = b"Transfer-Encoding: chunked\r\n\r\n3\r\n" + body[:3] + b"\r\n4\r\n" + body[3:]
    for rest, status in (
        (chunked + b"\r\n0\r\n\r\n", b"200"),
        (chunked + b"\r\nzz\r\n", b"200"),
        (b"Expect: 100-continue\r\nContent-Length: 7\r\n\r\n" + body, b"100"),
        (b"Content-Length: 7\r\n\r\n" + body[:4], b"200"),
        (b"Content-Length: -7\r\n\r\n", b"400"),
        (b"Transfer-Encoding: klingon\r\n\r\n", b"501"),
        (b"X-Long: " + b"x" * 20_000 + b"\r\n\r\n", b"431"),
    ):
        with socket.create_connection(("127.0.0.1", server.port)) as phone:
            phone.sendall(head.encode() + rest)
            phone.shutdown(socket.SHUT_WR)
            assert phone.recv(12).split()[1] == status, rest


def test_it_speaks_tls_with_the_certificate_it_is_given(run: Run, tmp_path: Path) -> None:
    certificate, key = a_certificate(tmp_path, "localhost")
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False

    class Secure(Running):
        def connect(self) -> http.client.HTTPConnection:
            return http.client.HTTPSConnection("127.0.0.1", self.port, context=context)

    paths = {"TLS_CERTIFICATE": str(certificate), "TLS_KEY": str(key), "WORKERS": "1"}
    server = run(PARKING, Secure, **paths)
    phone = server.connect()
    line = "/Microsoft-Server-ActiveSync?Cmd=Ping&DeviceId=GONE&DeviceType=x"
    phone.request("POST", line, headers={"Authorization": RIGHT, **VERSION})
    await_that(lambda: server.parked() == 1)
    phone.close()
    await_that(lambda: server.parked() == 0)
    assert server.end(signal.SIGTERM) == 0


def test_a_store_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "master.key").write_text("too short")
    (home / "master.key").chmod(0o600)
    environ = {"TACCUINO_HOME": str(home), "TACCUINO_BIND": f"127.0.0.1:{a_port()}"}
    done = subprocess.run(
        SERVER, env=environ, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert done.stderr == f"taccuino: the master key {home}/master.key must be 32 bytes long\n"


def test_it_takes_as_many_descriptors_as_it_may_have(run: Run) -> None:
    """Where it was started the usual limit holds, which is for programs with a few files."""
    server = run(["prlimit", "--nofile=256:4096", *SERVER])
    limits = Path(f"/proc/{server.process.pid}/limits").read_text("utf-8")
    (line,) = [line for line in limits.splitlines() if line.startswith("Max open files")]
    assert line.split()[3:5] == ["4096", "4096"]


HASHING = """
from gevent import monkey; monkey.patch_all()
import gevent, pathlib
from app import serving
from app.identity import passwords
serving._give_memory_back()
used = lambda: int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096
passwords.hash_password("correct horse battery")
before = used()
gevent.joinall([gevent.spawn(passwords.hash_password, "correct horse battery") for _ in range(8)])
print(used() - before)
"""


def test_what_hashing_a_password_takes_is_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HASHING], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert int(done.stdout) < 10 << 20
