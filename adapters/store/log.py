"""The library's Application on our store: what use cases inherit from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, DomainEvent, DomainEventProtocol
from eventsourcing.persistence import Recording
from eventsourcing.utils import Environment

from adapters.store.sqlite import SQLiteFactory, SQLiteRecorder, iterate


class EventLog(Application[UUID]):
    """`save` stores events and rows in one transaction; `repository` loads aggregates.

    pool = Pool(home / "log.sqlite")
    keyring = Keyring(pool, MasterKey.read_or_create(home / "master.key"))
    log = EventLog(SQLiteFactory(pool, keyring, [project_items, project_folders]))
    """

    def __init__(self, factory: SQLiteFactory) -> None:
        self._factory = factory
        super().__init__()

    def construct_factory(self, env: Environment) -> SQLiteFactory:
        return self._factory

    def save(self, *objs: Any, **kwargs: Any) -> list[Recording[UUID]]:
        """Store these events, and what is pending in these aggregates. The library's own way to
        do so serves snapshots, caches and followers as well, and asks each for its protocol."""
        given = [each for each in objs if each is not None]
        return self.events.put([event for each in given for event in _events(each)])

    def replay(self, *, after: int = 0) -> Iterator[tuple[int, DomainEvent]]:
        """The whole log in order, for rebuilding and verifying, in bounded memory."""
        return iterate(cast(SQLiteRecorder, self.recorder), self.mapper, after=after)

    def read(self, positions: Iterable[int]) -> Iterator[tuple[int, DomainEvent]]:
        """The events at these positions, in their order."""
        for found in cast(SQLiteRecorder, self.recorder).select_at(positions):
            yield found.id, cast(DomainEvent, self.mapper.to_domain_event(found))


def _events(source: Any) -> Sequence[DomainEventProtocol[UUID]]:
    return source.collect_events() if isinstance(source, Aggregate) else [source]
