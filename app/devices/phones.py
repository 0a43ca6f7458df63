"""Use cases about phones: what one is, its policy, approval and block (wiping.py has the rest)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from adapters.eas.version import Version
from app.groupware import Groupware
from domain.base import Authorship
from domain.partnership import Partnership
from domain.policy import LENIENT
from domain.provisioning import offer_stands
from domain.refused import Refused
from projections import policies
from projections.accounts import AccountRow
from projections.devices import PartnershipRow

BLOCKED, NOT_FULLY, EXTERNAL = 129, 139, 145

LONGEST_LABEL: Final = 64

T = TypeVar("T")

PARTLY, NOT_APPLIED, EXTERNALLY = 2, 3, 4


@dataclass(frozen=True)
class Demand:
    """What a phone has to keep. `told` names settings it may still keep from earlier; without a
    policy the name is empty, the edition 0 and nothing is demanded. `excepted`: this one may come
    in whatever it keeps."""

    policy: str = ""
    edition: int = 0
    settings: Mapping[str, str] | None = None
    told: frozenset[str] = frozenset()
    excepted: bool = False

    def wanted(self) -> dict[str, str]:
        """The settings for the phone; how lenient we are is not its business."""
        return {name: v for name, v in (self.settings or {}).items() if name not in LENIENT}

    def verdict(self, status: int) -> int:
        """0 if a phone that acknowledges like this may come in, else the status that says no."""
        allows = {**LENIENT, **({} if self.excepted else self.settings or {})}
        if status in (PARTLY, NOT_APPLIED) and allows["AllowNonProvisionableDevices"] == "0":
            return NOT_FULLY
        if status == EXTERNALLY and allows["AllowExternalDeviceManagement"] == "0":
            return EXTERNAL
        return 0


def demand_on(groupware: Groupware, account: AccountRow, phone: PartnershipRow | None) -> Demand:
    """What is demanded of this phone now, with what it was told before."""
    with groupware.reading() as connection:
        before = policies.find(connection, phone.policy) if phone else None
        policy = policies.find(connection, account.policy)
    told = (before.ever if before else frozenset()) | (policy.ever if policy else frozenset())
    if policy is None:
        return Demand(told=told)
    excepted = phone is not None and phone.excepted
    return Demand(policy.name, policy.edition, policy.settings, told, excepted)


def describe(
    groupware: Groupware, author: Authorship, partnership: UUID, about: Mapping[str, str]
) -> None:
    """What the phone tells about itself, whole; nothing happens if it is known already."""
    change(groupware, author, partnership, lambda phone: phone.describe(about))


def standing_offer(phone: PartnershipRow, demand: Demand, now: datetime) -> int | None:
    """The key of an offer made a moment ago, if it is of what is demanded now."""
    offered, wanted = (phone.offered_policy, phone.offered_edition), (demand.policy, demand.edition)
    return phone.offered_key if offer_stands(offered, phone.offered_at, wanted, now) else None


def offer_policy(
    groupware: Groupware, author: Authorship, partnership: UUID, demand: Demand, key: int
) -> int:
    """The key of the offer: `key`, or that of the same offer made a moment ago."""
    offer = (demand.policy, demand.edition, author.at)
    return change(groupware, author, partnership, lambda phone: phone.offer_policy(key, *offer))


def acknowledge_policy(
    groupware: Groupware, author: Authorship, partnership: UUID, offered: int, key: int, status: int
) -> int | None:
    """The policy key from now on: `key`, or the one given before; None for no standing offer."""
    return change(
        groupware,
        author,
        partnership,
        lambda phone: phone.acknowledge_policy(offered, key, status),
    )


def refuse_policy(groupware: Groupware, author: Authorship, partnership: UUID, status: int) -> None:
    """Keep in mind that the phone cannot or will not keep its policy."""
    change(groupware, author, partnership, lambda phone: phone.refuse_policy(status))


def except_from_policy(groupware: Groupware, author: Authorship, partnership: UUID) -> None:
    """This phone may come in although it does not keep its policy."""
    change(groupware, author, partnership, lambda phone: phone.except_from_policy())


def end_exception(groupware: Groupware, author: Authorship, partnership: UUID) -> None:
    """What holds for others holds for this phone again, from its next request on."""
    change(groupware, author, partnership, lambda phone: phone.end_exception())


def call_it(groupware: Groupware, author: Authorship, partnership: UUID, label: str) -> None:
    """The name its person gives a phone; without one it goes by the name it has by itself."""
    label = " ".join(label.split())
    if len(label) > LONGEST_LABEL or not label.isprintable():
        raise Refused(f"a name for a phone has {LONGEST_LABEL} characters at most")
    change(groupware, author, partnership, lambda phone: phone.call_it(label))


def set_ceiling(groupware: Groupware, author: Authorship, partnership: UUID, version: str) -> None:
    """The newest version that is spoken with this phone; empty for all there are."""
    expect_version(version)
    change(groupware, author, partnership, lambda phone: phone.set_ceiling(version))


def expect_version(version: str) -> None:
    """Refused for what is neither a version nor empty."""
    if version and version not in {each.text for each in Version}:
        there_are = ", ".join(each.text for each in Version)
        raise Refused(f"{version!r} is no version of the protocol; there are {there_are}")


def approve(groupware: Groupware, author: Authorship, partnership: UUID) -> None:
    """Let it in, whatever was decided about it before or holds for phones of its kind."""
    change(groupware, author, partnership, lambda phone: phone.approve())


def block(groupware: Groupware, author: Authorship, partnership: UUID, reason: str = "") -> None:
    change(groupware, author, partnership, lambda phone: phone.block(reason))


def unblock(groupware: Groupware, author: Authorship, partnership: UUID) -> None:
    """What rules say about phones of its kind counts again."""
    change(groupware, author, partnership, lambda phone: phone.unblock())


def forget(groupware: Groupware, author: Authorship, partnership: UUID) -> None:
    """End the partnership; should the phone come again, it is a new one. Its person cannot get
    rid of a block that way."""

    def end(phone: Partnership) -> None:
        if phone.wipe:
            raise Refused("this phone has yet to be wiped: cancel the wipe first")
        if phone.blocked and author.actor.startswith("user:"):
            raise Refused("this phone is blocked: only an administrator can remove it")
        phone.forget()

    change(groupware, author, partnership, end)


def change(
    groupware: Groupware, author: Authorship, id: UUID, act: Callable[[Partnership], T]
) -> T:
    with groupware.acting(author):
        phone = groupware.load(Partnership, id)
        result = act(phone)
        groupware.save(phone)
        return result
