"""A Sync request in full: an empty or partial one means the last, too (MS-ASCMD 2.2.1.21.1).

The last request is kept with its keys. It can be repeated only while each key is the newest of
its collection: an empty request names no key, and must not stand for an answer that the phone
may never have read. Where it cannot, the phone is asked for the whole request (Status 13).
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import msgpack

from adapters.eas import sync as wire
from adapters.eas.request import Request
from adapters.eas.sync import SyncRequest, WireCollection
from adapters.eas.version import Version
from adapters.ids import uuid_of
from app.composition import CODEC
from app.context import Context
from projections import asked
from projections.lines import lines

Kept = tuple[str, str, int, bool | None]
"""Id, key, WindowSize and GetChanges of a collection. Its options are kept with its key."""


def completed(context: Context, request: Request) -> SyncRequest | None:
    """The request with what it leaves to the last one; None if that cannot be repeated.

    Broken if nothing of it can be answered.
    """
    said = SyncRequest(partial=True)
    if request.body is not None:
        said = wire.read(request.body, request.version)
        if said.partial and said.hollow:
            return None
    return _filled(context, said) if said.partial else said


def remember(context: Context, request: Request, said: SyncRequest) -> None:
    """Keep what an empty request would repeat; written only if it is something else."""
    if request.body is None or request.version < Version.V12_1:
        return
    collections = [(each.id, each.key, each.window, each.get_changes) for each in said.collections]
    kept: bytes = msgpack.packb((collections, said.wait, said.wait_unit, said.window))
    phone = context.partnership.id
    with context.groupware.reading() as connection:
        same = asked.last(connection, phone, "Sync") == kept
    if not same:
        with context.groupware.pool.writing(lasting=False) as connection:
            asked.keep(connection, phone, "Sync", kept)


def _filled(context: Context, said: SyncRequest) -> SyncRequest | None:
    """Of two phones that go by one name nobody knows whose request was the last."""
    if context.partnership.shared:
        return None
    with context.groupware.reading() as connection:
        blob = asked.last(connection, context.partnership.id, "Sync")
        if blob is None:
            return None
        collections, wait, unit, window = msgpack.unpackb(blob)
        named = {each.id for each in said.collections}
        kept = [tuple(each) for each in collections if each[0] not in named]
        if not all(_repeatable(context, connection, each) for each in kept):
            return None
    same_wait = said.wait is None
    return replace(
        said,
        collections=(*said.collections, *map(_collection, kept)),
        wait=wait if same_wait else said.wait,
        wait_unit=unit if same_wait else said.wait_unit,
        window=window if said.window is None else said.window,
    )


def _repeatable(context: Context, connection: sqlite3.Connection, kept: Kept) -> bool:
    """Whether the phone has read all that was ever answered about this collection."""
    id = uuid_of(kept[0])
    found = lines(connection, CODEC, context.partnership.id, id) if id else []
    return any(str(line.rounds[-1].key) == kept[1] for line in found)


def _collection(kept: Kept) -> WireCollection:
    id, key, window, get_changes = kept
    return WireCollection(id, key, window=window, get_changes=get_changes)
