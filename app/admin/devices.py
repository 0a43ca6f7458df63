"""/admin/devices: all phones, by state and by what they are called, the last seen first."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from adapters.eas.version import Version
from app.http import Http
from app.my.states import TONES
from app.web.paging import LONGEST, PER_PAGE
from app.web.visit import Visit
from domain.when import Instant
from projections import accounts, attempts, findings, listed
from projections.directory import folded
from projections.listed import Wanted
from projections.standing import WORDS

ASKED: Final = ("q", "state", "seen", "version")
VERSIONS: Final = tuple(version.text for version in sorted(Version, reverse=True))

SEEN: Final = {"day": ("since", 1), "week": ("since", 7), "longer": ("before", 30)}
"""When a phone was seen last: since, or before, so many days ago."""

OF_NO_USE: Final = 5
"""Phones with a wrong password that are named here; `taccuino findings` has all."""


def look(visit: Visit) -> Http:
    asked = {name: visit.asked(name)[:LONGEST] for name in ASKED}
    wanted, after = _wanted(asked, visit.now), visit.asked("after")
    front = not after and wanted == Wanted()
    with visit.site.groupware.reading() as connection:
        page = listed.page(connection, visit.now, wanted, PER_PAGE, after)
        waiting = findings.count_waiting(connection) if front else 0
        useless = [
            (each, person)
            for each in (attempts.useless(connection, most=OF_NO_USE) if front else ())
            if (person := accounts.by_id(connection, each.account)) is not None
        ]
    return visit.page(
        "admin/devices.html",
        page=page,
        after=after,
        asked=asked,
        front=front,
        waiting=waiting,
        useless=useless,
        states=tuple(WORDS),
        seen=tuple(SEEN),
        versions=VERSIONS,
        tones=TONES,
        now=visit.now,
    )


def _wanted(asked: dict[str, str], now: Instant) -> Wanted:
    """What is no state, version or time that there is counts as none."""
    state = asked["state"] if asked["state"] in WORDS else ""
    version = asked["version"] if asked["version"] in VERSIONS else ""
    bound, days = SEEN.get(asked["seen"], ("", 0))
    bounds = {bound: now - timedelta(days=days)} if bound else {}
    return Wanted(state, folded(asked["q"]), version, **bounds)
