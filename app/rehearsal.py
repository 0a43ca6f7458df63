"""For a phone that only tries an account out: everything happens, and nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.groupware import Groupware


class _Over(Exception):
    """The rehearsal is over: take back what it wrote."""


@contextmanager
def rehearsal(groupware: Groupware) -> Iterator[None]:
    """What is written inside is taken back at the end, and no bell rings."""
    try:
        with groupware.pool.writing():
            yield
            raise _Over
    except _Over:
        return
