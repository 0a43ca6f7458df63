"""What a server process does until its store can be opened: it tells everybody to come later.

A process is replaced when it dies, whatever the moment: while the disk is full, the file is
read-only or somebody keeps it locked. It must not give up then, since gunicorn would end all the
others, too. Whoever comes makes it try again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from adapters.store.pool import StoreBusy, StoreUnavailable
from app.errors import BUSY, INCIDENT, later
from app.health import unopened
from app.journal import trouble
from app.routes import WSGI

UNUSABLE: Final = (StoreBusy, StoreUnavailable, OSError)
AGAIN: Final = 1.0
"""Seconds after which opening it is tried again."""


class Opening:
    """An application made by `start`, now or when that becomes possible."""

    def __init__(self, start: Callable[[], WSGI]) -> None:
        self._start = start
        self._app: WSGI | None = None
        self._next = 0.0
        self._why = self._incident = ""
        self._trying = threading.Lock()
        self._try()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if self._app is None:
            self._try()
        if self._app is not None:
            return self._app(environ, start_response)
        return self._put_off(str(environ.get("PATH_INFO", "")), start_response)

    def _put_off(self, path: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
        told = unopened(path, self._why) or later(BUSY, **{INCIDENT: self._incident})
        length = ("Content-Length", str(len(told.body)))
        kind = [("Content-Type", told.content_type)] if told.body else []
        status = "200 OK" if told.status == 200 else "503 Service Unavailable"
        start_response(status, [*told.headers.items(), *kind, length])
        return [told.body]

    def _try(self) -> None:
        """One at a time, and not all the time."""
        if time.monotonic() < self._next or not self._trying.acquire(blocking=False):
            return
        try:
            self._app = self._start()
        except UNUSABLE as error:
            self._why, self._incident = str(error), trouble(error)
            self._next = time.monotonic() + AGAIN
        finally:
            self._trying.release()
