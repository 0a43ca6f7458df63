"""A person's folders as they stand: the live items of the hierarchy."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from uuid import UUID

from domain.folder import KINDS, hierarchy_of
from projections import items
from projections.codec import Codec


@dataclass(frozen=True)
class FolderRow:
    """`parent` is None at the root; `kind` is what it holds, empty for one that stays empty."""

    id: UUID
    owner: UUID
    name: str
    type: int
    parent: UUID | None

    @property
    def kind(self) -> str:
        return KINDS.get(self.type, "")


def folders(connection: sqlite3.Connection, codec: Codec, owner: UUID) -> list[FolderRow]:
    """The folders of a person, defaults first, then by id."""
    hierarchy = items.collection(connection, hierarchy_of(owner))
    if hierarchy is None:
        return []
    rows = (
        _folder(row.id, owner, codec.decode(row.value))
        for row in items.items(connection, hierarchy.number)
    )
    return sorted(rows, key=lambda folder: (folder.type, folder.id.bytes))


def folder(connection: sqlite3.Connection, codec: Codec, id: UUID) -> FolderRow | None:
    """A live folder."""
    row, collection = items.item(connection, id), items.collection(connection, id)
    if row is None or collection is None or row.removed or row.kind != "folder":
        return None
    return _folder(id, collection.owner, codec.decode(row.value))


def _folder(id: UUID, owner: UUID, values: dict[str, object]) -> FolderRow:
    parent = values.get("parent")
    name, type = str(values["name"]), values["type"]
    assert isinstance(type, int)
    return FolderRow(id, owner, name, type, parent if isinstance(parent, UUID) else None)
