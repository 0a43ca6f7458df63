"""The secrets of a person: by which of them somebody is let in, and what became of old ones.

A secret itself is never here. Of each there is a slow hash, which proves it, and a digest under a
key outside the store, which tells at once which of several it is, or that it was right once. What
has to be read again, a password that its owner may look at and the secret of an authenticator
app, is `sealed` under the key of the account before it comes here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Literal
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.base import Event, known_as
from domain.refused import NameTaken, Refused, Unknown

Factor = Literal["off", "mail", "app"]
"""The second factor: none, a code by mail, or one that an authenticator app shows (RFC 6238)."""

Entry = Literal["login", "activesync", "none"]
"""By which password phones come in."""

RETIRED_KEPT: Final = 20
"""Old secrets that are known as such; the oldest make room."""

PASSWORDS_MOST: Final = 50
"""ActiveSync passwords of one person."""


class SecretInUse(Refused):
    """The secret is one that this person uses already, for something else."""


def entry(has_activesync_password: bool, factor: Factor) -> Entry:
    """What phones have to send: an ActiveSync password once there is one; else the login
    password, unless a second factor, which no phone can show, protects it."""
    if has_activesync_password:
        return "activesync"
    return "login" if factor == "off" else "none"


def retired(before: tuple[bytes, ...], digest: bytes) -> tuple[bytes, ...]:
    """The digests of old secrets when one more is, the oldest first."""
    if not digest:
        return before
    return (*(each for each in before if each != digest), digest)[-RETIRED_KEPT:]


@dataclass(frozen=True)
class ActiveSyncPassword:
    """A password for phones. `label` says for which one it is; that of the first is empty.
    `sealed` is empty where the password may not be looked at again."""

    id: UUID
    label: str
    hash: str
    digest: bytes
    sealed: bytes


class CredentialEvent(Event):
    subject: UUID


class LoginPasswordSet(CredentialEvent):
    """`hash` is a passlib hash, `digest` the keyed digest; the password itself is nowhere."""

    TOPIC = "account.login-password-set"
    class_version = 2
    personal: ClassVar[tuple[str, ...]] = ("hash", "digest")

    hash: str
    digest: bytes

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Until somebody comes with it, the digest of such a password is not known."""
        state["digest"] = b""

    def apply(self, person: Credentials) -> None:
        person.replace(person.login_digest, self.digest)
        person.login_hash, person.login_digest = self.hash, self.digest


class LoginLeftToDirectory(CredentialEvent):
    """From now on the directory (LDAP) says whether a login password is right."""

    TOPIC = "account.login-left-to-directory"

    def apply(self, person: Credentials) -> None:
        person.directory = True


class LoginTakenFromDirectory(CredentialEvent):
    """From now on the login password is the one that is set here."""

    TOPIC = "account.login-taken-from-directory"

    def apply(self, person: Credentials) -> None:
        person.directory = False


class ActiveSyncPasswordSet(CredentialEvent):
    """A password for phones, the first, a further one, or another in the place of one. `box` holds
    the sealed password; it is empty where nobody may look at it again."""

    TOPIC = "account.activesync-password-set"
    personal: ClassVar[tuple[str, ...]] = ("label", "hash", "digest")

    password: UUID
    label: str
    hash: str
    digest: bytes
    box: bytes

    def apply(self, person: Credentials) -> None:
        before = person.activesync_passwords.get(self.password)
        person.replace(before.digest if before else b"", self.digest)
        person.activesync_passwords[self.password] = ActiveSyncPassword(
            self.password, self.label, self.hash, self.digest, self.box
        )


class ActiveSyncPasswordRehashed(CredentialEvent):
    """The same password, hashed with the parameters of today."""

    TOPIC = "account.activesync-password-rehashed"
    personal: ClassVar[tuple[str, ...]] = ("hash",)

    password: UUID
    hash: str

    def apply(self, person: Credentials) -> None:
        before = person.activesync_passwords[self.password]
        person.activesync_passwords[self.password] = replace(before, hash=self.hash)


class ActiveSyncPasswordSeen(CredentialEvent):
    """Its owner looked at it."""

    TOPIC = "account.activesync-password-seen"

    password: UUID

    def apply(self, person: Credentials) -> None:
        """Everything stays as it is."""


class ActiveSyncPasswordRemoved(CredentialEvent):
    """Phones that send it are let in no longer."""

    TOPIC = "account.activesync-password-removed"

    password: UUID

    def apply(self, person: Credentials) -> None:
        person.replace(person.activesync_passwords.pop(self.password).digest, b"")


class SecondFactorEnrolled(CredentialEvent):
    """From now on a code is asked for beside the login password. `box` holds the sealed secret of
    an authenticator app; it is empty for codes by mail."""

    TOPIC = "account.second-factor-enrolled"

    factor: Factor
    box: bytes

    def apply(self, person: Credentials) -> None:
        person.factor, person.factor_sealed, person.last_step = self.factor, self.box, 0


class SecondFactorTurnedOff(CredentialEvent):
    """The login password is enough again."""

    TOPIC = "account.second-factor-turned-off"

    def apply(self, person: Credentials) -> None:
        person.factor, person.factor_sealed, person.last_step = "off", b"", 0
        person.recovery_codes = ()


class RecoveryCodesMade(CredentialEvent):
    """Codes for the day the second factor is lost; earlier ones are good no longer."""

    TOPIC = "account.recovery-codes-made"
    personal: ClassVar[tuple[str, ...]] = ("digests",)

    digests: tuple[bytes, ...]

    def apply(self, person: Credentials) -> None:
        person.recovery_codes = self.digests


