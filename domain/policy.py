"""A named set of demands that a phone must meet; by default there is none."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.base import Created, Event, known_as, named_id

LENIENT = {"AllowNonProvisionableDevices": "1", "AllowExternalDeviceManagement": "1"}
"""What a policy says about phones that cannot keep it, unless it says otherwise: they may come."""


class PolicyWritten(Created):
    """`settings` are by the element names of MS-ASPROV 2.2.2.28, and those of LENIENT."""

    TOPIC = "policy.written"

    name: str
    settings: Mapping[str, str]


class PolicyRewritten(Event):
    TOPIC = "policy.rewritten"

    settings: Mapping[str, str]

    def apply(self, policy: Policy) -> None:
        policy.settings = dict(self.settings)
        policy.edition = self.originator_version
        policy.removed = False


class PolicyRemoved(Event):
    """Nobody is under it any more; whoever writes one of its name again goes on with this one."""

    TOPIC = "policy.removed"

    def apply(self, policy: Policy) -> None:
        policy.settings = {}
        policy.removed = True


class Policy(Aggregate):
    """Its `edition` changes with every rewrite; phones then have to acknowledge it again. One that
    was `removed` demands nothing."""

    def __init__(self, name: str, settings: Mapping[str, str]) -> None:
        self.name = name
        self.settings = dict(settings)
        self.edition = 1
        self.removed = False

    @staticmethod
    def id_of(name: str) -> UUID:
        return named_id("policy", name.casefold())

    @classmethod
    def write(cls, name: str, settings: Mapping[str, str]) -> Policy:
        return cls._create(PolicyWritten, id=cls.id_of(name), name=name, settings=dict(settings))

    def rewrite(self, settings: Mapping[str, str]) -> None:
        if self.removed or settings != self.settings:
            self.trigger_event(PolicyRewritten, settings=dict(settings))

    def remove(self) -> None:
        if not self.removed:
            self.trigger_event(PolicyRemoved)


known_as(PolicyWritten, PolicyRewritten, PolicyRemoved)
