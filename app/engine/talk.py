"""Where the requests of one phone meet the collections of its person."""

from __future__ import annotations

import sqlite3
from uuid import UUID

from adapters.ids import uuid_of
from adapters.store.keyring import Erased
from app.composition import CODEC
from app.context import Context
from app.engine.conversation import Conversation
from domain.folder import hierarchy_of
from projections import folders, items
from projections.folders import FolderRow


def folder_named(context: Context, connection: sqlite3.Connection, id: str) -> FolderRow | None:
    """The folder a phone names, if it is there and its person's."""
    uuid = uuid_of(id)
    folder = folders.folder(connection, CODEC, uuid) if uuid else None
    return folder if folder and folder.owner == context.account.id else None


def talk_about(context: Context, connection: sqlite3.Connection, id: UUID) -> Conversation:
    """The phone's conversation about a folder that is there, or about the hierarchy. Erased if its
    person was, since it was let in."""
    collection = items.collection(connection, id)
    if collection is None:
        raise Erased(str(context.account.id))
    phone = context.partnership.id
    return Conversation(context.groupware, connection, phone, collection, CODEC)


def talk_about_folders(context: Context, connection: sqlite3.Connection) -> Conversation:
    return talk_about(context, connection, hierarchy_of(context.account.id))


def hierarchy_changed(context: Context, connection: sqlite3.Connection) -> bool:
    """Whether folders came, went or changed since the phone's last FolderSync.

    Of two phones that go by one name nobody knows which one asks: both must have missed it."""
    talk = talk_about_folders(context, connection)
    if context.partnership.shared:
        behind = [talk.pending(line, line.rounds[-1], cutoff=0) for line in talk.lines]
        return bool(behind) and all(behind)
    newest = talk.newest()
    return newest is not None and talk.pending(*newest, cutoff=0)
