"""Sync: what a phone did and what is news for it, collection by collection (MS-ASCMD 2.2.1.21).

With nothing to say the body is empty and the key stays. A request that may wait is parked on
the wake hub until something is news; it holds no connection to the store and no item.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from uuid import UUID

from adapters.eas import sync as wire
from adapters.eas.reply import Answer, Empty, Failure, Reply
from adapters.eas.request import CONTENT, Request
from adapters.eas.sync import Broken, SyncRequest, Told
from adapters.eas.version import Version
from adapters.ids import uuid_of
from app.context import Context
from app.engine import repeating
from app.engine.exchange import Exchange
from app.engine.talk import hierarchy_changed
from app.push.parking import deciding, park, superseded

SHORTEST: Final = 60
LONGEST: Final = 3540
"""Seconds a phone may wait (MS-ASCMD 2.2.3.91.1)."""


def handle(context: Context, request: Request) -> Reply:
    if superseded(context, request):
        return Empty()
    if request.body is None and request.version < Version.V12_1:
        return Failure(CONTENT)
    try:
        asked = repeating.completed(context, request)
    except Broken:
        return Answer(wire.failure(wire.PROTOCOL))
    if asked is None:
        return Answer(wire.failure(wire.NO_CACHE))
    problem = _problem(context, asked)
    if problem is not None:
        return problem
    repeating.remember(context, request, asked)
    return _respond(context, request, asked)


def _problem(context: Context, asked: SyncRequest) -> Reply | None:
    """What is wrong with the request as a whole."""
    most = context.settings.max_collections
    if len(asked.collections) > most:
        return Answer(wire.failure(wire.TOO_MANY, most))
    if asked.wait is not None and not SHORTEST <= asked.wait <= LONGEST:
        bound = SHORTEST if asked.wait < SHORTEST else LONGEST
        return Answer(wire.failure(wire.RANGE, bound // asked.wait_unit))
    return None


def _respond(context: Context, request: Request, asked: SyncRequest) -> Reply:
    exchanges = [Exchange(context, request, each) for each in asked.collections]
    told = list(_told(exchanges, asked))
    if asked.wait is not None and all(each.quiet for each in told):
        status = _woken(context, request, exchanges, asked.wait)
        if status == wire.HIERARCHY:
            return Answer(wire.failure(wire.HIERARCHY))
        if status is not None:
            later = replace(context, now=context.groupware.clock())
            told = list(_told([replace(each, context=later) for each in exchanges], asked))
    context.journal["collections"] = [
        (each.id, each.status, len(each.responses), len(each.commands)) for each in told
    ]
    if refused := Counter(_refused(told)):
        context.journal["refused"] = sorted(refused.items())
    if request.version >= Version.V12_1:
        told = [each for each in told if not each.quiet]
    if told:
        return Answer(wire.write(told, request.version))
    return (
        Empty()
        if asked.wait is not None or request.body is None
        else Empty(_topics(context, asked))
    )


def _refused(told: list[Told]) -> Iterator[str]:
    """The Status of each command that was not carried out as it stood."""
    for each in told:
        for response in each.responses:
            if (status := response.text_of("airsync:Status", "1")) != "1":
                yield status


def _topics(context: Context, asked: SyncRequest) -> frozenset[UUID]:
    """What could make something of nothing: the folders, and all that decides about the phone."""
    folders = {id for each in asked.collections if (id := uuid_of(each.id))}
    return frozenset({*folders, *deciding(context)})


def _told(exchanges: list[Exchange], asked: SyncRequest) -> Iterator[Told]:
    """What each collection is told; the window of the whole is shared in their order.

    Where nothing of it is left, a collection has to wait: it is not mentioned.
    """
    left = asked.window or len(exchanges) * wire.LARGEST_WINDOW
    for exchange in exchanges:
        window = min(exchange.wire.window, left)
        if window <= 0 and not exchange.wire.problem:
            exchange = replace(exchange, wire=replace(exchange.wire, get_changes=False))
        told = exchange.told(max(1, window))
        left -= len(told.commands)
        yield told


def _woken(context: Context, request: Request, exchanges: list[Exchange], wait: int) -> int | None:
    """SUCCESS if something is news, or HIERARCHY; None when the time to wait for it is over."""
    ids = [id for exchange in exchanges if (id := uuid_of(exchange.wire.id))]

    def news() -> int | None:
        with context.groupware.reading() as connection:
            if hierarchy_changed(context, connection):
                return wire.HIERARCHY
            pending = any(exchange.pending() for exchange in exchanges)
        return wire.SUCCESS if pending else None

    return park(context, request, ids, wait, news, Empty())
