"""Runs the server: gunicorn with gevent workers, each with the store and a hub of its own."""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import ssl
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final, Never

import gevent
from gevent.pywsgi import WSGIServer
from gunicorn.app.base import BaseApplication
from gunicorn.http import wsgi as gunicorn_wsgi
from gunicorn.workers.ggevent import GeventWorker

from adapters.store.keyring import WrongMasterKey
from adapters.store.masterkey import MasterKeyUnusable
from adapters.store.pool import StoreBusy, StoreUnavailable
from app import backup, journal, wsgi
from app.composition import open_to_serve
from app.metrics import ledgers, measures
from app.metrics.page import answering, listening
from app.opening import Opening
from app.push.wake import WakeHub
from app.settings import Settings
from app.uploads import paced

UNUSABLE: Final = (StoreBusy, StoreUnavailable, MasterKeyUnusable, WrongMasterKey, OSError)
LOOK, CLOSE = 0.25, 0.05
COUNTED_EVERY: Final = 1.0
PAGE: Final = os.sysconf("SC_PAGESIZE")
STATM: Final = Path("/proc/self/statm")
M_MMAP_THRESHOLD: Final = -3
LARGE: Final = 1 << 20

HANDSHAKE = 15.0
"""Seconds in which TLS has to be agreed upon."""

UNREAD: Final = 120_000
"""Milliseconds for which what was sent may stay unread: then its phone is gone, or mocks us."""

FROM_ONE_ADDRESS: Final = 15_000
"""Connections a worker takes from one address; a quarter of what it has is left for the others.
Behind one address there may be a whole town, and our own proxies speak for everybody: for them
there is no limit."""

CHOSEN: Final[dict[str, Any]] = {
    "worker_connections": 20_000,
    "backlog": 4096,
    "keepalive": 75,
    "graceful_timeout": 10,
    "timeout": 60,
    "limit_request_line": 8190,
    "limit_request_field_size": 16_380,
    "limit_request_fields": 100,
    "preload_app": False,
    "max_requests": 0,
    "control_socket_disable": True,
    "forwarded_allow_ips": "",
    "proc_name": "taccuino",
}
"""Fixed, since each has one right value here: thousands of phones hold one connection each for
up to an hour, the store is opened after the fork, and whom a proxy speaks for is looked at by
`app/http.py`."""


def launch() -> Never:
    """Become the server: this process is replaced by one that has imported nothing yet."""
    os.execv(sys.executable, [sys.executable, "-P", "-m", "app"])


def serve(settings: Settings) -> None:
    """Serve until told to end. Only for a process that is patched (`python -m app`).

    The store is opened and closed once before the fork, so that one that cannot be used is told
    in one line, and its tables are there when the workers come.
    """
    _raise_limit()
    _give_memory_back()
    journal.configure(settings.log_level)
    gunicorn_wsgi.SERVER = "Taccuino"
    try:
        settings.make_home()
        open_to_serve(settings.home).pool.close()
        telling = listening(settings.metrics) if settings.metrics else None
        running = backup.hold(settings.home)
    except UNUSABLE as error:
        sys.exit(f"taccuino: {error}")
    ledgers.begin(settings.counted)
    with running:
        Server(settings, telling).run()


