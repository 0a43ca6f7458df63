"""/admin/devices/…: one phone, and whether it may come in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.admin.user import why_out
from app.devices import phones, wiping
from app.devices.wiping import Ordered
from app.groupware import Groupware
from app.http import Http
from app.log import recording
from app.my.states import TONES
from app.web import proving
from app.web.visit import Visit
from domain.base import Authorship
from domain.house import FULL_WIPE_ALLOWED
from domain.refused import Refused, Unknown
from projections import heartbeats, house, recorded, standing
from projections.standing import Portrait

HERE: Final = "/admin/devices"
WHY: Final = 200
"""Letters of a reason."""

ACTS: Final[dict[str, Callable[[Groupware, Authorship, UUID], object]]] = {
    "approve": phones.approve,
    "unblock": phones.unblock,
    "except": phones.except_from_policy,
    "end_exception": phones.end_exception,
    "spare": wiping.cancel_wipe,
    "stop_recording": recording.stop,
    "forget": phones.forget,
}
"""What can be done with a button, by its name; beside them `block`, `record`, and `wipe`, which
erases what came from here and no more."""

HOURS: Final = {"1": 1, "4": 4, "24": 24}
"""For how long a phone can be recorded."""

OFFERED: Final[dict[str, tuple[str, ...]]] = {
    standing.WAITS: ("approve", "block"),
    standing.BLOCKED: ("unblock", "approve", "wipe"),
    standing.RULED_OUT: ("approve", "wipe"),
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

ERASABLE: Final = frozenset(
    {*(word for word, acts in OFFERED.items() if "wipe" in acts), standing.SHUT_OUT}
)
"""The states in which a phone can be erased whole, where that is allowed: also one that is shut
out because it cannot erase one account."""


def look(visit: Visit) -> Http:
    return _page(visit, portrait_of(visit))


def act(visit: Visit) -> Http:
    """What a button says."""
    portrait, name = portrait_of(visit), visit.form.text("act")
    groupware, author, id = visit.site.groupware, visit.as_administrator, portrait.phone.id
    said = "saved_only"
    try:
        if name == "block":
            phones.block(groupware, author, id, visit.form.text("reason"))
        elif name == "record":
            hours = HOURS.get(visit.form.text("hours"), 1)
            why = visit.form.text("why")[:WHY]
            recording.record(groupware, author, id, timedelta(hours=hours), why)
        elif name == "wipe":
            said = told(wiping.request_wipe(groupware, author, id))
        elif name in ACTS:
            ACTS[name](groupware, author, id)
        else:
            raise Unknown("nothing is called like this")
    except Unknown:
        raise
    except Refused as error:
        return _page(visit, portrait, error)
    return visit.go(HERE if name == "forget" else f"{HERE}/{visit.names['id']}", said=said)


def told(ordered: Ordered) -> str:
    """What is said of a wipe."""
    if ordered.erases:
        return "wipe_asked"
    return "wipe_shared" if ordered.shared else "wipe_blocked"


def _page(visit: Visit, portrait: Portrait, error: Refused | None = None) -> Http:
    with visit.site.groupware.reading() as connection:
        version = wiping.spoken(connection, portrait.phone)
        whole = erasable(connection, portrait)
        going_on = recorded.recording(connection, portrait.phone.id)
        kept, _ = recorded.taken(connection, portrait.phone.id)
        shortened = heartbeats.shortened(connection, visit.now.timestamp(), portrait.phone.id)
        waits = [each for _, each in shortened]
    return visit.page(
        "admin/device.html",
        proving.status(error),
        it=portrait,
        why=why_out(visit, portrait),
        decided=sorted(portrait.decided.items(), key=lambda each: each[1].at, reverse=True),
        offered=OFFERED[portrait.standing.word],
        version=version,
        erases=wiping.erases("account", version),
        whole=whole,
        recording=going_on if going_on and going_on.until > visit.now else None,
        recorded=kept,
        waits=waits,
        hours=HOURS,
        tones=TONES,
        now=visit.now,
        error=proving.why(error, visit),
    )


def erasable(connection: sqlite3.Connection, portrait: Portrait) -> bool:
    """Whether this phone may be erased whole: an administrator allowed that for the house."""
    return portrait.standing.word in ERASABLE and house.holds(connection, FULL_WIPE_ALLOWED)


def portrait_of(visit: Visit) -> Portrait:
    with visit.site.groupware.reading() as connection:
        found = standing.portrait(connection, visit.now, visit.id)
    if found is None:
        raise Unknown("there is no such phone")
    return found
