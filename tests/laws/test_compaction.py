"""What was superseded long ago can go: phones, the past and the proof of the log do not notice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.store.chain import verify_chain
from app.composition import CODEC
from app.log import asof, retention
from app.log.explaining import Explaining, NoLongerKept
from domain.folder import CALENDAR, default_folder
from domain.refused import Refused
from projections import schema
from projections.verify import verify
from tests.builders import Caller, House, an_appointment
from tests.laws.histories import EngineSide
from tests.laws.test_bursts import Bursts
from tests.laws.test_poison import Choking
from tests.model.history import History

NEVER = timedelta()
YEAR = timedelta(days=365)


def compacted(house: House, older_than: timedelta = NEVER) -> int:
    """How many rows went."""
    author = house.groupware.author("admin:test", "compact")
    return sum(each.rows for each in retention.compact(house.groupware, author, older_than))


def sound(house: House) -> bool:
    projectors = schema.projectors(CODEC)
    with house.groupware.reading() as connection:
        report = verify(house.groupware, connection, verify_chain, schema.create, projectors)
    assert report.sound, report.faults
    return True


def past(house: House) -> Iterator[tuple[int, Any]]:
    """What was in the calendar at every tenth position of the log."""
    folder = default_folder(house.account, CALENDAR)
    last = house.groupware.recorder.max_notification_id() or 0
    with house.groupware.reading() as connection:
        for at in range(1, last + 1, 10):
            yield at, asof.content(house.groupware, connection, folder, at)


@pytest.mark.parametrize("kind", [History, Bursts, Choking], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("seed", range(4))
def test_phones_in_step_notice_nothing_of_a_compaction(house: House, seed: int, kind: Any) -> None:
    """Whatever they do with lost and late replies, conflicts, bursts, and items they choke on."""
    history, gone = kind(seed, EngineSide(house)), 0
    for number in range(240):
        history.step()
        if number % 20 == 10:
            gone += compacted(house)
    assert gone > 0
    history.settle()
    history.check()
    assert sound(house)


@pytest.mark.parametrize("seed", range(3))
def test_the_past_can_be_told_as_before(house: House, seed: int) -> None:
    history = History(seed, EngineSide(house))
    for _ in range(150):
        history.step()
    before = dict(past(house))
    assert compacted(house) > 0
    assert {at: content for at, content in past(house) if at in before} == before


def silent(house: House, phone: UUID, since: datetime) -> None:
    with house.groupware.pool.writing() as connection:
        row = (phone.bytes, since.isoformat(), "", "16.1")
        connection.execute("INSERT OR REPLACE INTO device_seen VALUES (?, ?, ?, ?)", row)


def test_a_phone_that_was_silent_for_longer_begins_anew_without_duplicates(house: House) -> None:
    phone = Caller(house)
    house.fill([an_appointment(), an_appointment("Lunch", 3)])
    key = phone.start()
    (lunch, _) = house.rows("SELECT id, uid FROM item WHERE kind = 'calendar' ORDER BY id")[0]
    silent(house, phone.partnership, house.clock())
    for n in range(3):
        house.revise(UUID(bytes=lunch), subject=f"Lunch {n}")
    house.clock.advance(2 * YEAR.total_seconds())
    (planned,) = retention.plan(house.groupware, YEAR)
    assert planned.phones == {phone.partnership}
    assert compacted(house, YEAR) == planned.rows == 3
    assert phone.ask(key) is None
    told = phone.drain(phone.begin())[1]
    assert len(told) == 2
    assert sound(house)


def test_what_is_recent_or_needed_stays(house: House) -> None:
    phone = Caller(house)
    house.fill([an_appointment()])
    key = phone.start()
    ((item,),) = house.rows("SELECT id FROM item WHERE kind = 'calendar'")
    house.revise(UUID(bytes=item), subject="Lunch")
    house.revise(UUID(bytes=item), subject="Dinner")
    assert compacted(house, YEAR) == 0
    house.clock.advance(2 * YEAR.total_seconds())
    assert compacted(house, YEAR) == 0, "nobody knows that the phone was silent"
    assert phone.sync(key).entries


def test_an_answer_from_before_says_that_it_can_no_longer_be_explained(house: House) -> None:
    phone = Caller(house)
    house.fill([an_appointment()])
    key = phone.start()
    ((item,),) = house.rows("SELECT id FROM item WHERE kind = 'calendar'")
    for subject in ("Lunch", "Dinner"):
        house.revise(UUID(bytes=item), subject=subject)
        key = phone.drain(key)[0]
    key = phone.drain(key)[0]
    assert compacted(house) > 0
    folder = default_folder(house.account, CALENDAR)
    with house.groupware.reading() as connection:
        about = Explaining(house.groupware, connection, phone.partnership, folder, "calendar")
        *_, first = about.rounds()
        with pytest.raises(NoLongerKept):
            about.told(first)
    assert issubclass(NoLongerKept, Refused)
