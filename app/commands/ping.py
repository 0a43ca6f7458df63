"""Ping: tells a phone which of its folders have news, the moment they do (MS-ASCMD 2.2.1.13).

It compares with the newest answered round and confirms nothing. Before it answers, it looks
whether the change is news for this phone: its own edits never end its own Ping.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from uuid import UUID

import msgpack

from adapters.eas import ping as wire
from adapters.eas.ids import uuid_of
from adapters.eas.ping import Broken, PingRequest
from adapters.eas.reply import Answer, Reply
from adapters.eas.request import Request
from app import classes
from app.commands.foldersync import open_talk
from app.composition import CODEC
from app.context import Context
from app.conversation import Conversation
from app.parking import park
from projections import asked, folders, items
from projections.folders import FolderRow


@dataclass(frozen=True)
class News:
    """Folders that have changed, or a hierarchy that has."""

    folders: tuple[str, ...] = ()
    hierarchy: bool = False


def handle(context: Context, request: Request) -> Reply:
    try:
        said = wire.read(request.body)
    except Broken:
        return Answer(wire.write(wire.SYNTAX))
    interval, ids = _completed(context, said)
    settings = context.settings
    if interval is None or not ids:
        return Answer(wire.write(wire.INCOMPLETE))
    if not settings.heartbeat_minimum <= interval <= settings.heartbeat_maximum:
        bound = min(max(interval, settings.heartbeat_minimum), settings.heartbeat_maximum)
        return Answer(wire.write(wire.INTERVAL, interval=bound))
    if len(ids) > settings.max_folders:
        return Answer(wire.write(wire.TOO_MANY, most=settings.max_folders))
    _remember(context, interval, ids)
    return _wait(context, request, interval, ids)


def _wait(context: Context, request: Request, interval: int, ids: tuple[str, ...]) -> Reply:
    names = [uuid for id in ids if (uuid := uuid_of(id))]
    news = park(context, request, names, interval, lambda: _news(context, ids))
    context.journal["news"] = 0 if news is None else len(news.folders)
    if news is None:
        return Answer(wire.write(wire.EXPIRED))
    if news.hierarchy:
        return Answer(wire.write(wire.HIERARCHY))
    return Answer(wire.write(wire.CHANGES, news.folders))


def _news(context: Context, ids: tuple[str, ...]) -> News | None:
    """What has changed for this phone since its newest round; None if nothing has."""
    with context.groupware.reading() as connection:
        if _hierarchy_changed(context, connection):
            return News(hierarchy=True)
        known = {id: _folder(context, connection, id) for id in ids}
        if None in known.values():
            return News(hierarchy=True)
        changed = [
            id for id, folder in known.items() if folder and _changed(context, connection, folder)
        ]
    return News(tuple(changed)) if changed else None


def _hierarchy_changed(context: Context, connection: sqlite3.Connection) -> bool:
    """Whether folders came, went or changed since the phone's last FolderSync."""
    talk = open_talk(context, connection)
    newest = talk.newest()
    return newest is not None and talk.pending(*newest, cutoff=0)


def _folder(context: Context, connection: sqlite3.Connection, id: str) -> FolderRow | None:
    uuid = uuid_of(id)
    folder = folders.folder(connection, CODEC, uuid) if uuid else None
    return folder if folder and folder.owner == context.account.id else None


def _changed(context: Context, connection: sqlite3.Connection, folder: FolderRow) -> bool:
    """Whether the folder has news; one that was never synced has none (iOS would loop)."""
    collection = items.collection(connection, folder.id)
    assert collection is not None, "a folder has a collection"
    phone = context.partnership.id
    talk = Conversation(context.groupware, connection, phone, collection, CODEC)
    newest = talk.newest()
    if newest is None:
        return False
    line, round = newest
    place = (phone, folder.id)
    since = context.groupware.settled.upto(place, round.key)
    cutoff = classes.cutoff(folder.kind, round.wishes.filter_type, context.now)
    if talk.pending(line, round, cutoff, since):
        return True
    if round.after.done:
        context.groupware.settled.note(place, round.key, collection.head)
    return False


def _completed(context: Context, said: PingRequest) -> tuple[int | None, tuple[str, ...]]:
    """Interval and folders, each from this request or else from the last."""
    interval, ids = said.interval, said.folders
    if interval is None or ids is None:
        before = _last(context)
        interval = before.interval if interval is None else interval
        ids = before.folders if ids is None else ids
    return interval, ids or ()


def _last(context: Context) -> PingRequest:
    with context.groupware.reading() as connection:
        kept = asked.last(connection, context.partnership.id, "Ping")
    if kept is None:
        return PingRequest()
    interval, ids = msgpack.unpackb(kept)
    return PingRequest(interval, tuple(ids))


def _remember(context: Context, interval: int, ids: tuple[str, ...]) -> None:
    """Keep what an empty request would repeat; written only if it is something else."""
    kept = msgpack.packb((interval, list(ids)))
    phone: UUID = context.partnership.id
    with context.groupware.reading() as connection:
        same = asked.last(connection, phone, "Ping") == kept
    if not same:
        with context.groupware.pool.writing() as connection:
            asked.keep(connection, phone, "Ping", kept)
