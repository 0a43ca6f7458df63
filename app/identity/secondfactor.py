"""Use cases about the second factor: turned on, confirmed, lost, turned off, required of all.

No phone can show a code, so whoever turns it on says in the same act by which ActiveSync password
the phones come in from then on. Whoever does not is shown which phones would stop, and nothing is
changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from app import people
from app.groupware import Groupware
from app.identity import onetime
from app.identity.credentials import Hashed, expect_fit, hashed, put
from app.identity.guesses import Guesses
from app.identity.onetime import Post
from app.identity.proof import Proof, Prover, TooManyGuesses, WrongCode
from app.rules import decide
from domain.account import Account
from domain.base import Authorship
from domain.credentials import Factor
from domain.house import SECOND_FACTOR_REQUIRED
from domain.refused import Refused, Unknown
from projections import accounts, codes, devices
from projections.accounts import AccountRow
from projections.devices import PartnershipRow

ENROLMENT_GOOD_FOR: Final = 900.0


class PhonesWouldStop(Refused):
    """Phones use the login password; `phones` are those that would be refused from now on."""

    def __init__(self, phones: Sequence[PartnershipRow], next_step: str) -> None:
        super().__init__(f"{len(phones)} phones would stop: {next_step}")
        self.phones = phones


@dataclass(frozen=True)
class Offer:
    """A second factor to be confirmed by a first code. For an authenticator app, `secret` is
    what is typed into it, and `uri` what a QR code says; for codes by mail both are empty."""

    factor: Factor
    secret: str = field(default="", repr=False)
    uri: str = field(default="", repr=False)


def phones_that_would_stop(
    connection: sqlite3.Connection, account: UUID | None = None
) -> list[PartnershipRow]:
    """The phones of a person, or of everybody, that come in by the login password."""
    return [
        phone
        for person in _people(connection, account)
        if person.enabled and person.entry == "login"
        for phone in devices.of_account(connection, person.id)
        if not phone.blocked
    ]


def begin(
    prover: Prover,
    author: Authorship,
    account: UUID,
    proof: Proof,
    factor: Factor,
    post: Post | None = None,
    *languages: str,
) -> Offer:
    """The first half: a code goes out, or a secret is made for an authenticator app. Nothing has
    changed before `enrol`."""
    row = prover.expect(author, account, proof)
    if factor == "off":
        raise Refused("no second factor is none that could be enrolled")
    groupware = prover.groupware
    secret = onetime.new_secret() if factor == "app" else ""
    if factor == "mail":
        onetime.send_code(groupware, post, row, *languages)
    sealed = onetime.seal_secret(groupware, row, secret) if secret else b""
    with groupware.pool.writing() as connection:
        now = groupware.clock().timestamp()
        codes.begin_enrolment(connection, account, factor, sealed, now)
    return Offer(factor, secret, secret and onetime.provisioning_uri(secret, row.mail))


def enrol(
    prover: Prover,
    author: Authorship,
    account: UUID,
    code: str,
    activesync_password: str | None = None,
    address: str = "",
) -> tuple[str, ...]:
    """The second half, by the first code: the second factor is in force, and the phones have
    their password. The recovery codes, which are shown this once.

    PhonesWouldStop if there is no ActiveSync password and none is given; then nothing changed.
    """
    groupware = prover.groupware
    ready = _ready(groupware, account, activesync_password)
    guesses = Guesses(groupware)
    with groupware.reading() as connection:
        row = _expect_account(connection, account)
        _expect_password(connection, row, ready)
    who = guesses.name(row, row.name, "code")
    _expect_patience(guesses, who, address)
    recovery = onetime.new_recovery_codes()
    with groupware.acting(author) as connection:
        _expect_patience(guesses, who, address)
        begun = _expect_begun(groupware, connection, account)
        step = onetime.spend_first(groupware, connection, row, begun, code)
        if step is not None:
            codes.end_enrolment(connection, account)
            if ready is not None and not row.has_activesync_password:
                put(groupware, author, account, ready)
            digests = [onetime.recovery_digest(groupware, row, each) for each in recovery]
            _turn_on(groupware, account, begun, step, digests)
        else:
            guesses.count(who, address)
    if step is None:
        raise WrongCode
    guesses.forgive(who, address)
    return recovery


def make_recovery_codes(
    prover: Prover, author: Authorship, account: UUID, proof: Proof
) -> tuple[str, ...]:
    """New recovery codes, shown this once; earlier ones are good no longer."""
    row = prover.expect(author, account, proof)
    groupware, recovery = prover.groupware, onetime.new_recovery_codes()
    digests = tuple(onetime.recovery_digest(groupware, row, each) for each in recovery)
    people.change(groupware, author, account, lambda it: it.make_recovery_codes(digests))
    return recovery


def turn_off(prover: Prover, author: Authorship, account: UUID, proof: Proof) -> None:
    """The login password is enough again; Refused where a second factor is required."""
    row = prover.expect(author, account, proof)
    if row.factor_required:
        raise Refused("a second factor is required of everybody here")
    reset(prover.groupware, author, account)


def reset(groupware: Groupware, author: Authorship, account: UUID) -> None:
    """An administrator's way for who has lost it. Where one is required, codes go by mail now."""
    people.change(groupware, author, account, Account.turn_second_factor_off)


