"""Sync: what a phone did and what is news for it, collection by collection (MS-ASCMD 2.2.1.21).

With nothing to say the body is empty and the key stays. A request that may wait is parked on
the wake hub until something is news; it holds no connection to the store and no item.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgpack

from adapters.eas import sync as wire
from adapters.eas.ids import uuid_of
from adapters.eas.reply import Answer, Empty, Reply
from adapters.eas.request import Request
from adapters.eas.sync import Broken, SyncRequest, Told, WireCollection
from adapters.eas.version import Version
from app.composition import CODEC
from app.context import Context
from app.exchange import Exchange
from app.parking import park
from projections import asked
from projections.lines import lines as lines_of

SHORTEST, LONGEST = 60, 3540


def handle(context: Context, request: Request) -> Reply:
    try:
        asked_for = _asked(context, request)
    except Broken:
        return Answer(wire.failure(wire.PROTOCOL))
    if asked_for is None:
        return Answer(wire.failure(wire.NO_CACHE))
    problem = _problem(context, asked_for)
    if problem is not None:
        return problem
    _remember(context, request, asked_for)
    return _respond(context, request, asked_for)


def _respond(context: Context, request: Request, asked_for: SyncRequest) -> Reply:
    exchanges = [Exchange(context, request, each) for each in asked_for.collections]
    told = list(_told(exchanges, asked_for))
    patient = asked_for.wait and not any(each.commands for each in asked_for.collections)
    if patient and all(each.quiet for each in told):
        assert asked_for.wait is not None
        if _woken(context, request, exchanges, asked_for.wait):
            told = list(_told(exchanges, asked_for))
    _note(context, told)
    if request.version <= Version.V12_0:
        return Answer(wire.write(told, request.version)) if told else Empty()
    spoken = [each for each in told if not each.quiet]
    return Answer(wire.write(spoken, request.version)) if spoken else Empty()


def _told(exchanges: list[Exchange], asked_for: SyncRequest) -> Iterator[Told]:
    """What each collection is told; the window of the whole is shared in their order."""
    left = asked_for.window or len(exchanges) * wire.LARGEST_WINDOW
    for exchange in exchanges:
        window = min(exchange.wire.window, left)
        if window <= 0:
            exchange = replace(exchange, wire=replace(exchange.wire, get_changes=False))
        told = exchange.told(max(1, window))
        left -= len(told.commands)
        yield told


def _woken(context: Context, request: Request, exchanges: list[Exchange], wait: int) -> bool:
    """Park until something is news; False when the time is over."""
    ids = [id for exchange in exchanges if (id := uuid_of(exchange.wire.id))]

    def news() -> bool | None:
        return any(exchange.pending() for exchange in exchanges) or None

    return bool(park(context, request, ids, wait, news))


def _problem(context: Context, asked_for: SyncRequest) -> Reply | None:
    """What is wrong with the request as a whole."""
    most = context.settings.max_collections
    if len(asked_for.collections) > most:
        return Answer(wire.failure(wire.TOO_MANY, most))
    if asked_for.wait is not None and not SHORTEST <= asked_for.wait <= LONGEST:
        bound = SHORTEST if asked_for.wait < SHORTEST else LONGEST
        return Answer(wire.failure(wire.RANGE, bound // asked_for.wait_unit))
    return None


def _asked(context: Context, request: Request) -> SyncRequest | None:
    """The request in full: an empty or partial one is filled from the last; None if it cannot."""
    if request.body is None:
        return None if request.version < Version.V12_1 else _last(context)
    asked_for = wire.read(request.body, request.version)
    if not asked_for.partial:
        return asked_for
    before = _last(context)
    if before is None:
        return None
    named = {each.id: each for each in asked_for.collections}
    kept = [each for each in before.collections if each.id not in named]
    return replace(
        asked_for,
        collections=(*asked_for.collections, *kept),
        wait=before.wait if asked_for.wait is None else asked_for.wait,
        window=before.window if asked_for.window is None else asked_for.window,
    )


def _last(context: Context) -> SyncRequest | None:
    """The last request of this phone, each collection with its current key."""
    with context.groupware.reading() as connection:
        kept = asked.last(connection, context.partnership.id, "Sync")
        if kept is None:
            return None
        collections, wait, unit, window = msgpack.unpackb(kept)
        keyed = [_keyed(context, connection, *each) for each in collections]
    if None in keyed:
        return None
    return SyncRequest(tuple(each for each in keyed if each), wait, unit, window)


def _keyed(
    context: Context, connection: Any, id: str, window: int, get_changes: bool | None
) -> WireCollection | None:
    uuid = uuid_of(id)
    found = lines_of(connection, CODEC, context.partnership.id, uuid) if uuid else []
    if not found:
        return None
    return WireCollection(id, str(found[0].rounds[-1].key), window=window, get_changes=get_changes)


def _remember(context: Context, request: Request, asked_for: SyncRequest) -> None:
    """Keep what an empty request would repeat; written only if it is something else."""
    if request.body is None or any(each.commands for each in asked_for.collections):
        return
    collections = [(each.id, each.window, each.get_changes) for each in asked_for.collections]
    kept = msgpack.packb((collections, asked_for.wait, asked_for.wait_unit, asked_for.window))
    phone = context.partnership.id
    with context.groupware.reading() as connection:
        same = asked.last(connection, phone, "Sync") == kept
    if not same:
        with context.groupware.pool.writing() as connection:
            asked.keep(connection, phone, "Sync", kept)


def _note(context: Context, told: list[Told]) -> None:
    context.journal["collections"] = [
        (each.id, each.status, len(each.responses), len(each.commands)) for each in told
    ]
