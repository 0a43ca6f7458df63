"""What verify says of a store that is not what its log says."""

from __future__ import annotations

import re

import pytest

from adapters.store.chain import verify_chain
from app.composition import CODEC
from projections import schema
from projections.verify import Report, verify
from tests.builders import Caller, House, an_appointment


@pytest.fixture
def house(house: House) -> House:
    house.fill([an_appointment(), an_appointment("Lunch", 3)])
    Caller(house).start()
    return house


def verified(house: House) -> Report:
    groupware = house.groupware
    with groupware.reading() as connection:
        projectors = schema.projectors(CODEC)
        return verify(groupware, connection, verify_chain, schema.create, projectors)


def tamper(house: House, statement: str) -> None:
    with house.groupware.pool.writing() as connection:
        connection.execute(statement)


def test_a_sound_store_is_said_to_be_sound(house: House) -> None:
    report = verified(house)
    assert report.sound
    assert report.events == house.groupware.recorder.max_notification_id()
    assert report.sentences()[-1] == "The log is as it was written, and every row is what it says."


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE item SET uid = 'x' WHERE kind = 'calendar'",
            "In item the row id .* differs in uid",
        ),
        (
            "UPDATE change SET silent = 1 WHERE pos = 2 AND collection = 2",
            "pos 2 differs in silent",
        ),
        ("DELETE FROM change WHERE pos = 2 AND collection = 2", "change .*pos 2 is missing"),
        ("DELETE FROM round", "In round the row .* is missing"),
        (
            "INSERT INTO relation VALUES (x'00', x'00', x'00', 1, '')",
            "relation the row id 00 is not",
        ),
        ("ALTER TABLE relation ADD COLUMN extra TEXT", "relation has other columns"),
    ],
)
def test_the_first_row_that_differs_is_named(house: House, statement: str, said: str) -> None:
    tamper(house, statement)
    report = verified(house)
    assert not report.sound
    assert len(report.faults) == 1
    assert re.search(said, report.faults[0]), report.faults


def test_a_log_that_was_altered_is_not_folded(house: House) -> None:
    tamper(house, "UPDATE stored_event SET topic = 'folder.removed' WHERE position = 3")
    report = verified(house)
    assert report.faults == (
        "The log cannot be trusted from event 3 on: the event is not the one that was written.",
    )


def test_caches_are_not_compared(house: House) -> None:
    tamper(house, "INSERT INTO device_seen VALUES (x'00', 'now', '', '')")
    assert verified(house).sound
