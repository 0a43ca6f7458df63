"""Whether this process is there (/healthz), and whether it can serve (/readyz).

The first looks at nothing: whoever asks it would end a process that does not answer, and one that
waits for its store is right to wait. The second looks at all that serving needs, and says what is
missing: whoever asks it sends phones elsewhere, or an administrator here.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from falcon import Request, Response

from adapters.store.pool import StoreBusy, StoreUnavailable
from app.http import Http
from app.push.wake import WakeHub
from projections import schema

PATH: Final = re.compile(r"/(?P<probe>healthz|readyz)/?$")
JSON: Final = "application/json"
NO_STORE: Final = {"Cache-Control": "no-store"}
OK: Final = "ok"

PATIENCE: Final = 2.0
"""Seconds that somebody else may keep the store locked before it counts as trouble."""

LITTLE: Final = 16 << 20
"""Bytes: with less on the disk there is no telling which write will be the last."""


class Readiness:
    """What keeps a process from serving, part by part."""

    def __init__(self, home: Path, hub: WakeHub) -> None:
        self._home = home
        self._hub = hub

    def parts(self) -> dict[str, str]:
        """Each with "ok", or what is wrong with it."""
        return {
            "store": self._store() or OK,
            "rows": self._rows() or OK,
            "disk": self._disk() or OK,
            "hub": OK if self._hub.alive else "the hub that wakes phones does not run",
            "ending": "this process is about to end" if self._hub.draining else OK,
        }

    def ready(self) -> bool:
        return all(told == OK for told in self.parts().values())

    def _store(self) -> str:
        if self._hub.pool is None:
            return "the store is not open yet"
        try:
            self._hub.pool.expect_writable(PATIENCE)
        except (StoreBusy, StoreUnavailable) as error:
            return str(error)
        return ""

    def _rows(self) -> str:
        """Every row is written with its event; what can be behind is a program's version."""
        if self._hub.pool is None:
            return "the store is not open yet"
        try:
            with self._hub.pool.reading() as connection:
                current = schema.is_current(connection)
        except (StoreBusy, StoreUnavailable) as error:
            return str(error)
        return "" if current else "another version of the program made the rows: restart this one"

    def _disk(self) -> str:
        try:
            free = shutil.disk_usage(self._home).free
        except OSError as error:
            return f"{self._home}: {error.strerror}"
        return "" if free >= LITTLE else f"only {free >> 20} MiB are free"


class Health:
    """Answers probes; looks at nobody's data."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    def __call__(self, req: Request, resp: Response, probe: str) -> None:
        self._answer(req.method, probe).put(resp)

    def _answer(self, method: str, probe: str) -> Http:
        if method not in ("GET", "HEAD"):
            return Http(405, headers={"Allow": "GET, HEAD"})
        return alive() if probe == "healthz" else told(self._readiness.parts())


def alive() -> Http:
    return Http(200, b'{"status":"ok"}', JSON, NO_STORE)


def told(parts: Mapping[str, str]) -> Http:
    """Ready if every part is."""
    ready = all(each == OK for each in parts.values())
    body = json.dumps({"ready": ready, **parts}).encode()
    return Http(200 if ready else 503, body, JSON, NO_STORE)


def unopened(path: str, why: str) -> Http | None:
    """What a process says to a probe that could not open its store; None if it is no probe."""
    probe = PATH.match(path)
    if probe is None:
        return None
    return alive() if probe["probe"] == "healthz" else told({"store": why})
