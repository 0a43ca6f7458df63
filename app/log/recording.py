"""What a phone asks and is answered, kept word for word for a limited time, so that it can be
replayed: the request, where the log was before it, and what chance and the clock decided of the
answer (`chance.py`).

It is kept sealed under the key of the phone's person. A secret is not in it: who asks was proven
before. Who is recorded is looked up once a second, so that it costs nothing where nobody is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import falcon

from adapters.store import transcoder
from adapters.store.chain import head
from adapters.store.keyring import Erased
from adapters.store.pool import StoreBusy, StoreUnavailable
from app import chance, errors
from app.devices.phones import change
from app.groupware import Groupware
from app.http import Http
from domain.base import Authorship
from domain.partnership import Partnership
from domain.refused import Refused, Unknown
from domain.when import Instant
from projections import asked, recorded, sightings
from projections.recorded import RecordedRow

LONGEST: Final = timedelta(days=1)
MOST: Final = 2_000
MOST_BYTES: Final = 64 << 20
"""A recording keeps no more than so many exchanges, and no more bytes."""

LOOKED_EVERY: Final = 1.0
A_MOMENT: Final = 0.1
TAPE: Final = "taccuino.tape"
"""Where in the environment of a request its tape is."""

HEADERS: Final = (
    *("Accept-Encoding", "Accept-Language", "Content-Encoding", "Content-Type", "User-Agent"),
    *("MS-ASAcceptMultiPart", "MS-ASProtocolVersion", "X-MS-PolicyKey"),
)
"""What of a request decides its answer, beside query and body."""

ASKED: Final = ("Ping", "Sync")
"""The commands of which an empty request repeats the last."""


class TooLong(Refused):
    """A recording has to end."""


@dataclass(frozen=True)
class Asked:
    """A request, and all that decides its answer beside what the log says up to `position`.

    `came` is when it came, `at` when it was looked at for the last time; `last` is what an empty
    request would repeat, by command, and `search` the search that was begun last.
    """

    position: int
    account: UUID
    phone: UUID
    came: Instant
    at: Instant
    seed: bytes
    query: str
    headers: Mapping[str, str]
    address: str
    body: bytes
    last: Mapping[str, bytes]
    search: bytes | None


@dataclass(frozen=True)
class Told:
    """An answer as it went out."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, answer: Http) -> Told:
        """Without the name of an incident, which leads to the journal and nowhere else."""
        headers = {name: v for name, v in answer.headers.items() if name != errors.INCIDENT}
        if answer.body:
            headers["Content-Type"] = answer.content_type
        return cls(answer.status, headers, answer.body)


@dataclass(frozen=True)
class Exchange:
    """A request and its answer. `beside` is how many events others wrote while it was looked
    for: then it may have seen some of them."""

    number: int
    asked: Asked
    told: Told
    beside: int = 0

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Exchange:
        parts = {"asked": Asked(**facts["asked"]), "told": Told(**facts["told"])}
        return cls(**{**facts, **parts})


def record(
    groupware: Groupware, author: Authorship, partnership: UUID, span: timedelta, why: str = ""
) -> Instant:
    """Keep what this phone asks from now on, for so long; until when. What was kept of it before
    is let go."""
    if not timedelta() < span <= LONGEST:
        raise TooLong(f"a phone is recorded for {LONGEST // timedelta(hours=1)} hours at most")
    until = author.at + span
    with groupware.acting(author) as connection:
        recorded.drop(connection, partnership)
        change(groupware, author, partnership, lambda phone: phone.record(until, why))
    return until


def stop(groupware: Groupware, author: Authorship, partnership: UUID) -> None:
    """Keep nothing more of this phone."""
    change(groupware, author, partnership, lambda phone: phone.end_recording())


def exchange(groupware: Groupware, number: int) -> Exchange:
    """What was kept under this number; Unknown if there is nothing."""
    with groupware.reading() as connection:
        row = recorded.by_number(connection, number)
    if row is None:
        raise Unknown(f"nothing is recorded under the number {number}")
    return opened(groupware, row)


def opened(groupware: Groupware, row: RecordedRow) -> Exchange:
    """What a row tells to who has the keys."""
    plain = groupware.keyring.open(row.account, _place(row.number), row.box)
    return Exchange.of(transcoder.decode(plain))


class Recorder:
    """Records the phones of one process that are to be."""

    def __init__(
        self,
        groupware: Groupware,
        clock: Callable[[], float] = time.monotonic,
        looked_every: float = LOOKED_EVERY,
    ) -> None:
        self._groupware = groupware
        self._clock = clock
        self._every = looked_every
        self._looked: float | None = None
        self._phones: frozenset[UUID] = frozenset()

    @contextmanager
    def listening(
        self, req: falcon.Request, account: UUID, device: str, came: Instant, address: str
    ) -> Iterator[None]:
        """Around the look at a request, whose body was read: if its phone is recorded, the answer
        follows a script that is kept."""
        phones = self._recorded()
        if not phones or (phone := Partnership.id_of(account, device)) not in phones:
            yield
            return
        asked = self._heard(req, account, phone, came, address)
        req.env[TAPE] = asked
        with chance.following(chance.Script(asked.at, asked.seed)):
            yield

    def keep(self, req: falcon.Request, command: str, request: str, answer: Http) -> None:
        """Keep what was asked and answered, if it was recorded. Where that cannot be written at
        once, the phone is not made to wait for it."""
        if TAPE not in req.env:
            return
        asked: Asked = req.env.pop(TAPE)
        found = Exchange(0, asked, Told.of(answer), self._beside(asked.position, request))
        with suppress(StoreBusy, StoreUnavailable, Erased):
            self._written(command, found)

    def _recorded(self) -> frozenset[UUID]:
        now = self._clock()
        if self._looked is None or now - self._looked >= self._every:
            with self._groupware.reading() as connection:
                self._phones = recorded.running(connection, self._groupware.clock())
            self._looked = now
        return self._phones

    def _heard(
        self, req: falcon.Request, account: UUID, phone: UUID, came: Instant, address: str
    ) -> Asked:
        with self._groupware.reading() as connection:
            last = {each: asked.last(connection, phone, each) for each in ASKED}
            return Asked(
                position=head(connection)[0],
                account=account,
                phone=phone,
                came=came,
                at=self._groupware.clock(),
                seed=chance.new_seed(),
                query=req.query_string,
                headers={name: v for name in HEADERS if (v := req.get_header(name)) is not None},
                address=address,
                body=req.env["wsgi.input"].getvalue(),
                last={command: kept for command, kept in last.items() if kept is not None},
                search=sightings.last_search(connection, phone),
            )

    def _beside(self, position: int, request: str) -> int:
        with self._groupware.reading() as connection:
            after = range(position + 1, head(connection)[0] + 1)
            return sum(event.request != request for _, event in self._groupware.read(after))  # type: ignore[attr-defined]

    def _written(self, command: str, found: Exchange) -> None:
        asked = found.asked
        with self._groupware.pool.writing(A_MOMENT, lasting=False) as connection:
            number = recorded.next_number(connection)
            plain = transcoder.encode(replace(found, number=number).facts())
            count, size = recorded.taken(connection, asked.phone)
            if count >= MOST or size + len(plain) > MOST_BYTES:
                return
            box = self._groupware.keyring.seal(asked.account, _place(number), plain)
            place = (number, asked.phone, asked.account, asked.position, asked.at)
            row = RecordedRow(*place, command, found.told.status, len(plain), box)
            recorded.keep(connection, row)


def _place(number: int) -> bytes:
    return b"recorded %d" % number
