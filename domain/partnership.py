"""One phone of one person: what it is, whether it may come in, and what it was told to erase."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal
from uuid import UUID, uuid5

from domain.base import Created, known_as
from domain.provisioning import PartnershipEvent, Provisioning

WipeKind = Literal["account", "device"]

WIPED = "wiped"
"""Why a phone is blocked that said what became of its wipe."""

SILENT_AFTER: Final = timedelta(days=90)
"""Who was not heard of for so long does not count among a person's phones."""


class DevicePartnered(Created):
    TOPIC = "device.partnered"
    personal: ClassVar[tuple[str, ...]] = ("device", "device_type")

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


class DeviceIntroduced(PartnershipEvent):
    """How the phone calls itself in its requests (User-Agent), which model and OS that means,
    where it means any, and the version of the protocol it speaks."""

    TOPIC = "device.introduced"
    personal: ClassVar[tuple[str, ...]] = ("agent", "model", "os")

    agent: str
    model: str
    os: str
    version: str

    def apply(self, phone: Partnership) -> None:
        phone.agent, phone.model, phone.os = self.agent, self.model, self.os
        phone.speaks = self.version


class DeviceLabelled(PartnershipEvent):
    """Its person calls it by this name; empty for the one it has by itself."""

    TOPIC = "device.labelled"
    personal: ClassVar[tuple[str, ...]] = ("label",)

    label: str

    def apply(self, phone: Partnership) -> None:
        phone.label = self.label


class DeviceApproved(PartnershipEvent):
    """It may come in, whatever rules say about phones of its kind."""

    TOPIC = "device.approved"

    def apply(self, phone: Partnership) -> None:
        phone.approved = True
        phone.blocked = ""


class DeviceBlocked(PartnershipEvent):
    TOPIC = "device.blocked"
    personal: ClassVar[tuple[str, ...]] = ("reason",)

    reason: str

    def apply(self, phone: Partnership) -> None:
        phone.blocked = self.reason or "blocked"
        phone.approved = False


class DeviceUnblocked(PartnershipEvent):
    TOPIC = "device.unblocked"

    def apply(self, phone: Partnership) -> None:
        phone.blocked = ""


class CeilingSet(PartnershipEvent):
    """The newest version of the protocol that is spoken with it; empty for all there are."""

    TOPIC = "device.ceiling-set"

    version: str

    def apply(self, phone: Partnership) -> None:
        phone.ceiling = self.version


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
        phone.approved = False


class DeviceRecorded(PartnershipEvent):
    """What it asks and is answered is kept until then, sealed, so that it can be replayed."""

    TOPIC = "device.recorded"
    personal: ClassVar[tuple[str, ...]] = ("why",)

    until: datetime
    why: str

    def apply(self, phone: Partnership) -> None:
        phone.recorded_until = self.until


class DeviceRecordingEnded(PartnershipEvent):
    """Nothing more is kept; what was is still there."""

    TOPIC = "device.recording-ended"

    def apply(self, phone: Partnership) -> None:
        phone.recorded_until = None


class DeviceFellSilent(PartnershipEvent):
    """It was not heard of for long: it does not count, and its keys are forgotten. All else that
    is known or was decided about it stays."""

    TOPIC = "device.fell-silent"

    def apply(self, phone: Partnership) -> None:
        phone.silent = True


class DeviceHeardAgain(PartnershipEvent):
    """It begins with key 0, like a new one; what it finds has the names it had."""

    TOPIC = "device.heard-again"

    def apply(self, phone: Partnership) -> None:
        phone.silent = False


class DeviceForgotten(PartnershipEvent):
    """The partnership is over, and with it a block; the phone may begin a new one."""

    TOPIC = "device.forgotten"

    def apply(self, phone: Partnership) -> None:
        phone.start(forgotten=True)


class DeviceReturned(PartnershipEvent):
    """A phone that had been forgotten is back."""

    TOPIC = "device.returned"
    personal: ClassVar[tuple[str, ...]] = ("device_type",)

    device_type: str

    def apply(self, phone: Partnership) -> None:
        phone.device_type = self.device_type
        phone.forgotten = False


class Partnership(Provisioning):
    """The server's half of the agreement with one phone."""

    def __init__(self, account: UUID, device: str, device_type: str) -> None:
        self.account = account
        self.device = device
        self.device_type = device_type
        self.start()

    def start(self, forgotten: bool = False) -> None:
        """As if nothing had ever happened between the two."""
        self.forgotten = forgotten
        self.silent = False
        self.about: dict[str, str] = {}
        self.agent = self.model = self.os = self.speaks = ""
        self.label = self.ceiling = ""
        self.approved = False
        self.blocked = ""
        self.wipe: WipeKind | None = None
        self.wiped = 0
        self.recorded_until: datetime | None = None
        self._without_policy()

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

    def introduce(self, agent: str, model: str, os: str, version: str) -> None:
        if (agent, version) != (self.agent, self.speaks):
            self._note(DeviceIntroduced, agent=agent, model=model, os=os, version=version)

    def call_it(self, label: str) -> None:
        if label != self.label:
            self._note(DeviceLabelled, label=label)

    def approve(self) -> None:
        if not self.approved:
            self._note(DeviceApproved)

    def block(self, reason: str) -> None:
        if (reason or "blocked") != self.blocked:
            self._note(DeviceBlocked, reason=reason)

    def unblock(self) -> None:
        if self.blocked:
            self._note(DeviceUnblocked)

    def set_ceiling(self, version: str) -> None:
        if version != self.ceiling:
            self._note(CeilingSet, version=version)

    def request_wipe(self, kind: WipeKind) -> None:
        if self.wipe != kind:
            self._note(WipeRequested, kind=kind)

    def cancel_wipe(self) -> None:
        if self.wipe:
            self._note(WipeCancelled)

    def acknowledge_wipe(self, status: int) -> None:
        if self.wipe:
            self._note(WipeAcknowledged, status=status)

    def record(self, until: datetime, why: str) -> None:
        self._note(DeviceRecorded, until=until, why=why)

    def end_recording(self) -> None:
        if self.recorded_until:
            self._note(DeviceRecordingEnded)

    def fall_silent(self) -> None:
        if not (self.silent or self.forgotten):
            self._note(DeviceFellSilent)

    def hear_again(self) -> None:
        if self.silent:
            self._note(DeviceHeardAgain)

    def forget(self) -> None:
        if not self.forgotten:
            self._note(DeviceForgotten)

    def come_back(self, device_type: str) -> None:
        if self.forgotten:
            self._note(DeviceReturned, device_type=device_type)


known_as(
    DevicePartnered,
    DeviceDescribed,
    DeviceIntroduced,
    DeviceLabelled,
    DeviceApproved,
    DeviceBlocked,
    DeviceUnblocked,
    CeilingSet,
    WipeRequested,
    WipeCancelled,
    WipeAcknowledged,
    DeviceRecorded,
    DeviceRecordingEnded,
    DeviceFellSilent,
    DeviceHeardAgain,
    DeviceForgotten,
    DeviceReturned,
)
