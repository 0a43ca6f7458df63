"""GetItemEstimate: how much a Sync with the same key would tell (MS-ASCMD 2.2.1.9).

It confirms nothing and changes no key. The FilterType it names counts for the estimate only.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from adapters.eas import estimate as wire
from adapters.eas.estimate import Asked, Estimate
from adapters.eas.reply import Answer, Failure, Reply
from adapters.eas.request import NOT_OURS, Request
from app.context import Context
from app.engine import classes
from app.engine.talk import folder_named, talk_about
from projections.folders import FolderRow
from projections.synckey import FIRST, SyncKey

MOST: Final = 1000
"""Collections in one request (MS-ASCMD 3.1.5.11)."""


def handle(context: Context, request: Request) -> Reply:
    asked = wire.read(request.body)
    if asked is None or not 0 < len(asked) <= MOST:
        return Failure(NOT_OURS)
    with context.groupware.reading() as connection:
        folders = [folder_named(context, connection, each.id) for each in asked]
        if any(each.conversations and f and f.kind for each, f in zip(asked, folders, strict=True)):
            return Failure(NOT_OURS)
        estimates = [
            _estimate(context, connection, each, folder)
            for each, folder in zip(asked, folders, strict=True)
        ]
    context.journal["collections"] = [(each.id, each.status, each.count) for each in estimates]
    return Answer(wire.write(estimates, request.version))


def _estimate(
    context: Context, connection: sqlite3.Connection, asked: Asked, folder: FolderRow | None
) -> Estimate:
    if folder is None:
        return Estimate(asked.id, wire.NO_FOLDER)
    key = SyncKey.parse(asked.key)
    talk = talk_about(context, connection, folder.id)
    if key == FIRST or not talk.lines:
        return Estimate(asked.id, wire.NOT_PRIMED)
    found = talk.find(key) if key else None
    if found is None:
        return Estimate(asked.id, wire.BAD_KEY)
    line, round = found
    wished = round.wishes.filter_type if asked.filter_type is None else asked.filter_type
    cutoff = classes.cutoff(folder.kind, wished, context.now)
    count = 0 if context.partnership.waits else talk.count(line, round, cutoff)
    return Estimate(asked.id, wire.SUCCESS, classes.NAMES[folder.kind], count)
