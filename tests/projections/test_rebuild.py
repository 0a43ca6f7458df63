"""Folding the whole log anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from eventsourcing.domain import DomainEvent

from app.composition import CODEC
from projections import schema
from projections.rebuild import folded_tables, rebuild
from tests.builders import Caller, House, an_appointment


def contents(house: House) -> dict[str, list[Any]]:
    return {t: sorted(house.rows(f"SELECT * FROM {t}"), key=repr) for t in folded_tables()}


def do(house: House) -> int:
    with house.groupware.pool.writing() as connection:
        projectors = schema.projectors(CODEC)
        return rebuild(house.groupware, connection, schema.create, projectors)


def test_the_rows_after_a_rebuild_are_those_before(house: House) -> None:
    phone = Caller(house)
    house.fill([an_appointment(), an_appointment("Lunch", 3)])
    phone.start()
    before = contents(house)
    assert before["item"]
    assert before["round"]
    events = do(house)
    assert contents(house) == before
    assert events == house.groupware.recorder.max_notification_id()


def test_rows_that_were_lost_or_altered_are_made_good(house: House) -> None:
    house.fill([an_appointment(), an_appointment("Lunch", 3)])
    before = contents(house)
    with house.groupware.pool.writing() as connection:
        connection.execute("DELETE FROM change")
        connection.execute("UPDATE item SET uid = 'another'")
        connection.execute("DROP TABLE relation")
    do(house)
    assert contents(house) == before


def test_caches_are_left_alone(house: House) -> None:
    assert schema.CACHES
    assert not schema.CACHES & set(folded_tables())
    with house.groupware.pool.writing() as connection:
        connection.execute("INSERT INTO device_seen VALUES (x'00', 'now', '', '')")
    do(house)
    assert len(house.rows("SELECT * FROM device_seen")) == 1


def test_a_rebuild_that_fails_changes_nothing(house: House) -> None:
    house.fill([an_appointment()])
    before = contents(house)

    class Torn:
        def replay(self, *, after: int = 0) -> Iterator[tuple[int, DomainEvent]]:
            yield next(iter(house.groupware.replay()))
            raise OSError("the disk is gone")

    with pytest.raises(OSError), house.groupware.pool.writing() as connection:
        rebuild(Torn(), connection, schema.create, schema.projectors(CODEC))
    assert contents(house) == before
