from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.store.keyring import Keyring
from adapters.store.log import EventLog
from adapters.store.masterkey import MasterKey
from adapters.store.pool import Pool
from adapters.store.sqlite import Projector, SQLiteFactory
from tests.store.journal import ROWS, a_note, project_seen

MASTER = MasterKey(bytes(range(32)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


@pytest.fixture
def pool(path: Path) -> Iterator[Pool]:
    pool = Pool(path)
    yield pool
    pool.close()


@pytest.fixture
def keyring(pool: Pool) -> Keyring:
    return Keyring(pool, MASTER)


def open_log(pool: Pool, *projectors: Projector) -> EventLog:
    """A log on `pool` that keeps the rows of `project_seen` and of `projectors`."""
    with pool.writing() as connection:
        connection.execute(ROWS)
    return EventLog(SQLiteFactory(pool, Keyring(pool, MASTER), [project_seen, *projectors]))


@pytest.fixture
def log(pool: Pool) -> EventLog:
    return open_log(pool)


@pytest.fixture
def events(log: EventLog) -> int:
    """Nine events of three notes; the last position."""
    for _ in range(3):
        note = a_note(uuid4())
        note.annotate("whole milk")
        note.recolour("blue")
        log.save(note)
    return 9
