"""A person: whether ActiveSync is theirs to use, by which secret, under which policy."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self
from uuid import UUID

from domain.base import Created, known_as, named_id
from domain.brake import Limits
from domain.credentials import CredentialEvent as AccountEvent
from domain.credentials import Credentials
from domain.when import Instant


def name_key(text: str) -> str:
    """The form in which names and addresses of people are compared."""
    return unicodedata.normalize("NFKC", text).casefold()


@dataclass(frozen=True)
class AutoReply:
    """What one audience is answered while the person is away."""

    enabled: bool = False
    text: str = ""
    html: bool = False


OFF, ALWAYS, BETWEEN = 0, 1, 2


@dataclass(frozen=True)
class OutOfOffice:
    """The automatic reply: when, and what each of the three audiences is told.

    `state` is OFF, ALWAYS or BETWEEN; only with BETWEEN there are `start` and `end`.
    """

    state: int = OFF
    start: Instant | None = None
    end: Instant | None = None
    internal: AutoReply = AutoReply()
    known: AutoReply = AutoReply()
    unknown: AutoReply = AutoReply()

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """What an event or a row says; what it does not say is as it is by default."""
        replies = {name: AutoReply(**facts[name]) for name in AUDIENCES if name in facts}
        return cls(**{**facts, **replies})

    def facts(self) -> dict[str, Any]:
        return asdict(self)


AUDIENCES = ("internal", "known", "unknown")


class AccountOpened(Created):
    TOPIC = "account.opened"
    personal: ClassVar[tuple[str, ...]] = ("name", "mail", "full_name", "zone")

    subject: UUID
    name: str
    mail: str
    full_name: str
    zone: str
    administrator: bool


class ActiveSyncEnabled(AccountEvent):
    TOPIC = "account.activesync-enabled"

    def apply(self, account: Account) -> None:
        account.enabled = True


class ActiveSyncDisabled(AccountEvent):
    TOPIC = "account.activesync-disabled"

    def apply(self, account: Account) -> None:
        account.enabled = False


class AdministratorGranted(AccountEvent):
    """They may decide for others."""

    TOPIC = "account.administrator-granted"

    def apply(self, account: Account) -> None:
        account.administrator = True


class AdministratorWithdrawn(AccountEvent):
    TOPIC = "account.administrator-withdrawn"

    def apply(self, account: Account) -> None:
        account.administrator = False


class FullNameChanged(AccountEvent):
    TOPIC = "account.full-name-changed"
    personal: ClassVar[tuple[str, ...]] = ("full_name",)

    full_name: str

    def apply(self, account: Account) -> None:
        account.full_name = self.full_name


class MailChanged(AccountEvent):
    """The address by which they are found and to which codes go."""

    TOPIC = "account.mail-changed"
    personal: ClassVar[tuple[str, ...]] = ("mail",)

    mail: str

    def apply(self, account: Account) -> None:
        account.mail = self.mail


class LanguageChosen(AccountEvent):
    """The language in which they are addressed, as `it` or `en`."""

    TOPIC = "account.language-chosen"
    personal: ClassVar[tuple[str, ...]] = ("language",)

    language: str

    def apply(self, account: Account) -> None:
        account.language = self.language


class ZoneChosen(AccountEvent):
    TOPIC = "account.zone-chosen"
    personal: ClassVar[tuple[str, ...]] = ("zone",)

    zone: str

    def apply(self, account: Account) -> None:
        account.zone = self.zone


class PolicyAssigned(AccountEvent):
    """`policy` is the name of a policy set; empty for none."""

    TOPIC = "account.policy-assigned"

    policy: str

    def apply(self, account: Account) -> None:
        account.policy = self.policy


class VersionCeilingSet(AccountEvent):
    """The newest version of the protocol spoken with their phones; empty for all there are."""

    TOPIC = "account.version-ceiling-set"

    version: str

    def apply(self, account: Account) -> None:
        account.ceiling = self.version


class BrakeSet(AccountEvent):
    """From how much on their phones are not believed at once (domain/brake.py)."""

    TOPIC = "account.brake-set"

    deletions: int
    edits: int
    share: int

    def apply(self, account: Account) -> None:
        account.brake = Limits(self.deletions, self.edits, self.share)


class BrakeUnset(AccountEvent):
    """For their phones holds what holds for everybody."""

    TOPIC = "account.brake-unset"

    def apply(self, account: Account) -> None:
        account.brake = None


class OutOfOfficeSet(AccountEvent):
    """The automatic reply as phones state it (MS-ASCMD 2.2.3.116); `settings` are its facts."""

    TOPIC = "account.out-of-office-set"
    personal: ClassVar[tuple[str, ...]] = ("settings",)

    settings: Mapping[str, Any]

    def apply(self, account: Account) -> None:
        account.out_of_office = OutOfOffice.of(self.settings)


class Account(Credentials):
    """One person. The name is for life; its id follows from it."""

    def __init__(
        self, name: str, mail: str, full_name: str, zone: str, administrator: bool
    ) -> None:
        self.name = name
        self.mail = mail
        self.full_name = full_name
        self.zone = zone
        self.administrator = administrator
        self.enabled = False
        self.language = ""
        self._without_secrets()
        self.policy = ""
        self.ceiling = ""
        self.brake: Limits | None = None
        self.out_of_office = OutOfOffice()

    @staticmethod
    def id_of(name: str) -> UUID:
        return named_id("account", name_key(name))

    @classmethod
    def open(
        cls, name: str, mail: str, full_name: str, zone: str, administrator: bool = False
    ) -> Account:
        id = cls.id_of(name)
        return cls._create(
            AccountOpened,
            id=id,
            subject=id,
            name=name,
            mail=mail,
            full_name=full_name,
            zone=zone,
            administrator=administrator,
        )

    def enable(self) -> None:
        if not self.enabled:
            self.trigger_event(ActiveSyncEnabled, subject=self.id)

    def disable(self) -> None:
        if self.enabled:
            self.trigger_event(ActiveSyncDisabled, subject=self.id)

    def grant_administrator(self) -> None:
        if not self.administrator:
            self.trigger_event(AdministratorGranted, subject=self.id)

    def withdraw_administrator(self) -> None:
        if self.administrator:
            self.trigger_event(AdministratorWithdrawn, subject=self.id)

    def change_full_name(self, full_name: str) -> None:
        if full_name != self.full_name:
            self.trigger_event(FullNameChanged, subject=self.id, full_name=full_name)

    def change_mail(self, mail: str) -> None:
        if mail != self.mail:
            self.trigger_event(MailChanged, subject=self.id, mail=mail)

    def choose_language(self, language: str) -> None:
        if language != self.language:
            self.trigger_event(LanguageChosen, subject=self.id, language=language)

    def choose_zone(self, zone: str) -> None:
        if zone != self.zone:
            self.trigger_event(ZoneChosen, subject=self.id, zone=zone)

    def assign_policy(self, policy: str) -> None:
        if policy != self.policy:
            self.trigger_event(PolicyAssigned, subject=self.id, policy=policy)

    def set_ceiling(self, version: str) -> None:
        if version != self.ceiling:
            self.trigger_event(VersionCeilingSet, subject=self.id, version=version)

    def set_brake(self, limits: Limits | None) -> None:
        """None for what holds for everybody."""
        if limits == self.brake:
            return
        if limits is None:
            self.trigger_event(BrakeUnset, subject=self.id)
        else:
            self.trigger_event(BrakeSet, subject=self.id, **limits._asdict())

    def set_out_of_office(self, reply: OutOfOffice) -> None:
        if reply != self.out_of_office:
            self.trigger_event(OutOfOfficeSet, subject=self.id, settings=reply.facts())


known_as(
    AccountOpened,
    ActiveSyncEnabled,
    ActiveSyncDisabled,
    AdministratorGranted,
    AdministratorWithdrawn,
    FullNameChanged,
    MailChanged,
    LanguageChosen,
    ZoneChosen,
    PolicyAssigned,
    VersionCeilingSet,
    BrakeSet,
    BrakeUnset,
    OutOfOfficeSet,
)
