"""Whether this server can serve: it can read its store."""

from __future__ import annotations

import re
from typing import Final

from falcon import Request, Response

from adapters.store.pool import Pool, StoreBusy, StoreUnavailable
from app.http import Http

PATH: Final = re.compile(r"/healthz/?$")
JSON: Final = "application/json"
NO_STORE: Final = {"Cache-Control": "no-store"}


class Health:
    """Answers probes; looks at nobody's data."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def __call__(self, req: Request, resp: Response) -> None:
        self._answer(req.method).put(resp)

    def _answer(self, method: str) -> Http:
        if method not in ("GET", "HEAD"):
            return Http(405, headers={"Allow": "GET, HEAD"})
        try:
            with self._pool.reading() as connection:
                connection.execute("SELECT 1").fetchone()
        except (StoreBusy, StoreUnavailable):
            return Http(503, b'{"status":"store unavailable"}', JSON, NO_STORE)
        return Http(200, b'{"status":"ok"}', JSON, NO_STORE)
