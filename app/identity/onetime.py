"""One-time codes: those an authenticator app shows, those sent by mail, and recovery codes.

Each works once, for which the caller has the write lock: checking a code and using it up is one
transaction, whichever process it comes to.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from typing import Final, Protocol

import pyotp

from adapters.mail.smtp import Undelivered
from app import i18n
from app.groupware import Groupware
from app.identity.passwords import ALPHABET
from domain.account import Account
from domain.refused import Refused
from projections import codes
from projections.accounts import AccountRow

ISSUER: Final = "Taccuino"
STEP: Final = 30
DRIFT: Final = (0, -1, 1)
"""Steps by which a phone's clock may be off (RFC 6238 5.2)."""

DIGITS: Final = 6
MAIL_GOOD_FOR: Final = 600.0
MAIL_TRIES: Final = 5
MAIL_EVERY: Final = 30.0
RECOVERY_CODES: Final = 10
FACTOR: Final = b"second factor"
"""What the secret of an authenticator app is sealed together with."""


class Post(Protocol):
    """Whatever takes mails; Undelivered if it does not take one."""

    def send(self, to: str, subject: str, body: str) -> None: ...


class TooSoon(Refused):
    """A code went out a moment ago; in `retry_after` seconds there may be another."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"a code was sent a moment ago: wait {retry_after:.0f} seconds")
        self.retry_after = retry_after


def new_secret() -> str:
    """160 bits for an authenticator app (RFC 4226 4, R6)."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, mail: str) -> str:
    """What the QR code of an enrolment says."""
    return pyotp.TOTP(secret).provisioning_uri(name=mail, issuer_name=ISSUER)


def seal_secret(groupware: Groupware, account: AccountRow, secret: str) -> bytes:
    return groupware.keyring.seal(account.id, FACTOR, secret.encode())


def open_secret(groupware: Groupware, account: AccountRow, sealed: bytes) -> str:
    """The secret of an authenticator app; empty for codes by mail, which have none."""
    return groupware.keyring.open(account.id, FACTOR, sealed).decode() if sealed else ""


def step_of(groupware: Groupware, account: AccountRow, sealed: bytes, code: str) -> int:
    """The step in which the authenticator app shows this code about now; 0 if in none."""
    totp = pyotp.TOTP(open_secret(groupware, account, sealed))
    now = int(groupware.clock().timestamp()) // STEP
    for drift in DRIFT:
        if hmac.compare_digest(totp.generate_otp(now + drift), code):
            return now + drift
    return 0


def new_recovery_codes() -> tuple[str, ...]:
    """Fifty bits each, as xxxxx-xxxxx."""
    return tuple(f"{_letters(5)}-{_letters(5)}" for _ in range(RECOVERY_CODES))


def recovery_digest(groupware: Groupware, account: AccountRow, code: str) -> bytes:
    """By what a recovery code is recognised, however it is typed."""
    bare = "".join(each for each in code.lower() if each.isalnum())
    return groupware.keyring.digest(account.id, "recovery code", bare)


def send_code(groupware: Groupware, post: Post | None, account: AccountRow, *wishes: str) -> None:
    """Six digits to the person's address, in their language or else the first of `wishes`.

    TooSoon if others went out a moment ago; Refused if they could not be sent.
    """
    if post is None:
        raise Refused("no mail can be sent from here: smtp_host is not set")
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    now = groupware.clock().timestamp()
    with groupware.pool.writing() as connection:
        before = codes.mail_code(connection, account.id)
        if before is not None and 0 <= now - before.made < MAIL_EVERY:
            raise TooSoon(before.made + MAIL_EVERY - now)
        codes.keep_mail_code(connection, account.id, _mail_digest(groupware, account, code), now)
    language = i18n.spoken(account.language, *wishes)
    minutes = int(MAIL_GOOD_FOR // 60)
    body = i18n.text(language, "mail.code.body", name=account.full_name, code=code, minutes=minutes)
    try:
        post.send(account.mail, i18n.text(language, "mail.code.subject"), body.strip() + "\n")
    except Undelivered as error:
        raise Refused(f"the code could not be sent: {error}") from None


def spend(
    groupware: Groupware,
    connection: sqlite3.Connection,
    account: AccountRow,
    person: Account,
    code: str,
) -> bool:
    """Whether the code is good for the person's second factor, or one of their recovery codes;
    now it is good no more."""
    code = "".join(code.split())
    if not (len(code) == DIGITS and code.isascii() and code.isdecimal()):
        return person.use_recovery_code(recovery_digest(groupware, account, code))
    if account.factor == "off":
        return True
    if account.factor == "mail":
        return _spend_mailed(groupware, connection, account, code) and person.use_one_time_code()
    step = step_of(groupware, account, person.factor_sealed, code)
    return bool(step) and person.use_one_time_code(step)


def spend_first(
    groupware: Groupware,
    connection: sqlite3.Connection,
    account: AccountRow,
    begun: codes.Enrolment,
    code: str,
) -> int | None:
    """The step of the first code of a factor that is not in force yet, 0 for one by mail; None
    if the code is not right."""
    code = "".join(code.split())
    if begun.factor == "mail":
        return 0 if _spend_mailed(groupware, connection, account, code) else None
    return step_of(groupware, account, begun.sealed, code) or None


def _spend_mailed(
    groupware: Groupware, connection: sqlite3.Connection, account: AccountRow, code: str
) -> bool:
    sent = codes.mail_code(connection, account.id)
    now = groupware.clock().timestamp()
    if sent is None or not 0 <= now - sent.made <= MAIL_GOOD_FOR or sent.tries >= MAIL_TRIES:
        return False
    if not hmac.compare_digest(sent.digest, _mail_digest(groupware, account, code)):
        codes.count_try(connection, account.id)
        return False
    codes.drop_mail_code(connection, account.id)
    return True


def _mail_digest(groupware: Groupware, account: AccountRow, code: str) -> bytes:
    return groupware.keyring.digest(account.id, "code by mail", code)


def _letters(number: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(number))
