"""Use cases about phones: whether one may come in, what it is, its policy, block and wipe."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from adapters.eas.request import Request
from adapters.eas.status import Refusal
from adapters.eas.version import Version
from adapters.store.pool import StoreBusy, StoreUnavailable
from app.groupware import Groupware
from app.settings import Settings
from domain.base import Authorship
from domain.partnership import WIPED, Partnership, WipeKind, offer_stands
from domain.policy import LENIENT
from domain.refused import Refused, Unknown
from projections import devices, policies
from projections.accounts import AccountRow
from projections.devices import PartnershipRow
from projections.successors import successors

BLOCKED, NOT_FULLY, WIPE = 129, 139, 140
NOT_PROVISIONED, STALE_KEY, EXTERNAL, TOO_MANY = 142, 144, 145, 177

TRYING: Final = "validate"
"""The DeviceId of a phone that only tries the account out; it is no partner."""

NEVER_ASKED: Final = {"Ping", "Provision"}
"""Commands that need no policy key: Android sends none with Ping and would be locked out."""

A_MOMENT: Final = 0.1
"""Seconds that nobody notices."""

T = TypeVar("T")

PARTLY, NOT_APPLIED, EXTERNALLY = 2, 3, 4


@dataclass(frozen=True)
class Demand:
    """What a phone has to keep. `told` names settings it may still keep from earlier; without a
    policy the name is empty, the edition 0 and nothing is demanded."""

    policy: str = ""
    edition: int = 0
    settings: Mapping[str, str] | None = None
    told: frozenset[str] = frozenset()

    def wanted(self) -> dict[str, str]:
        """The settings for the phone; how lenient we are is not its business."""
        return {name: v for name, v in (self.settings or {}).items() if name not in LENIENT}

    def verdict(self, status: int) -> int:
        """0 if a phone that acknowledges like this may come in, else the status that says no."""
        allows = {**LENIENT, **(self.settings or {})}
        if status in (PARTLY, NOT_APPLIED) and allows["AllowNonProvisionableDevices"] == "0":
            return NOT_FULLY
        if status == EXTERNALLY and allows["AllowExternalDeviceManagement"] == "0":
            return EXTERNAL
        return 0


def random_key() -> int:
    """A policy key: 32 bits, never 0."""
    return secrets.randbelow(2**32 - 1) + 1


def admit(
    groupware: Groupware,
    account: AccountRow,
    request: Request,
    now: datetime,
    settings: Settings,
    request_id: str = "",
) -> PartnershipRow | None:
    """The partnership of the phone that asks, begun if it is new; or a Refusal.

    None for a phone that only tries the account out.
    """
    if request.device_id.casefold() == TRYING:
        return None
    id = Partnership.id_of(account.id, request.device_id)
    with groupware.reading() as connection:
        phone = devices.by_id(connection, id)
        demand = demand_on(groupware, account, phone)
        seen = devices.seen(connection, id)
    if phone is None:
        author = Authorship(f"device:{request.device_id}", request_id, now, id)
        phone = _meet(groupware, author, account.id, request, settings)
    if seen is None or abs(now - seen.last_seen) >= devices.SEEN_EVERY:
        _note_seen(groupware, phone.id, request, now)
    _expect_welcome(phone, request)
    if demand.policy and request.command not in NEVER_ASKED:
        _expect_policy_kept(phone, demand, request.policy_key)
    return phone


def demand_on(groupware: Groupware, account: AccountRow, phone: PartnershipRow | None) -> Demand:
    """What is demanded of this phone now, with what it was told before."""
    with groupware.reading() as connection:
        before = policies.find(connection, phone.policy) if phone else None
        policy = policies.find(connection, account.policy)
    told = (before.ever if before else frozenset()) | (policy.ever if policy else frozenset())
    if policy is None:
        return Demand(told=told)
    return Demand(policy.name, policy.edition, policy.settings, told)


def describe(
    groupware: Groupware, author: Authorship, partnership: UUID, about: Mapping[str, str]
) -> None:
    """What the phone tells about itself, whole; nothing happens if it is known already."""
    _change(groupware, author, partnership, lambda phone: phone.describe(about))


def standing_offer(phone: PartnershipRow, demand: Demand, now: datetime) -> int | None:
    """The key of an offer made a moment ago, if it is of what is demanded now."""
    offered, wanted = (phone.offered_policy, phone.offered_edition), (demand.policy, demand.edition)
    return phone.offered_key if offer_stands(offered, phone.offered_at, wanted, now) else None


def offer_policy(
    groupware: Groupware, author: Authorship, partnership: UUID, demand: Demand, key: int
) -> int:
    """The key of the offer: `key`, or that of the same offer made a moment ago."""
    offer = (demand.policy, demand.edition, author.at)
    return _change(groupware, author, partnership, lambda phone: phone.offer_policy(key, *offer))


def acknowledge_policy(
    groupware: Groupware, author: Authorship, partnership: UUID, offered: int, key: int, status: int
) -> int | None:
    """The policy key from now on: `key`, or the one given before; None for no standing offer."""
    return _change(
        groupware,
        author,
        partnership,
        lambda phone: phone.acknowledge_policy(offered, key, status),
    )


def refuse_policy(groupware: Groupware, author: Authorship, partnership: UUID, status: int) -> None:
    """Keep in mind that the phone cannot or will not keep its policy."""
    _change(groupware, author, partnership, lambda phone: phone.refuse_policy(status))


def block(groupware: Groupware, author: Authorship, partnership: UUID, reason: str = "") -> None:
    _change(groupware, author, partnership, lambda phone: phone.block(reason))


def unblock(groupware: Groupware, author: Authorship, partnership: UUID) -> None:
    _change(groupware, author, partnership, lambda phone: phone.unblock())


def request_wipe(
    groupware: Groupware,
    author: Authorship,
    partnership: UUID,
    kind: WipeKind = "account",
    sure: bool = False,
) -> None:
    """Ask the phone to erase what came from here; with `device`, and if `sure`, all that is on it.

    A phone that cannot erase one account only (below 16.1) is blocked instead, while that stands.
    """
    if kind == "device" and not sure:
        raise Refused("this would erase everything on the phone: say that you are sure")
    _change(groupware, author, partnership, lambda phone: phone.request_wipe(kind))


def cancel_wipe(groupware: Groupware, author: Authorship, partnership: UUID) -> None:
    _change(groupware, author, partnership, lambda phone: phone.cancel_wipe())


def acknowledge_wipe(
    groupware: Groupware, author: Authorship, partnership: UUID, status: int
) -> None:
    """What the phone says became of its wipe; it is blocked from here on."""
    _change(groupware, author, partnership, lambda phone: phone.acknowledge_wipe(status))


def forget(groupware: Groupware, author: Authorship, partnership: UUID) -> None:
    """End the partnership; should the phone come again, it is a new one."""

    def end(phone: Partnership) -> None:
        if phone.wipe:
            raise Refused("this phone has yet to be wiped: cancel the wipe first")
        phone.forget()

    _change(groupware, author, partnership, end)


def _change(
    groupware: Groupware, author: Authorship, id: UUID, act: Callable[[Partnership], T]
) -> T:
    with groupware.acting(author):
        phone = groupware.load(Partnership, id)
        result = act(phone)
        groupware.save(phone)
        return result


def _meet(
    groupware: Groupware, author: Authorship, account: UUID, request: Request, settings: Settings
) -> PartnershipRow:
    """The first contact; of several at once, one begins the partnership."""
    id = Partnership.id_of(account, request.device_id)
    with groupware.acting(author) as connection:
        if (there := devices.by_id(connection, id)) is not None:
            return there
        full = devices.count(connection, account) >= settings.devices_per_user
        if full and not _make_room(groupware, connection, account):
            new = request.version >= Version.V14_1
            raise Refusal(TOO_MANY if new else BLOCKED, "the person has too many phones")
        groupware.save(_begun(groupware, id, account, request))
        row = devices.by_id(connection, id)
    assert row is not None, "a partnership that was saved has a row"
    return row


def _make_room(groupware: Groupware, connection: sqlite3.Connection, account: UUID) -> bool:
    """Forget the oldest partnership of a phone that takes a new name at each start, if any."""
    for id in islice(successors(connection, account), 1):
        phone = groupware.load(Partnership, id)
        phone.forget()
        groupware.save(phone)
        return True
    return False


def _begun(groupware: Groupware, id: UUID, account: UUID, request: Request) -> Partnership:
    try:
        phone = groupware.load(Partnership, id)
    except Unknown:
        return Partnership.begin(account, request.device_id, request.device_type)
    phone.come_back(request.device_type)
    return phone


def _note_seen(groupware: Groupware, id: UUID, request: Request, now: datetime) -> None:
    """When it was here last; where that cannot be written at once, the next time will do."""
    with (
        suppress(StoreBusy, StoreUnavailable),
        groupware.pool.writing(A_MOMENT, lasting=False) as connection,
    ):
        devices.note_seen(connection, id, now, request.user_agent, request.version.text)


def _expect_welcome(phone: PartnershipRow, request: Request) -> None:
    """A wipe comes before a block: what is to be erased must be told so (MS-ASPROV 3.2.5.1)."""
    if phone.wipe == "account" and request.version < Version.V16_1:
        raise Refusal(BLOCKED, "to be wiped, but it cannot wipe one account only")
    if phone.wipe and request.command != "Provision":
        raise Refusal(WIPE, "to be wiped")
    reports = phone.blocked == WIPED and request.command == "Provision"
    if phone.blocked and not phone.wipe and not reports:
        raise Refusal(BLOCKED, "the phone is blocked")


def _expect_policy_kept(phone: PartnershipRow, demand: Demand, key: int | None) -> None:
    """The phone shows by its key which edition it keeps; never 141, Android gives up on that."""
    if not key:
        raise Refusal(NOT_PROVISIONED, "the policy is not acknowledged yet")
    kept = (phone.policy, phone.edition) == (demand.policy, demand.edition)
    if key != phone.policy_key or not kept:
        raise Refusal(STALE_KEY, "the policy is another one now")
