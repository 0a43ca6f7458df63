"""Folders: made, renamed, moved, deleted and brought back, with all that is in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app import chance
from app.composition import CODEC
from app.engine.conversation import Command
from app.groupware import Groupware
from domain.folder import CREATABLE, DEFAULTS, Folder, default_folder, hierarchy_of
from domain.item import NO_ECHO, Echo, Item
from domain.kinds import KINDS
from domain.patch import CLEARED
from domain.refused import Fixed, NameTaken, NotServed, Refused, Unknown
from domain.round import Reach, Verdict
from projections import folders, items
from projections.delta import View
from projections.folders import FolderRow

NAME_LIMIT = 256


class NoParent(Refused):
    """The folder it is to stand in is not there."""


class BadName(Refused):
    """A folder has a name of 1 to 256 characters."""


def make_default_folders(groupware: Groupware, account: UUID) -> None:
    """The folders every phone expects; those that are there already stay as they are."""
    with groupware.pool.writing() as connection:
        for type, name in DEFAULTS.items():
            id = default_folder(account, type)
            if items.item(connection, id) is None:
                values = {"name": name, "type": type}
                groupware.save(Folder.begin(id, account, hierarchy_of(account), values))


def make(
    groupware: Groupware,
    connection: sqlite3.Connection,
    owner: UUID,
    name: str,
    type: int,
    parent: UUID | None = None,
    echo: Echo = NO_ECHO,
) -> Folder:
    """A new folder; refused for types that are the server's to make or are not served yet."""
    if type in DEFAULTS:
        raise Fixed("the default folders are part of every account")
    if type not in CREATABLE:
        raise NotServed(f"folders of type {type} are not kept here")
    _check_place(connection, owner, name, parent)
    values = {"name": name, "type": type, **({"parent": parent} if parent else {})}
    folder = Folder.begin(chance.identity("folder"), owner, hierarchy_of(owner), values, echo)
    groupware.save(folder)
    return folder


def change(
    groupware: Groupware,
    connection: sqlite3.Connection,
    row: FolderRow,
    name: str,
    parent: UUID | None,
    echo: Echo = NO_ECHO,
) -> Folder:
    """Rename a folder or put it elsewhere; never into itself."""
    if row.type in DEFAULTS:
        raise Fixed("the default folders stay as they are")
    if parent == row.id or parent in {child.id for child in _below(connection, row)}:
        raise NoParent("a folder cannot stand in itself")
    _check_place(connection, row.owner, name, parent, but=row.id)
    folder = groupware.load(Folder, row.id)
    patch: dict[str, Any] = {}
    if name != row.name:
        patch["name"] = name
    if parent != row.parent:
        patch["parent"] = parent or CLEARED
    if patch:
        folder.revise(patch, None, echo)
        groupware.save(folder)
    return folder


def delete(
    groupware: Groupware, connection: sqlite3.Connection, row: FolderRow, echo: Echo = NO_ECHO
) -> None:
    """Delete a folder with what is in it and below it: an event for each, so all can return."""
    if row.type in DEFAULTS:
        raise Fixed("the default folders stay as they are")
    delete_below(groupware, connection, row, echo)
    _remove(groupware, connection, row, echo)


def delete_below(
    groupware: Groupware, connection: sqlite3.Connection, row: FolderRow, echo: Echo = NO_ECHO
) -> None:
    """Delete the folders inside a folder, the innermost first."""
    for each in reversed(list(_below(connection, row))):
        _remove(groupware, connection, each, echo)


def _remove(
    groupware: Groupware, connection: sqlite3.Connection, row: FolderRow, echo: Echo
) -> None:
    empty(groupware, connection, row.id)
    folder = groupware.load(Folder, row.id)
    folder.remove(echo)
    groupware.save(folder)


def empty(groupware: Groupware, connection: sqlite3.Connection, folder: UUID) -> int:
    """Remove everything in a folder; the number of items that were there."""
    collection = items.collection(connection, folder)
    if collection is None:
        raise Unknown("there is no such folder")
    rows = list(items.items(connection, collection.number))
    for row in rows:
        item: Item = groupware.load(KINDS[row.kind].aggregate, row.id)
        item.remove()
        groupware.save(item)
    return len(rows)


def _below(connection: sqlite3.Connection, row: FolderRow) -> Iterator[FolderRow]:
    """The folders inside a folder, each before what is inside it."""
    everything = folders.folders(connection, CODEC, row.owner)
    for child in everything:
        if child.parent == row.id:
            yield child
            yield from _below(connection, child)


def _check_place(
    connection: sqlite3.Connection,
    owner: UUID,
    name: str,
    parent: UUID | None,
    but: UUID | None = None,
) -> None:
    if not 0 < len(name) <= NAME_LIMIT:
        raise BadName(f"a folder has a name of 1 to {NAME_LIMIT} characters")
    present = folders.folders(connection, CODEC, owner)
    if parent is not None and parent not in {folder.id for folder in present}:
        raise NoParent("the folder it is to stand in is not there")
    for folder in present:
        same = folder.parent == parent and folder.name.casefold() == name.casefold()
        if same and folder.id != but:
            raise NameTaken(f"there is a folder {name} here already")


@dataclass(frozen=True)
class Place:
    """What FolderCreate and FolderUpdate say; `parent` is None at the root."""

    name: str
    parent: UUID | None
    type: int = 0


@dataclass(frozen=True)
class FolderDesk:
    """The folder commands as commands on the hierarchy. A refusal takes the whole request back,
    so the phone's key stays what it was."""

    groupware: Groupware
    connection: sqlite3.Connection
    owner: UUID

    def add(self, command: Command, view: View, begun: int) -> Verdict:
        place, echo = command.data, Echo(view.line, True, True)
        folder = make(
            self.groupware,
            self.connection,
            self.owner,
            place.name,
            place.type,
            place.parent,
            echo,
        )
        return self._made(command, folder.id)

    def change(self, command: Command, view: View, reach: Reach) -> Verdict:
        row = self._row(command)
        place: Place = command.data
        echo = Echo(view.line, view.known(row.id.bytes, reach) is not None)
        change(self.groupware, self.connection, row, place.name, place.parent, echo)
        return self._made(command, row.id)

    def delete(self, command: Command, view: View, reach: Reach) -> Verdict:
        row = self._row(command)
        delete(self.groupware, self.connection, row, Echo(view.line, True, False))
        return self._made(command, row.id)

    def _row(self, command: Command) -> FolderRow:
        row = folders.folder(self.connection, CODEC, command.item) if command.item else None
        if row is None or row.owner != self.owner:
            raise Unknown("there is no such folder")
        return row

    def _made(self, command: Command, id: UUID) -> Verdict:
        hierarchy = items.collection(self.connection, hierarchy_of(self.owner))
        assert hierarchy is not None
        return Verdict(command.op, command.name, command.digest, 1, id, hierarchy.head)