def turn_on_for(
    groupware: Groupware,
    author: Authorship,
    account: UUID,
    post: Post | None,
    activesync_password: str | None = None,
    *,
    later: bool = False,
) -> None:
    """An administrator's way: codes go by mail (an app is its owner's to enrol). PhonesWouldStop
    as for `enrol`; the password is one that the administrator will hand over, or, if `later`, the
    person sets one, and until then no phone is let in."""
    ready = _ready(groupware, account, activesync_password)
    if post is None:
        raise Refused("no mail can be sent from here: smtp_host is not set")
    with groupware.acting(author) as connection:
        row = _expect_account(connection, account)
        if not later:
            _expect_password(connection, row, ready)
        if row.own_factor != "off":
            raise Refused(f"{row.name} has a second factor already")
        if ready is not None and not row.has_activesync_password:
            put(groupware, author, account, ready)
        person = groupware.load(Account, account)
        person.enrol("mail")
        groupware.save(person)


def require_of_all(
    groupware: Groupware, author: Authorship, post: Post | None, sure: bool = False
) -> list[PartnershipRow]:
    """From now on everybody has a second factor: their own, or codes by mail. The phones that
    stop until their person has set an ActiveSync password; PhonesWouldStop, unless `sure`."""
    with groupware.acting(author) as connection:
        phones = phones_that_would_stop(connection)
        if phones and not sure:
            raise PhonesWouldStop(phones, "their people have to set an ActiveSync password first")
        everybody = accounts.all_accounts(connection)
        if post is None and (lacking := [each for each in everybody if each.own_factor != "app"]):
            raise Refused(
                f"{len(lacking)} people have no authenticator app, and no mail can be sent from"
                " here: smtp_host is not set"
            )
        decide(groupware, author, SECOND_FACTOR_REQUIRED, True)
    return phones


def _expect_patience(guesses: Guesses, who: bytes, address: str) -> None:
    """Asked before a code is looked at, and again under the lock (proof.py)."""
    if (wait := guesses.wait(who, address)) > 0:
        raise TooManyGuesses(int(wait) + 1)


def _turn_on(
    groupware: Groupware,
    account: UUID,
    begun: codes.Enrolment,
    step: int,
    digests: Iterable[bytes],
) -> None:
    person = groupware.load(Account, account)
    person.enrol(begun.factor, begun.sealed)
    person.use_one_time_code(step)
    person.make_recovery_codes(tuple(digests))
    groupware.save(person)


def _ready(groupware: Groupware, account: UUID, password: str | None) -> Hashed | None:
    if password is None:
        return None
    expect_fit(password)
    return hashed(groupware, account, password)


def _expect_password(connection: sqlite3.Connection, row: AccountRow, ready: Hashed | None) -> None:
    if row.enabled and not row.has_activesync_password and ready is None:
        phones = phones_that_would_stop(connection, row.id)
        raise PhonesWouldStop(phones, "an ActiveSync password has to be set in the same step")


def _expect_begun(
    groupware: Groupware, connection: sqlite3.Connection, account: UUID
) -> codes.Enrolment:
    begun = codes.enrolment(connection, account)
    now = groupware.clock().timestamp()
    if begun is None or not 0 <= now - begun.made <= ENROLMENT_GOOD_FOR:
        raise Refused("this was begun too long ago: begin again")
    return begun


def _expect_account(connection: sqlite3.Connection, account: UUID) -> AccountRow:
    row = accounts.by_id(connection, account)
    if row is None:
        raise Unknown("there is no such account any more")
    return row


def _people(connection: sqlite3.Connection, account: UUID | None) -> list[AccountRow]:
    if account is None:
        return accounts.all_accounts(connection, enabled=True)
    return [_expect_account(connection, account)]
