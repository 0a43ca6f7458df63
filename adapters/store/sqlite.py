"""The log in SQLite: events, their links, and the rows folded from them, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Never, cast
from uuid import UUID

from eventsourcing.domain import DomainEvent, DomainEventProtocol
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    EventStore,
    InfrastructureFactory,
    IntegrityError,
    Mapper,
    Notification,
    ProcessRecorder,
    ProgrammingError,
    Recording,
    StoredEvent,
    TrackingRecorder,
    Transcoder,
)

from adapters.store.chain import head, link
from adapters.store.keyring import Keyring
from adapters.store.mapper import SealingMapper
from adapters.store.pool import Pool
from adapters.store.transcoder import MsgpackTranscoder

Projector = Callable[[sqlite3.Connection, DomainEvent, int], None]
"""Folds one event, at its position, into rows of its own; always in the event's transaction."""

TABLE: Final = """
CREATE TABLE IF NOT EXISTS stored_event (
    position INTEGER PRIMARY KEY,
    originator_id BLOB NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state BLOB NOT NULL,
    link BLOB NOT NULL,
    UNIQUE (originator_id, originator_version)
) STRICT
"""
INSERT: Final = "INSERT INTO stored_event VALUES (?, ?, ?, ?, ?, ?)"
EVENTS: Final = """
SELECT originator_id, originator_version, topic, state FROM stored_event
WHERE originator_id = ? AND originator_version > ? AND originator_version <= ?
ORDER BY originator_version {direction} LIMIT ?
"""
NOTIFICATIONS: Final = """
SELECT originator_id, originator_version, topic, state, position FROM stored_event
WHERE position >= ? AND position <= ? {topics} ORDER BY position LIMIT ?
"""
AT: Final = """
SELECT originator_id, originator_version, topic, state, position FROM stored_event
WHERE position = ?
"""
LOWEST, HIGHEST = -(2**63), 2**63 - 1
PAGE: Final = 100
"""Events of a log that are in memory at a time; each may have a photo in it, or files."""


class SQLiteRecorder(ApplicationRecorder):
    """Writes events in the order of their positions, each with its link, then their rows."""

    def __init__(self, pool: Pool, projectors: Sequence[Projector] = ()) -> None:
        self.pool = pool
        self.projectors = tuple(projectors)
        with pool.writing() as connection:
            connection.execute(TABLE)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        domain_events: Sequence[DomainEvent] = (),
        **kwargs: Any,
    ) -> Sequence[int]:
        """The positions given to the events, once all their rows are there, too.

        IntegrityError if somebody else wrote the same version of a stream first.
        """
        with self.pool.joining() as connection:
            positions = _append(connection, stored_events)
            if self.projectors:
                for event, position in zip(domain_events, positions, strict=True):
                    for project in self.projectors:
                        project(connection, event, position)
        return positions

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The events of one stream."""
        statement = EVENTS.format(direction="DESC" if desc else "ASC")
        above, upto = LOWEST if gt is None else gt, HIGHEST if lte is None else lte
        values = (_id(originator_id), above, upto, -1 if limit is None else limit)
        with self.pool.reading() as connection:
            rows = connection.execute(statement, values).fetchall()
        return [StoredEvent(UUID(bytes=row[0]), *row[1:]) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """A page of the log in the order it was written."""
        first = LOWEST if start is None else start + (not inclusive_of_start)
        named = f"AND topic IN ({', '.join('?' * len(topics))})" if topics else ""
        values = (first, HIGHEST if stop is None else stop, *topics, limit)
        with self.pool.reading() as connection:
            rows = connection.execute(NOTIFICATIONS.format(topics=named), values).fetchall()
        return [Notification(UUID(bytes=row[0]), *row[1:]) for row in rows]

    def select_at(self, positions: Iterable[int]) -> list[Notification]:
        """The events at these positions, in their order; what is not there is left out."""
        with self.pool.reading() as connection:
            rows = [row for each in positions for row in connection.execute(AT, (each,))]
        return [Notification(UUID(bytes=row[0]), *row[1:]) for row in rows]

    def max_notification_id(self) -> int | None:
        """The last position, None in an empty log."""
        with self.pool.reading() as connection:
            return head(connection)[0] or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Never:
        """Nobody waits on the log itself."""
        raise ProgrammingError("a file cannot be subscribed to: the wake hub tells of commits")


def _append(connection: sqlite3.Connection, events: Sequence[StoredEvent]) -> list[int]:
    first, last = head(connection)
    rows = []
    for position, event in enumerate(events, first + 1):
        state = (_id(event.originator_id), event.originator_version, event.topic, event.state)
        last = link(last, *state)
        rows.append((position, *state, last))
    try:
        connection.executemany(INSERT, rows)
    except sqlite3.IntegrityError as error:
        raise IntegrityError("another change of the same thing was first") from error
    return [row[0] for row in rows]


def _id(originator_id: UUID | str) -> bytes:
    return (originator_id if isinstance(originator_id, UUID) else UUID(originator_id)).bytes


class ProjectingEventStore(EventStore[UUID]):
    """Hands the events themselves to the recorder, so that it can fold them into rows."""

    def __init__(self, mapper: Mapper[UUID], recorder: SQLiteRecorder) -> None:
        super().__init__(mapper, recorder)
        self._pool = recorder.pool

    def put(
        self, domain_events: Sequence[DomainEventProtocol[UUID]], **kwargs: Any
    ) -> list[Recording[UUID]]:
        """Store events, the keys they are sealed under and their rows: all of it or nothing."""
        if not domain_events:
            return []
        with self._pool.writing():
            stored = [self.mapper.to_stored_event(event) for event in domain_events]
            positions = self.recorder.insert_events(stored, domain_events=domain_events, **kwargs)
        return [
            Recording(event, Notification(**vars(bytes_), id=position))
            for event, bytes_, position in zip(domain_events, stored, positions or (), strict=True)
        ]


class SQLiteFactory(InfrastructureFactory[TrackingRecorder]):
    """Gives the library's Application our parts. Whoever opened the pool closes it."""

    def __init__(self, pool: Pool, keyring: Keyring, projectors: Sequence[Projector] = ()) -> None:
        super().__init__({})
        self._pool = pool
        self.keyring = keyring
        self._projectors = projectors

    def transcoder(self) -> Transcoder:
        return MsgpackTranscoder()

    def mapper(self, transcoder: Transcoder | None = None, mapper_class: Any = None) -> Any:
        return SealingMapper(self.keyring, transcoder)

    def event_store(
        self, mapper: Any = None, recorder: AggregateRecorder | None = None
    ) -> EventStore[Any]:
        return ProjectingEventStore(
            mapper or self.mapper(), cast(SQLiteRecorder, recorder or self.application_recorder())
        )

    def application_recorder(self) -> SQLiteRecorder:
        return SQLiteRecorder(self._pool, self._projectors)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        raise ProgrammingError("streams are short: snapshots are not kept")

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> TrackingRecorder:
        raise ProgrammingError(
            "rows are written with their events: nothing lags, nothing is tracked"
        )

    def process_recorder(self) -> ProcessRecorder:
        raise ProgrammingError(
            "rows are written with their events: nothing lags, nothing is tracked"
        )


def iterate(
    recorder: ApplicationRecorder, mapper: Mapper[UUID], *, after: int = 0
) -> Iterator[tuple[int, DomainEvent]]:
    """The events behind the position `after` in the order of the log, a page at a time."""
    while page := recorder.select_notifications(after, PAGE, inclusive_of_start=False):
        for notification in page:
            yield notification.id, cast(DomainEvent, mapper.to_domain_event(notification))
        after = page[-1].id
