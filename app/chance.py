"""What a request leaves to chance and to the clock, so that it can be told once more.

Whatever of an answer comes from a draw is drawn here, and whatever comes from the time of day is
read off a clock made by `told_by`. Inside `following` both follow from a script: the clock stands
still, and each draw is the hash of a secret seed, of what it is for, and of how many of these were
drawn before. So who has the script gets the same answer to the letter, and nobody can guess a draw
without it. Outside, chance is the system's and the clock goes on.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

SEED: Final = 32


@dataclass(frozen=True)
class Script:
    """The instant at which something happens, and what all its draws follow from."""

    at: datetime
    seed: bytes


@dataclass(frozen=True)
class _Telling:
    script: Script
    drawn: Counter[str]

    def draw(self, purpose: str, size: int) -> bytes:
        number = self.drawn[purpose]
        self.drawn[purpose] += 1
        named = f"{purpose}:{number}".encode()
        return blake2b(named, key=self.script.seed, digest_size=size).digest()


_telling: ContextVar[_Telling | None] = ContextVar("telling", default=None)


def new_seed() -> bytes:
    return secrets.token_bytes(SEED)


@contextmanager
def following(script: Script) -> Iterator[None]:
    """All that happens inside happens at the script's instant, and by its draws."""
    token = _telling.set(_Telling(script, Counter()))
    try:
        yield
    finally:
        _telling.reset(token)


def told_by(clock: Callable[[], datetime]) -> Callable[[], datetime]:
    """This clock, or the instant of the script that is followed."""

    def now() -> datetime:
        telling = _telling.get()
        return clock() if telling is None else telling.script.at

    return now


def identity(purpose: str) -> UUID:
    """A new id for a thing of this kind: the millisecond and 74 drawn bits (RFC 9562 5.7).

    Ids that are given out one after the other lie side by side in every index, so what is new costs
    the same however much there is.
    """
    telling = _telling.get()
    at = time.time() if telling is None else telling.script.at.timestamp()
    drawn = int.from_bytes(_draw(purpose, 10), "big")
    high, low = drawn >> 64 & 0xFFF, drawn & (1 << 62) - 1
    return UUID(int=int(at * 1000) << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low)


def tag() -> int:
    """What the key of one answer is known by: 63 bits."""
    return int.from_bytes(_draw("tag", 8), "big") >> 1


def policy_key() -> int:
    """The key of a policy: 32 bits, never 0."""
    return int.from_bytes(_draw("policy", 16), "big") % (2**32 - 1) + 1


def name(purpose: str) -> str:
    """A name that nothing else has, in 32 hexadecimal digits."""
    return _draw(purpose, 16).hex()


def _draw(purpose: str, size: int) -> bytes:
    telling = _telling.get()
    return secrets.token_bytes(size) if telling is None else telling.draw(purpose, size)
