"""One phone of one person: what it is, which policy it acknowledged, block and wipe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal
from uuid import UUID, uuid5

from eventsourcing.domain import Aggregate

from domain.base import Created, Event, known_as

WipeKind = Literal["account", "device"]

OFFER_STANDS = timedelta(minutes=1)
"""Whoever asks for the same policy again within this time is shown the same offer."""

WIPED = "wiped"
"""Why a phone is blocked that said what became of its wipe."""


def offer_stands(
    offered: tuple[str, int], offered_at: datetime | None, wanted: tuple[str, int], at: datetime
) -> bool:
    """Whether this offer of a policy still answers whoever wants one now."""
    return offered_at is not None and offered == wanted and at - offered_at < OFFER_STANDS


class PartnershipEvent(Event):
    subject: UUID


class DevicePartnered(Created):
    TOPIC = "device.partnered"

    subject: UUID
    account: UUID
    device: str
    device_type: str


class DeviceDescribed(PartnershipEvent):
    """DeviceInformation as the phone tells it (MS-ASCMD 2.2.3.45); cleared parts are absent."""

    TOPIC = "device.described"
    personal: ClassVar[tuple[str, ...]] = ("about",)

    about: Mapping[str, str]

    def apply(self, phone: Partnership) -> None:
        phone.about = dict(self.about)


class PolicyOffered(PartnershipEvent):
    """Phase one: `key` is good for the acknowledgement only (MS-ASPROV 3.1.5.1)."""

    TOPIC = "device.policy-offered"

    key: int
    policy: str
    edition: int

    def apply(self, phone: Partnership) -> None:
        phone.offered_key = self.key
        phone.offered_policy = (self.policy, self.edition)
        phone.offered_at = self.timestamp


class PolicyAcknowledged(PartnershipEvent):
    """Phase two: `status` as the phone gave it; `key` is from now on its policy key.

    The same acknowledgement may come again if the reply to it was lost.
    """

    TOPIC = "device.policy-acknowledged"

    key: int
    status: int

    def apply(self, phone: Partnership) -> None:
        phone.policy_key = self.key
        phone.acknowledged_key = phone.offered_key
        phone.policy = phone.offered_policy
        phone.policy_status = self.status


class PolicyRefused(PartnershipEvent):
    """The phone cannot or will not keep the policy."""

    TOPIC = "device.policy-refused"

    status: int

    def apply(self, phone: Partnership) -> None:
        phone.policy_status = self.status


class DeviceBlocked(PartnershipEvent):
    TOPIC = "device.blocked"

    reason: str

    def apply(self, phone: Partnership) -> None:
        phone.blocked = self.reason or "blocked"


class DeviceUnblocked(PartnershipEvent):
    TOPIC = "device.unblocked"

    def apply(self, phone: Partnership) -> None:
        phone.blocked = ""


class WipeRequested(PartnershipEvent):
    """`kind` is `account` (only what came from here) or `device` (everything on it)."""

    TOPIC = "device.wipe-requested"

    kind: WipeKind

    def apply(self, phone: Partnership) -> None:
        phone.wipe = self.kind


class WipeCancelled(PartnershipEvent):
    TOPIC = "device.wipe-cancelled"

    def apply(self, phone: Partnership) -> None:
        phone.wipe = None


class WipeAcknowledged(PartnershipEvent):
    """The phone says how it went: 1 done, 2 failed. Either way it is blocked from here on."""

    TOPIC = "device.wipe-acknowledged"

    status: int

    def apply(self, phone: Partnership) -> None:
        phone.wipe = None
        phone.wiped = self.status
        phone.blocked = WIPED


class DeviceForgotten(PartnershipEvent):
    """The partnership is over, and with it a block; the phone may begin a new one."""

    TOPIC = "device.forgotten"

    def apply(self, phone: Partnership) -> None:
        phone.start(forgotten=True)


class DeviceReturned(PartnershipEvent):
    """A phone that had been forgotten is back."""

    TOPIC = "device.returned"

    device_type: str

    def apply(self, phone: Partnership) -> None:
        phone.device_type = self.device_type
        phone.forgotten = False


class Partnership(Aggregate):
    """The server's half of the agreement with one phone."""

    def __init__(self, account: UUID, device: str, device_type: str) -> None:
        self.account = account
        self.device = device
        self.device_type = device_type
        self.start()

    def start(self, forgotten: bool = False) -> None:
        """As if nothing had ever happened between the two."""
        self.forgotten = forgotten
        self.about: dict[str, str] = {}
        self.offered_key = 0
        self.offered_policy: tuple[str, int] = ("", 0)
        self.offered_at: datetime | None = None
        self.policy_key = 0
        self.acknowledged_key = 0
        self.policy: tuple[str, int] | None = None
        self.policy_status = 0
        self.blocked = ""
        self.wipe: WipeKind | None = None
        self.wiped = 0

    @staticmethod
    def id_of(account: UUID, device: str) -> UUID:
        return uuid5(account, f"device:{device.upper()}")

    @classmethod
    def begin(cls, account: UUID, device: str, device_type: str) -> Partnership:
        return cls._create(
            DevicePartnered,
            id=cls.id_of(account, device),
            subject=account,
            account=account,
            device=device,
            device_type=device_type,
        )

    def describe(self, about: Mapping[str, str]) -> None:
        if about != self.about:
            self._note(DeviceDescribed, about=dict(about))

    def offer_policy(self, key: int, policy: str, edition: int, at: datetime) -> int:
        """The key of the offer that stands: an earlier one, if it was the same a moment ago."""
        if not offer_stands(self.offered_policy, self.offered_at, (policy, edition), at):
            self._note(PolicyOffered, key=key, policy=policy, edition=edition)
        return self.offered_key

    def acknowledge_policy(self, offered: int, key: int, status: int) -> int | None:
        """The policy key: `key`, or the one given before for the same offer.

        None if `offered` is not the key of an offer that stands.
        """
        if not offered or offered not in (self.offered_key, self.acknowledged_key):
            return None
        if offered != self.acknowledged_key:
            self._note(PolicyAcknowledged, key=key, status=status)
        return self.policy_key

    def refuse_policy(self, status: int) -> None:
        if status != self.policy_status:
            self._note(PolicyRefused, status=status)

    def block(self, reason: str) -> None:
        if (reason or "blocked") != self.blocked:
            self._note(DeviceBlocked, reason=reason)

    def unblock(self) -> None:
        if self.blocked:
            self._note(DeviceUnblocked)

    def request_wipe(self, kind: WipeKind) -> None:
        if self.wipe != kind:
            self._note(WipeRequested, kind=kind)

    def cancel_wipe(self) -> None:
        if self.wipe:
            self._note(WipeCancelled)

    def acknowledge_wipe(self, status: int) -> None:
        if self.wipe:
            self._note(WipeAcknowledged, status=status)

    def forget(self) -> None:
        if not self.forgotten:
            self._note(DeviceForgotten)

    def come_back(self, device_type: str) -> None:
        if self.forgotten:
            self._note(DeviceReturned, device_type=device_type)

    def _note(self, event: type[PartnershipEvent], **facts: object) -> None:
        self.trigger_event(event, subject=self.account, **facts)


known_as(
    DevicePartnered,
    DeviceDescribed,
    PolicyOffered,
    PolicyAcknowledged,
    PolicyRefused,
    DeviceBlocked,
    DeviceUnblocked,
    WipeRequested,
    WipeCancelled,
    WipeAcknowledged,
    DeviceForgotten,
    DeviceReturned,
)
