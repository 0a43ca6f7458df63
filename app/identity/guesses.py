"""Guessing means many different wrong secrets; the same one, sent again and again, is none.

Whoever guesses has to wait, longer with each guess: for one account, and more mildly for one
address, since behind an address there may be a whole office. A secret that was verified a moment
ago never waits: phones in use do not notice. Where somebody came in lately, only what is guessed
there counts against them, so nobody elsewhere can keep them out. What was guessed is known to all
processes, also after a restart (projections/attempts.py). The journal has a line of each guess,
with the address and no name, for what keeps such addresses out (ops/fail2ban).
"""

from __future__ import annotations

import ipaddress
import sqlite3
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from uuid import UUID

from app.groupware import Groupware
from app.journal import log
from domain.account import name_key
from projections import attempts
from projections.accounts import AccountRow

FORGOTTEN_AFTER: Final = 3600.0
AHEAD: Final = 60.0
"""Seconds by which a clock may have been set back before what it says is not believed."""

FAMILIAR_FOR: Final = 30 * 86_400.0
"""Seconds for which the address is familiar at which somebody had the right secret."""

NOTED_EVERY: Final = 86_400.0
PATIENCE: Final = 2.0
"""Seconds to wait for the store; a guess that cannot be counted is answered with "later"."""

SIXES: Final = 64
"""Of an address of IPv6 this many bits count: the rest is the customer's to choose."""

NOBODY: Final = UUID(int=0)


@dataclass(frozen=True)
class Pace:
    """`free` wrong guesses cost nothing; then each doubles the wait, up to `longest` seconds."""

    free: int
    longest: float

    def wait(self, wrong: int) -> float:
        if wrong <= self.free:
            return 0.0
        return min(self.longest, 2.0 ** min(wrong - self.free - 1, 30))


PER_ACCOUNT: Final = Pace(free=5, longest=900.0)
PER_ADDRESS: Final = Pace(free=30, longest=4.0)

PURPOSES: Final = ("secret", "code")
"""What is guessed at: a password, or the code after it."""


class Guesses:
    """The wrong guesses against each of many, in the store that all processes share."""

    def __init__(self, groupware: Groupware) -> None:
        self._groupware = groupware

    def name(self, account: AccountRow | None, user: str, purpose: str = "secret") -> bytes:
        """Whose secret is guessed, also where there is nobody of that name."""
        if account is not None:
            return self._groupware.keyring.digest(account.id, f"guesses of a {purpose}", "")
        return self._groupware.keyring.digest(NOBODY, f"guesses of a {purpose}", name_key(user))

    def wait(self, who: bytes, address: str) -> float:
        """Seconds until the next guess is looked at; 0 if it is at once."""
        now, place = self._now(), self._place(address)
        with self._groupware.reading() as connection:
            against = self._against(connection, who, place, now)
            of_account = self._wrong(attempts.guesses(connection, against), now)
            of_address = self._wrong(attempts.guesses(connection, place), now)
        return max(0.0, _left(PER_ACCOUNT, of_account, now), _left(PER_ADDRESS, of_address, now))

    def count(self, who: bytes, address: str, digest: bytes | None = None) -> None:
        """A wrong guess; one with the same `digest` as another of the last hour is none."""
        now, place = self._now(), self._place(address)
        with self._groupware.pool.writing(PATIENCE, lasting=False) as connection:
            attempts.forget_guesses(connection, now - FORGOTTEN_AFTER, now + AHEAD)
            if digest is not None and not attempts.is_new(connection, digest, now):
                return
            for each in (self._against(connection, who, place, now), place):
                wrong, _ = attempts.guesses(connection, each)
                attempts.note_guess(connection, each, wrong + 1, now)
        if _is_address(address):
            log.warning("refused", address=address)

    def forgive(self, who: bytes, address: str) -> None:
        """The right secret came: what was wrong before is forgotten, and the place is familiar."""
        now, place = self._now(), self._place(address)
        with self._groupware.reading() as connection:
            against = self._against(connection, who, place, now)
            wrong, _ = attempts.guesses(connection, against)
            known = 0 <= now - attempts.came_last(connection, who, place) < NOTED_EVERY
        if known and not wrong:
            return
        with self._groupware.pool.writing(PATIENCE, lasting=False) as connection:
            attempts.forgive(connection, against)
            attempts.note_place(connection, who, place, now, now - FAMILIAR_FOR)

    def _against(
        self, connection: sqlite3.Connection, who: bytes, place: bytes, now: float
    ) -> bytes:
        """What a guess at this place counts against: the account, or the account there only."""
        familiar = now - attempts.came_last(connection, who, place) <= FAMILIAR_FOR
        return blake2b(place, key=who, digest_size=32).digest() if familiar else who

    def _now(self) -> float:
        return self._groupware.clock().timestamp()

    def _place(self, address: str) -> bytes:
        return self._groupware.keyring.digest(NOBODY, "guesses from an address", network(address))

    def _wrong(self, known: tuple[int, float], now: float) -> tuple[int, float]:
        _, last = known
        return known if -AHEAD <= now - last <= FORGOTTEN_AFTER else (0, now)


def _left(pace: Pace, known: tuple[int, float], now: float) -> float:
    wrong, last = known
    return min(last, now) + pace.wait(wrong) - now


def network(address: str) -> str:
    """Behind whom an address is: itself, or its network where everybody has billions of them."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6:
        return str(ipaddress.ip_network((found, SIXES), strict=False))
    return address


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
