"""A held burst, decided by somebody who looked at it: it was meant, or it was not.

A burst may be large, so it is decided in parts, each with the write lock for a moment and then the
turn of others. Every item is decided by itself, and what is left can be decided by saying the same
again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from uuid import UUID

import gevent

from app import items as use
from app.engine.aside import set_aside
from app.groupware import Groupware
from app.rules import the_house
from domain.account import Account
from domain.base import Authorship
from domain.brake import MOST_LIMIT, Limits
from domain.conflict import resolve
from domain.item import Echo, HeldEdit, Item
from domain.kinds import kind_of
from domain.patch import Patch
from domain.refused import Refused, Unknown
from projections import holds, lines
from projections.holds import Waiting

AT_ONCE = 100


class BadLimits(Refused):
    """From nothing on, or from more than there can be."""


def set_limits(
    groupware: Groupware, author: Authorship, account: UUID, limits: Limits | None
) -> None:
    """From how much on somebody's phones are not believed; None: as everybody's."""
    _expect_good(limits)
    with groupware.acting(author):
        person = groupware.load(Account, account)
        person.set_brake(limits)
        groupware.save(person)


def set_house_limits(groupware: Groupware, author: Authorship, limits: Limits) -> None:
    """From how much on everybody's phones are not believed, unless decided for a person alone."""
    _expect_good(limits)
    with groupware.acting(author):
        house = the_house(groupware)
        house.set_brake(limits)
        groupware.save(house)


def _expect_good(limits: Limits | None) -> None:
    if limits is not None and not limits.good:
        raise BadLimits(f"limits are from 1 to {MOST_LIMIT}, and a share from 1 to 100 percent")


Decision = Callable[[Groupware, sqlite3.Connection, Item, HeldEdit, UUID, Waiting], None]


def release(groupware: Groupware, author: Authorship, burst: UUID) -> int:
    """Do what the phone did, on what stands now; to how many items. Unknown if nothing waits."""
    return _decide(groupware, author, burst, _release)


def discard(groupware: Groupware, author: Authorship, burst: UUID) -> int:
    """Give the phone its items back as they stand; how many. Unknown if nothing waits."""
    return _decide(groupware, author, burst, _discard)


def _decide(groupware: Groupware, author: Authorship, burst: UUID, decision: Decision) -> int:
    count = 0
    while some := _decide_some(groupware, author, burst, decision):
        count += some
        gevent.sleep(0)
    if not count:
        raise Unknown("nothing of this burst waits for a decision")
    return count


def _decide_some(groupware: Groupware, author: Authorship, burst: UUID, decision: Decision) -> int:
    with groupware.acting(author) as connection:
        waiting = list(holds.waiting(connection, burst, AT_ONCE))
        for each in waiting:
            item = use.load(groupware, connection, each.item)
            decision(groupware, connection, item, item.held[burst], burst, each)
    return len(waiting)


def _discard(
    groupware: Groupware,
    connection: sqlite3.Connection,
    item: Item,
    edit: HeldEdit,
    burst: UUID,
    held: Waiting,
) -> None:
    item.discard(burst, "discarded", Echo(held.line), held.collection)
    groupware.save(item)


def _release(
    groupware: Groupware,
    connection: sqlite3.Connection,
    item: Item,
    edit: HeldEdit,
    burst: UUID,
    held: Waiting,
) -> None:
    """By the rules for a phone that comes late: a deletion is one, edits are merged, and what
    cannot stand is set aside."""
    item.release(burst, Echo(held.line), held.collection)
    groupware.save(item)
    if item.removed or item.collection != held.collection:
        set_aside(groupware, item, edit.patch or {}, {}, "the item was no longer there")
    elif edit.patch is None:
        use.remove(groupware, item, Echo(held.line))
    else:
        _merge(groupware, connection, item, edit.base, edit.patch, held)


def _merge(
    groupware: Groupware,
    connection: sqlite3.Connection,
    item: Item,
    base: int,
    patch: Patch,
    held: Waiting,
) -> None:
    """The phone has the result already where nobody else edited the item, and it has it whole."""
    before = groupware.load(type(item), item.id, base)
    merged = resolve(kind_of(type(item)).fields, before.values, patch, item.values)
    if merged.lost:
        set_aside(groupware, item, merged.lost, merged.kept, "both sides changed the same field")
    spared = lines.quarantined(connection, held.partnership, held.collection)
    silent = item.edition == base and item.id.bytes not in spared
    use.revise(groupware, connection, item, merged.patch, base, Echo(held.line, silent))
