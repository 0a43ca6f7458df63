"""How much of a server one phone may take: so many requests at once, and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Final

AT_ONCE: Final = 16
"""Phones use a handful of connections; what opens more has lost its mind, or its answers."""

RETRY_AFTER: Final = 30


class TooManyAtOnce(Exception):
    """This phone waits for too many answers already."""


class Pace:
    """Counts, in one process, the requests of each phone that are under way."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._under_way: Counter[Hashable] = Counter()

    @contextmanager
    def one_of(self, phone: Hashable) -> Iterator[None]:
        """TooManyAtOnce if the phone has all it may have under way."""
        if self._under_way[phone] >= self._at_once:
            raise TooManyAtOnce
        self._under_way[phone] += 1
        try:
            yield
        finally:
            self._under_way[phone] -= 1
            if not self._under_way[phone]:
                del self._under_way[phone]
