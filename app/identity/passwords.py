"""Login passwords: how long they must be, how they are hashed, and where that may happen.

A hash takes 40 ms of a core by intent. In a server of greenlets it is computed on a thread of
its own, as many at a time as there are cores, so that nobody else waits for it.
"""

from __future__ import annotations

import os
import secrets
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Final, ParamSpec, TypeVar

from gevent.monkey import is_module_patched
from gevent.threadpool import ThreadPool
from passlib.hash import argon2

from domain.refused import Refused

argon2.set_backend()  # at once: two threads that both find out which one there is trip each other
SCHEME: Final = argon2.using(type="ID", memory_cost=19 * 1024, rounds=2, parallelism=1)
"""Argon2id with 19 MiB, two passes, one lane (the first choice of OWASP's cheat sheet)."""

SHORTEST, LONGEST = 8, 256

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that looks like something else on a phone."""

NOBODYS: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$c2VjcmV0IG9mIG5vYm9keQ"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
"""A hash that no password has: checked against where there is no account, to take as long."""

P = ParamSpec("P")
T = TypeVar("T")


class WeakPassword(Refused):
    """The password is too short or too long."""


def expect_strong(password: str) -> None:
    """WeakPassword if it must not become one; only its length counts (NIST SP 800-63B 5.1.1)."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"a password has between {SHORTEST} and {LONGEST} characters")


def generate() -> str:
    """A password of 79 bits that can be typed on a phone."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def hash_password(password: str) -> str:
    return str(_off_the_hub(SCHEME.hash, normal(password)))


def verify(password: str, hash: str) -> bool:
    """Whether `hash` is of `password`; with an empty hash it takes as long and is not."""
    if len(password) > LONGEST:
        return False
    right = _off_the_hub(argon2.verify, normal(password), hash or NOBODYS)
    return bool(right and hash)


def is_outdated(hash: str) -> bool:
    """Whether the hash was made with other parameters than those of today."""
    return bool(SCHEME.needs_update(hash))


def normal(password: str) -> str:
    """The same bytes for the same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)


def _off_the_hub(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    if not is_module_patched("threading"):
        return work(*args, **kwargs)
    result: T = _threads(os.getpid()).apply(work, args, kwargs)
    return result


@cache
def _threads(process: int) -> ThreadPool:
    """The threads of this process; a fork does not inherit them."""
    return ThreadPool(os.cpu_count() or 1)
