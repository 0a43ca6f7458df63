"""What state a phone is in, in words, and all that a list of phones shows of each."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from domain.access import BLOCK
from domain.partnership import SILENT_AFTER, WIPED
from domain.when import Instant
from projections import accounts, deeds, devices, policies, sightings
from projections.accounts import AccountRow
from projections.deeds import Deed
from projections.devices import PartnershipRow
from projections.findings import FELL_SHORT
from projections.sightings import SeenRow
from projections.successors import successors

Fact = str | Instant

IN_STEP, WAITS, BLOCKED, RULED_OUT = "in step", "waits", "blocked", "ruled out"
TO_BE_WIPED, SHUT_OUT, WAS_WIPED, WIPE_FAILED = "to be wiped", "shut out", "wiped", "wipe failed"
UNFIT, EXCEPTED, SILENT, SUPERSEDED = "unfit", "excepted", "silent", "superseded"
TOO_NEW: Final = "too new"

WORDS: Final = {
    IN_STEP: "in step",
    WAITS: "waits for approval",
    BLOCKED: "blocked by {by}: {why}",
    RULED_OUT: "blocked by the rule for {rule}",
    TO_BE_WIPED: "to be wiped ({kind}): asked by {by}, {at}",
    SHUT_OUT: "blocked, since it speaks {version} and cannot be wiped: asked by {by}, {at}",
    WAS_WIPED: "wiped: acknowledged {at}",
    WIPE_FAILED: "wipe failed: told {at}",
    TOO_NEW: "refused, since it speaks {version}, and {ceiling} is the newest that it may",
    UNFIT: "does not keep its policy: {reason}",
    EXCEPTED: "let in by {by} although it does not keep its policy: {reason}",
    SILENT: "silent since {at}",
    SUPERSEDED: "goes by a newer name, {name}",
}
"""Every state a phone can be in; what stands in braces are facts of its Standing."""

NEWCOMER: Final = "new phones"
"""What a phone is ruled out by that no rule fits."""

NOT_YET: Final = "it has not acknowledged it yet"
ONE_ACCOUNT: Final = (16, 1)
"""The version of the protocol from which on one account can be wiped."""


@dataclass(frozen=True)
class Standing:
    """`word` is one of WORDS."""

    word: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class Portrait:
    """A phone as a list shows it. `before` are how many names it went by before this one;
    `decided` is who did what to it last, and when."""

    phone: PartnershipRow
    account: AccountRow
    seen: SeenRow | None
    standing: Standing
    decided: Mapping[str, Deed]
    before: int = 0


def portraits(
    connection: sqlite3.Connection, now: Instant, account: UUID | None = None
) -> list[Portrait]:
    """The phones of a person, or of everybody, the oldest partnership first."""
    found = devices.of_account(connection, account) if account else devices.all_devices(connection)
    return list(drawn(connection, now, found))


def portrait(connection: sqlite3.Connection, now: Instant, id: UUID) -> Portrait | None:
    phone = devices.by_id(connection, id)
    if phone is None:
        return None
    return next(drawn(connection, now, [phone]))


def drawn(
    connection: sqlite3.Connection, now: Instant, phones: list[PartnershipRow]
) -> Iterator[Portrait]:
    """Each as a list shows it, in the same order."""
    owners = {id: _owner(connection, id) for id in {each.account for each in phones}}
    after = {old: new for id in owners for old, new in successors(connection, id).items()}
    before = Counter(after.values())
    for phone in phones:
        account, wanted = owners[phone.account]
        seen, decided = sightings.seen(connection, phone.id), deeds.of_phone(connection, phone.id)
        newer = devices.by_id(connection, after[phone.id]) if phone.id in after else None
        standing = state(phone, seen, decided, account.ceiling, wanted, newer, now)
        yield Portrait(phone, account, seen, standing, decided, before[phone.id])


def _owner(connection: sqlite3.Connection, id: UUID) -> tuple[AccountRow, tuple[str, int]]:
    """A person, and which edition of which policy their phones have to keep."""
    account = accounts.by_id(connection, id)
    assert account is not None, "a phone is somebody's"
    policy = policies.find(connection, account.policy)
    return account, (policy.name, policy.edition) if policy else ("", 0)


def state(
    phone: PartnershipRow,
    seen: SeenRow | None,
    decided: Mapping[str, Deed],
    ceiling: str,
    wanted: tuple[str, int],
    newer: PartnershipRow | None,
    now: Instant,
) -> Standing:
    """The state that matters most. `ceiling` is the newest version for phones of its person,
    `wanted` the policy it has to keep, `newer` the partnership as which it goes on, if it does."""
    return (
        _wipe(phone, seen, decided)
        or (Standing(SUPERSEDED, {"name": newer.device}) if newer else None)
        or _refused(phone, decided)
        or (Standing(WAITS) if phone.waits else None)
        or _version(phone, seen, ceiling)
        or _policy(phone, decided, wanted)
        or _silence(phone, seen, now)
        or Standing(IN_STEP)
    )


def _wipe(
    phone: PartnershipRow, seen: SeenRow | None, decided: Mapping[str, Deed]
) -> Standing | None:
    if phone.wipe:
        facts: dict[str, Fact] = {"kind": phone.wipe, **_deed(decided, deeds.WIPE_ASKED)}
        version = seen.version if seen else phone.version
        if phone.wipe == "account" and version and _number(version) < ONE_ACCOUNT:
            return Standing(SHUT_OUT, {**facts, "version": version})
        return Standing(TO_BE_WIPED, facts)
    if phone.wiped and phone.blocked == WIPED:
        word = WAS_WIPED if phone.wiped == 1 else WIPE_FAILED
        return Standing(word, _deed(decided, deeds.WIPE_TOLD))
    return None


def _refused(phone: PartnershipRow, decided: Mapping[str, Deed]) -> Standing | None:
    if phone.blocked:
        return Standing(BLOCKED, {"why": phone.blocked, **_deed(decided, deeds.BLOCKED)})
    if phone.access == BLOCK:
        return Standing(RULED_OUT, {"rule": phone.access_rule or NEWCOMER})
    return None


def _version(phone: PartnershipRow, seen: SeenRow | None, ceiling: str) -> Standing | None:
    """It spoke a newer version when it came last than is spoken with it now."""
    highest = min(filter(None, (ceiling, phone.ceiling)), key=_number, default="")
    version = seen.version if seen else phone.version
    if highest and version and _number(version) > _number(highest):
        return Standing(TOO_NEW, {"version": version, "ceiling": highest})
    return None


def _policy(
    phone: PartnershipRow, decided: Mapping[str, Deed], wanted: tuple[str, int]
) -> Standing | None:
    reason = FELL_SHORT.get(phone.policy_status, "")
    if wanted != (phone.policy, phone.edition):
        reason = reason or NOT_YET
    if not (wanted[0] and reason):
        return None
    if phone.excepted:
        return Standing(EXCEPTED, {"reason": reason, **_deed(decided, deeds.EXCEPTED)})
    return Standing(UNFIT, {"reason": reason})


def _silence(phone: PartnershipRow, seen: SeenRow | None, now: Instant) -> Standing | None:
    if phone.silent or (seen and now - seen.last_seen > SILENT_AFTER):
        return Standing(SILENT, {"at": seen.last_seen if seen else phone.created_at})
    return None


def _deed(decided: Mapping[str, Deed], name: str) -> dict[str, Fact]:
    return dict(vars(decided[name])) if name in decided else {"by": "", "at": ""}


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
