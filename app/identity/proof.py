"""Whether somebody is who they say: the login password first, then the code.

Whatever has to do with secrets asks for both, each time. A code is used up when it was right,
whatever becomes of the act it was for. Guessing is slowed down as it is for phones, in the same
account, and codes are counted beside passwords.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from uuid import UUID

from app import people
from app.groupware import Groupware
from app.identity import onetime, passwords
from app.identity.guesses import Guesses
from app.identity.judging import LoginCheck, is_stale, own_password
from domain.account import Account
from domain.base import Authorship
from domain.refused import Refused, Unknown
from projections import accounts
from projections.accounts import AccountRow


class Unproven(Refused):
    """What was said does not prove who somebody is."""


class WrongPassword(Unproven):
    def __init__(self) -> None:
        super().__init__("the name or the password is not right")


class WrongCode(Unproven):
    def __init__(self) -> None:
        super().__init__("the code is not right, or not any more: ask for another or wait for it")


class CodeNeeded(Unproven):
    """The password is right, and there is a second factor: `factor` says which."""

    def __init__(self, factor: str) -> None:
        super().__init__("a code is needed as well")
        self.factor = factor


class TooManyGuesses(Unproven):
    """What was said was not even looked at; in `retry_after` seconds it will be."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"there were too many wrong guesses: wait {retry_after} seconds")
        self.retry_after = retry_after


@dataclass(frozen=True)
class Proof:
    """What somebody says to be believed: the login password and, with a second factor, a code.
    `address` is where they are."""

    password: str = field(repr=False)
    code: str = field(default="", repr=False)
    address: str = ""


@dataclass(frozen=True)
class Prover:
    """Believes whoever has the secrets of an account; `login` knows the login passwords."""

    groupware: Groupware
    login: LoginCheck = own_password

    def sign_in(self, user: str, password: str, address: str) -> AccountRow:
        """The account of `user` if this is its login password: the first of two steps.

        Whether the account is not there or the password is wrong, nobody can tell.
        """
        account = people.find(self.groupware, user)
        self._expect_password(account, user, password, address)
        assert account is not None, "nobody's password is right"
        return account

    def expect_code(self, author: Authorship, account: UUID, code: str, address: str) -> None:
        """The second step: the code is good and used up now, or there is no second factor."""
        row = self._row(account)
        if row.factor == "off":
            return
        if not code.strip():
            raise CodeNeeded(row.factor)
        guesses = Guesses(self.groupware)
        who = guesses.name(row, row.name, "code")
        self._expect_patience(guesses, who, address)
        with self.groupware.acting(author) as connection:
            self._expect_patience(guesses, who, address)
            person, now = self.groupware.load(Account, account), accounts.by_id(connection, account)
            right = now is not None and onetime.spend(self.groupware, connection, now, person, code)
            self.groupware.save(person)
            if not right:
                guesses.count(who, address)
        if not right:
            raise WrongCode
        guesses.forgive(who, address)

    def expect(self, author: Authorship, account: UUID, proof: Proof) -> AccountRow:
        """Both steps at once, for an act of this person; Unproven, in one of its ways."""
        row = self._row(account)
        self._expect_password(row, row.name, proof.password, proof.address)
        self.expect_code(author, account, proof.code, proof.address)
        return row

    def _expect_password(
        self, account: AccountRow | None, user: str, password: str, address: str
    ) -> None:
        guesses = Guesses(self.groupware)
        who = guesses.name(account, user)
        self._expect_patience(guesses, who, address)
        right = self.login(account, password) if account else passwords.verify(password, "")
        self._expect_patience(guesses, who, address)
        if not right:
            digest = self.groupware.keyring.digest(UUID(bytes=who), "guess", password)
            guesses.count(who, address, digest)
            raise WrongPassword
        guesses.forgive(who, address)
        if account is not None and is_stale(self.groupware, account, password):
            author = self.groupware.author("system", "rehash")
            people.renew_hash(self.groupware, author, account.id, account.login_hash, password)

    def _expect_patience(self, guesses: Guesses, who: bytes, address: str) -> None:
        """Asked before anything is looked at, and once more before anything is said of it: who
        sends many guesses at once must learn no more than who sends one after the other."""
        wait = guesses.wait(who, address)
        if wait > 0:
            raise TooManyGuesses(math.ceil(wait))

    def _row(self, account: UUID) -> AccountRow:
        with self.groupware.reading() as connection:
            row = accounts.by_id(connection, account)
        if row is None:
            raise Unknown("there is no such account any more")
        return row
