"""Who is signed in: a random token in a cookie, of which the store has only a digest.

A session ends when it was not used for a while, when it is old, when the secrets of its person
change in any way (the account's epoch moves on), or when the person ends it, here or everywhere.
The rows are read with each request, so all of that counts at once, in every process.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Final

from adapters.store.pool import StoreBusy, StoreUnavailable
from app.groupware import Groupware
from domain.base import named_id
from projections import accounts, sessions
from projections.accounts import AccountRow
from projections.sessions import SessionRow

IDLE: Final = timedelta(hours=2).total_seconds()
LONGEST: Final = timedelta(hours=12).total_seconds()
HALFWAY: Final = timedelta(minutes=10).total_seconds()
"""Seconds between the password and the code."""

SESSIONS: Final = named_id("sessions", "")
"""The topic that rings when one was ended."""

NOTED_EVERY: Final = 60.0
A_MOMENT: Final = 0.1
AHEAD: Final = 60.0
"""Seconds that the clocks of two processes may be apart."""


@dataclass(frozen=True)
class Session:
    """A browser and its person; `whole` once every factor was shown."""

    person: AccountRow
    whole: bool


class Sessions:
    """The sessions of all people, in the store that all processes share."""

    def __init__(self, groupware: Groupware) -> None:
        self._groupware = groupware

    def begin(self, person: AccountRow, whole: bool) -> str:
        """A new session; its token, which nobody had before (so nobody can have planted it)."""
        token, now = new_token(), self._now()
        row = SessionRow(digest(token), person.id, person.epoch, whole, now, now)
        with self._groupware.pool.writing(lasting=False) as connection:
            sessions.forget(connection, now - LONGEST)
            sessions.keep(connection, row)
        return token

    def find(self, token: str) -> Session | None:
        """The session of this token, if it is one that is not over; it is used by that."""
        now = self._now()
        found = self._found(token, now)
        if found is None:
            return None
        row, person = found
        if now - row.used >= NOTED_EVERY:
            self._note_use(row, now)
        return Session(person, row.whole)

    def look(self, token: str) -> Session | None:
        """The same, by a page that stays open: it is no use of the session."""
        found = self._found(token, self._now())
        return None if found is None else Session(found[1], found[0].whole)

    def _found(self, token: str, now: float) -> tuple[SessionRow, AccountRow] | None:
        with self._groupware.reading() as connection:
            row = sessions.find(connection, digest(token))
            person = accounts.by_id(connection, row.account) if row else None
        if row is None or person is None or person.epoch != row.epoch or _is_over(row, now):
            return None
        return row, person

    def renew(self, token: str, person: AccountRow, whole: bool = True) -> str:
        """The session goes on under another token: its rights rose, or its person's secrets are
        others now by their own doing."""
        self.end(token)
        return self.begin(person, whole)

    def end(self, token: str) -> None:
        with self._groupware.pool.writing(lasting=False) as connection:
            sessions.end(connection, digest(token))
        self._ring()

    def end_all(self, person: AccountRow) -> None:
        """In every browser."""
        with self._groupware.pool.writing() as connection:
            sessions.end_all(connection, person.id)
        self._ring()

    def _ring(self) -> None:
        """Pages that are told what is new look whether they still may."""
        self._groupware.ring([SESSIONS])

    def _note_use(self, row: SessionRow, now: float) -> None:
        """Where that cannot be written at once, the next time will do."""
        with (
            suppress(StoreBusy, StoreUnavailable),
            self._groupware.pool.writing(A_MOMENT, lasting=False) as connection,
        ):
            sessions.note_use(connection, row.digest, now)

    def _now(self) -> float:
        return self._groupware.clock().timestamp()


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """By what a token is known."""
    return blake2b(token.encode("utf-8", "surrogatepass"), digest_size=32).digest()


def _is_over(row: SessionRow, now: float) -> bool:
    """A clock that was set back ends a session as well: nobody knows how old it is."""
    longest = LONGEST if row.whole else HALFWAY
    return not (-AHEAD <= now - row.began < longest and -AHEAD <= now - row.used < IDLE)
