"""A real nginx that ends what is quiet too soon: phones settle below that, and push goes on."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from pathlib import Path
from typing import Final

import pytest

from tests.system.certificate import Certificate, self_signed
from tests.system.nginx import nginx
from tests.system.phone import CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.test_push import AT_ONCE, in_step, parked_ping
from tests.system.truth import Truth
from tests.system.wire import Denied, Wire, pinging

WORKERS = 2
SETTINGS = {"HEARTBEAT_MINIMUM": "1", "TRUSTED_PROXIES": HOST, "LOG_LEVEL": "debug"}
CUT: Final = 2
SOON_CUT: Final = ("proxy_read_timeout      3700s;", f"proxy_read_timeout {CUT}s;")
LONG: Final = 480
"""What Android asks for at first."""

CHANGES, EXPIRED, INTERVAL = "2", "1", "5"
CUT_OFF: Final = {504: "cut"}
"""What nginx says; anything else would be a fault."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("certificate"), HOST, days=90)


@pytest.fixture
def proxied(server: Server, certificate: Certificate, tmp_path: Path) -> Iterator[int]:
    with nginx(tmp_path, certificate, server.port, SOON_CUT) as port:
        yield port


@dataclass
class Secure(Wire):
    """A phone's connections to a proxy that speaks TLS."""

    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def connect(self) -> object:  # type: ignore[override]
        if self._connection is None:
            how = {"timeout": self.timeout, "context": self.tls}
            self._connection = HTTPSConnection(self.host, self.port, **how)
        return super().connect()


@dataclass
class Obedient:
    """Pings as phones do: again after an error, as the server says, and, as Android does, over a
    new connection each time."""

    phone: Phone
    interval: int = LONG
    heard: list[str] = field(default_factory=list)

    def ping(self) -> str:
        """What came of one Ping: its status, or "cut"."""
        ids = [folder.id for folder in self.phone.folders.values()]
        try:
            reply = self.phone.wire.ask("Ping", pinging(ids, self.interval))
        except Denied as denied:
            status = CUT_OFF[denied.status]
            self.heard.append(status)
            return status
        finally:
            self.phone.wire.close()
        assert reply is not None
        status = reply.text_of("ping:Status", "")
        if status == INTERVAL:
            self.interval = int(reply.text_of("ping:HeartbeatInterval", ""))
        self.heard.append(status)
        return status


@contextmanager
def equipped(server: Server, wire: Wire) -> Iterator[Phone]:
    with closing(wire):
        phone = Phone(wire, random.Random(1))
        phone.set_up()
        in_step(phone)
        yield phone


def test_a_phone_behind_a_proxy_that_gives_up_settles_below_it_and_hears_at_once(
    server: Server, certificate: Certificate, proxied: int
) -> None:
    tls = ssl.create_default_context(cafile=str(certificate.chain))
    beside = Wire(HOST, server.port, "ada", PASSWORD, "BESIDE")
    behind = Secure(HOST, proxied, "ada", PASSWORD, "BEHIND", tls=tls)
    with equipped(server, beside) as other, equipped(server, behind) as phone:
        behind.close()
        pinging = Obedient(phone)
        with parked_ping(server, other, LONG) as whole:
            while pinging.ping() != EXPIRED:
                assert len(pinging.heard) < 6, pinging.heard
            assert pinging.heard.count("cut") <= 3
            assert pinging.interval < CUT
            assert pinging.ping() == EXPIRED
            assert not whole.done(), "who comes another way is left alone"
            with server.groupware() as groupware, ThreadPoolExecutor(1) as pool:
                waiting = pool.submit(pinging.ping)
                until(lambda: server.parked("BEHIND") or waiting.done(), "it does not wait")
                began = time.monotonic()
                Truth(groupware, server.account("ada")).add(CONTACTS, 1)
                told = waiting.result(LONG)
                assert CHANGES in (told, pinging.ping() if told == EXPIRED else told)
                assert time.monotonic() - began < 2 * AT_ONCE
                assert whole.result(AT_ONCE)[0] == CHANGES
    told = server.verb("findings")
    assert f"after about {CUT} s" in told
    assert told.count("cuts connections") == 1
