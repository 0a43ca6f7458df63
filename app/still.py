"""Requests to which the answer is known to be nothing, until something rings.

Most of what phones ask is whether there is anything new, in the very same words as before. One
process remembers such a request to the letter, secret included, beside the topics that could
change its answer. A ring of any of them, from any process, forgets it; so does a minute. What is
remembered is a digest under a key of this process, never the request itself.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import islice
from typing import Final
from uuid import UUID

import falcon

from app.journal import Fields

MOST: Final = 50_000
LATELY: Final = 1000
SMALL: Final = 4096
"""Longer bodies carry news."""

GOOD_FOR: Final = 60.0
"""Seconds after which a phone is looked at again: when it was seen, and under which window."""

NAMED: Final = (
    "HTTP_AUTHORIZATION",
    "HTTP_MS_ASPROTOCOLVERSION",
    "HTTP_X_MS_POLICYKEY",
    "HTTP_USER_AGENT",
    "HTTP_CONTENT_ENCODING",
    "CONTENT_TYPE",
    "QUERY_STRING",
    "PATH_INFO",
)
"""What of a request decides its answer, beside the body."""

Listen = Callable[[Callable[[Iterable[UUID] | None], None]], object]


@dataclass(frozen=True)
class Known:
    """`fields` are what the request's line tells again; `deadline` is on the process's clock."""

    topics: frozenset[UUID]
    fields: Fields
    deadline: float


class Stillness:
    """What one process knows to have no news. `on_ring` tells a listener which topics rang."""

    def __init__(
        self, on_ring: Listen | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, Known] = OrderedDict()
        self._by_topic: dict[UUID, set[bytes]] = {}
        self._lately: deque[frozenset[UUID] | None] = deque(maxlen=LATELY)
        self.rings = 0
        if on_ring is not None:
            on_ring(self.forget)

    def digest(self, env: dict[str, str], body: bytes) -> bytes:
        """Stands for the request to the letter."""
        said = [env.get(name, "") for name in NAMED]
        digest = blake2b("\0".join(said).encode("utf-8", "surrogateescape"), key=self._key)
        digest.update(body)
        return digest.digest()

    def answered(self, digest: bytes) -> Fields | None:
        """What to say in the request's line if the answer is known to be nothing."""
        known = self._known.get(digest)
        if known is None or known.deadline < self._clock():
            return None
        return known.fields

    def note(
        self, digest: bytes, topics: Iterable[UUID], fields: Fields, rings: int, now: datetime
    ) -> None:
        """The answer was nothing. `rings` is what was counted before it was looked for: if
        one of the topics rang meanwhile, nobody knows any more."""
        about = frozenset(topics)
        if self._rang(about, self.rings - rings):
            return
        self._drop(digest)
        deadline = self._clock() + min(GOOD_FOR, _until_midnight(now))
        self._known[digest] = Known(about, fields, deadline)
        for topic in self._known[digest].topics:
            self._by_topic.setdefault(topic, set()).add(digest)
        if len(self._known) > MOST:
            self._drop(next(iter(self._known)))

    def forget(self, topics: Iterable[UUID] | None) -> None:
        """These rang; None is for anything."""
        self.rings += 1
        self._lately.appendleft(None if topics is None else frozenset(topics))
        if topics is None:
            self._known.clear()
            self._by_topic.clear()
            return
        for topic in topics:
            for digest in list(self._by_topic.get(topic, ())):
                self._drop(digest)

    def _rang(self, about: frozenset[UUID], last: int) -> bool:
        """Whether any of these was among the last so many rings."""
        if last > LATELY:
            return True
        return any(rung is None or rung & about for rung in islice(self._lately, last))

    def _drop(self, digest: bytes) -> None:
        known = self._known.pop(digest, None)
        for topic in known.topics if known else ():
            there = self._by_topic.get(topic, set())
            there.discard(digest)
            if not there:
                self._by_topic.pop(topic, None)


def small_body(req: falcon.Request) -> bool:
    """Whether the body is announced and short enough to be one of those."""
    announced = req.env.get("CONTENT_LENGTH") or ""
    return announced.isdecimal() and int(announced) <= SMALL


def _until_midnight(now: datetime) -> float:
    """Seconds to the next day in UTC, when filter windows move."""
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()
