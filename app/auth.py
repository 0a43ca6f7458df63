"""Who is asking: the Basic header of each request, checked slowly once and quickly ever after.

Phones send the secret with every request (MS-ASHTTP 2.2.1.1.2.2). What a secret was found to be
(identity/judging.py) is remembered for minutes, as a digest under a key of this process, together
with the account's epoch: the row is read each time, so a new password, a second factor or a
disabled account counts at once, in every process. A secret that was wrong is remembered in the same
way, so that a phone which goes on sending it costs nothing and is no attack; one that used to be
right is noted with the phone that sends it, so that somebody can be told.
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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final
from uuid import UUID

from adapters.directory.person import DirectoryDown
from adapters.store.pool import StoreBusy, StoreUnavailable
from app import people
from app.groupware import Groupware
from app.identity import credentials as use
from app.identity.guesses import Guesses
from app.identity.judging import GUESS, Judgement, LoginCheck, judge, own_password
from app.metrics import measures
from domain.account import name_key
from domain.house import HOUSE
from domain.refused import Refused
from projections import attempts
from projections.accounts import AccountRow

VERIFIED_FOR: Final = 15 * 60.0
WHILE_DOWN: Final = 8 * 3600.0
"""Seconds more for which a secret that was right is believed while the directory is down."""

REMEMBERED: Final = 20_000

NOTED_EVERY: Final = 300.0
"""Seconds between two notes that the same phone uses the same secret."""

A_MOMENT: Final = 0.1
DEVICE, AGENT = 32, 200
"""So many characters are kept of what a phone calls itself."""
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
    """What a secret is worth; good for one epoch of its account, until `deadline`."""

    judgement: Judgement
    account: UUID
    epoch: int
    deadline: float


class Authenticator:
    """Proves the principals of one process. `on_ring` tells a listener which topics rang; `login`
    says whether a login password is right."""

    def __init__(
        self,
        groupware: Groupware,
        on_ring: Listen | None = None,
        clock: Callable[[], float] = time.monotonic,
        login: LoginCheck = own_password,
    ) -> None:
        self._groupware = groupware
        self._clock = clock
        self._login = login
        self._key = secrets.token_bytes(32)
        self._verdicts: OrderedDict[bytes, Verdict] = OrderedDict()
        self._flights: dict[bytes, threading.Lock] = {}
        self._guesses = Guesses(groupware)
        self._noted: OrderedDict[object, float] = OrderedDict()
        self._forgotten = 0
        if on_ring is not None:
            on_ring(self.forget)

    def principal(
        self, header: str | None, address: str, device: str = "", agent: str = ""
    ) -> Principal:
        """Who sent this Authorization header; Unauthorized, or NotEnabled. `device` and `agent`
        are what the phone calls itself."""
        user, secret = credentials(header)
        account = people.find(self._groupware, user)
        judgement = self._judgement(account, user, secret, address)
        measures.AUTHENTICATIONS.add(_outcome(account, judgement))
        if account is not None:
            self._note(account, judgement, _told(device, DEVICE), _told(agent, AGENT))
        if account is None or not judgement.right:
            raise Unauthorized
        if not account.enabled:
            raise NotEnabled("ActiveSync is not enabled for this account")
        return Principal(account)

    def forget(self, topics: Iterable[UUID] | None) -> None:
        """Something about these accounts changed: what is remembered of them has to be found out
        anew, and helps out only while the directory is down and nothing about secrets changed.

        None says that nobody knows what changed: then the epochs tell.
        """
        changed = set(topics or ())
        self._forgotten += HOUSE in changed
        for digest, verdict in list(self._verdicts.items()):
            if verdict.account in changed or HOUSE in changed:
                self._forget(digest)

    def _forget(self, digest: bytes) -> None:
        if (verdict := self._verdicts.get(digest)) is not None:
            deadline = min(verdict.deadline, self._clock())
            self._verdicts[digest] = replace(verdict, deadline=deadline)

    def _judgement(
        self, account: AccountRow | None, user: str, secret: str, address: str
    ) -> Judgement:
        digest = self._digest(account.id.bytes if account else name_key(user).encode(), secret)
        forgotten = self._forgotten
        with self._flight(digest):
            known = self._known(digest, account)
            if known is None:
                known = self._judged_anew(digest, account, user, secret, address)
                if forgotten != self._forgotten:  # it was judged by what is over
                    self._forget(digest)
        return known

    def _judged_anew(
        self, digest: bytes, account: AccountRow | None, user: str, secret: str, address: str
    ) -> Judgement:
        """While the directory is down, whoever it knew today is let in; else DirectoryDown."""
        try:
            judgement = self._judged(account, user, secret, address)
        except DirectoryDown:
            known = self._known(digest, account, WHILE_DOWN)
            if known is None or not known.right:
                measures.AUTHENTICATIONS.add("directory down")
                raise
            return known
        self._remember(digest, account, judgement)
        return judgement

    def _known(
        self, digest: bytes, account: AccountRow | None, longer: float = 0.0
    ) -> Judgement | None:
        """What is remembered about this secret; None if nothing is, or it is no longer true."""
        verdict = self._verdicts.get(digest)
        if verdict is None or verdict.epoch != _epoch(account):
            return None
        return verdict.judgement if self._clock() < verdict.deadline + longer else None

    def _judged(
        self, account: AccountRow | None, user: str, secret: str, address: str
    ) -> Judgement:
        """Verify slowly, if guessing has not gone too far; count it if it was one more guess."""
        who = self._guesses.name(account, user)
        self._expect_patience(who, address)
        found = judge(self._groupware, self._login, account, secret)
        self._expect_patience(who, address)
        if found.right:
            self._guesses.forgive(who, address)
        elif not found.why:
            guess = self._groupware.keyring.digest(UUID(bytes=who), "guess", secret)
            self._guesses.count(who, address, guess)
        if account is not None and found.stale:
            self._renew_hash(account, found, secret)
        return found

    def _expect_patience(self, who: bytes, address: str) -> None:
        """Before a secret is looked at, and again after: meanwhile others may have guessed."""
        wait = self._guesses.wait(who, address)
        if wait > 0:
            measures.AUTHENTICATIONS.add("slowed down")
            raise Unauthorized(math.ceil(wait))

    def _remember(self, digest: bytes, account: AccountRow | None, judgement: Judgement) -> None:
        id = account.id if account else UUID(int=0)
        deadline = self._clock() + VERIFIED_FOR
        self._verdicts[digest] = Verdict(judgement, id, _epoch(account), deadline)
        self._verdicts.move_to_end(digest)
        if len(self._verdicts) > REMEMBERED:
            self._verdicts.popitem(last=False)

    def _renew_hash(self, account: AccountRow, judgement: Judgement, secret: str) -> None:
        """Hash anew what was hashed with yesterday's parameters: only now the secret is here."""
        author = self._groupware.author("system", "rehash")
        if judgement.password is None:
            people.renew_hash(self._groupware, author, account.id, account.login_hash, secret)
        else:
            use.renew_hash(self._groupware, author, account.id, judgement.password, secret)

    def _note(self, account: AccountRow, found: Judgement, device: str, agent: str) -> None:
        """Which phone uses which password, and which sends one that is of no use any more; where
        that cannot be written at once, the next time will do."""
        about = (account.id, device, found.password, found.why)
        if found == GUESS or not self._due(about) or self._goes_on(account.id, found, device):
            return
        now = self._groupware.clock().timestamp()
        with (
            suppress(StoreBusy, StoreUnavailable),
            self._groupware.pool.writing(A_MOMENT, lasting=False) as connection,
        ):
            if found.why:
                attempts.note_useless(connection, account.id, device, found.why, agent, now)
            elif found.password:
                attempts.note_use(connection, account.id, found.password, device, agent, now)
            else:
                attempts.settle(connection, account.id, device)

    def _goes_on(self, account: UUID, found: Judgement, device: str) -> bool:
        """Whether a phone comes in by the login password, as it always did: nothing to note."""
        if found.why or found.password:
            return False
        with self._groupware.reading() as connection:
            return not attempts.is_useless(connection, account, device)

    def _due(self, about: object) -> bool:
        now = self._clock()
        if now - self._noted.get(about, -NOTED_EVERY) < NOTED_EVERY:
            return False
        self._noted[about] = now
        self._noted.move_to_end(about)
        if len(self._noted) > REMEMBERED:
            self._noted.popitem(last=False)
        return True

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


def _outcome(account: AccountRow | None, found: Judgement) -> str:
    """What became of a secret, in the words of `measures.OUTCOMES`."""
    if not found.right:
        return found.why or "wrong"
    return "right" if account and account.enabled else "not enabled"


def _told(text: str, most: int) -> str:
    """What a stranger says about itself, fit to be shown."""
    return "".join(each for each in text[:most] if each.isprintable())


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _epoch(account: AccountRow | None) -> int:
    return account.epoch if account else 0
