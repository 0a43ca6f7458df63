"""Lets a request wait until there is news for its phone, and keeps next to nothing meanwhile.

A request that waits is not held: it is asked again. Whoever handles it registers for what could
be news, looks, and if there is nothing raises `Parked`; all that it needed goes, down to the
shell of the server, where the `Stay` waits with the bytes of the request. When one of the topics
rings, the same request is handled anew, from who asks on. So whatever makes a person or a phone
unwelcome counts for who waits as for who comes (DESIGN law 12), and a parked request holds no
connection to the store and no item. If none of them rang until the time is over, or the server is
to end, the answer is known: nobody needs to look for it, and thousands are told within a second.

It registers first, then looks, then waits, so that nothing in between is missed. What it found
is told only if nobody took its place meanwhile: it may be what the newer request did. A newer
request of the same kind by the same phone does so, wherever the older waits: the network it came
through is gone, or its key. A ring of all topics at once says that nobody knows what was
touched: a reason to look, and to wait on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NoReturn, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from adapters.eas.reply import Answer, Empty
from adapters.eas.request import Request
from app import limits
from app.context import Context
from app.journal import log
from app.push import heartbeats
from app.push.stay import Parked, Stay
from domain.access import ACCESS
from domain.folder import hierarchy_of
from domain.house import HOUSE
from domain.policy import Policy
from projections import accounts, devices

T = TypeVar("T")


def superseded(context: Context, request: Request) -> bool:
    """Whether a newer request of this phone has taken the place of this one. At its first look
    a request takes the place of the older ones."""
    if context.stay.waiter is None:
        context.hub.ring(heartbeats.ringing(context, request, place(context, request)))
    return context.stay.superseded


def park(
    context: Context,
    request: Request,
    collections: Iterable[UUID],
    seconds: float,
    news: Callable[[], T | None],
    nothing: Answer | Empty,
) -> T | None:
    """The first news, or None when nobody is left to tell. Parked if it has to wait, for as long as
    the phone's network lets it; if nothing happens in all that time, `nothing` is the answer.
    Whoever is admitted otherwise now than a moment ago looks again before it is told anything."""
    stay = context.stay
    if stay.waiter is None:
        here = _address(request.address)
        _expect_room(context, here)
        topics = (*collections, *deciding(context), here)
        where = place(context, request)
        stay.beat, most = heartbeats.begin(context, request, where, seconds)
        stay.begin(context.hub, topics, where, most, nothing)
        if not _as_admitted(context):
            _look_again(stay)
    found = news()
    if found is None:
        log.debug("parked", request=context.request_id, device=context.journal.get("device"))
        raise Parked
    stay.settle()
    return None if stay.superseded else found


def _look_again(stay: Stay) -> NoReturn:
    stay.look_again()
    raise Parked


@lru_cache(maxsize=1 << 14)
def _address(address: str) -> UUID:
    """Nobody rings at an address; it is a topic so that those who wait there can be counted."""
    return uuid5(NAMESPACE_URL, f"address:{address}")


def _expect_room(context: Context, here: UUID) -> None:
    """TooManyParked, of the person or from the address."""
    hub = context.hub
    few = hub.crowd(context.account.id) < limits.PARKED_PER_PERSON
    if not (few and hub.crowd(here) < limits.PARKED_PER_ADDRESS):
        raise limits.TooManyParked


def place(context: Context, request: Request) -> UUID:
    """Two phones that go by one name have each a place of their own."""
    if context.partnership.shared:
        return uuid4()
    return uuid5(context.partnership.id, f"place:{request.command}")


def deciding(context: Context) -> Iterator[UUID]:
    """The topics of what decides, beside the folders, how this phone is answered."""
    account = context.account
    yield from (hierarchy_of(account.id), account.id, context.partnership.id, HOUSE, ACCESS)
    if account.policy:
        yield Policy.id_of(account.policy)


def _as_admitted(context: Context) -> bool:
    """Whether nothing was decided about the person or the phone since it was let in."""
    with context.groupware.reading() as connection:
        account = accounts.by_id(connection, context.account.id)
        phone = devices.by_id(connection, context.partnership.id)
    return (account, phone) == (context.account, context.partnership)
