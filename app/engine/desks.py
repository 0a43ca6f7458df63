"""At which desk a phone's commands on a folder are carried out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from adapters.eas.dialect import Dialect
from app.context import Context
from app.engine import classes
from app.engine.conversation import Command, Desk
from app.engine.desk import DONE, NOT_FOUND, UNCONVERTIBLE, ItemDesk
from app.fault import contained
from domain.round import Reach, Verdict
from projections import items
from projections.delta import View
from projections.folders import FolderRow


def desk_for(
    context: Context,
    connection: sqlite3.Connection,
    folder: FolderRow,
    dialect: Dialect,
    client_wins: bool,
) -> Desk:
    collection = items.collection(connection, folder.id)
    if not folder.kind or collection is None:
        return MailDesk()
    read = classes.reader(folder.kind, dialect, context.now)
    desk = ItemDesk(context.groupware, connection, collection, folder.kind, read, client_wins)
    return CarefulDesk(context, desk)


@dataclass(frozen=True)
class MailDesk:
    """Mail folders are listed and stay empty: nothing can be put into them."""

    def add(self, command: Command, view: View, begun: int) -> Verdict:
        return _verdict(command, UNCONVERTIBLE)

    def change(self, command: Command, view: View, reach: Reach) -> Verdict:
        return _verdict(command, NOT_FOUND)

    def delete(self, command: Command, view: View, reach: Reach) -> Verdict:
        return _verdict(command, DONE)


@dataclass(frozen=True)
class CarefulDesk:
    """Takes each command by itself: one that fails unexpectedly leaves no trace, the others
    stand, and the phone is told that it cannot be done (Status 6)."""

    context: Context
    desk: Desk

    def add(self, command: Command, view: View, begun: int) -> Verdict:
        return self._apart(command, lambda: self.desk.add(command, view, begun))

    def change(self, command: Command, view: View, reach: Reach) -> Verdict:
        return self._apart(command, lambda: self.desk.change(command, view, reach))

    def delete(self, command: Command, view: View, reach: Reach) -> Verdict:
        return self._apart(command, lambda: self.desk.delete(command, view, reach))

    def _apart(self, command: Command, act: Callable[[], Verdict]) -> Verdict:
        try:
            with self.context.groupware.pool.writing():
                return act()
        except Exception as error:  # the border of one item
            self.context.journal["incident"] = contained(error)
            return _verdict(command, UNCONVERTIBLE)


def _verdict(command: Command, status: int) -> Verdict:
    return Verdict(command.op, command.name, command.digest, status)
