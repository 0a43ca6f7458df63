"""One phone and its policy: what was offered, what it acknowledged, and whether that matters."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.base import Event, known_as

OFFER_STANDS = timedelta(minutes=1)
"""Whoever asks for the same policy again within this time is shown the same offer."""


def offer_stands(
    offered: tuple[str, int], offered_at: datetime | None, wanted: tuple[str, int], at: datetime
) -> bool:
    """Whether this offer of a policy still answers whoever wants one now."""
    return offered_at is not None and offered == wanted and at - offered_at < OFFER_STANDS


class PartnershipEvent(Event):
    subject: UUID


class PolicyOffered(PartnershipEvent):
    """Phase one: `key` is good for the acknowledgement only (MS-ASPROV 3.1.5.1)."""

    TOPIC = "device.policy-offered"

    key: int
    policy: str
    edition: int

    def apply(self, phone: Provisioning) -> None:
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

    def apply(self, phone: Provisioning) -> None:
        phone.policy_key = self.key
        phone.acknowledged_key = phone.offered_key
        phone.policy = phone.offered_policy
        phone.policy_status = self.status


class PolicyRefused(PartnershipEvent):
    """The phone cannot or will not keep the policy."""

    TOPIC = "device.policy-refused"

    status: int

    def apply(self, phone: Provisioning) -> None:
        phone.policy_status = self.status


class PolicyExcepted(PartnershipEvent):
    """This phone is let in although it does not keep its policy."""

    TOPIC = "device.policy-excepted"

    def apply(self, phone: Provisioning) -> None:
        phone.excepted = True


class PolicyExceptionEnded(PartnershipEvent):
    """What holds for others holds for this phone again; it has to acknowledge its policy anew,
    for meanwhile whatever it said was good enough."""

    TOPIC = "device.policy-exception-ended"

    def apply(self, phone: Provisioning) -> None:
        phone.excepted = False
        phone.policy_key = phone.acknowledged_key = phone.policy_status = 0
        phone.policy = None


class Provisioning(Aggregate):
    """What a phone has to do with policies."""

    account: UUID

    def _without_policy(self) -> None:
        self.offered_key = 0
        self.offered_policy: tuple[str, int] = ("", 0)
        self.offered_at: datetime | None = None
        self.policy_key = 0
        self.acknowledged_key = 0
        self.policy: tuple[str, int] | None = None
        self.policy_status = 0
        self.excepted = False

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

    def except_from_policy(self) -> None:
        if not self.excepted:
            self._note(PolicyExcepted)

    def end_exception(self) -> None:
        if self.excepted:
            self._note(PolicyExceptionEnded)

    def _note(self, event: type[PartnershipEvent], **facts: object) -> None:
        self.trigger_event(event, subject=self.account, **facts)


known_as(PolicyOffered, PolicyAcknowledged, PolicyRefused, PolicyExcepted, PolicyExceptionEnded)
