"""Whether a phone may come in: who it is, what was decided about it, whether it keeps its policy.

Asked of every request, and again of each that waits when anything of this changes. A phone that
is not welcome hears so in a way that makes it stop; one in quarantine is let in, and told nothing
(docs/decisions/0005-quarantine.md).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from adapters.eas import agent
from adapters.eas.request import Request
from adapters.eas.status import Refusal
from adapters.eas.version import Version
from adapters.ids import by_id
from adapters.store.keyring import Erased
from adapters.store.pool import StoreBusy, StoreUnavailable
from app.devices.phones import BLOCKED, Demand, demand_on
from app.groupware import Groupware
from app.settings import Settings
from domain.access import BLOCK
from domain.base import Authorship
from domain.partnership import SILENT_AFTER, WIPED, Partnership
from domain.refused import Unknown
from projections import deeds, devices, sightings
from projections.accounts import AccountRow
from projections.devices import PartnershipRow
from projections.successors import successors

DENIED, OTHER_VERSION, WIPE = 130, 138, 140
NOT_PROVISIONED, STALE_KEY, TOO_MANY = 142, 144, 177

TRYING: Final = "validate"
"""The DeviceId of a phone that only tries the account out; it is no partner."""

NEVER_ASKED: Final = {"Ping", "Provision"}
"""Commands that need no policy key: Android sends none with Ping and would be locked out."""

IN_QUARANTINE: Final = {"FolderSync", "GetItemEstimate", "Ping", "Provision", "Settings", "Sync"}
"""What a phone in quarantine needs to stay set up, and to hear the moment it is approved."""

A_MOMENT: Final = 0.1
"""Seconds that nobody notices."""

INTRODUCED_EVERY: Final = timedelta(hours=1)
"""A phone that calls itself this and that in turns is not written down each time."""


class AboveCeiling(Refusal):
    """The phone speaks a newer version than is spoken with it; `ceiling` is what it may."""

    def __init__(self, ceiling: Version) -> None:
        super().__init__(OTHER_VERSION, f"no version above {ceiling.text} is spoken with it")
        self.ceiling = ceiling


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
    author = Authorship(by_id("device", id), request_id, now, id)
    with groupware.reading() as connection:
        phone = devices.by_id(connection, id)
        demand = demand_on(groupware, account, phone)
        seen = sightings.seen(connection, id)
    if phone is None:
        phone = _meet(groupware, author, account.id, request, settings)
    if seen is None or abs(now - seen.last_seen) >= sightings.SEEN_EVERY:
        phone = _seen(groupware, author, phone, request)
    if phone.silent:
        phone = _changed(groupware, author, phone.id, lambda it: it.hear_again())
    _expect_version(account, phone, request)
    _expect_welcome(phone, request)
    if demand.policy and not phone.excepted and request.command not in NEVER_ASKED:
        _expect_policy_kept(phone, demand, request.policy_key)
    return phone


def ceiling(*spoken: str) -> Version:
    """The newest version that all of these allow; each is a version, or empty for any."""
    return min(Version.parse(text) for text in spoken if text) if any(spoken) else max(Version)


def ceiling_for(groupware: Groupware, account: AccountRow, device: str, user_agent: str) -> Version:
    """The newest version to offer to whoever asks what there is. A phone that does not say which
    one it is (most do not) is taken for any of the person's that calls itself the same."""
    with groupware.reading() as connection:
        phones = devices.of_account(connection, account.id)
    named = Partnership.id_of(account.id, device) if device else None
    meant = [
        each for each in phones if each.id == named or (not named and each.agent == user_agent)
    ]
    return ceiling(account.ceiling, *(each.ceiling for each in meant))


def _meet(
    groupware: Groupware, author: Authorship, account: UUID, request: Request, settings: Settings
) -> PartnershipRow:
    """The first contact; of several at once, one begins the partnership."""
    id = Partnership.id_of(account, request.device_id)
    with groupware.acting(author) as connection:
        if (there := devices.by_id(connection, id)) is not None:
            return there
        if groupware.keyring.erased(account):
            raise Erased(str(account))
        if not _has_room(groupware, connection, account, settings.devices_per_user):
            new = request.version >= Version.V14_1
            raise Refusal(TOO_MANY if new else BLOCKED, "the person has too many phones")
        phone = _begun(groupware, id, account, request)
        _introduce(phone, request)
        groupware.save(phone)
        row = devices.by_id(connection, id)
    assert row is not None, "a partnership that was saved has a row"
    return row


