"""How long this phone may wait where it is now: what was learned, and how more is learned.

See domain/heartbeat.py for what a wait teaches, and beats.py for how it becomes known. Phones learn
by Status 5 of a Ping (MS-ASCMD 2.2.3.88.1); where the network allows less than a phone may be
told, and in a Sync, the answer just comes sooner, as if the time were over.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from typing import Final
from uuid import UUID

from adapters.eas.request import Request
from adapters.ids import server_id
from adapters.store.pool import StoreBusy, StoreUnavailable
from app.context import Context
from app.groupware import Groupware
from app.identity import guesses
from app.journal import log
from app.push.beats import Beat, Teach
from app.settings import Settings
from domain.heartbeat import NOTHING, Bounds, Learned, Lesson, bounded, learn, steered
from projections import heartbeats as rows

NOBODY: Final = UUID(int=0)
SIZE: Final = 16
PATIENCE: Final = 2.0
"""Seconds to wait for the store; a lesson that cannot be written is learned the next time."""

ALWAYS: Final = frozenset({"Ping"})
"""Commands that come to wait, whatever they find; others ring once they are parked."""


def there(context: Context, request: Request, place: UUID) -> UUID:
    """Where a phone waits: its place, in the network it comes from."""
    network = _network(context.groupware, request.address)
    return UUID(bytes=blake2b(network, key=place.bytes, digest_size=SIZE).digest())


def ringing(context: Context, request: Request, place: UUID) -> Iterator[UUID]:
    """What a request rings at as it comes. Of two phones by one name nothing is learned."""
    yield place
    if request.command in ALWAYS and not context.partnership.shared:
        yield there(context, request, place)


def begin(
    context: Context, request: Request, place: UUID, seconds: float
) -> tuple[Beat | None, float]:
    """The phone begins to wait: its beat, and for how many seconds."""
    if context.partnership.shared:
        return None, seconds
    network = _network(context.groupware, request.address)
    here = there(context, request, place)
    if request.command not in ALWAYS:
        context.hub.ring([here])
    known = _known(context, request)
    learning = known != NOTHING
    beat = Beat(context.hub.beats, here, context.partnership.id, network, learning)
    return beat, bounded(known, seconds)


def told(context: Context, request: Request, place: UUID, interval: int) -> int | None:
    """The interval that a phone has to ask for instead of this; None if it may wait."""
    if context.stay.waiter is not None or context.partnership.shared:
        return None
    longest = steered(_known(context, request), _bounds(context.settings))
    if longest is None or interval <= longest:
        return None
    return longest if context.hub.beats.may_tell(there(context, request, place)) else None


def teacher(groupware: Groupware, settings: Settings) -> Teach:
    """Learns each lesson beside whoever heard of it, who must not wait for the store."""

    def teach(beat: Beat, lesson: Lesson) -> None:
        facts = (groupware, settings, beat, lesson)
        threading.Thread(target=learned, args=facts, daemon=True).start()

    return teach


def learned(groupware: Groupware, settings: Settings, beat: Beat, lesson: Lesson) -> None:
    """One lesson more; it is written only if it says anything new."""
    now, bounds = groupware.clock().timestamp(), _bounds(settings)
    with suppress(StoreBusy, StoreUnavailable):
        with groupware.reading() as connection:
            before = rows.known(connection, beat.phone, beat.network, now)
        if learn(before, lesson, bounds, now) == before:
            return
        with groupware.pool.writing(PATIENCE, lasting=False) as connection:
            before = rows.known(connection, beat.phone, beat.network, now)
            after = learn(before, lesson, bounds, now)
            rows.keep(connection, beat.phone, beat.network, after, now)
        if after.longest != before.longest:
            phone, seconds = server_id(beat.phone), after.longest
            log.info("heartbeat", device=phone, longest=seconds, cut=after.cut)


def _known(context: Context, request: Request) -> Learned:
    network = _network(context.groupware, request.address)
    now = context.now.timestamp()
    with context.groupware.reading() as connection:
        return rows.known(connection, context.partnership.id, network, now)


def _network(groupware: Groupware, address: str) -> bytes:
    """The network by a digest of its own for this purpose: it is written nowhere else."""
    said = guesses.network(address)
    return groupware.keyring.digest(NOBODY, "waits in a network", said)[:SIZE]


def _bounds(settings: Settings) -> Bounds:
    return Bounds(settings.heartbeat_minimum, settings.heartbeat_maximum)
