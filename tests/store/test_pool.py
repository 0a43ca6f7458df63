# ruff: noqa: PT012 (a transaction that fails is a block)
"""Transactions of one process: whole or not at all, one writer, snapshots for the rest."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path

import pytest

from adapters.store.pool import Pool, StoreBusy, StoreUnavailable


@pytest.fixture
def pool(path: Path) -> Iterator[Pool]:
    pool = Pool(path, patience=0.05)
    with pool.writing() as connection:
        connection.execute("CREATE TABLE t (n)")
    yield pool
    pool.close()


def _add(connection: sqlite3.Connection, *numbers: int) -> None:
    connection.executemany("INSERT INTO t VALUES (?)", [(number,) for number in numbers])


def _seen(connection: sqlite3.Connection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT n FROM t ORDER BY n")]


def _stored(pool: Pool) -> list[int]:
    with pool.reading() as connection:
        return _seen(connection)


def tables(pool: Pool) -> set[str]:
    with pool.reading() as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}


@contextmanager
def _foreign_lock(path: Path) -> Iterator[None]:
    """The write lock in the hands of somebody who knows nothing of this pool."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_the_file_is_set_for_durable_writes_beside_reads(pool: Pool) -> None:
    with pool.writing() as connection:
        settings = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "busy_timeout", "secure_delete")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 0,
        "secure_delete": 1,
    }


def test_what_need_not_last_waits_for_no_disk_and_the_next_does_again(
    path: Path, pool: Pool
) -> None:
    def waits(connection: sqlite3.Connection) -> bool:
        """Whether each commit is FULL, which syncs the log of writes."""
        return connection.execute("PRAGMA synchronous").fetchone() == (2,)

    with pool.writing(lasting=False) as connection:
        _add(connection, 1)
        assert not waits(connection)
    with pytest.raises(ZeroDivisionError), pool.writing(lasting=False):
        raise ZeroDivisionError
    with pool.writing() as connection:
        assert waits(connection)
        with pool.writing(lasting=False) as inner:
            assert waits(inner), "part of something that has to last"
    other = Pool(path)
    assert _stored(other) == [1]
    other.close()


def test_a_block_that_fails_leaves_nothing(pool: Pool) -> None:
    with pytest.raises(KeyError), pool.writing() as connection:
        _add(connection, 1)
        raise KeyError
    assert _stored(pool) == []


def test_an_inner_block_joins_the_outer_one(pool: Pool) -> None:
    with pytest.raises(KeyError), pool.writing() as outer:
        with pool.writing() as inner:
            assert inner is outer
            _add(inner, 1)
        raise KeyError
    assert _stored(pool) == []


def test_an_inner_block_that_fails_takes_back_its_own_part_only(pool: Pool) -> None:
    with pool.writing() as outer:
        _add(outer, 1)
        with pytest.raises(KeyError), pool.writing() as inner:
            _add(inner, 2)
            with pool.writing() as innermost:
                _add(innermost, 3)
            raise KeyError
        _add(outer, 4)
    assert _stored(pool) == [1, 4]


def test_who_joins_is_whole_by_itself_or_part_of_what_it_joined(pool: Pool) -> None:
    with pool.joining() as connection:
        _add(connection, 1)
    with pytest.raises(ZeroDivisionError), pool.writing() as connection:
        _add(connection, 2)
        with pool.joining() as inner:
            assert _seen(inner) == [1, 2]
            _add(inner, 3)
        raise ZeroDivisionError
    assert _stored(pool) == [1]


def test_reading_inside_writing_sees_what_was_written(pool: Pool) -> None:
    with pool.writing() as connection:
        _add(connection, 1)
        assert _stored(pool) == [1]


def test_a_reader_keeps_its_snapshot_while_others_write(pool: Pool) -> None:
    with pool.reading() as snapshot:
        with pool.writing() as connection:
            _add(connection, 1)
        assert _seen(snapshot) == []
        assert _stored(pool) == []
    assert _stored(pool) == [1]


def test_a_reader_cannot_write(pool: Pool) -> None:
    with pytest.raises(StoreUnavailable, match="read-only"), pool.reading() as connection:
        _add(connection, 1)


