"""FolderSync: the hierarchy is one more collection, told with the same keys (MS-ASCMD 2.2.1.5).

Key 0 is harmless: it sends every folder again under its old name and touches nothing else.
"""

from __future__ import annotations

import sqlite3
from uuid import UUID

from adapters.eas.ids import server_id
from adapters.eas.reply import Answer, Reply
from adapters.eas.request import Request
from adapters.wbxml import E, Element
from app import folders as use
from app.composition import CODEC
from app.context import Context
from app.conversation import EVERYTHING, Ask, Conversation
from app.conversation import Answer as Told
from domain.folder import hierarchy_of
from domain.round import Wishes
from projections import items
from projections.delta import Entry, Verb
from projections.synckey import FIRST, SyncKey

SUCCESS, BAD_KEY, MALFORMED = 1, 9, 10
ROOT = "0"
ALL = Ask(window=EVERYTHING)


def handle(context: Context, request: Request) -> Reply:
    """The folders that are new, changed or gone since the key."""
    text = request.body.text_of("folderhierarchy:SyncKey") if request.body else None
    if text is None:
        return failure("FolderSync", MALFORMED)
    key = SyncKey.parse(text)
    context.journal["key"] = text[:64]
    author = context.author()
    with context.groupware.acting(author) as connection:
        talk = open_talk(context, connection)
        told = key and respond(context, talk, key, ALL)
        if told is None:
            return failure("FolderSync", BAD_KEY)
        changes = [_element(context, talk, entry) for entry in told.entries]
    context.journal["told"] = len(changes)
    return Answer(
        E(
            "folderhierarchy:FolderSync",
            E("folderhierarchy:Status", SUCCESS),
            E("folderhierarchy:SyncKey", str(told.key)),
            E("folderhierarchy:Changes", E("folderhierarchy:Count", len(changes)), *changes),
        )
    )


def open_talk(context: Context, connection: sqlite3.Connection) -> Conversation:
    """The phone's conversation about its person's folders."""
    hierarchy = items.collection(connection, hierarchy_of(context.account.id))
    assert hierarchy is not None, "enabling ActiveSync makes the hierarchy"
    return Conversation(
        context.groupware,
        connection,
        context.partnership.id,
        hierarchy,
        CODEC,
    )


def respond(context: Context, talk: Conversation, key: SyncKey, ask: Ask) -> Told | None:
    """The answer to a request with this key; None if the key means nothing."""
    if key == FIRST:
        key = talk.begin(Wishes())
        talk = open_talk(context, talk.connection)
    found = talk.find(key)
    if found is None:
        return None
    desk = use.FolderDesk(context.groupware, talk.connection, context.account.id)
    return talk.respond(*found, ask, desk)


def failure(command: str, status: int) -> Reply:
    return Answer(E(f"folderhierarchy:{command}", E("folderhierarchy:Status", status)))


def _element(context: Context, talk: Conversation, entry: Entry) -> Element:
    id = UUID(bytes=entry.row.item)
    name = E("folderhierarchy:ServerId", server_id(id))
    if entry.verb in (Verb.DELETE, Verb.SOFT_DELETE):
        return E("folderhierarchy:Delete", name)
    values = talk.values(entry)
    parent = values.get("parent")
    return E(
        f"folderhierarchy:{'Add' if entry.verb is Verb.ADD else 'Update'}",
        name,
        E("folderhierarchy:ParentId", server_id(parent) if parent else ROOT),
        E("folderhierarchy:DisplayName", values["name"]),
        E("folderhierarchy:Type", values["type"]),
    )
