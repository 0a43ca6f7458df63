"""How long the server waits for whom."""

from __future__ import annotations

import socket
from collections import Counter
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any

import gevent
import pytest

from app import uploads
from app.serving import CHOSEN, FROM_ONE_ADDRESS, UNREAD, Worker, wait_for_no_reader
from app.settings import Settings
from app.uploads import STEP, TooSlow, Upload, paced


class Network:
    """Brings a body in pieces, each after a while."""

    def __init__(self, pieces: list[bytes], pause: float = 0.0) -> None:
        self.pieces = pieces
        self.pause = pause
        self.rest = b""

    def read(self, size: int) -> bytes:
        while len(self.rest) < size and self.pieces:
            gevent.sleep(self.pause)
            self.rest += self.pieces.pop(0)
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "GRACE", 0.05)
    monkeypatch.setattr(uploads, "SLOWEST", 4 * STEP)


@pytest.mark.parametrize("asked", [3, 4, 5, STEP + 1, 3 * STEP])
def test_a_body_is_read_as_from_any_file(asked: int) -> None:
    body = bytes(range(256)) * 520
    upload = Upload(Network([body[:4], body[4:]]))
    assert upload.read(asked) == body[:asked]
    assert upload.read(STEP) == body[asked : asked + STEP]
    assert Upload(Network([])).read(asked) == b""


def test_a_body_that_trickles_is_given_up() -> None:
    with pytest.raises(TooSlow):
        Upload(Network([b"x"] * 1000, pause=0.01)).read(1000)


def test_a_body_that_stops_is_given_up_though_it_came_fast() -> None:
    with pytest.raises(TooSlow):
        Upload(Network([b"x" * STEP, b"y"], pause=1.0)).read(2 * STEP)


def test_a_large_body_has_time_in_proportion() -> None:
    """A tenth of a second in all, twice as long as the grace, and faster than the slowest."""
    whole = Upload(Network([b"x" * STEP] * 10, pause=0.01)).read(10 * STEP)
    assert len(whole) == 10 * STEP


def test_the_application_reads_through_it() -> None:
    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        return [environ["wsgi.input"].read(10)]

    assert list(paced(app)({"wsgi.input": Network([b"abc"])}, None)) == [b"abc"]


class Client:
    closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Any:
    """One that has most of its connections from one address; it counts those it serves."""
    worker: Any = object.__new__(Worker)
    worker._connections = Counter({"192.0.2.1": FROM_ONE_ADDRESS, "192.0.2.2": 1})
    proxies = (ip_network("198.51.100.0/24"),)
    worker.app = SimpleNamespace(settings=Settings(trusted_proxies=proxies))
    worker.served = []
    served = lambda self, listener, client, addr: worker.served.append(addr[0])  # noqa: E731
    monkeypatch.setattr("app.serving.GeventWorker.handle", served)
    return worker


def test_no_address_has_a_whole_worker(worker: Any) -> None:
    client = Client()
    worker.handle(None, client, ("192.0.2.1", 5))
    worker.handle(None, client, ("192.0.2.2", 5))
    worker.handle(None, client, ("192.0.2.3", 5))
    assert (worker.served, client.closed) == (["192.0.2.2", "192.0.2.3"], 1)
    assert worker._connections == Counter({"192.0.2.1": FROM_ONE_ADDRESS, "192.0.2.2": 1})
    assert CHOSEN["worker_connections"] - FROM_ONE_ADDRESS == 5_000


def test_our_own_proxy_speaks_for_everybody(worker: Any) -> None:
    worker._connections["198.51.100.7"] = 2 * FROM_ONE_ADDRESS
    worker.handle(None, Client(), ("198.51.100.7", 5))
    assert worker.served == ["198.51.100.7"]


def test_whoever_is_accepted_may_not_leave_its_answer_unread() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        wait_for_no_reader(listener)
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            told = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert told == UNREAD
