"""A checkpoint kept elsewhere shows what a chain that was written anew hides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.store.chain import GENESIS, link, verify_chain
from adapters.store.checkpoint import (
    CUT,
    REWRITTEN,
    Checkpoint,
    Disagreement,
    Forged,
    disagreement,
    public_key,
    public_text,
    read_checkpoints,
    signing_key,
)
from adapters.store.log import EventLog
from adapters.store.masterkey import MasterKey
from adapters.store.pool import Pool
from tests.store.journal import a_note

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
KEY = signing_key(MasterKey(b"k" * 32))
OTHER = signing_key(MasterKey(b"x" * 32))


def test_a_rewritten_chain_is_found_by_a_checkpoint_kept_elsewhere(pool: Pool, events: int) -> None:
    with pool.writing() as connection:
        checkpoint = Checkpoint.of(connection, NOW)
        assert checkpoint.agrees(connection)
        connection.execute("UPDATE stored_event SET topic = 'test.other' WHERE position = 3")
    _relink(pool)
    with pool.reading() as connection:
        assert verify_chain(connection).sound
        assert not checkpoint.agrees(connection)


def test_a_log_cut_short_is_found_by_a_checkpoint(pool: Pool, events: int) -> None:
    with pool.writing() as connection:
        checkpoint = Checkpoint.of(connection, NOW)
        connection.execute("DELETE FROM stored_event WHERE position > 5")
        assert verify_chain(connection).sound
        assert not checkpoint.agrees(connection)


def test_a_checkpoint_holds_while_the_log_grows(pool: Pool, log: EventLog, events: int) -> None:
    with pool.reading() as connection:
        checkpoint = Checkpoint.of(connection, NOW)
    log.save(a_note(uuid4()))
    with pool.reading() as connection:
        assert checkpoint.agrees(connection)


def test_checkpoints_are_lines_of_a_file(tmp_path: Path, pool: Pool, log: EventLog) -> None:
    file = tmp_path / "checkpoints"
    written = []
    for _ in range(3):
        with pool.reading() as connection:
            written.append(Checkpoint.of(connection, NOW))
        with file.open("a") as lines:
            lines.write(written[-1].signed(KEY) + "\n")
        log.save(a_note(uuid4()))
    with file.open() as lines, pool.reading() as connection:
        found = read_checkpoints(lines, KEY.public_key())
        assert all(checkpoint.agrees(connection) for checkpoint in found)
    assert found == written
    assert [checkpoint.position for checkpoint in found] == [0, 1, 2]


def test_a_checkpoint_of_another_key_or_altered_is_forged() -> None:
    line = Checkpoint(7, bytes(32), NOW).signed(KEY)
    assert Checkpoint.read(line, KEY.public_key()) == Checkpoint(7, bytes(32), NOW)
    for forged, key in (
        (line, OTHER),
        (line.replace(" 7 ", " 8 "), KEY),
        ("", KEY),
        ("é", KEY),
    ):
        with pytest.raises(Forged):
            Checkpoint.read(forged, key.public_key())


def test_the_public_key_is_all_that_an_auditor_needs() -> None:
    told = public_text(KEY.public_key())
    line = Checkpoint(7, bytes(32), NOW).signed(KEY)
    assert Checkpoint.read(line, public_key(told)).position == 7


def _relink(pool: Pool) -> None:
    """Make the chain sound again, as somebody would who hides what he did."""
    last = GENESIS
    with pool.writing() as connection:
        for position, *event in connection.execute(
            "SELECT position, originator_id, originator_version, topic, state FROM stored_event"
            " ORDER BY position"
        ).fetchall():
            last = link(last, *event)
            connection.execute(
                "UPDATE stored_event SET link = ? WHERE position = ?", (last, position)
            )


def test_between_two_checkpoints_is_where_the_log_was_rewritten(
    pool: Pool, log: EventLog, events: int
) -> None:
    kept = []
    for day in range(3):
        with pool.reading() as connection:
            kept.append(Checkpoint.of(connection, NOW + timedelta(days=day)))
        log.save(a_note(uuid4()), a_note(uuid4()))
    with pool.writing() as connection:
        assert disagreement(connection, kept) is None
        connection.execute("UPDATE stored_event SET topic = 'test.other' WHERE position = 11")
    _relink(pool)
    with pool.reading() as connection:
        assert disagreement(connection, kept) == Disagreement(REWRITTEN, 9, kept[1], 15)


def test_a_log_that_was_cut_is_said_to_be(pool: Pool, events: int) -> None:
    with pool.writing() as connection:
        kept = [Checkpoint.of(connection, NOW)]
        connection.execute("DELETE FROM stored_event WHERE position > 5")
        assert disagreement(connection, kept) == Disagreement(CUT, 0, kept[0], 5)