def test_a_reader_that_fails_gives_its_place_back(pool: Pool) -> None:
    for _ in range(40):
        with pytest.raises(KeyError), pool.reading():
            raise KeyError
    assert _stored(pool) == []


def test_a_cursor_left_open_by_a_reader_that_failed_keeps_nobody_in_the_past(pool: Pool) -> None:
    """As when an error is kept somewhere, with all it came through."""
    with pool.writing() as connection:
        _add(connection, 1, 2)
    with pytest.raises(RuntimeError), pool.reading() as connection:
        kept = connection.execute("SELECT n FROM t")
        assert next(kept)
        raise RuntimeError
    with pool.writing() as connection:
        connection.execute("DELETE FROM t")
    assert _stored(pool) == []
    del kept


def test_readers_beyond_the_bound_are_told_that_the_store_is_busy(pool: Pool) -> None:
    taken, done = threading.Semaphore(0), threading.Event()

    def read() -> None:
        with pool.reading():
            taken.release()
            done.wait()

    threads = [threading.Thread(target=read) for _ in range(16)]
    for thread in threads:
        thread.start()
        taken.acquire()
    with pytest.raises(StoreBusy, match="all connections"):
        _stored(pool)
    done.set()
    for thread in threads:
        thread.join()
    assert _stored(pool) == []


def test_threads_write_one_after_the_other_and_nothing_is_lost(path: Path, pool: Pool) -> None:
    patient = Pool(path)

    def count() -> None:
        for _ in range(25):
            with patient.writing() as connection:
                _add(connection, max(_seen(connection), default=0) + 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    patient.close()
    assert _stored(pool) == list(range(1, 101))


def test_another_thread_is_in_no_transaction_of_mine(pool: Pool) -> None:
    others: list[list[int]] = []
    with pool.writing() as connection:
        _add(connection, 1)
        thread = threading.Thread(target=lambda: others.append(_stored(pool)))
        thread.start()
        thread.join()
    assert others == [[]]


def test_a_lock_in_foreign_hands_is_waited_for_and_then_given_up(path: Path, pool: Pool) -> None:
    with _foreign_lock(path):
        with pytest.raises(StoreBusy, match="another process"), pool.writing():
            pass
        assert _stored(pool) == []
    with pool.writing() as connection:
        _add(connection, 1)
    assert _stored(pool) == [1]


def test_a_lock_kept_by_another_task_of_this_process_is_given_up(pool: Pool) -> None:
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with pool.writing():
            taken.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait()
    with pytest.raises(StoreBusy, match="another task"), pool.writing():
        pass
    done.set()
    thread.join()


def test_steps_after_the_commit_run_once_when_others_can_see_it(path: Path, pool: Pool) -> None:
    seen: list[list[int]] = []
    stranger = sqlite3.connect(path)
    with pool.writing() as connection:
        with pool.writing():
            pool.after_commit(lambda: seen.append(_seen(stranger)))
        _add(connection, 1)
        assert seen == []
    stranger.close()
    assert seen == [[1]]
    with pool.writing():
        pass
    assert seen == [[1]]


def test_steps_of_what_was_taken_back_never_run(pool: Pool) -> None:
    done: list[str] = []
    with pool.writing():
        pool.after_commit(lambda: done.append("outer"))
        with pytest.raises(KeyError), pool.writing():
            pool.after_commit(lambda: done.append("inner"))
            raise KeyError
    with pytest.raises(KeyError), pool.writing():
        pool.after_commit(lambda: done.append("failed"))
        raise KeyError
    assert done == ["outer"]


def test_outside_a_transaction_there_is_nothing_to_wait_for(pool: Pool) -> None:
    done: list[str] = []
    pool.after_commit(lambda: done.append("at once"))
    assert done == ["at once"]


def test_a_step_may_write_in_its_turn(pool: Pool) -> None:
    def write() -> None:
        with pool.writing() as connection:
            _add(connection, 2)

    with pool.writing() as connection:
        _add(connection, 1)
        pool.after_commit(write)
    assert _stored(pool) == [1, 2]


def test_the_data_version_tells_of_commits_by_anybody(path: Path, pool: Pool) -> None:
    versions = [pool.data_version(), pool.data_version()]
    with pool.writing() as connection:
        _add(connection, 1)
    versions.append(pool.data_version())
    with sqlite3.connect(path) as stranger:
        stranger.execute("INSERT INTO t VALUES (2)")
    stranger.close()
    versions.append(pool.data_version())
    assert versions[0] == versions[1]
    assert len(set(versions)) == 3


def test_a_full_disk_is_said_in_words_and_nothing_is_half_there(pool: Pool) -> None:
    with pool.writing() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable, match="disk is full"), pool.writing() as connection:
        _add(connection, 1)
        connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    with pool.writing() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
        _add(connection, 2)
    assert _stored(pool) == [2]


