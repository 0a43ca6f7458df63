"""ItemOperations: whole items, files, and folders to be emptied (MS-ASCMD 2.2.1.10).

It touches no sync state: what it does to items comes with the next Sync.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from typing import Final

from adapters.eas import operations as wire
from adapters.eas.operations import Empty, Fetch, MoveConversation, Operation, Parts
from adapters.eas.reply import Reply
from adapters.eas.request import Request
from adapters.ids import uuid_of
from adapters.wbxml import E, Element
from app import folders
from app.composition import CODEC
from app.context import Context
from app.engine import classes
from app.engine.talk import folder_named
from app.fault import contained
from domain.calendar import Attachment
from domain.patch import OCCURRENCES, Values
from domain.round import Wishes
from projections import items
from projections.folders import FolderRow

MOST: Final = 100
"""Operations in one request (MS-ASCMD 3.1.5.11)."""

MAILBOX, DOCUMENTS = "mailbox", "documentlibrary"


def handle(context: Context, request: Request) -> Reply:
    parts = Parts(request.accept_multipart)
    operations = wire.read(request.body, request.version)
    if operations is None:
        return wire.write(wire.PROTOCOL, (), parts)
    if len(operations) > MOST:
        return wire.write(wire.TOO_MANY, (), parts)
    if any(isinstance(each, Fetch) and not _is_store(each.store) for each in operations):
        return wire.write(wire.NO_STORE, (), parts)
    told = [_carry_out(context, request, each, parts) for each in operations]
    context.journal["operations"] = [
        (each.name.partition(":")[2], each.text_of("itemoperations:Status")) for each in told
    ]
    return wire.write(wire.SUCCESS, told, parts)


def _is_store(name: str) -> bool:
    return name.strip().lower() in (MAILBOX, DOCUMENTS)


def _carry_out(context: Context, request: Request, each: Operation, parts: Parts) -> Element:
    if isinstance(each, MoveConversation):
        return wire.conversation_moved(each, _conversation(context, each))
    if isinstance(each, Empty):
        return wire.emptied(each, _emptied(context, each))
    try:
        return _fetched(context, request, each, parts)
    except Exception as error:  # the border of one item: the others are fetched
        context.journal["incident"] = contained(error)
        return wire.fetched(each, wire.NOT_CONVERTED)


def _fetched(context: Context, request: Request, fetch: Fetch, parts: Parts) -> Element:
    if fetch.problem:
        return wire.fetched(fetch, fetch.problem)
    reference = fetch.name("airsyncbase:FileReference")
    with context.groupware.reading() as connection:
        if reference is not None:
            file = _file(context, connection, reference)
            return _with_file(fetch, file, parts) if file else wire.fetched(fetch, wire.NO_FILE)
        found = _item(context, connection, fetch)
    if found is None:
        return wire.fetched(fetch, wire.NOT_FOUND)
    folder, values = found
    wishes = Wishes(bodies=tuple(map(astuple, fetch.bodies)))
    dialect = classes.dialect_for(request, context.account, wishes)
    shown = classes.render(folder.kind, values, dialect)
    wanted = [each for each in shown if fetch.schema is None or each.name in fetch.schema]
    content = [parts.body(each) for each in wanted]
    return wire.fetched(fetch, wire.SUCCESS, classes.NAMES[folder.kind], content)


def _item(
    context: Context, connection: sqlite3.Connection, fetch: Fetch
) -> tuple[FolderRow, Values] | None:
    """The item a phone names. Nobody was ever given a LongId, and there are no documents."""
    folder = folder_named(context, connection, fetch.name("airsync:CollectionId") or "")
    id = uuid_of(fetch.name("airsync:ServerId") or "")
    row = items.item(connection, id) if id else None
    collection = items.collection(connection, folder.id) if folder else None
    if folder is None or row is None or collection is None or row.removed:
        return None
    return (folder, CODEC.decode(row.value)) if row.collection == collection.number else None


def _file(context: Context, connection: sqlite3.Connection, reference: str) -> Attachment | None:
    """The file of this name on any of the person's appointments, or on an occurrence of one."""
    if not uuid_of(reference):
        return None
    rows = items.mentioning(connection, context.account.id, reference)
    files = (file for row in rows for file in _files(CODEC.decode(row.value)))
    return next((file for file in files if file.reference == reference), None)


def _files(values: Values) -> Iterator[Attachment]:
    yield from values.get("attachments", ())
    for state in values.get(OCCURRENCES, {}).values():
        if isinstance(state, Mapping):
            yield from state.get("attachments", ())


def _with_file(fetch: Fetch, file: Attachment, parts: Parts) -> Element:
    """Range and Total only for a phone that asked for a range: iOS fails on them otherwise."""
    size = len(file.content)
    if not size:
        return wire.fetched(fetch, wire.NOTHING_IN_IT)
    first, last = fetch.range or (0, size - 1)
    if first >= size:
        return wire.fetched(fetch, wire.BAD_RANGE)
    last = min(last, size - 1)
    spans = [
        E("itemoperations:Range", f"{first}-{last}"),
        E("itemoperations:Total", size),
    ]
    content = [
        *(spans if fetch.range else ()),
        E("airsyncbase:ContentType", file.content_type or "application/octet-stream"),
        parts.data(file.content[first : last + 1]),
    ]
    return wire.fetched(fetch, wire.SUCCESS, content=content)


def _emptied(context: Context, empty: Empty) -> int:
    with context.groupware.acting(context.author()) as connection:
        folder = folder_named(context, connection, empty.folder)
        if folder is None:
            return wire.NOT_FOUND
        folders.empty(context.groupware, connection, folder.id)
        if empty.below:
            folders.delete_below(context.groupware, connection, folder)
    return wire.SUCCESS


def _conversation(context: Context, move: MoveConversation) -> int:
    """Conversations are of mail, of which there is none."""
    if not move.always:
        return wire.NOT_ALWAYS
    with context.groupware.reading() as connection:
        destination = folder_named(context, connection, move.destination)
    mail = destination is not None and not destination.kind
    return wire.NOT_FOUND if mail else wire.NOT_FOR_MAIL
