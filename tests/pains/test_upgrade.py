"""After an update all phones are down, or start over (Kopano #497, grommunio-sync #8; pain 23): the
state of phones is folded from the log, so a log of any version is opened by this one, and phones
go on with the keys they have. tests/system kills it at random points instead."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.store.chain import verify_chain
from adapters.wbxml import encode
from app import erasure
from app.composition import CODEC, STORE
from projections import schema
from projections.verify import verify
from tests.app.handset import first_name, status_of
from tests.app.house import House
from tests.app.recording import asked, folders_of, handset, in_short, kept_in, laid_down

RELEASES = sorted((Path(__file__).parent.parent / "fixtures" / "logs").glob("*.json.gz"))


@pytest.fixture(params=RELEASES, ids=lambda file: file.name)
def kept(request: pytest.FixtureRequest) -> dict[str, Any]:
    return kept_in(request.param)


@pytest.fixture
def house(kept: dict[str, Any], tmp_path: Path) -> Iterator[House]:
    house = laid_down(kept, tmp_path / "old")
    yield house
    house.close()


def expect_sound(house: House) -> None:
    with house.groupware.reading() as connection:
        projectors = schema.projectors(CODEC)
        report = verify(house.groupware, connection, verify_chain, schema.create, projectors)
    assert report.sound, report.faults
    assert report.events == house.log_length()


def test_upgrade_from_every_release(house: House, kept: dict[str, Any]) -> None:
    """Whatever rows there were, the rows of today are there after a start, and every phone is
    told what the old version was about to tell it; none has to start over."""
    expect_sound(house)
    for name, known in kept["phones"].items():
        phone = handset(house, name, known)
        for folder in folders_of(phone):
            told = asked(phone, folder)
            assert told is None or status_of(told) == 1, (name, folder)
            assert in_short(told) == known["told"][folder], (name, folder)
    expect_sound(house)


def test_phones_that_were_upgraded_can_edit_and_hear(house: House, kept: dict[str, Any]) -> None:
    phones = [handset(house, name, known) for name, known in kept["phones"].items()]
    for phone in phones:
        while in_short(asked(phone, phone.contacts)):
            pass
    added = phones[-1].add(phones[-1].contacts, first_name("After"), client_id="after")
    for phone in phones[:-1]:
        assert [["Add", added]] == in_short(asked(phone, phone.contacts)), phone.device


def test_rows_of_another_version_are_folded_anew_at_the_start(house: House) -> None:
    """Columns that are no more, tables that are not there yet, rows that mean something else."""
    before = log_of(house)
    house.groupware.pool.close()
    with closing(sqlite3.connect(house.settings.home / STORE)) as connection, connection:
        connection.execute("ALTER TABLE round DROP COLUMN repeats")
        connection.execute("ALTER TABLE item ADD COLUMN colour TEXT")
        connection.execute("DROP TABLE finding")
        connection.execute("UPDATE change SET silent = 0")
        connection.execute("PRAGMA user_version = 7")
    house.groupware = house.open()
    expect_sound(house)
    assert log_of(house) == before


def test_a_person_of_an_old_log_can_be_erased(house: House) -> None:
    """Also where the log says in the clear what is sealed today."""
    erasure.erase_person(house.groupware, house.admin, house.account().id)
    assert erasure.finish(house.groupware)
    expect_sound(house)


def test_a_start_of_the_same_version_folds_nothing(house: House) -> None:
    with house.groupware.pool.writing() as connection:
        connection.execute("UPDATE account SET zone = 'Nowhere'")
    house.restart()
    with house.groupware.reading() as connection:
        assert connection.execute("SELECT zone FROM account").fetchall() == [("Nowhere",)]


def test_after_a_start_each_question_has_the_bytes_it_had_before(
    house: House, kept: dict[str, Any]
) -> None:
    replies: dict[tuple[str, str], list[bytes]] = {}
    for _ in range(2):
        for name, known in kept["phones"].items():
            phone = handset(house, name, known)
            for folder in folders_of(phone):
                said = asked(phone, folder)
                replies.setdefault((name, folder), []).append(b"" if said is None else encode(said))
        house.restart()
    assert all(len(set(each)) == 1 for each in replies.values())


def log_of(house: House) -> list[Any]:
    with house.groupware.reading() as connection:
        return connection.execute("SELECT * FROM stored_event ORDER BY position").fetchall()
