"""What is counted: a table of measures, and the numbers of this process.

The numbers go to a file once a second (ledgers.py), from where anybody adds up those of all
processes. Each label has few values, which stand here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from adapters.eas.query import CODES
from adapters.eas.version import Version
from app.metrics.kinds import Count, Level, Measure, Numbers, Spread
from domain.item import EditHeld, EditSetAside
from domain.round import ItemQuarantined
from projections.attempts import LOGIN, NONE, OUTDATED

COMMANDS: Final = frozenset({*CODES, "OPTIONS"})
VERSIONS: Final = frozenset(version.text for version in Version)
HTTP: Final = frozenset(map(str, (200, 400, 401, 403, 404, 405, 413, 449, 451, 501, 503)))
EAS: Final = frozenset(map(str, range(1, 178)))
"""Statuses of a command or a collection (MS-ASCMD 2.2.2, 2.2.3.177)."""

OUTCOMES: Final = frozenset(
    ("right", "wrong", OUTDATED, LOGIN, NONE, "not enabled", "slowed down", "directory down")
)
MOMENTS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIZES: Final = (1, 2, 5, 10, 25, 50, 100, 250, 512)

REQUESTS: Final = Count(
    "requests", "Requests of phones that were answered.",
    command=COMMANDS, version=VERSIONS, status=HTTP, eas=EAS,
)  # fmt: skip
SECONDS: Final = Spread(
    "request_seconds", "How long requests took that did not wait for news.", MOMENTS,
    command=COMMANDS,
)  # fmt: skip
WAKE: Final = Spread(
    "wake_seconds", "From the commit to the answer of a request that waited for it.", MOMENTS
)
COLLECTIONS: Final = Count(
    "collections", "Folders answered by Sync; with 3 the phone begins anew.",
    awaited=("1", "3"), eas=EAS,
)  # fmt: skip
DELTA: Final = Spread("delta_items", "Items in a folder's answer, where there were any.", SIZES)
EVENTS: Final = Count(
    "events", "Events written by the workers: edit.set-aside is a conflict, and so on.",
    awaited=(EditSetAside.TOPIC, EditHeld.TOPIC, ItemQuarantined.TOPIC), kind=None,
)  # fmt: skip
AUTHENTICATIONS: Final = Count(
    "authentications", "What became of the passwords that phones sent.",
    awaited=sorted(OUTCOMES), outcome=OUTCOMES,
)  # fmt: skip
INCIDENTS: Final = Count("incidents", "Faults of the program; each has a line in the journal.")
STORE_TROUBLE: Final = Count(
    "store_trouble", "Requests put off because the store was busy or could not be used."
)
PARKED: Final = Level("parked_requests", "Requests that wait for news.")
CONNECTIONS: Final = Level("connections", "Connections that are open.")
MEMORY: Final = Level("memory_bytes", "Memory that the workers hold.")

MEASURES: Final[Mapping[str, Measure]] = {
    each.name: each
    for each in (
        *(REQUESTS, SECONDS, WAKE, COLLECTIONS, DELTA, EVENTS, AUTHENTICATIONS, INCIDENTS),
        *(STORE_TROUBLE, PARKED, CONNECTIONS, MEMORY),
    )
}


def served(fields: Mapping[str, Any], status: int, seconds: float | None) -> None:
    """One request of a phone, by what its line in the journal says; `seconds` is None for one that
    waited, whose time says nothing about the server."""
    command = fields.get("command", "")
    eas = str(fields.get("eas", 1))
    REQUESTS.add(command, fields.get("version", ""), str(status), eas)
    if seconds is not None:
        SECONDS.put(seconds, command)
    for _, outcome, _, sent in fields.get("collections", ()) if command == "Sync" else ():
        COLLECTIONS.add(str(outcome))
        if sent:
            DELTA.put(sent)


def happened(kinds: Iterable[str]) -> None:
    """These events are written, and durable."""
    for kind in kinds:
        EVENTS.add(kind)


def numbers() -> Numbers:
    """All of this process, as they are now."""
    return {name: each.rows for name, each in MEASURES.items() if each.rows}
