"""/admin/devices/…: one phone, and whether it may come in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from app import phones, wiping
from app.groupware import Groupware
from app.http import Http
from app.my.states import TONES
from app.web import proving
from app.web.visit import Visit
from domain.base import Authorship
from domain.refused import Refused, Unknown
from projections import standing
from projections.standing import Portrait

HERE: Final = "/admin/devices"

ACTS: Final[dict[str, Callable[[Groupware, Authorship, UUID], object]]] = {
    "approve": phones.approve,
    "unblock": phones.unblock,
    "except": phones.except_from_policy,
    "end_exception": phones.end_exception,
    "wipe": wiping.request_wipe,
    "spare": wiping.cancel_wipe,
    "forget": phones.forget,
}
"""What can be done with a button, by its name. A wipe erases what came from here, no more."""

OFFERED: Final[dict[str, tuple[str, ...]]] = {
    standing.WAITS: ("approve", "block"),
    standing.BLOCKED: ("unblock", "approve"),
    standing.RULED_OUT: ("approve",),
    standing.TO_BE_WIPED: ("spare",),
    standing.SHUT_OUT: ("spare",),
    standing.WAS_WIPED: ("approve",),
    standing.WIPE_FAILED: ("approve", "wipe"),
    standing.TOO_NEW: ("block", "wipe"),
    standing.UNFIT: ("except", "block"),
    standing.EXCEPTED: ("end_exception", "block"),
    standing.SILENT: ("block", "wipe"),
    standing.SUPERSEDED: (),
    standing.IN_STEP: ("block", "wipe"),
}
"""What makes sense in which state; `forget` always does."""


def look(visit: Visit) -> Http:
    return _page(visit, _portrait(visit))


def act(visit: Visit) -> Http:
    """What a button says."""
    portrait, name = _portrait(visit), visit.form.text("act")
    groupware, author, id = visit.site.groupware, visit.as_administrator, portrait.phone.id
    try:
        if name == "block":
            phones.block(groupware, author, id, visit.form.text("reason"))
        elif name in ACTS:
            ACTS[name](groupware, author, id)
        else:
            raise Unknown("nothing is called like this")
    except Unknown:
        raise
    except Refused as error:
        return _page(visit, portrait, error)
    return visit.go(HERE if name == "forget" else f"{HERE}/{visit.names['id']}", said="saved_only")


def _page(visit: Visit, portrait: Portrait, error: Refused | None = None) -> Http:
    facts = {
        name: visit.words.moment(fact) if isinstance(fact, datetime) else fact
        for name, fact in portrait.standing.facts.items()
    }
    return visit.page(
        "admin/device.html",
        proving.status(error),
        it=portrait,
        facts=facts,
        decided=sorted(portrait.decided.items(), key=lambda each: each[1].at, reverse=True),
        offered=OFFERED[portrait.standing.word],
        tones=TONES,
        now=visit.now,
        error=proving.why(error, visit),
    )


def _portrait(visit: Visit) -> Portrait:
    with visit.site.groupware.reading() as connection:
        found = standing.portrait(connection, visit.now, visit.id)
    if found is None:
        raise Unknown("there is no such phone")
    return found
