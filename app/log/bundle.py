"""All that it takes to replay what was recorded of a phone, on any machine, for everybody to see.

In it are the events of the log up to the last of the requests, as far as they concern the phone's
person or everybody: nothing of what others keep, and of other people no more than that they are
there. Words are replaced (`bundle_words.py`, `bundle_values.py`, `bundle_wire.py`); keys and
secrets are not in it. The answers are those that the replaced requests get from the replaced log,
so a replay of the bundle gives them byte for byte.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import MapperDeserialisationError, StoredEvent

from adapters.store import transcoder
from adapters.store.keyring import Keyring
from adapters.store.mapper import SealingMapper
from app.log import bundle_wire, replaying
from app.log.bundle_values import Veil
from app.log.recording import Exchange
from app.log.replaying import Positioned
from domain.account import AccountOpened
from domain.folder import hierarchy_of
from domain.refused import Refused
from projections.rebuild import Tick, unheard

FORMAT: Final = 1
OWNERS: Final = ("owner", "account")
TIES: Final = ("originator_id", "phone", "collection", "appointment")
"""By what an event says whose it is: outright, or by what it is about."""


class NoBundle(Refused):
    """The file is not one of ours."""


@dataclass(frozen=True)
class Bundle:
    """`identical` are the exchanges that were told again byte for byte before anything was
    replaced, by their numbers."""

    events: Sequence[DomainEvent]
    exchanges: Sequence[Exchange]
    identical: frozenset[int]

    @property
    def log(self) -> Iterator[Positioned]:
        return enumerate(self.events, 1)


def make(
    log: Callable[[], Iterable[Positioned]],
    exchanges: Sequence[Exchange],
    person: UUID,
    tick: Tick = unheard,
) -> Bundle:
    """The bundle of what was recorded of this person's phone. The log is told twice, since only
    what goes into the bundle is kept in memory."""
    identical = frozenset(
        outcome.exchange.number
        for outcome in replaying.replay(log(), exchanges, tick)
        if outcome.same
    )
    return _veiled(log(), exchanges, person, identical)


def _veiled(
    events: Iterable[Positioned],
    exchanges: Sequence[Exchange],
    person: UUID,
    identical: frozenset[int],
) -> Bundle:
    last = max(each.asked.position for each in exchanges)
    wanted = list(_about(person, takewhile(lambda each: each[0] <= last, events)))
    veil = Veil()
    for _, event in wanted:
        veil.meet(event)
    asked = []
    for each in exchanges:
        place = sum(position <= each.asked.position for position, _ in wanted)
        asked.append(replace(each, asked=bundle_wire.veiled(each.asked, place, veil), beside=0))
    shown = [veil.event(event) for _, event in wanted]
    made = [
        replace(outcome.exchange, told=outcome.made)
        for outcome in replaying.replay(enumerate(shown, 1), asked)
    ]
    return Bundle(shown, made, identical)


def _about(person: UUID, events: Iterable[Positioned]) -> Iterator[Positioned]:
    """What concerns this person, or everybody. Who else there is belongs to it: they are found
    and invited."""
    others: set[UUID] = set()
    for position, event in events:
        facts: Any = vars(event)
        if any(facts.get(name, person) != person for name in OWNERS):
            others.add(facts["originator_id"])
        elif isinstance(event, AccountOpened) and event.originator_id != person:
            others.add(hierarchy_of(event.originator_id))
        if not others.intersection(facts.get(name) for name in TIES):
            yield position, event


# The file


class _Unsealed:
    """In the place of the keys: nothing in a bundle is a secret."""

    def holds(self, subject: UUID) -> bool:
        return False

    def seal(self, subject: UUID, aad: bytes, plain: bytes) -> bytes:
        return plain

    def open(self, subject: UUID, aad: bytes, box: bytes) -> bytes:
        return box


MAPPER: Final = SealingMapper(cast(Keyring, _Unsealed()))


def write(bundle: Bundle, file: Path) -> None:
    """A new file; FileExistsError if there is one by this name."""
    stored = map(MAPPER.to_stored_event, bundle.events)
    facts = {
        "format": FORMAT,
        "events": [(e.originator_id, e.originator_version, e.topic, e.state) for e in stored],
        "exchanges": [each.facts() for each in bundle.exchanges],
        "identical": bundle.identical,
    }
    with file.open("xb") as out:
        out.write(gzip.compress(transcoder.encode(facts), mtime=0))


def read(file: Path) -> Bundle:
    """NoBundle if it cannot be read."""
    try:
        facts = transcoder.decode(gzip.decompress(file.read_bytes()))
        if facts["format"] != FORMAT:
            raise NoBundle(f"{file} is a bundle of another version")
        events = [
            cast(DomainEvent, MAPPER.to_domain_event(StoredEvent(*each)))
            for each in facts["events"]
        ]
        return Bundle(events, list(map(Exchange.of, facts["exchanges"])), facts["identical"])
    except UNREADABLE as error:
        raise NoBundle(f"{file} is no bundle of taccuino's") from error


UNREADABLE: Final = (
    *(EOFError, gzip.BadGzipFile, zlib.error, transcoder.Undecodable, MapperDeserialisationError),
    *(LookupError, TypeError, ValueError),
)
"""What strange bytes make of the steps of reading them."""