class RecoveryCodeUsed(CredentialEvent):
    """Each works once."""

    TOPIC = "account.recovery-code-used"
    personal: ClassVar[tuple[str, ...]] = ("digest",)

    digest: bytes

    def apply(self, person: Credentials) -> None:
        left = (each for each in person.recovery_codes if each != self.digest)
        person.recovery_codes = tuple(left)


class OneTimeCodeUsed(CredentialEvent):
    """A code was right and is used up: that of `step` (RFC 6238 4.2), or, with 0, one by mail."""

    TOPIC = "account.one-time-code-used"

    step: int

    def apply(self, person: Credentials) -> None:
        person.last_step = max(person.last_step, self.step)


class Credentials(Aggregate):
    """What proves a person, and what phones have to send for them."""

    def _without_secrets(self) -> None:
        self.login_hash = ""
        self.login_digest = b""
        self.directory = False
        self.activesync_passwords: dict[UUID, ActiveSyncPassword] = {}
        self.retired: tuple[bytes, ...] = ()
        self.factor: Factor = "off"
        self.factor_sealed = b""
        self.recovery_codes: tuple[bytes, ...] = ()
        self.last_step = 0

    def set_login_password(self, hash: str, digest: bytes) -> None:
        """SecretInUse if it is the password of a phone, which must not open everything else."""
        if any(each.digest == digest for each in self.activesync_passwords.values()):
            raise SecretInUse("this is an ActiveSync password: choose another for the login")
        self.trigger_event(LoginPasswordSet, subject=self.id, hash=hash, digest=digest)

    def leave_login_to_directory(self) -> None:
        if not self.directory:
            self.trigger_event(LoginLeftToDirectory, subject=self.id)

    def take_login_from_directory(self) -> None:
        if self.directory:
            self.trigger_event(LoginTakenFromDirectory, subject=self.id)

    def set_activesync_password(self, password: ActiveSyncPassword) -> None:
        """SecretInUse, NameTaken, or Refused if there are too many."""
        others = [each for id, each in self.activesync_passwords.items() if id != password.id]
        if password.digest == self.login_digest:
            raise SecretInUse("this is the login password: choose another for phones")
        if any(each.digest == password.digest for each in others):
            raise SecretInUse("another of the ActiveSync passwords is the same: choose another")
        if any(each.label.casefold() == password.label.casefold() for each in others):
            name = f"called {password.label}" if password.label else "without a name"
            raise NameTaken(f"there is an ActiveSync password {name} already")
        if len(others) >= PASSWORDS_MOST:
            raise Refused(f"there are {PASSWORDS_MOST} ActiveSync passwords: remove one first")
        self.trigger_event(
            ActiveSyncPasswordSet,
            subject=self.id,
            password=password.id,
            label=password.label,
            hash=password.hash,
            digest=password.digest,
            box=password.sealed,
        )

    def rehash_activesync_password(self, password: UUID, hash: str) -> None:
        self._expect(password)
        self.trigger_event(
            ActiveSyncPasswordRehashed, subject=self.id, password=password, hash=hash
        )

    def see_activesync_password(self, password: UUID) -> bytes:
        """The sealed password; Refused if it was not kept."""
        sealed = self._expect(password).sealed
        if not sealed:
            raise Refused("this password was not kept to be looked at: set another")
        self.trigger_event(ActiveSyncPasswordSeen, subject=self.id, password=password)
        return sealed

    def remove_activesync_password(self, password: UUID) -> None:
        self._expect(password)
        self.trigger_event(ActiveSyncPasswordRemoved, subject=self.id, password=password)

    def enrol(self, factor: Factor, sealed: bytes = b"") -> None:
        self.trigger_event(SecondFactorEnrolled, subject=self.id, factor=factor, box=sealed)

    def turn_second_factor_off(self) -> None:
        if self.factor != "off":
            self.trigger_event(SecondFactorTurnedOff, subject=self.id)

    def make_recovery_codes(self, digests: tuple[bytes, ...]) -> None:
        self.trigger_event(RecoveryCodesMade, subject=self.id, digests=digests)

    def use_recovery_code(self, digest: bytes) -> bool:
        """Whether it was one that is still good; now it is not."""
        if digest not in self.recovery_codes:
            return False
        self.trigger_event(RecoveryCodeUsed, subject=self.id, digest=digest)
        return True

    def use_one_time_code(self, step: int = 0) -> bool:
        """Whether the code of this step may be used: none is twice, and none after a later one."""
        if step and step <= self.last_step:
            return False
        self.trigger_event(OneTimeCodeUsed, subject=self.id, step=step)
        return True

    def replace(self, old: bytes, new: bytes) -> None:
        """One secret is right no longer, and another is, though it may have been outdated."""
        self.retired = tuple(each for each in self.retired if each != new)
        if old != new:
            self.retired = retired(self.retired, old)

    def _expect(self, password: UUID) -> ActiveSyncPassword:
        if password not in self.activesync_passwords:
            raise Unknown("there is no such ActiveSync password")
        return self.activesync_passwords[password]


known_as(
    LoginPasswordSet,
    LoginLeftToDirectory,
    LoginTakenFromDirectory,
    ActiveSyncPasswordSet,
    ActiveSyncPasswordRehashed,
    ActiveSyncPasswordSeen,
    ActiveSyncPasswordRemoved,
    SecondFactorEnrolled,
    SecondFactorTurnedOff,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    OneTimeCodeUsed,
)
