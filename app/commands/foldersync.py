"""FolderSync: the hierarchy is one more collection, told with the same keys (MS-ASCMD 2.2.1.5).

Key 0 is harmless: it sends every folder again under its old name and touches nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from adapters.eas.reply import Answer, Reply
from adapters.eas.request import Request
from adapters.ids import server_id
from adapters.wbxml import E, Element
from app import folders as use
from app.composition import CODEC
from app.context import Context
from app.engine import clones
from app.engine.conversation import EVERYTHING, Ask, Conversation
from app.engine.conversation import Answer as Told
from app.engine.talk import talk_about_folders
from projections import items
from projections.delta import Entry, Verb
from projections.synckey import FIRST, SyncKey

SUCCESS, BAD_KEY, MALFORMED = 1, 9, 10
ROOT = "0"
ALL = Ask(window=EVERYTHING)
ORDER = {Verb.CHANGE: 0, Verb.DELETE: 1, Verb.SOFT_DELETE: 1, Verb.ADD: 2}


def handle(context: Context, request: Request) -> Reply:
    """The folders that are new, changed or gone since the key."""
    text = request.body.text_of("folderhierarchy:SyncKey") if request.body else None
    if text is None:
        return failure("FolderSync", MALFORMED)
    key = SyncKey.parse(text)
    context.journal["key"] = text[:64]
    author = context.author()
    with context.groupware.acting(author) as connection:
        talk = talk_about_folders(context, connection)
        told = key and respond(context, talk, key, ALL)
        if told is None:
            return failure("FolderSync", BAD_KEY)
        changes = [_element(talk, entry) for entry in _in_order(talk, told.entries)]
    context.journal["told"] = len(changes)
    return Answer(
        E(
            "folderhierarchy:FolderSync",
            E("folderhierarchy:Status", SUCCESS),
            E("folderhierarchy:SyncKey", str(told.key)),
            E("folderhierarchy:Changes", E("folderhierarchy:Count", len(changes)), *changes),
        )
    )


def respond(context: Context, talk: Conversation, key: SyncKey, ask: Ask) -> Told | None:
    """The answer to a request with this key; None if the key means nothing."""
    if key == FIRST:
        return talk.begin_whole()
    found = talk.find(key)
    if found is None:
        clones.notice(talk, key)
        return None
    desk = use.FolderDesk(context.groupware, talk.connection, context.account.id)
    return talk.respond(*found, ask, desk)


def failure(command: str, status: int) -> Reply:
    return Answer(E(f"folderhierarchy:{command}", E("folderhierarchy:Status", status)))


def _in_order(talk: Conversation, entries: Sequence[Entry]) -> list[Entry]:
    """Changes, deletions, new folders, as the document has them; a parent before its children."""
    depths = {e: _depth(talk, e) for e in entries if e.verb in (Verb.ADD, Verb.CHANGE)}
    return sorted(entries, key=lambda entry: (ORDER[entry.verb], depths.get(entry, 0)))


def _depth(talk: Conversation, entry: Entry) -> int:
    """How many folders are around this one."""
    depth, parent = 0, talk.values(entry).get("parent")
    while parent is not None and (row := items.item(talk.connection, parent)):
        depth, parent = depth + 1, CODEC.decode(row.value).get("parent")
    return depth


def _element(talk: Conversation, entry: Entry) -> Element:
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
