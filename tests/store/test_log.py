# ruff: noqa: PT012 (a transaction that fails is a block)
"""Events, their keys and their rows are stored together or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import AggregateNotFoundError
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import IntegrityError, ProgrammingError

from adapters.store import sqlite
from adapters.store.chain import verify_chain
from adapters.store.keyring import Keyring
from adapters.store.log import EventLog
from adapters.store.pool import Pool
from adapters.store.sqlite import SQLiteFactory, SQLiteRecorder
from tests.store.conftest import MASTER, open_log
from tests.store.journal import Note, a_note

ADA = UUID(int=1)


def _rows(pool: Pool, table: str = "seen") -> list[tuple[Any, ...]]:
    with pool.reading() as connection:
        return connection.execute(f"SELECT * FROM {table}").fetchall()


def _load(log: EventLog, note: Note) -> Note:
    loaded: Note = log.repository.get(note.id)
    return loaded


def test_a_saved_aggregate_is_loaded_as_it_was(log: EventLog) -> None:
    note = a_note(ADA)
    note.annotate("whole", "fresh")
    note.recolour("blue")
    log.save(note)
    assert _load(log, note) == note


def test_an_older_version_can_be_loaded(log: EventLog) -> None:
    note = a_note(ADA)
    note.recolour("blue")
    note.recolour("red")
    log.save(note)
    older: Note = log.repository.get(note.id, version=2)
    assert older.colour == "blue"


def test_rows_are_written_in_the_order_of_the_events(pool: Pool, log: EventLog) -> None:
    first, second = a_note(ADA), a_note(ADA)
    first.annotate("whole")
    log.save(first, second)
    assert _rows(pool) == [
        (1, first.id.bytes, "Written"),
        (2, first.id.bytes, "Annotated"),
        (3, second.id.bytes, "Written"),
    ]


def test_each_projector_sees_each_event_before_the_next_event(pool: Pool) -> None:
    calls: list[tuple[str, int]] = []

    def first(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
        calls.append(("first", position))

    def second(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
        calls.append(("second", position))

    open_log(pool, first, second).save(a_note(ADA), a_note(ADA))
    assert calls == [("first", 1), ("second", 1), ("first", 2), ("second", 2)]


def test_projectors_see_personal_fields_in_the_clear(pool: Pool) -> None:
    texts: list[str] = []

    def collect(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
        texts.append(vars(event)["text"])

    open_log(pool, collect).save(a_note(ADA, "bread"))
    assert texts == ["bread"]


def test_a_projector_that_fails_takes_events_rows_and_keys_with_it(pool: Pool) -> None:
    def fail(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
        if position == 2:
            raise KeyError("no such folder")

    log = open_log(pool, fail)
    with pytest.raises(KeyError):
        log.save(a_note(ADA), a_note(ADA))
    assert _rows(pool) == []
    assert _rows(pool, "stored_event") == []
    assert _rows(pool, "subject_key") == []


def test_a_clash_is_the_librarys_and_leaves_nothing(pool: Pool, log: EventLog) -> None:
    note = a_note(ADA)
    log.save(note)
    mine, theirs = _load(log, note), _load(log, note)
    theirs.recolour("red")
    log.save(theirs)
    mine.recolour("blue")
    other = a_note(ADA)
    with pytest.raises(IntegrityError):
        log.save(other, mine)
    assert _load(log, note).colour == "red"
    assert len(_rows(pool)) == 2
    with pytest.raises(AggregateNotFoundError):
        log.repository.get(other.id)


def test_a_use_case_may_try_again_in_its_own_transaction_after_a_clash(
    pool: Pool, log: EventLog
) -> None:
    note = a_note(ADA)
    log.save(note)
    stale = _load(log, note)
    stale.recolour("blue")
    with pool.writing():
        fresh = _load(log, note)
        fresh.recolour("red")
        log.save(fresh)
        with pytest.raises(IntegrityError):
            log.save(a_note(ADA), stale)
        again = _load(log, note)
        again.recolour("green")
        log.save(again)
    assert [row[0] for row in _rows(pool)] == [1, 2, 3]
    assert _load(log, note).colour == "green"
    with pool.reading() as connection:
        assert verify_chain(connection).sound


def test_what_a_use_case_gives_up_was_never_there(pool: Pool, log: EventLog) -> None:
    with pytest.raises(KeyError), pool.writing():
        log.save(a_note(ADA))
        raise KeyError
    assert log.recorder.max_notification_id() is None
    log.save(a_note(ADA))
    assert log.recorder.max_notification_id() == 1


def test_saving_nothing_does_not_ask_for_the_lock(pool: Pool, log: EventLog) -> None:
    version = pool.data_version()
    assert log.save() == []
    assert log.save(None) == []
    assert pool.data_version() == version


def test_recordings_name_the_positions(log: EventLog) -> None:
    log.save(a_note(ADA))
    recordings = log.save(a_note(ADA), a_note(ADA))
    assert [recording.notification.id for recording in recordings] == [2, 3]


def test_an_aggregate_of_an_erased_subject_still_loads(pool: Pool, log: EventLog) -> None:
    note = a_note(ADA)
    note.annotate("whole")
    note.recolour("blue")
    log.save(note)
    Keyring(pool, MASTER).erase(ADA)
    left = _load(log, note)
    assert (left.text, left.values, left.remarks, left.colour) == ("", {}, (), "blue")
    assert left.version == 3
    with pool.reading() as connection:
        assert verify_chain(connection).sound


def test_a_row_can_be_rebuilt_from_the_log_in_pages(
    pool: Pool, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PAGE", 3)
    log.save(*(a_note(ADA, f"note {n}") for n in range(10)))
    replayed = list(log.replay())
    assert [position for position, _ in replayed] == list(range(1, 11))
    assert [vars(event)["text"] for _, event in replayed] == [f"note {n}" for n in range(10)]
    assert [position for position, _ in log.replay(after=8)] == [9, 10]


def test_vacuuming_does_not_renumber_the_log(path: Path, pool: Pool, log: EventLog) -> None:
    log.save(*(a_note(ADA) for _ in range(5)))
    with pool.writing() as connection:
        connection.execute("DELETE FROM stored_event WHERE position < 4")
    stranger = sqlite3.connect(path)
    stranger.execute("VACUUM")
    stranger.close()
    page = log.recorder.select_notifications(None, 10)
    assert [notification.id for notification in page] == [4, 5]


def _filled(log: EventLog) -> list[UUID]:
    """Six events: note 1 written, annotated, recoloured, then notes 2 to 4 written."""
    first = a_note(ADA)
    first.annotate("whole")
    first.recolour("blue")
    log.save(first)
    others = [a_note(ADA) for _ in range(3)]
    log.save(*others)
    return [first.id, *(note.id for note in others)]


@pytest.mark.parametrize(
    ("bounds", "versions"),
    [
        ({}, [1, 2, 3]),
        ({"gt": 1}, [2, 3]),
        ({"lte": 2}, [1, 2]),
        ({"gt": 1, "lte": 2}, [2]),
        ({"desc": True}, [3, 2, 1]),
        ({"limit": 2}, [1, 2]),
        ({"desc": True, "limit": 1}, [3]),
        ({"limit": 0}, []),
    ],
    ids=str,
)
def test_a_stream_is_read_within_its_bounds(
    log: EventLog, bounds: dict[str, Any], versions: list[int]
) -> None:
    note, *_ = _filled(log)
    events = log.recorder.select_events(note, **bounds)
    assert [event.originator_version for event in events] == versions
    assert {event.originator_id for event in events} <= {note}


@pytest.mark.parametrize(
    ("bounds", "positions"),
    [
        ({"start": None, "limit": 10}, [1, 2, 3, 4, 5, 6]),
        ({"start": 1, "limit": 10}, [1, 2, 3, 4, 5, 6]),
        ({"start": 3, "limit": 2}, [3, 4]),
        ({"start": 3, "limit": 2, "inclusive_of_start": False}, [4, 5]),
        ({"start": 2, "limit": 10, "stop": 4}, [2, 3, 4]),
        ({"start": None, "limit": 10, "topics": ["test.note-written"]}, [1, 4, 5, 6]),
        ({"start": 2, "limit": 2, "topics": ["test.note-written", "test.note-annotated"]}, [2, 4]),
        ({"start": 7, "limit": 10}, []),
    ],
    ids=str,
)
def test_the_log_is_read_within_its_bounds(
    log: EventLog, bounds: dict[str, Any], positions: list[int]
) -> None:
    _filled(log)
    page = log.recorder.select_notifications(**bounds)
    assert [notification.id for notification in page] == positions


def test_the_librarys_own_reader_of_the_log_works(log: EventLog) -> None:
    ids = _filled(log)
    section = log.notification_log.select(start=4, limit=10)
    assert [notification.originator_id for notification in section] == ids[1:]


def test_what_the_log_does_not_do_it_says(pool: Pool, keyring: Keyring) -> None:
    factory = SQLiteFactory(pool, keyring)
    for ask in (
        SQLiteRecorder(pool).subscribe,
        factory.aggregate_recorder,
        factory.tracking_recorder,
        factory.process_recorder,
    ):
        with pytest.raises(ProgrammingError):
            ask()


def test_the_recorder_refuses_events_it_could_not_fold(log: EventLog) -> None:
    stored = log.mapper.to_stored_event(a_note(ADA).collect_events()[0])
    with pytest.raises(ValueError, match="zip"):
        log.recorder.insert_events([stored])
    assert log.recorder.max_notification_id() is None


def test_a_stream_nobody_wrote_is_empty(log: EventLog) -> None:
    assert log.recorder.select_events(uuid4()) == []


def test_the_application_closes_without_closing_the_store(pool: Pool) -> None:
    with open_log(pool) as log:
        log.save(a_note(ADA))
    assert len(_rows(pool)) == 1
