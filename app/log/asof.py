"""Anything as of any moment: an item, a folder, a person or a phone, as the log had it then.

One thing is its stream, folded up to there. A folder is told from its change rows, and of each item
the value is at hand unless it was edited since; only then its stream is folded, up to the edition
it had. So the cost is that of the folder, not of the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.composition import CODEC
from app.groupware import Groupware
from domain.account import Account
from domain.folder import hierarchy_of
from domain.item import Item
from domain.kinds import KINDS
from domain.partnership import Partnership
from domain.patch import Values
from projections import items
from projections.asof import live_at, pos_at, version_at
from projections.folders import FolderRow
from projections.history import Changed, between
from projections.items import CollectionRow

Facts = dict[str, Any]
Content = dict[UUID, Values]


def item(groupware: Groupware, connection: sqlite3.Connection, id: UUID, at: int) -> Item | None:
    """An item as it stood at a position of the log; None before it was there."""
    row, version = items.item(connection, id), version_at(connection, id, at)
    return groupware.load(KINDS[row.kind].aggregate, id, version) if row and version else None


def content(
    groupware: Groupware, connection: sqlite3.Connection, collection: UUID, at: int
) -> Content:
    """What was in a folder, by id. What was erased since can be told no more, and is left out."""
    row = items.collection(connection, collection)
    if row is None:
        return {}
    if row.floor and pos_at(connection, row.number, row.head, at) < row.floor:
        return dict(_by_streams(groupware, connection, row, at))
    live = live_at(connection, row.number, at)
    found = ((id, _values(groupware, connection, id, edition)) for id, edition in live)
    return {id: values for id, values in found if values}


def _by_streams(
    groupware: Groupware, connection: sqlite3.Connection, row: CollectionRow, at: int
) -> Iterator[tuple[UUID, Values]]:
    """The same where the rows were compacted since: every item its owner ever had is asked where
    it was."""
    for id in items.ever(connection, row.owner):
        found = item(groupware, connection, id, at)
        if found and found.collection == row.id and not found.removed and found.values:
            yield id, found.values


def _values(groupware: Groupware, connection: sqlite3.Connection, id: UUID, edition: int) -> Values:
    row = items.item(connection, id)
    assert row is not None, "what has changed is there"
    if row.edition == edition:
        values: Values = CODEC.decode(row.value)
        return values
    return groupware.load(KINDS[row.kind].aggregate, id, edition).values


def folders(
    groupware: Groupware, connection: sqlite3.Connection, owner: UUID, at: int
) -> list[FolderRow]:
    """The folders somebody had, defaults first."""
    found = content(groupware, connection, hierarchy_of(owner), at)
    rows = (
        FolderRow(id, owner, said["name"], said["type"], said.get("parent"))
        for id, said in found.items()
    )
    return sorted(rows, key=lambda folder: (folder.type, folder.id.bytes))


def person(groupware: Groupware, connection: sqlite3.Connection, id: UUID, at: int) -> Facts:
    """What was decided about a person, and nothing secret; empty before there was one."""
    version = version_at(connection, id, at)
    if not version:
        return {}
    it = groupware.load(Account, id, version)
    passwords = sorted(each.label for each in it.activesync_passwords.values())
    return {
        **{name: getattr(it, name) for name in PERSON},
        "login": "directory" if it.directory else "password" if it.login_hash else "none",
        "activesync_passwords": tuple(passwords),
        "out_of_office": AWAY[it.out_of_office.state],
    }


AWAY = ("off", "always", "for a time")

PERSON = (
    *("name", "mail", "full_name", "zone", "language", "administrator", "enabled"),
    *("policy", "ceiling", "factor", "brake"),
)


def device(groupware: Groupware, connection: sqlite3.Connection, id: UUID, at: int) -> Facts:
    """What a phone was and what was decided about it; empty before it came."""
    version = version_at(connection, id, at)
    if not version:
        return {}
    it = groupware.load(Partnership, id, version)
    policy, edition = it.policy or ("", 0)
    return {
        **{name: getattr(it, name) for name in DEVICE},
        **{f"its {name}": said for name, said in sorted(it.about.items())},
        "policy": f"{policy} {edition}" if policy else "",
    }


DEVICE = (
    *("device", "device_type", "label", "agent", "model", "os", "speaks", "ceiling"),
    *("approved", "blocked", "excepted", "wipe", "wiped", "silent", "forgotten"),
)


@dataclass(frozen=True)
class Difference:
    """An item that is otherwise at a later moment: `was` or `becomes` is None where it is not
    there."""

    item: UUID
    was: Values | None
    becomes: Values | None
    changed: Changed


def differences(
    before: Mapping[UUID, Values], after: Mapping[UUID, Values]
) -> Iterator[Difference]:
    """What came, what went and what changed between two moments, in the order of ids."""
    for id in sorted(before.keys() | after.keys(), key=str):
        was, becomes = before.get(id), after.get(id)
        if was != becomes:
            yield Difference(id, was, becomes, between(was or {}, becomes or {}))
