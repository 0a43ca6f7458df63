"""What the journal says while a test goes on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from app import journal
from tests import leaks


@contextmanager
def written(level: str) -> Iterator[io.StringIO]:
    """The lines from this level on; afterwards the journal is as it was before."""
    before = structlog.get_config()
    stream = io.StringIO()
    journal.configure(level, stream)
    structlog.configure(cache_logger_on_first_use=False)
    leaks.listen()
    try:
        yield stream
    finally:
        structlog.configure(**before)
