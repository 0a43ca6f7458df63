"""What a secret is worth that a phone comes with: the rules of docs/accounts.md, in one place.

A digest under a key outside the store tells which secret it may be, a slow hash proves it. Where
it can be none, a hash that nobody has is checked in its place, so that the time tells nothing. A
secret that was right before is recognised by its digest alone: a phone that goes on with it costs
nothing, and is no attack.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.groupware import Groupware
from app.identity import passwords
from projections import attempts, credentials
from projections.accounts import AccountRow
from projections.attempts import LOGIN, NONE, OUTDATED
from projections.credentials import KnownSecret, PasswordRow

LoginCheck = Callable[[AccountRow, str], bool]
"""Whether a text is the login password of somebody; it takes as long if it is not."""


@dataclass(frozen=True)
class Judgement:
    """`password` names the ActiveSync password it is. If it is not `right`, `why` says what else
    it is; empty for a mere guess. `stale` says that the hash is to be made anew."""

    right: bool = False
    password: UUID | None = None
    why: str = ""
    stale: bool = False


GUESS: Final = Judgement()


def own_password(account: AccountRow, secret: str) -> bool:
    """Whether it is the login password that is set here; never where the directory knows it."""
    return passwords.verify(secret, "" if account.directory else account.login_hash)


def digest_of(groupware: Groupware, account: UUID, secret: str) -> bytes:
    """By what a password of this person is recognised, however a keyboard composes it."""
    return groupware.keyring.digest(account, "password", passwords.normal(secret))


def judge(
    groupware: Groupware, login: LoginCheck, account: AccountRow | None, secret: str
) -> Judgement:
    """What this secret of a phone is worth now."""
    if account is None:
        passwords.verify(secret, "")
        return GUESS
    digest = digest_of(groupware, account.id, secret)
    with groupware.reading() as connection:
        known = credentials.known(connection, account.id, digest)
        row = credentials.by_id(connection, known.password) if known and known.password else None
    elsewhere = account.directory and account.entry != "activesync"
    if known and known.kind == "retired" and not elsewhere:
        return Judgement(why=OUTDATED)
    if account.entry == "activesync":
        return _of_phone(secret, known, row)
    right = login(account, secret)
    if not right and account.directory and _was_right(groupware, account.id, digest):
        return Judgement(why=OUTDATED)
    if account.entry == "none":
        return Judgement(why=NONE) if right else GUESS
    return Judgement(right, stale=right and is_stale(groupware, account, secret))


def is_stale(groupware: Groupware, account: AccountRow, secret: str) -> bool:
    """Whether this login password, which is right, has to be hashed anew: with the parameters of
    today, or since nobody knows its digest."""
    if account.directory:
        return False
    digest = digest_of(groupware, account.id, secret)
    with groupware.reading() as connection:
        known = credentials.known(connection, account.id, digest)
    return known is None or passwords.is_outdated(account.login_hash)


def _was_right(groupware: Groupware, account: UUID, digest: bytes) -> bool:
    """Whether the directory, which now says no, has said yes before."""
    with groupware.reading() as connection:
        return attempts.was_right(connection, account, digest)


def _of_phone(secret: str, known: KnownSecret | None, row: PasswordRow | None) -> Judgement:
    right = passwords.verify(secret, row.hash if row else "")
    if row is None:
        return Judgement(why=LOGIN) if known and known.kind == "login" else GUESS
    return Judgement(right, row.id, stale=right and passwords.is_outdated(row.hash))
