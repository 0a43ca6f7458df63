"""Requests to which the answer is known to be nothing, as long as nothing has happened.

Most of what phones ask is whether there is anything new, in the very same words as before. One
process remembers such a request to the letter, secret included, with the place in the log up to
which it was answered and the topics that could change its answer. While the store has not moved
the answer stands; if it has, the few events since are looked at. What is remembered is a digest
under a key of this process, never the request itself, and for a minute at most.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final, NamedTuple
from uuid import UUID

import falcon

from adapters.store.chain import head
from adapters.store.pool import Pool
from app.journal import Fields
from projections.touched import touched

MOST: Final = 50_000
SMALL: Final = 4096
"""Longer bodies carry news."""

GOOD_FOR: Final = 60.0
"""Seconds after which a phone is looked at again: when it was seen, and under which window."""

TOLD_EVERY: Final = 1.0
"""Seconds between the journal's lines of the same question: a phone that asks in a loop costs
next to nothing, and its lines should not cost more."""

FEW: Final = 200
"""So many events are looked at; where more happened, the question is asked anew."""

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


class Moment(NamedTuple):
    """Where the store was: its data version, and the last position of its log."""

    version: int
    position: int


@dataclass
class Known:
    """`fields` are what the request's line tells again; `deadline` is on the process's clock."""

    topics: frozenset[UUID]
    fields: Fields
    deadline: float
    moment: Moment
    told: float = -TOLD_EVERY
    times: int = 0

    def line(self, now: float) -> Fields:
        """What the request's line says; `times` is how often it was asked since the last one, 0
        if that was a moment ago."""
        self.times += 1
        if now - self.told < TOLD_EVERY:
            return {**self.fields, "times": 0}
        times, self.times, self.told = self.times, 0, now
        return {**self.fields, "times": times}


class Stillness:
    """What one process knows to have no news."""

    def __init__(self, pool: Pool, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, Known] = OrderedDict()

    def digest(self, env: dict[str, str], body: bytes) -> bytes:
        """Stands for the request to the letter."""
        said = [env.get(name, "") for name in NAMED]
        digest = blake2b("\0".join(said).encode("utf-8", "surrogateescape"), key=self._key)
        digest.update(body)
        return digest.digest()

    def now(self) -> Moment:
        """Where the store is; what is found out from here on is at least as new."""
        version = self._pool.data_version()
        with self._pool.reading() as connection:
            return Moment(version, head(connection)[0])

    def answered(self, digest: bytes) -> Fields | None:
        """What to say in the request's line if the answer is known to be nothing."""
        known, now = self._known.get(digest), self._clock()
        if known is None or known.deadline < now:
            return None
        if known.moment.version != self._pool.data_version() and not self._stands(known):
            self._known.pop(digest, None)  # while it was looked at, another request may have been
            return None
        return known.line(now)

    def note(
        self,
        digest: bytes,
        topics: Iterable[UUID],
        fields: Fields,
        moment: Moment,
        now: datetime,
    ) -> None:
        """The answer was nothing, looked for from `moment` on."""
        deadline = self._clock() + min(GOOD_FOR, _until_midnight(now))
        self._known[digest] = Known(frozenset(topics), fields, deadline, moment)
        self._known.move_to_end(digest)
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    def _stands(self, known: Known) -> bool:
        """Whether nothing that happened since could change the answer."""
        moment = self.now()
        if moment.position - known.moment.position > FEW:
            return False
        with self._pool.reading() as connection:
            about = touched(connection, known.moment.position, moment.position)
        if about & known.topics:
            return False
        known.moment = moment
        return True


def small_body(req: falcon.Request) -> bool:
    """Whether the body is announced and short enough to be one of those."""
    announced = req.env.get("CONTENT_LENGTH") or ""
    return announced.isdecimal() and int(announced) <= SMALL


def _until_midnight(now: datetime) -> float:
    """Seconds to the next day in UTC, when filter windows move."""
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()
