"""When a phone was last seen is good to know, and no reason to keep it waiting."""

from __future__ import annotations

import sqlite3
import time
from datetime import datetime

import pytest

from app.composition import STORE
from domain.partnership import Partnership
from projections import sightings
from tests.app.house import PHONE, House, a_request


def last_seen(house: House) -> datetime:
    id = Partnership.id_of(house.account().id, PHONE)
    with house.groupware.reading() as connection:
        row = sightings.seen(connection, id)
    assert row is not None
    return row.last_seen


@pytest.mark.parametrize("hours", [2, -2, 50_000, -50_000])
def test_a_phone_is_seen_whichever_way_the_clock_was_set(house: House, hours: int) -> None:
    house.admit(a_request())
    house.clock.advance(hours=hours)
    house.admit(a_request())
    assert last_seen(house) == house.clock()


def test_a_phone_may_come_in_while_nothing_can_be_written(house: House) -> None:
    house.admit(a_request())
    before = house.clock()
    with house.groupware.pool.writing() as connection:
        connection.execute("PRAGMA query_only = ON")
    house.clock.advance(minutes=5)
    assert house.admit(a_request()) is not None
    assert last_seen(house) == before


def test_a_phone_need_not_wait_for_whoever_keeps_the_store_locked(house: House) -> None:
    house.admit(a_request())
    house.clock.advance(minutes=5)
    other = sqlite3.connect(house.settings.home / STORE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    assert house.admit(a_request()) is not None
    assert time.monotonic() - began < 5
    other.close()
