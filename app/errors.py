"""The one table from what goes wrong to what the phone is told.

Trouble of the moment is 503 with Retry-After in every version: phones understand it as "later",
while a 401 makes them ask for the password and several 500 make them start from nothing
(MS-ASHTTP 2.2.2.1.1). What the phone or its owner must mend is a status all commands share.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from adapters.directory.person import DirectoryDown
from adapters.eas.reply import Failure
from adapters.eas.request import TooLarge
from adapters.eas.status import Refusal
from adapters.store.keyring import Erased
from adapters.store.pool import StoreBusy, StoreUnavailable
from app.auth import NotEnabled, Unauthorized
from app.http import Http
from app.journal import Fields, incident, trouble
from app.limits import RETRY_AFTER, TooMany
from app.metrics import measures
from app.push.wake import Vanished
from app.uploads import TooSlow

BUSY, BROKEN, CRASHED = 5, 60, 30
"""Seconds after which trying again makes sense."""

CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="Taccuino"'}
INCIDENT: Final = "X-Taccuino-Incident"
"""The header by which whoever was told of a fault can ask for its line in the journal."""

DISABLED: Final = 126


def later(seconds: int, **headers: str) -> Http:
    return Http(503, headers={"Retry-After": str(seconds), **headers})


def _unauthorized(error: Unauthorized) -> Http:
    """A secret that was not even looked at is not wrong: the phone may come back with it."""
    return Http(401, headers=CHALLENGE) if error.retry_after is None else later(error.retry_after)


TROUBLE: Final[dict[type[Exception], int]] = {
    StoreBusy: BUSY,
    StoreUnavailable: BROKEN,
    DirectoryDown: BROKEN,
}
"""What neither the phone nor its owner can mend: when to come again. They are told the incident by
which an administrator finds out more."""

ANSWERS: Final[dict[type[Exception], Callable[[Any], Http | Failure]]] = {
    Refusal: lambda error: Failure(error.status),
    NotEnabled: lambda _: Failure(DISABLED),
    Unauthorized: _unauthorized,
    Erased: lambda _: Http(401, headers=CHALLENGE),
    TooMany: lambda error: later(RETRY_AFTER, **{"X-MS-ASThrottle": error.rule}),
    TooLarge: lambda _: Http(413),
    TooSlow: lambda _: later(RETRY_AFTER),
    Vanished: lambda _: Http(200),
}


def answer(error: Exception, fields: Fields) -> Http | Failure:
    """What the phone is told; the request's line learns why."""
    why = getattr(error, "reason", "") or type(error).__name__
    for kind in type(error).__mro__:
        if kind in TROUBLE:
            fields.update(why=why, incident=_noted(error))
            return later(TROUBLE[kind], **named(fields))
        if kind in ANSWERS:
            fields["why"] = why
            if isinstance(error, TooMany):
                fields["times"] = error.times
            return ANSWERS[kind](error)
    fields["incident"] = incident(error)
    return later(CRASHED, **named(fields))


def _noted(error: Exception) -> str:
    if not isinstance(error, DirectoryDown):
        measures.STORE_TROUBLE.add()
    return trouble(error)


def named(fields: Fields) -> dict[str, str]:
    """The incident of a request as a header, if it had one."""
    return {INCIDENT: str(fields["incident"])} if "incident" in fields else {}
