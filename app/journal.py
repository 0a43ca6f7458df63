"""The journal: one line per request, for whoever runs the server.

It tells which phone asked for what, what it got and how long that took. A person is the first
digits of an account's id, a phone the id by which lists and `taccuino device show` know it; names,
addresses, subjects, secrets, and what a phone calls itself, are never in it.
"""

from __future__ import annotations

import secrets
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TextIO, cast

import structlog

from app.metrics import measures

LEADING: Final = ["timestamp", "event"]
LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}

BEGAN: Final = "began"
KEPT: Final = ("request", "command", "version", "device")
"""What of a line that is still to come is kept meanwhile; there are thousands."""

Fields = dict[str, Any]
Errors = type[Exception] | tuple[type[Exception], ...]
log = structlog.get_logger()


class Lossy:
    """A stream for lines that may be lost where they cannot be written, on a full disk say:
    whoever asked for something is answered all the same."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def configure(level: str, stream: TextIO = sys.stderr) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=LEADING, drop_missing=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, Lossy(stream))),
        cache_logger_on_first_use=True,
    )


@contextmanager
def entry(fields: Fields | None = None, unless: Errors = ()) -> Iterator[Fields]:
    """The line of one request, filled in on the way and written at its end; an exception that
    is one of `unless` says that the end is still to come, with the same fields.

    `request` is the id by which the events it caused can be found.
    """
    fields = {} if fields is None else fields
    began = fields.pop(BEGAN, None) or time.perf_counter()
    fields.setdefault("request", secrets.token_hex(6))
    over = True
    try:
        yield fields
    except unless:
        over = False
        raise
    finally:
        if over:
            _write(fields, began)
        else:
            kept = {name: fields[name] for name in KEPT if name in fields}
            fields.clear()
            fields.update({**kept, BEGAN: began})


def _write(fields: Fields, began: float) -> None:
    if fields.get("times") == 0:
        return  # it was told a moment ago, and will be again
    log.info("served", **fields, ms=round((time.perf_counter() - began) * 1000, 1))


def incident(error: Exception) -> str:
    """Write down where something unexpected happened; the id is what the line refers to.

    Only the way through the code is told: the words of an error may hold what somebody wrote.
    """
    id = secrets.token_hex(4)
    measures.INCIDENTS.add()
    frames = traceback.extract_tb(error.__traceback__)
    way = " > ".join(f"{_short(frame.filename)}:{frame.lineno}:{frame.name}" for frame in frames)
    log.error("incident", incident=id, kind=type(error).__qualname__, way=way)
    return id


def trouble(error: Exception) -> str:
    """Write down that something we need cannot be used now, by its own words: they are ours and
    say what an administrator can do. The id is what the line refers to."""
    id = secrets.token_hex(4)
    log.warning("trouble", incident=id, kind=type(error).__qualname__, why=str(error))
    return id


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])
