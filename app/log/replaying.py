"""A recorded request answered once more, from the log as it was before it.

A stage is a store of its own in a temporary folder, made of the events up to a position and sealed
under keys that nobody keeps. A request is rehearsed on it: through the same handlers as ever, by
the script it was recorded with; then all that it wrote is taken back, and the stage can go on to
the next. So the answer is the same byte for byte, unless it is made by another program, or events
of others came in between while it was looked for.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from difflib import SequenceMatcher
from io import BytesIO
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import falcon
from eventsourcing.domain import DomainEvent

from adapters.wbxml import Malformed
from adapters.wbxml.dump import dump
from app import chance
from app.auth import Principal
from app.chance import Script
from app.commands import COMMANDS
from app.composition import open_groupware
from app.devices.admission import admit
from app.eas import STAY, ActiveSync
from app.groupware import Groupware
from app.http import Http
from app.log.recording import Asked, Exchange, Told
from app.push.stay import Parked, Stay
from app.push.wake import WakeHub
from app.rehearsal import rehearsal
from app.settings import Settings
from domain.refused import Unknown
from projections import accounts, asked, sightings
from projections.rebuild import Tick, unheard

AT_ONCE: Final = 100
"""Events that are laid down in one transaction."""

REQUEST: Final = "replay"

Positioned = tuple[int, DomainEvent]


@dataclass(frozen=True)
class Outcome:
    """An exchange, and what the same request is told now."""

    exchange: Exchange
    made: Told

    @property
    def same(self) -> bool:
        return self.exchange.told == self.made

    def side_by_side(self) -> list[tuple[str, str]]:
        """What was told and what is told now, line by line, as far as they differ or agree."""
        return list(_aligned(readable(self.exchange.told), readable(self.made)))


class Stage:
    """A store that goes through a log from its beginning, as far as it is asked to."""

    def __init__(self, groupware: Groupware, hub: WakeHub, events: Iterable[Positioned]) -> None:
        self._groupware = groupware
        self._hub = hub
        self._events = iter(events)
        self._next: Positioned | None = next(self._events, None)

    def advance(self, position: int, tick: Tick = unheard) -> None:
        """Lay down all events up to this position; none if that is done already."""
        due = self._due(position)
        while events := list(islice(due, AT_ONCE)):
            self._groupware.events.put(events)
            tick(len(events))

    def perform(self, request: Asked) -> Told:
        """What the request is told here. Unknown if its person is not there yet."""
        with rehearsal(self._groupware), chance.following(Script(request.at, request.seed)):
            self._lay_out(request)
            told = Told.of(self._answered(request))
        self._groupware.memories.forget()
        return told

    def _due(self, position: int) -> Iterator[DomainEvent]:
        while self._next is not None and self._next[0] <= position:
            yield self._next[1]
            self._next = next(self._events, None)

    def _lay_out(self, request: Asked) -> None:
        """What is not in the log, and decided the answer as well."""
        with self._groupware.pool.writing() as connection:
            for command, last in request.last.items():
                asked.keep(connection, request.phone, command, last)
            if request.search is not None:
                sightings.note_search(connection, request.phone, request.search)

    def _answered(self, request: Asked) -> Http:
        endpoint, stay = self._endpoint(request.account), Stay()
        stay.came = request.came
        asked_again, fields = falcon.Request(_environment(request, stay)), {"request": REQUEST}
        try:
            return endpoint.answer(asked_again, fields)
        except Parked:
            stay.over = True  # nothing happened while it waited, or it would not have been told
            return endpoint.answer(asked_again, fields)
        finally:
            stay.end()

    def _endpoint(self, account: UUID) -> ActiveSync:
        with self._groupware.reading() as connection:
            person = accounts.by_id(connection, account)
        if person is None:
            raise Unknown("whose phone this is was not known yet at this position of the log")
        return ActiveSync(
            groupware=self._groupware,
            hub=self._hub,
            settings=Settings(),
            authenticate=lambda *_: Principal(person),
            admit=admit,
            commands=COMMANDS,
        )


@contextmanager
def staged(events: Iterable[Positioned]) -> Iterator[Stage]:
    """An empty stage for this log, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="taccuino-") as home:
        groupware, hub = open_groupware(Path(home)), WakeHub(Path(home) / "wake")
        with closing(groupware.pool), closing(hub):
            yield Stage(groupware, hub, events)


def replay(
    events: Iterable[Positioned], exchanges: Iterable[Exchange], tick: Tick = unheard
) -> Iterator[Outcome]:
    """Each of these exchanges once more, by their places in the log."""
    with staged(events) as stage:
        for exchange in sorted(exchanges, key=lambda each: each.asked.position):
            stage.advance(exchange.asked.position, tick)
            yield Outcome(exchange, stage.perform(exchange.asked))


def _environment(request: Asked, stay: Stay) -> dict[str, Any]:
    """What a server would make of the request (PEP 3333)."""
    given = {f"HTTP_{name.upper().replace('-', '_')}": v for name, v in request.headers.items()}
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/Microsoft-Server-ActiveSync",
        "QUERY_STRING": request.query,
        "SERVER_NAME": "replay",
        "SERVER_PORT": "443",
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "REMOTE_ADDR": request.address,
        **given,
        STAY: stay,
    }


def readable(told: Told) -> list[str]:
    """An answer in lines: its status, its headers, and what its body says."""
    head = [f"HTTP {told.status}", *(f"{name}: {v}" for name, v in sorted(told.headers.items()))]
    return [*head, *body_lines(told.headers, told.body)]


def body_lines(headers: Mapping[str, str], body: bytes) -> list[str]:
    """What a body says, in lines; where it is no WBXML, how long it is."""
    plain = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
    try:
        return dump(plain).splitlines() if plain else []
    except Malformed:
        return [f"{len(plain)} bytes"]


def _aligned(left: list[str], right: list[str]) -> Iterator[tuple[str, str]]:
    for _, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        yield from zip_longest(left[i:j], right[k:m], fillvalue="")
