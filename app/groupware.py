"""The application: one use case locks, loads, decides and saves once, then wakes who waits.

The use cases themselves stand in files by noun (`people.py`, `phones.py`, `items.py`,
`folders.py`, …); each takes the groupware first and runs inside `acting`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Recording

from adapters.store.log import EventLog
from adapters.store.pool import Pool
from adapters.store.sqlite import SQLiteFactory
from app.chance import told_by
from app.memory import Memories
from app.metrics import measures
from domain.base import Authorship, acting
from domain.house import HOUSE
from domain.item import Item, Moved, OneSided
from domain.refused import Unknown

Clock = Callable[[], datetime]
Ring = Callable[[Iterable[UUID]], None]
A = TypeVar("A", bound=Aggregate)


def now() -> datetime:
    return datetime.now(UTC)


def silence(topics: Iterable[UUID]) -> None:
    """Nobody waits: the bell of a process that serves no phones."""


class Groupware(EventLog):
    """`clock` tells the time of every act; `ring` wakes whoever waits for the topics touched;
    `keyring` seals and recognises secrets.

    A topic is the id of a collection, an account, a partnership or a policy.
    """

    def __init__(
        self, factory: SQLiteFactory, pool: Pool, clock: Clock = now, ring: Ring = silence
    ) -> None:
        super().__init__(factory)
        self.pool = pool
        self.keyring = factory.keyring
        self.clock = told_by(clock)
        self.ring = ring
        self.memories = Memories()

    def author(self, actor: str, request: str, partnership: UUID | None = None) -> Authorship:
        return Authorship(actor, request, self.clock(), partnership)

    @contextmanager
    def acting(self, author: Authorship) -> Iterator[sqlite3.Connection]:
        """A use case by `author`: it has the write lock, and all it saves is one transaction."""
        with self.pool.writing() as connection, acting(author):
            yield connection

    def forget(self, topics: Iterable[UUID] | None) -> None:
        """Something happened that concerns everybody, so somebody may have been erased: nothing of
        anybody stays in the memory of this process."""
        if topics is None or HOUSE in set(topics):
            self.memories.forget()
            self.keyring.forget()

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        return self.pool.reading()

    def load(self, kind: type[A], id: UUID, edition: int | None = None) -> A:
        """The aggregate as it stands, or as it stood at a version; Unknown if there is none."""
        try:
            aggregate: Any = self.repository.get(id, version=edition)
        except AggregateNotFoundError:
            raise Unknown(f"there is no {kind.__name__.lower()} {id}") from None
        if not isinstance(aggregate, kind):
            raise Unknown(f"{id} is not a {kind.__name__.lower()}")
        return aggregate

    def save(self, *objs: Any, **kwargs: Any) -> list[Recording[UUID]]:
        topics = set(_topics(objs))
        recordings = super().save(*objs, **kwargs)
        kinds = [each.notification.topic for each in recordings]
        self.pool.after_commit(partial(measures.happened, kinds))
        if topics:
            self.pool.after_commit(partial(self.ring, topics))
        return recordings


def _topics(objs: Iterable[object]) -> Iterator[UUID]:
    for each in objs:
        if isinstance(each, Item):
            yield each.collection
            yield from (e.source for e in each.pending_events if isinstance(e, Moved))
            yield from (e.collection for e in each.pending_events if isinstance(e, OneSided))
        elif isinstance(each, Aggregate):
            yield each.id