def _raise_limit() -> None:
    """Each connection takes a descriptor; what is allowed at most is what thousands need."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _give_memory_back() -> None:
    """Hashing a password takes 19 MiB for a moment; glibc would keep them for the next time, in
    each thread. Elsewhere there is no such call, and nothing is kept."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE)


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, set up by our settings instead of its own files and flags."""

    hub: WakeHub | None = None
    """The hub of this process, once there is one."""

    def __init__(self, settings: Settings, telling: socket.socket | None = None) -> None:
        self._settings = settings
        self._telling = telling
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        values = {
            **CHOSEN,
            "worker_class": Worker,
            "bind": settings.bind,
            "workers": settings.workers,
            "loglevel": settings.log_level,
            "ssl_context": _unhurried,
            "certfile": settings.tls_certificate and str(settings.tls_certificate),
            "keyfile": settings.tls_key and str(settings.tls_key),
            "child_exit": lambda _, worker: ledgers.bury(settings.counted, worker.pid),
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """Called in each worker, after the fork."""
        self.settings = self._settings
        return paced(Opening(self._start))

    def _start(self) -> wsgi.WSGI:
        self.hub = self.hub or WakeHub(self._settings.sockets)
        return wsgi.start(self._settings, self.hub)

    def tell_numbers(self) -> WSGIServer | None:
        """Answer whoever asks for the numbers of the house, if anybody may."""
        if self._telling is None or self.hub is None:
            return None
        telling = answering(self._telling, self._settings, self.hub)
        telling.start()
        return telling


def wait_for_no_reader(listener: socket.socket) -> None:
    """Connections that are accepted here end once an answer stays unread for too long."""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD)


def _unhurried(config: object, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """The handshake is left to the worker, which knows how long to wait for it."""
    context: Any = default()
    wrap = context.wrap_socket
    context.wrap_socket = lambda sock, **how: wrap(sock, **how, do_handshake_on_connect=False)
    return context  # type: ignore[no-any-return]


class Worker(GeventWorker):  # type: ignore[misc]
    """Ends within a second or two: parked requests are answered, idle connections closed. And
    nobody gets more of it than a phone, or a house full of phones, can use."""

    def patch(self) -> None:
        super().patch()
        for each in self.sockets:
            wait_for_no_reader(each)

    def run(self) -> None:
        self._connections: Counter[str] = Counter()
        self._idle: set[tuple[gevent.Greenlet, gevent.Timeout]] = set()
        self._ledger = ledgers.Ledger(self.app.settings.counted)
        beside = [gevent.spawn(self._end), gevent.spawn(self._count)]
        super().run()
        gevent.killall(beside)
        self._ledger.write()
        if self.app.hub is not None:
            self.app.hub.close()

    def handle(self, listener: Any, client: Any, addr: tuple[Any, ...]) -> None:
        """One connection, from its first byte to its end."""
        who = str(addr[0])
        self._connections[who] += 1
        try:
            if self._has_room(who) and _agreed(client):
                super().handle(listener, client, addr)
            else:
                client.close()
        finally:
            self._connections[who] -= 1
            if not self._connections[who]:
                del self._connections[who]

    def _has_room(self, who: str) -> bool:
        few = self._connections[who] <= FROM_ONE_ADDRESS
        return few or bool(self.app.settings.trusts(who))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Told to end, it is not ready (/readyz) from now on; `_end` does the rest."""
        super().handle_exit(sig, frame)
        if self.app.hub is not None:
            self.app.hub.draining = True

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Ctrl-C reaches master and workers alike; it ends them no less cleanly than SIGTERM."""
        self.handle_exit(sig, frame)

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """Around the wait for a connection's next request."""
        with gevent.Timeout(self.cfg.keepalive, False) as timeout:
            waiting = (gevent.getcurrent(), timeout)
            self._idle.add(waiting)
            try:
                yield
            finally:
                self._idle.discard(waiting)

    def _end(self) -> None:
        while self.alive:
            gevent.sleep(LOOK)
        if self.app.hub is not None:
            self.app.hub.release_all()
        while True:
            gevent.get_hub().loop.run_callback(self._close_idle)
            gevent.sleep(CLOSE)

    def _count(self) -> None:
        telling = None
        while True:
            telling = telling or self.app.tell_numbers()
            measures.PARKED.set(self.app.hub.parked if self.app.hub else 0)
            measures.CONNECTIONS.set(self._connections.total())
            measures.MEMORY.set(_memory())
            self._ledger.write()
            gevent.sleep(COUNTED_EVERY)

    def _close_idle(self) -> None:
        """Runs in the hub, where nobody can begin a request between the look and the throw."""
        for waiting, timeout in list(self._idle):
            waiting.throw(timeout)


def _memory() -> int:
    """Bytes that this process holds, in MiB that are full: less is no news. 0 where Linux's way
    to know is not there."""
    try:
        pages = int(STATM.read_text().split()[1])
    except OSError:
        return 0
    return pages * PAGE >> 20 << 20


def _agreed(client: Any) -> bool:
    """Whether the other side speaks as it should, and soon; what does not is no news."""
    if not isinstance(client, ssl.SSLSocket):
        return True
    try:
        with gevent.Timeout(HANDSHAKE, TimeoutError):
            client.do_handshake()
    except OSError:
        return False
    return True