def _has_room(
    groupware: Groupware, connection: sqlite3.Connection, account: UUID, most: int
) -> bool:
    """Whether the person may have one more phone. Others give way only where they have to: a
    clock that was set wrong must cost nobody a phone."""
    if devices.count(connection, account) < most:
        return True
    _let_go_of_the_silent(groupware, connection, account)
    return devices.count(connection, account) < most or _make_room(groupware, connection, account)


def _let_go_of_the_silent(
    groupware: Groupware, connection: sqlite3.Connection, account: UUID
) -> None:
    """The person's phones that were not heard of for long do not count from here on."""
    for id in devices.unheard(connection, account, groupware.clock() - SILENT_AFTER):
        phone = groupware.load(Partnership, id)
        phone.fall_silent()
        groupware.save(phone)


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


def _introduce(phone: Partnership, request: Request) -> None:
    told = agent.read(request.user_agent)
    phone.introduce(request.user_agent, told.model, told.os, request.version.text)


def _seen(
    groupware: Groupware, author: Authorship, phone: PartnershipRow, request: Request
) -> PartnershipRow:
    """When it was here last, and how it calls itself, if that is new. Where that cannot be
    written at once, the next time will do."""
    known = (phone.agent, phone.version) == (request.user_agent, request.version.text)
    with suppress(StoreBusy, StoreUnavailable):
        with groupware.pool.writing(A_MOMENT, lasting=False) as connection:
            told = (request.user_agent, request.version.text)
            sightings.note_seen(connection, phone.id, author.at, *told)
            last = None if known else deeds.of_phone(connection, phone.id).get(deeds.INTRODUCED)
        if not known and (last is None or abs(author.at - last.at) >= INTRODUCED_EVERY):
            return _changed(groupware, author, phone.id, lambda it: _introduce(it, request))
    return phone


def _changed(
    groupware: Groupware, author: Authorship, id: UUID, act: Callable[[Partnership], object]
) -> PartnershipRow:
    with groupware.acting(author) as connection:
        phone = groupware.load(Partnership, id)
        act(phone)
        groupware.save(phone)
        row = devices.by_id(connection, id)
    if row is None:
        raise Erased(f"the phone {id} went with its person")
    return row


def _expect_version(account: AccountRow, phone: PartnershipRow, request: Request) -> None:
    """A phone that is to be wiped is told so in the version it speaks."""
    highest = ceiling(account.ceiling, phone.ceiling)
    if request.version > highest and not phone.wipe:
        raise AboveCeiling(highest)


def _expect_welcome(phone: PartnershipRow, request: Request) -> None:
    """A wipe comes before a block: what is to be erased must be told so (MS-ASPROV 3.2.5.1)."""
    if phone.wipe == "account" and request.version < Version.V16_1:
        raise Refusal(BLOCKED, "to be wiped, but it cannot wipe one account only")
    if phone.wipe and request.command != "Provision":
        raise Refusal(WIPE, "to be wiped")
    reports = phone.blocked == WIPED and request.command == "Provision"
    if phone.blocked and not phone.wipe and not reports:
        raise Refusal(BLOCKED, "the phone is blocked")
    if phone.access == BLOCK and not (phone.wipe or reports):
        raise Refusal(BLOCKED, f"no such phones here: {phone.access_rule or 'no new ones'}")
    if phone.waits and request.command not in IN_QUARANTINE:
        raise Refusal(DENIED, "the phone waits for approval")


def _expect_policy_kept(phone: PartnershipRow, demand: Demand, key: int | None) -> None:
    """The phone shows by its key which edition it keeps; never 141, Android gives up on that."""
    if not key:
        raise Refusal(NOT_PROVISIONED, "the policy is not acknowledged yet")
    kept = (phone.policy, phone.edition) == (demand.policy, demand.edition)
    if key != phone.policy_key or not kept:
        raise Refusal(STALE_KEY, "the policy is another one now")
