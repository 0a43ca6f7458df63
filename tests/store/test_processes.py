"""Several processes on one file: killed, racing, waiting for each other."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError

from adapters.store.chain import verify_chain
from adapters.store.log import EventLog
from adapters.store.pool import Pool
from tests.store.conftest import open_log
from tests.store.journal import Note, a_note

ADA = UUID(int=1)
ROOT = Path(__file__).parent.parent.parent
FORK = multiprocessing.get_context("fork")
"""A child begins with our modules loaded. Nobody holds a connection while it is made."""


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Pool, EventLog]]:
    pool = Pool(path)
    try:
        yield pool, open_log(pool)
    finally:
        pool.close()


def _write_until_killed(path: Path, told: Connection) -> None:
    """Save three events at a time and tell of each save that was acknowledged."""
    with _opened(path) as (_, log):
        for number in count(1):
            notes = [a_note(uuid4(), f"note {number}") for _ in range(3)]
            log.save(*notes)
            told.send([note.id for note in notes])


def _kill_after(path: Path, saves: int) -> list[UUID]:
    """Kill a writer at whatever it does after `saves` saves; all notes it was sure of."""
    ours, theirs = FORK.Pipe(duplex=False)
    writer = FORK.Process(target=_write_until_killed, args=(path, theirs))
    writer.start()
    theirs.close()
    sure: list[UUID] = []
    for _ in range(saves):
        sure += ours.recv()
    writer.kill()
    writer.join()
    with suppress(EOFError):
        while True:
            sure += ours.recv()
    ours.close()
    return sure


def test_a_killed_writer_leaves_whole_saves_and_a_sound_chain(path: Path) -> None:
    sure: list[UUID] = []
    for round_ in range(10):
        sure += _kill_after(path, saves=1 + 3 * round_)
        with _opened(path) as (pool, log), pool.reading() as connection:
            report = verify_chain(connection)
            rows = connection.execute("SELECT position FROM seen ORDER BY position").fetchall()
            keys = connection.execute("SELECT count(*) FROM subject_key").fetchone()[0]
            stored = {event.originator_id for _, event in log.replay()}
        assert report.sound
        assert report.position % 3 == 0
        assert rows == [(position,) for position in range(1, report.position + 1)]
        assert keys == report.position
        assert set(sure) <= stored
        assert len(stored) <= len(sure) + 3 * (round_ + 1)


SAVES = 40


def _write_in_competition(path: Path, shared: UUID, name: str) -> None:
    """Own notes, and after each a change of the shared one, tried until it is the next."""
    with _opened(path) as (_, log):
        for number in range(SAVES):
            log.save(a_note(ADA, f"{name} {number}"))
            _recolour(log, shared, f"{name} {number}")


def _recolour(log: EventLog, shared: UUID, colour: str) -> None:
    while True:
        note: Note = log.repository.get(shared)
        note.recolour(colour)
        try:
            log.save(note)
        except IntegrityError:
            continue
        return


def test_two_writers_lose_nothing_and_keep_their_order(path: Path) -> None:
    shared = a_note(ADA)
    with _opened(path) as (_, log):
        log.save(shared)
    names = ("left", "right")
    writers = [
        FORK.Process(target=_write_in_competition, args=(path, shared.id, name)) for name in names
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    with _opened(path) as (pool, log):
        events = [event for _, event in log.replay()]
        with pool.reading() as connection:
            assert verify_chain(connection).sound
            assert connection.execute("SELECT count(*) FROM seen").fetchone()[0] == len(events)
    texts = [vars(event).get("text", "") for event in events]
    colours = [event for event in events if event.originator_id == shared.id][1:]
    for name in names:
        expected = [f"{name} {number}" for number in range(SAVES)]
        assert [text for text in texts if text.startswith(name)] == expected
        assert [
            vars(e)["colour"] for e in colours if vars(e)["colour"].startswith(name)
        ] == expected
    assert [event.originator_version for event in colours] == list(range(2, 2 * SAVES + 2))


def test_a_foreign_lock_does_not_stall_the_other_greenlets(path: Path) -> None:
    stranger = sqlite3.connect(path, isolation_level=None)
    stranger.execute("PRAGMA journal_mode = WAL")
    stranger.execute("CREATE TABLE t (n)")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.store.beside_a_lock", str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stdout.readline() == "open\n"
        stranger.execute("BEGIN IMMEDIATE")
        print("locked", file=server.stdin, flush=True)
        word, longest, read, any_written = server.stdout.readline().split()
        stranger.execute("ROLLBACK")
        assert (word, read, any_written) == ("ticked", "100", "False")
        assert int(longest) < 1000
        assert server.stdout.readline() == "written 2 True\n"
    assert server.returncode == 0
    assert stranger.execute("SELECT n FROM t ORDER BY n").fetchall() == [(0,), (1,), (2,)]
    stranger.close()
