"""Servers to measure: ours on a house of its own, the bare stack, or somebody else's."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

from adapters.eas.version import Version
from ops.bench.phone import Phone
from ops.bench.processes import Processes
from ops.bench.wire import Line

ROOT: Final = Path(__file__).parent.parent.parent
HOST: Final = "127.0.0.1"
PATIENCE: Final = 60.0
NAME, PASSWORD = "bench", "correct horse battery staple"
OURS, BARE = "app", "ops.bench.bare"

ENVIRONMENT: Final = {"DEVICES_PER_USER": "10000", "LOG_LEVEL": "info"}
"""Beside home, address and number of workers."""


class DidNotStart(Exception):
    """A server of ours that gave up, or did not come up in time."""


@dataclass
class Target:
    """A server under load, who comes in, and the processes that are counted."""

    url: str
    users: tuple[str, ...] = (NAME,)
    password: str = PASSWORD
    processes: Processes = field(default_factory=lambda: Processes(()))
    version: Version | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def phone(self, person: int = 0, line: Line | None = None) -> Phone:
        """A phone nobody knows yet, of one of the people there are, through a connection of its
        own or one that is there."""
        device = f"BENCH{os.getpid()}X{next(self.numbers)}"
        user = self.users[person % len(self.users)]
        phone = Phone(line or Line(self.url), user, self.password, device, "Bench")
        if self.version is None:
            self.version = phone.options().best
        phone.version = self.version or phone.version
        return phone

    def restart(self) -> None:
        """Start anew, where that is ours to do."""

    def forget(self) -> None:
        """Start anew without anything that was only kept to be faster."""


@dataclass
class Ours(Target):
    """A server of this repository, as processes of its own. Its port stays over restarts."""

    module: str = OURS
    home: Path = Path()
    workers: int = 2
    process: subprocess.Popen[bytes] | None = None
    took: float = 0.0

    def start(self) -> None:
        """Up with all workers; it `took` so many seconds until one answered."""
        began = time.perf_counter()
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", self.module],
                env=self._environment(),
                cwd=self.home,
                stdout=log,
                stderr=log,
            )
        self.processes = Processes((self.process.pid,))
        while not (self._answers() and len(self.processes.all()) > self.workers):
            self._expect_alive(began)
            time.sleep(0.01)
        self.took = time.perf_counter() - began

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def forget(self) -> None:
        self.stop()
        house("forget", self.home)
        self.start()

    def _environment(self) -> dict[str, str]:
        chosen = {
            **ENVIRONMENT,
            "HOME": str(self.home),
            "BIND": self.url.removeprefix("http://"),
            "WORKERS": str(self.workers),
        }
        others = {k: v for k, v in os.environ.items() if not k.startswith("TACCUINO_")}
        return others | {f"TACCUINO_{k}": v for k, v in chosen.items()} | {"PYTHONPATH": str(ROOT)}

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _expect_alive(self, began: float) -> None:
        assert self.process is not None
        if self.process.poll() is not None or time.perf_counter() - began > PATIENCE:
            raise DidNotStart((self.home / "server.log").read_text("utf-8", "replace")[-2000:])


@contextmanager
def serving(module: str, home: Path, workers: int, people: int = 1) -> Iterator[Ours]:
    """Up inside the block, in a home that is there, with so many people that are measured."""
    url, users = f"http://{HOST}:{_free_port()}", tuple(names(people))
    server = Ours(url, users, module=module, home=home, workers=workers)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def furnish(home: Path, events: int = 0, people: int = 1) -> None:
    """A store with the accounts that are measured and a log of at least so many events."""
    house("furnish", home, PASSWORD, str(events), *names(people))


def names(people: int) -> Iterator[str]:
    """The first of them is whose phones most cases are about."""
    return (NAME if number == 0 else f"{NAME}-{number}" for number in range(people))


def house(*order: str | Path) -> None:
    """Done in a process of its own, since the store is opened there."""
    subprocess.run(
        [sys.executable, "-P", "-m", "ops.bench.house", *order],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
