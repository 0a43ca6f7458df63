"""A body has to come at a pace: whoever sends it byte by byte holds a connection and says nothing.

No phone is that slow. A network that is gets its time: half a minute for the start, and then as
much as the slowest link that phones are used on would need.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

import gevent

GRACE = 30.0
SLOWEST = 4096
"""Bytes a second, on average, once the time for the start is over."""

STEP: Final = 64 << 10

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class TooSlow(Exception):
    """The body came so slowly that it was not waited for."""


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Upload:
    """The body of one request, as it comes from the network. Only for greenlets. Its source
    gives less than it is asked for only at the end."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def read(self, size: int) -> bytes:
        """As many bytes, or all there are; TooSlow."""
        began, pieces, received = time.monotonic(), [], 0
        while received < size:
            left = began + GRACE + received / SLOWEST - time.monotonic()
            with gevent.Timeout(max(left, 0.001), TooSlow):
                piece = self._source.read(step := min(STEP, size - received))
            pieces.append(piece)
            received += len(piece)
            if len(piece) < step:
                break
        return b"".join(pieces)


def paced(app: WSGI) -> WSGI:
    """The application, which waits for nobody who sends too slowly."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = Upload(environ["wsgi.input"])
        return app(environ, start_response)

    return application
