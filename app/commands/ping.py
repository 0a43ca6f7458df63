"""Ping: tells a phone which of its folders have news, the moment they do (MS-ASCMD 2.2.1.13).

It compares with the newest answered round and confirms nothing. Before it answers, it looks
whether the change is news for this phone: its own edits never end its own Ping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgpack

from adapters.eas import ping as wire
from adapters.eas.ping import Broken, PingRequest
from adapters.eas.reply import Answer, Reply
from adapters.eas.request import Request
from adapters.ids import uuid_of
from app.context import Context
from app.engine import classes
from app.engine.conversation import Conversation
from app.engine.talk import folder_named, hierarchy_changed, talk_about
from app.push import heartbeats
from app.push.parking import park, place, superseded
from projections import asked
from projections.folders import FolderRow
from projections.lines import Line

NOTHING: Final = Answer(wire.write(wire.EXPIRED))


@dataclass(frozen=True)
class News:
    """What ends a Ping before its time."""

    status: int
    folders: tuple[str, ...] = ()


def handle(context: Context, request: Request) -> Reply:
    if superseded(context, request):
        return NOTHING
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
    longest = heartbeats.told(context, request, place(context, request), interval)
    if longest is not None:
        return Answer(wire.write(wire.INTERVAL, interval=longest))
    _remember(context, interval, ids)
    return _wait(context, request, interval, ids)


def _wait(context: Context, request: Request, interval: int, ids: tuple[str, ...]) -> Reply:
    names = [uuid for id in ids if (uuid := uuid_of(id))]
    context.journal["news"] = 0
    news = park(context, request, names, interval, lambda: _news(context, ids), NOTHING)
    if news is None:
        return NOTHING
    context.journal["news"] = len(news.folders)
    return Answer(wire.write(news.status, news.folders))


def _news(context: Context, ids: tuple[str, ...]) -> News | None:
    """What has changed for this phone since its newest rounds; None if nothing has.

    A folder that was never synced has no news (iOS would loop), and a Ping is not for phones
    that have synced none.
    """
    with context.groupware.reading() as connection:
        folders = [(id, folder_named(context, connection, id)) for id in ids]
        known = [(id, folder) for id, folder in folders if folder]
        if hierarchy_changed(context, connection) or len(known) < len(ids):
            return News(wire.HIERARCHY)
        talks = [(id, talk_about(context, connection, folder.id), folder) for id, folder in known]
        synced = [each for each in talks if each[1].lines]
        changed = tuple(id for id, talk, folder in synced if _changed(context, talk, folder))
    if not synced:
        return News(wire.INCOMPLETE)
    return News(wire.CHANGES, changed) if changed else None


def _changed(context: Context, talk: Conversation, folder: FolderRow) -> bool:
    """Whether there is news with whichever key the phone may hold: after a key 0 that is the
    old one or the new one, and news that a Sync would not tell must not be told here.

    Of two phones that go by one name either may be the one that waits. What has just happened is
    told to both; what was there before is not, or one would be told for ever of the other's."""
    enough = any if context.stay.rung and context.partnership.shared else all
    return enough(_pending(context, talk, folder, line) for line in talk.lines)


def _pending(context: Context, talk: Conversation, folder: FolderRow, line: Line) -> bool:
    """A phone in quarantine has no news; the moment it is approved, all it waited for is some."""
    if context.partnership.waits:
        return False
    round = line.rounds[-1]
    settled, place = talk.memory.settled, (context.partnership.id, folder.id)
    cutoff = classes.cutoff(folder.kind, round.wishes.filter_type, context.now)
    if talk.pending(line, round, cutoff, settled.upto(place, round.key)):
        return True
    if round.after.done:
        settled.note(place, round.key, talk.collection.head)
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
        with context.groupware.pool.writing(lasting=False) as connection:
            asked.keep(connection, phone, "Ping", kept)
