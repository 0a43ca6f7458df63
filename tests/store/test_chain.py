"""Whatever is done to a stored event shows, and is named."""

from __future__ import annotations

import sqlite3
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from adapters.store.chain import GENESIS, ChainReport, head, link, verify_chain
from adapters.store.log import EventLog
from adapters.store.pool import Pool
from tests.store.journal import a_note


def _alter(pool: Pool, statement: str) -> ChainReport:
    with pool.writing() as connection:
        connection.execute(statement)
        return verify_chain(connection)


def test_an_untouched_log_is_sound_to_its_end(pool: Pool, events: int) -> None:
    with pool.reading() as connection:
        report = verify_chain(connection)
        assert (report.position, report.link) == head(connection)
    assert report.sound
    assert report.position == events


def test_an_empty_log_is_sound(pool: Pool, log: EventLog) -> None:
    with pool.reading() as connection:
        assert verify_chain(connection) == ChainReport(0, GENESIS)


def test_a_link_is_what_the_notes_say_it_is() -> None:
    originator = UUID(int=7)
    expected = sha256(
        b"\1" * 32 + originator.bytes + b"\0" * 7 + b"\2" + b"\0\0\0\4" + b"kind" + b"state"
    ).digest()
    assert link(b"\1" * 32, originator.bytes, 2, "kind", b"state") == expected


@pytest.mark.parametrize("position", [1, 5, 9])
@pytest.mark.parametrize(
    "change",
    [
        "state = CAST(substr(state, 1, 9) || x'00' || substr(state, 11) AS BLOB)",
        "state = zeroblob(0)",
        "topic = topic || 'x'",
        "originator_version = originator_version + 100",
        "originator_id = zeroblob(16)",
        "link = zeroblob(32)",
        "link = zeroblob(31)",
        "position = 1000",
    ],
)
def test_a_changed_event_is_named(pool: Pool, events: int, change: str, position: int) -> None:
    report = _alter(pool, f"UPDATE stored_event SET {change} WHERE position = {position}")
    assert not report.sound
    assert report.broken_at == position
    assert report.reason
    assert report.position == position - 1


def test_a_missing_event_is_named(pool: Pool, events: int) -> None:
    report = _alter(pool, "DELETE FROM stored_event WHERE position = 4")
    assert (report.broken_at, report.reason) == (4, "missing")


def _move(connection: sqlite3.Connection, *moves: tuple[int, int]) -> ChainReport:
    for old, new in moves:
        connection.execute("UPDATE stored_event SET position = ? WHERE position = ?", (new, old))
    return verify_chain(connection)


def test_events_moved_up_to_fill_a_gap_are_found(pool: Pool, events: int) -> None:
    with pool.writing() as connection:
        connection.execute("DELETE FROM stored_event WHERE position = 4")
        report = _move(connection, *((old, old - 1) for old in range(5, events + 1)))
    assert (report.broken_at, report.reason) == (4, "gone-before")


def test_swapped_events_are_found(pool: Pool, events: int) -> None:
    with pool.writing() as connection:
        report = _move(connection, (2, 99), (3, 2), (99, 3))
    assert report.broken_at == 2
    assert report.reason == "reordered"


def test_an_event_that_was_put_in_is_found(pool: Pool, events: int) -> None:
    with pool.writing() as connection:
        moves = ((old, old + 1) for old in range(events, 4, -1))
        _move(connection, *moves)
        connection.execute(
            "INSERT INTO stored_event SELECT 5, zeroblob(16), 1, topic, state, link"
            " FROM stored_event WHERE position = 4"
        )
        report = verify_chain(connection)
    assert (report.broken_at, report.reason) == (5, "put-in")


def test_one_byte_changed_in_the_file_itself_is_found(path: Path, pool: Pool, events: int) -> None:
    with pool.reading() as connection:
        query = "SELECT state FROM stored_event WHERE position = 6"
        state = connection.execute(query).fetchone()[0]
    assert pool.checkpoint()
    pool.close()
    content = bytearray(path.read_bytes())
    content[content.index(state) + len(state) // 2] ^= 1
    path.write_bytes(content)
    again = Pool(path)
    with again.reading() as connection:
        assert verify_chain(connection).broken_at == 6
    again.close()


def test_a_file_with_a_destroyed_page_is_reported_not_crashed_on(
    path: Path, pool: Pool, log: EventLog
) -> None:
    log.save(*(a_note(uuid4(), "long " * 100) for _ in range(50)))
    with pool.reading() as connection:
        query = "SELECT state FROM stored_event WHERE position = 25"
        state = connection.execute(query).fetchone()[0]
    assert pool.checkpoint()
    pool.close()
    content = bytearray(path.read_bytes())
    page = content.index(state) // 4096 * 4096
    content[page : page + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    connection = sqlite3.connect(path)
    report = verify_chain(connection)
    connection.close()
    assert report.broken_at is not None
    assert 1 <= report.broken_at <= 25
    assert report.reason == "unreadable"
    assert report.said


def test_a_row_of_other_types_is_named_even_if_its_bytes_agree() -> None:
    connection = sqlite3.connect(":memory:")
    names = "position, originator_id, originator_version, topic, state, link"
    connection.execute(f"CREATE TABLE stored_event ({names})")
    row = (1, bytes(16), 1, "kind", "state", link(GENESIS, bytes(16), 1, "kind", b"state"))
    connection.execute("INSERT INTO stored_event VALUES (?, ?, ?, ?, ?, ?)", row)
    report = verify_chain(connection)
    connection.close()
    assert (report.broken_at, report.reason) == (1, "formless")
