"""The server, where numbers are there at once."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

from app import serving  # noqa: E402
from app.settings import Settings  # noqa: E402

serving.COUNTED_EVERY = 0.05  # type: ignore[misc]
serving.serve(Settings.load())
