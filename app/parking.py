"""Parks a request until there is news for its phone. A parked request holds no connection to
the store and no item.

It registers first, then looks, then waits, so that nothing in between is missed. What it found
is told only if nobody overtook it meanwhile: it may be what the newer request did. A newer request
of the same kind by the same phone ends it, wherever it is parked: the network it came through is
gone, or its key. So does whatever makes the phone unwelcome (DESIGN law 12). A ring of all
topics at once says that nobody knows what was touched: a reason to look, and to wait on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID, uuid5

from adapters.eas.request import Request
from app import phones
from app.auth import NotEnabled
from app.context import Context
from app.journal import log
from domain.folder import hierarchy_of
from projections import accounts

T = TypeVar("T")


def overtake(context: Context, request: Request) -> None:
    """End what this phone has parked with the same command. To be done before parking anew."""
    context.hub.ring([_overtaken(context, request)])


def _overtaken(context: Context, request: Request) -> UUID:
    return uuid5(context.partnership.id, f"overtaken:{request.command}")


def park(
    context: Context,
    request: Request,
    collections: Iterable[UUID],
    seconds: float,
    news: Callable[[], T | None],
) -> T | None:
    """The first news, or None when the time is over or nobody is left to tell."""
    account, phone = context.account.id, context.partnership.id
    overtaken = _overtaken(context, request)
    deadline = context.now.timestamp() + seconds
    topics = [*collections, hierarchy_of(account), account, phone, overtaken]
    with context.parked(topics) as waiter:
        while True:
            found = news()
            if found is None:
                log.debug("parked", request=context.request_id, device=context.partnership.device)
            left = deadline - context.groupware.clock().timestamp()
            rung = waiter.wait(left if found is None else 0)
            if overtaken in rung and rung != waiter.topics:
                return None
            if account in rung or phone in rung:
                expect_welcome(context, request)
            if found is not None or not rung:
                return found


def expect_welcome(context: Context, request: Request) -> None:
    """NotEnabled or a Refusal if the person or the phone may no longer come in."""
    groupware = context.groupware
    with groupware.reading() as connection:
        account = accounts.by_id(connection, context.account.id)
    if account is None or not account.enabled:
        raise NotEnabled
    phones.admit(groupware, account, request, groupware.clock(), context.settings)
