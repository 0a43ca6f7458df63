"""The list of all phones, a page at a time: the one heard of last first, then those never seen.

The store filters and orders; drawn is only what may stand on the page. Which state a phone is in
is known to standing.py alone: POSSIBLE says of each state which rows can be in it, so that few are
drawn in vain. A page ends at a place, not at a number: phones that come meanwhile move to the
front, and push nobody over the edge of a page.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from domain.partnership import SILENT_AFTER
from domain.when import Instant
from projections import devices, standing
from projections.devices import PartnershipRow
from projections.directory import folded
from projections.standing import Portrait

PLACE: Final = re.compile(r"(?:([\d\-T:.+]{19,40})~([0-9a-f]{32})|(\d{1,18}))", re.ASCII)

POSSIBLE: Final = {
    standing.WAITS: "phone.access = 'quarantine'",
    standing.BLOCKED: "phone.blocked <> ''",
    standing.RULED_OUT: "phone.access = 'block'",
    standing.TO_BE_WIPED: "phone.wipe IS NOT NULL",
    standing.SHUT_OUT: "phone.wipe IS NOT NULL",
    standing.WAS_WIPED: "phone.wiped <> 0",
    standing.WIPE_FAILED: "phone.wiped <> 0",
    standing.TOO_NEW: "(phone.ceiling <> '' OR account.ceiling <> '')",
    standing.UNFIT: "account.policy <> '' AND NOT phone.excepted",
    standing.EXCEPTED: "phone.excepted",
    standing.SILENT: "(phone.silent OR seen.last_seen < :silent)",
    standing.SUPERSEDED: "EXISTS (SELECT 1 FROM partnership AS newer WHERE NOT newer.forgotten"
    " AND newer.account = phone.account AND newer.created > phone.created)",
}
"""Which rows can be in a state; in one that is not here, any."""

TOLD: Final = " || ' ' || ".join(
    f"coalesce({each}, '')"
    for each in (
        *(
            "phone.label",
            "phone.about ->> 'name'",
            "phone.about ->> 'model'",
            "phone.about ->> 'os'",
        ),
        *("phone.device", "phone.device_type", "phone.model", "phone.os"),
        *("seen.version", "account.name", "account.full_name"),
    )
)
"""What a phone is found by."""

FILTERS: Final = {
    "since": "seen.last_seen >= :since",
    "before": "(seen.last_seen IS NULL OR seen.last_seen < :before)",
    "version": "coalesce(seen.version, phone.version) = :version",
    "query": f"tells({TOLD}, :query)",
}

COLUMNS: Final = ", ".join(f"phone.{name.strip()}" for name in devices.COLUMNS.split(","))

SEEN: Final = f"""
SELECT {COLUMNS}, seen.last_seen FROM device_seen AS seen
CROSS JOIN partnership AS phone ON phone.id = seen.partnership
CROSS JOIN account ON account.id = phone.account
WHERE NOT phone.forgotten AND (seen.last_seen, seen.partnership) < (:moment, :id) AND {{}}
ORDER BY seen.last_seen DESC, seen.partnership DESC
"""

UNSEEN: Final = f"""
SELECT {COLUMNS}, NULL FROM partnership AS phone
CROSS JOIN account ON account.id = phone.account
LEFT JOIN device_seen AS seen ON seen.partnership = phone.id
WHERE NOT phone.forgotten AND seen.partnership IS NULL AND phone.created < :created AND {{}}
ORDER BY phone.created DESC
"""


@dataclass(frozen=True)
class Wanted:
    """What is asked for. `state` is one of standing.WORDS; without one, all but names that a phone
    went by before. `since` and `before` are about when it was seen last."""

    state: str = ""
    query: str = ""
    version: str = ""
    since: Instant | None = None
    before: Instant | None = None


@dataclass(frozen=True)
class Page:
    """`end` is the place after which the next page begins; empty if there is none."""

    phones: list[Portrait]
    end: str = ""


def page(
    connection: sqlite3.Connection, now: Instant, wanted: Wanted, most: int, after: str = ""
) -> Page:
    """So many phones at most; the first of them, or those after a place."""
    found: list[tuple[Portrait, str]] = []
    rows = _rows(connection, now, wanted, after)
    while len(found) <= most and (some := list(islice(rows, most + 1))):
        drawn = standing.drawn(connection, now, [phone for phone, _ in some])
        places = (place for _, place in some)
        found += [each for each in zip(drawn, places, strict=True) if _fits(each[0], wanted.state)]
    end = found[most - 1][1] if len(found) > most else ""
    return Page([portrait for portrait, _ in found[:most]], end)


def _fits(portrait: Portrait, state: str) -> bool:
    word = portrait.standing.word
    return word == state if state else word != standing.SUPERSEDED


def _rows(
    connection: sqlite3.Connection, now: Instant, wanted: Wanted, after: str
) -> Iterator[tuple[PartnershipRow, str]]:
    """What can be meant, in its order and read as it is needed, each with its place."""
    connection.create_function("tells", 2, _tells, deterministic=True)
    facts: dict[str, Any] = {"silent": devices.stamp(now - SILENT_AFTER)}
    facts |= {name: value for name, value in vars(wanted).items() if value}
    facts |= {name: devices.stamp(facts[name]) for name in ("since", "before") if name in facts}
    where = [POSSIBLE.get(wanted.state, "1"), *(FILTERS[name] for name in FILTERS if name in facts)]
    facts |= _beginning(after)
    for query in (UNSEEN,) if "created" in facts else (SEEN, UNSEEN):
        asked = {"created": 1 << 62, **facts}
        for *row, seen in connection.execute(query.format(" AND ".join(where)), asked):
            phone = devices.row_of(tuple(row))
            yield phone, f"{seen}~{phone.id.hex}" if seen else str(phone.created)


def _beginning(after: str) -> dict[str, Any]:
    """From where on; from the first, for what is no place."""
    match = PLACE.fullmatch(after)
    if match is None:
        return {"moment": "~", "id": b""}
    moment, id, created = match.groups()
    return {"created": int(created)} if created else {"moment": moment, "id": bytes.fromhex(id)}


def _tells(told: str, query: str) -> bool:
    text = folded(told)
    return all(word in text for word in query.split())
