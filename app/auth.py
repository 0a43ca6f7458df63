"""Who is asking: the Basic header of each request, checked slowly once and quickly ever after.

Phones send the secret with every request (MS-ASHTTP 2.2.1.1.2.2). A secret that was verified is
remembered for minutes as a digest under a key of this process, together with the account's epoch:
the row is read each time, so a new password or a disabled account counts at once, in every
process. A secret that was wrong is remembered in the same way, so that a phone which goes on
sending an outdated one costs nothing and is no attack.
"""

from __future__ import annotations

import base64
import binascii
import math
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from uuid import UUID

from app import passwords, people
from app.groupware import Groupware
from app.guesses import PER_ACCOUNT, PER_ADDRESS, Guesses
from domain.account import name_key
from domain.refused import Refused
from projections import accounts
from projections.accounts import AccountRow

VERIFIED_FOR: Final = 15 * 60.0
REMEMBERED: Final = 20_000
LONGEST_HEADER: Final = 2048

Listen = Callable[[Callable[[Iterable[UUID] | None], None]], object]


class Unauthorized(Refused):
    """Nobody we know, or not with this secret. `retry_after` are the seconds before which the
    next attempt will not even be looked at; None if it will."""

    def __init__(self, retry_after: int | None = None) -> None:
        super().__init__("the name or the password is not right")
        self.retry_after = retry_after


class NotEnabled(Refused):
    """The person is who they say, but ActiveSync is not theirs to use (403, or Status 126)."""


@dataclass(frozen=True)
class Principal:
    """Whoever a request comes from, proven by a secret."""

    account: AccountRow


@dataclass(frozen=True)
class Verdict:
    """Whether a secret is right; good for one epoch of its account, until `deadline`."""

    right: bool
    account: UUID
    epoch: int
    deadline: float


class Authenticator:
    """Proves the principals of one process. `on_ring` tells a listener which topics rang."""

    def __init__(
        self,
        groupware: Groupware,
        on_ring: Listen | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._groupware = groupware
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._verdicts: OrderedDict[bytes, Verdict] = OrderedDict()
        self._flights: dict[bytes, threading.Lock] = {}
        self._against_account = Guesses(PER_ACCOUNT)
        self._from_address = Guesses(PER_ADDRESS)
        if on_ring is not None:
            on_ring(self.forget)

    def principal(self, header: str | None, address: str) -> Principal:
        """Who sent this Authorization header; Unauthorized, or NotEnabled."""
        account = self.verify(*credentials(header), address)
        if not account.enabled:
            raise NotEnabled("ActiveSync is not enabled for this account")
        return Principal(account)

    def verify(self, user: str, secret: str, address: str) -> AccountRow:
        """The account of `user`, enabled or not, if the secret is right; else Unauthorized."""
        account = self._account(user)
        who = account.id.bytes if account else name_key(user).encode()
        digest = self._digest(who, secret)
        with self._flight(digest):
            verdict = self._known(digest, account)
            if verdict is None:
                verdict = self._judge(digest, account, who, secret, address)
        if account is None or not verdict:
            raise Unauthorized
        return account

    def forget(self, topics: Iterable[UUID] | None) -> None:
        """Something about these accounts changed: what is remembered of them is let go.

        None says that nobody knows what changed: then the epochs tell.
        """
        changed = set(topics or ())
        for digest, verdict in list(self._verdicts.items()):
            if verdict.account in changed:
                self._verdicts.pop(digest, None)

    def _account(self, user: str) -> AccountRow | None:
        with self._groupware.reading() as connection:
            if "@" in user and (found := accounts.by_mail(connection, user)):
                return found
            return accounts.find(connection, bare_name(user))

    def _known(self, digest: bytes, account: AccountRow | None) -> bool | None:
        """What is remembered about this secret; None if nothing is, or it is no longer true."""
        verdict = self._verdicts.get(digest)
        if verdict is None or verdict.epoch != _epoch(account) or verdict.deadline < self._clock():
            return None
        return verdict.right

    def _judge(
        self, digest: bytes, account: AccountRow | None, who: bytes, secret: str, address: str
    ) -> bool:
        """Verify slowly, if guessing has not gone too far; count it if it was wrong."""
        now = self._clock()
        wait = max(self._against_account.wait(who, now), self._from_address.wait(address, now))
        if wait > 0:
            raise Unauthorized(math.ceil(wait))
        right = passwords.verify(secret, account.login_hash if account else "")
        if right and account is not None:
            self._against_account.forgive(who)
            self._renew_hash(account, secret)
        else:
            self._against_account.count(who, self._clock())
            self._from_address.count(address, self._clock())
        self._remember(digest, account, right)
        return right

    def _remember(self, digest: bytes, account: AccountRow | None, right: bool) -> None:
        id = account.id if account else UUID(int=0)
        deadline = self._clock() + VERIFIED_FOR
        self._verdicts[digest] = Verdict(right, id, _epoch(account), deadline)
        self._verdicts.move_to_end(digest)
        if len(self._verdicts) > REMEMBERED:
            self._verdicts.popitem(last=False)

    def _renew_hash(self, account: AccountRow, secret: str) -> None:
        """Hash anew what was hashed with yesterday's parameters: only now the secret is here."""
        if passwords.is_outdated(account.login_hash):
            author = self._groupware.author("system", "rehash")
            people.renew_hash(self._groupware, author, account.id, account.login_hash, secret)

    def _digest(self, who: bytes, secret: str) -> bytes:
        text = len(who).to_bytes(2, "big") + who + secret.encode("utf-8", "surrogatepass")
        return blake2b(text, key=self._key, digest_size=32).digest()

    @contextmanager
    def _flight(self, digest: bytes) -> Iterator[None]:
        """One at a time with the same secret: the others find what the first one learnt."""
        lock = self._flights.setdefault(digest, threading.Lock())
        with lock:
            try:
                yield
            finally:
                self._flights.pop(digest, None)


def credentials(header: str | None) -> tuple[str, str]:
    """Name and secret of a Basic header, in UTF-8 or else Latin-1 (RFC 7617); or Unauthorized."""
    scheme, _, encoded = (header or "").strip().partition(" ")
    if scheme.lower() != "basic" or len(encoded) > LONGEST_HEADER:
        raise Unauthorized
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise Unauthorized from None
    user, colon, secret = _text(raw).partition(":")
    if not (colon and user and secret) or any(ord(c) < 32 or ord(c) == 127 for c in user + secret):
        raise Unauthorized
    return user, secret


def bare_name(user: str) -> str:
    """The account's name in `name`, `DOMAIN\\name`, `name@domain` or `DOMAIN\\name@domain`."""
    return user.rpartition("\\")[2].partition("@")[0]


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _epoch(account: AccountRow | None) -> int:
    return account.epoch if account else 0