def test_that_it_can_be_written_is_found_out_without_writing(path: Path, pool: Pool) -> None:
    before = pool.data_version(), path.with_name(f"{path.name}-wal").stat().st_size
    pool.expect_writable()
    after = pool.data_version(), path.with_name(f"{path.name}-wal").stat().st_size
    assert after == before
    assert "proof" not in tables(pool)
    with pool.writing() as connection:
        connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailable, match="read-only"):
        pool.expect_writable()


def test_a_caller_may_have_less_patience_than_the_pool(path: Path) -> None:
    pool = Pool(path, patience=60)
    with _foreign_lock(path), pytest.raises(StoreBusy), pool.writing(patience=0.01):
        pass
    pool.close()


def test_a_file_that_is_no_database_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, this is not a database at all. " * 50)
    with pytest.raises(StoreUnavailable, match="not a database"):
        Pool(path)
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        Pool(tmp_path / "nowhere" / "log.sqlite")


def test_errors_that_are_ours_keep_their_name(pool: Pool) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"), pool.reading() as reader:
        reader.execute("SELECT * FROM nowhere")
    with pytest.raises(sqlite3.OperationalError, match="syntax"), pool.writing() as writer:
        writer.execute("GIVE ME ALL")


def test_an_emptied_log_of_writes_holds_nothing_any_more(path: Path, pool: Pool) -> None:
    with pool.writing() as connection:
        _add(connection, 1)
    wal = path.with_name(path.name + "-wal")
    assert wal.stat().st_size > 0
    assert pool.checkpoint()
    assert wal.stat().st_size == 0
    with pool.reading():
        with pool.writing() as connection:
            _add(connection, 2)
        assert not pool.checkpoint()


def test_a_context_copied_inside_a_transaction_is_not_in_it_afterwards(
    path: Path, pool: Pool
) -> None:
    with pool.writing() as connection:
        _add(connection, 1)
        context = copy_context()
    with _foreign_lock(path), pytest.raises(StoreBusy):
        context.run(_add_two, pool)
    context.run(_add_two, pool)
    assert _stored(pool) == [1, 2]


def _add_two(pool: Pool) -> None:
    with pool.writing() as connection:
        _add(connection, 2)


def test_what_was_deleted_lies_on_in_corners_until_the_file_is_written_anew(
    path: Path, pool: Pool
) -> None:
    dice = random.Random(1)
    with pool.writing() as connection:
        connection.execute("CREATE TABLE said (id BLOB PRIMARY KEY, text TEXT) WITHOUT ROWID")
    for _ in range(40):
        with pool.writing() as connection:
            rows = [
                (dice.randbytes(16), which + "x" * dice.randint(5, 400))
                for which in ("SECRET", "public") * 50
            ]
            connection.executemany("INSERT INTO said VALUES (?, ?)", rows)
    with pool.writing() as connection:
        connection.execute("DELETE FROM said WHERE text LIKE 'SECRET%'")
    assert pool.checkpoint()
    assert path.read_bytes().count(b"SECRET") > 0, "then it would not have to be written anew"
    assert pool.scour()
    assert path.read_bytes().count(b"SECRET") == 0
    assert path.read_bytes().count(b"public") == 40 * 50
    assert path.with_name(f"{path.name}-wal").stat().st_size == 0
