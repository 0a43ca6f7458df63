"""The real server: its own processes on a home of its own, started, killed and ended from here."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.ids import server_id
from app import people
from app.composition import STORE, open_groupware
from app.groupware import Groupware
from app.push.bell import Bell
from projections import accounts
from tests.leaks import LEAKS, secret
from tests.system.certificate import Certificate

ROOT = Path(__file__).parent.parent.parent
HOST = "127.0.0.1"
PASSWORD = secret("correct horse battery staple")
START = "from app.cli import main; main()"
PATIENCE = 30.0
"""Seconds that a step may take on a machine busy with other things before it is a failure."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Server:
    """`settings` are TACCUINO_* by their short names. The port stays over restarts. `module` is
    what is run, for tests that cannot wait as long as the server does."""

    home: Path
    workers: int = 2
    certificate: Certificate | None = None
    settings: dict[str, str] = field(default_factory=dict)
    module: str = "app"

    def __post_init__(self) -> None:
        self.port = free_port()
        self.log = self.home / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    # Its life

    def start(self) -> None:
        LEAKS.watch(self.log)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._within(), sys.executable, "-P", "-m", self.module],
                env=self._environment(),
                cwd=self.home,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._await_health()
        until(lambda: len(self.worker_pids()) == self.workers, "not all workers came up")

    def refused(self) -> str:
        """What a server says that cannot start; its exit status must be 1."""
        done = subprocess.run(
            [*self._within(), sys.executable, "-P", "-m", self.module],
            env=self._environment(),
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        return done.stderr

    def _within(self) -> list[str]:
        """Words before the command that starts the server."""
        return []

    def _beside(self) -> list[str]:
        """Words before a command that is to find what the server finds."""
        return []

    def _environment(self) -> dict[str, str]:
        chosen = {
            "HOME": str(self.home),
            "BIND": f"{HOST}:{self.port}",
            "WORKERS": str(self.workers),
            **self.settings,
        }
        if self.certificate:
            chosen["TLS_CERTIFICATE"] = str(self.certificate.chain)
            chosen["TLS_KEY"] = str(self.certificate.key)
        ours = {k: v for k, v in os.environ.items() if not k.startswith("TACCUINO_")}
        settings = {f"TACCUINO_{name}": value for name, value in chosen.items()}
        return ours | settings | {"PYTHONPATH": str(ROOT)}

    def stop(self) -> None:
        """SIGTERM, and a clean end within the time that gunicorn gives its workers."""
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(PATIENCE) == 0, self.words()[-4000:]
        self.process = None

    def kill_all(self) -> None:
        """kill -9 for the master and every worker at once, as if the machine had lost power."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        self.process = None

    def kill_worker(self, pid: int | None = None) -> None:
        """kill -9 for one worker; returns when another has taken its place."""
        before = self.worker_pids()
        victim = pid or before[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: self._replaced(victim), "no worker took the place of the killed one")

    def kill_workers(self) -> None:
        """kill -9 for all workers at once; returns when others have taken their places."""
        victims = self.worker_pids()
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        until(lambda: all(map(self._replaced, victims)), "not all killed workers were replaced")

    def restart(self) -> None:
        if self.process is not None:
            self.stop()
        self.start()

    def words(self) -> str:
        """What the server wrote: one line per request, and what went wrong."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def lines(self, *having: str) -> list[str]:
        return [line for line in self.words().splitlines() if all(part in line for part in having)]

    def parked(self, device: str) -> int:
        """How many requests of this phone wait for news now; told at log level debug."""
        waiting = set(self._parked(device))
        return len(waiting - {_request(line) for line in self.lines("event=served")})

    def looked(self, device: str) -> bool:
        """Whether a parked request of this phone has looked again and found nothing."""
        waiting = self._parked(device)
        return len(waiting) > len(set(waiting))

    def _parked(self, device: str) -> list[str]:
        """The requests that waited, each as often as it looked; of all phones if none is named."""
        lines = self.lines("event=parked")
        ids = [f"device={id}" for id in self.ids_of(device)] if device else ["device="]
        return [_request(line) for line in lines if any(id in line for id in ids)]

    def ids_of(self, device: str) -> list[str]:
        """By which the server's lines know the phones that go by this name."""
        query = "SELECT id FROM partnership WHERE upper(device) = ?"
        with closing(sqlite3.connect(f"file:{self.home / STORE}?mode=ro", uri=True)) as store:
            rows = store.execute(query, (device.upper(),)).fetchall()
        return [server_id(UUID(bytes=id)) for (id,) in rows]

    # Its processes

    def worker_pids(self) -> list[int]:
        if self.process is None:
            return []
        return _children(self.process.pid)

    def worker_of(self, connection: socket.socket) -> int | None:
        """The worker that holds the other end of this connection; None once it is closed."""
        inode = _inode_at(self.port, connection.getsockname()[1])
        return next((pid for pid in self.worker_pids() if inode in _sockets(pid)), None)

    def descriptors(self, worker: int) -> int:
        """How many sockets a worker holds."""
        return len(_sockets(worker))

    # What lies behind it

    def verify(self) -> str:
        """What `taccuino verify` says of the store, which must be sound."""
        return self.verb("verify")

    def verb(self, *arguments: str) -> str:
        """What `taccuino` says to these arguments; its exit status must be 0."""
        done = subprocess.run(
            [*self._beside(), sys.executable, "-P", "-c", START, *arguments],
            env=self._environment(),
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def groupware(self) -> Iterator[Groupware]:
        """The store as another process has it, with a bell to ring at the server's workers."""
        bell = Bell(self.home / "wake")
        groupware = open_groupware(self.home, ring=bell.ring)
        try:
            yield groupware
        finally:
            bell.settle()
            bell.close()
            groupware.pool.close()

    def admit(self, *names: str) -> dict[str, UUID]:
        """Accounts that may sync, all with PASSWORD."""
        with self.groupware() as groupware:
            return {name: self._person(groupware, name) for name in names}

    def account(self, name: str) -> UUID:
        with self.groupware() as groupware, groupware.reading() as connection:
            row = accounts.find(connection, name)
        assert row is not None
        return row.id

    def _person(self, groupware: Groupware, name: str) -> UUID:
        admin = groupware.author("admin:test", "test")
        full_name = f"{name.title()} Example"
        mail = f"{name}@example.org"
        id = people.open_account(groupware, admin, name, mail, full_name, "Europe/Rome")
        people.set_password(groupware, admin, id, PASSWORD)
        people.enable(groupware, admin, id)
        return id

    def connection(self, timeout: float = PATIENCE) -> HTTPConnection:
        if self.certificate:
            return HTTPSConnection(HOST, self.port, timeout=timeout, context=self._trust)
        return HTTPConnection(HOST, self.port, timeout=timeout)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        assert self.certificate is not None
        return ssl.create_default_context(cafile=str(self.certificate.chain))

    def _await_health(self) -> None:
        until(self._healthy, "the server did not come up", pause=0.05)

    def _healthy(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.words()[-4000:]
        connection = self.connection(timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _replaced(self, victim: int) -> bool:
        pids = self.worker_pids()
        return victim not in pids and len(pids) == self.workers


def until(condition: Any, complaint: str, pause: float = 0.02, patience: float = PATIENCE) -> None:
    """Ask again until it is so; for what no event tells of in another process."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(pause)


def _request(line: str) -> str:
    return line.partition(" request=")[2].partition(" ")[0]


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()]


def _sockets(pid: int) -> set[str]:
    """The inodes of the sockets a process holds."""
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def _inode_at(ours: int, theirs: int) -> str:
    """The inode of the end at local port `ours` of a TCP connection from port `theirs`."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        local, remote = (int(columns[n].rpartition(":")[2], 16) for n in (1, 2))
        if (local, remote) == (ours, theirs):
            return columns[9]
    return ""
