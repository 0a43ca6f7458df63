"""What verify says of a store that is not what its log says."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

import pytest

from adapters.store.chain import verify_chain
from app.composition import CODEC
from projections import schema
from projections.faults import DIFFERS, FILE, LOG, MADE_UP, MISSING, TABLE, Fault, Key
from projections.verify import Report, verify
from tests.builders import Caller, House, an_appointment


class Undone(Exception):
    """What was done to the store is taken back."""


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


@pytest.mark.parametrize(
    ("statement", "kind", "table", "key", "columns"),
    [
        (
            "UPDATE change SET silent = 1 WHERE pos = 2 AND collection = 2",
            *(DIFFERS, "change", (("collection", 2), ("pos", 2)), ("silent",)),
        ),
        (
            "DELETE FROM change WHERE pos = 2 AND collection = 2",
            *(MISSING, "change", (("collection", 2), ("pos", 2)), ()),
        ),
        (
            "INSERT INTO relation VALUES (zeroblob(16), x'00', x'00', 1, '')",
            *(MADE_UP, "relation", (("id", UUID(int=0)),), ()),
        ),
        (
            "INSERT INTO relation VALUES (x'00', x'00', x'00', 1, '')",
            *(MADE_UP, "relation", (("id", "00"),), ()),
        ),
        ("ALTER TABLE relation ADD COLUMN extra TEXT", TABLE, "relation", (), ()),
    ],
)
def test_the_first_row_that_differs_is_named(
    house: House, statement: str, kind: str, table: str, key: Key, columns: tuple[str, ...]
) -> None:
    tamper(house, statement)
    report = verified(house)
    assert not report.sound
    (fault,) = report.faults
    assert (fault.kind, fault.table, fault.key, fault.columns) == (kind, table, key, columns)
    assert fault.others == 0


def test_what_a_row_is_about_is_known_and_how_many_others_are_wrong(house: House) -> None:
    tamper(house, "UPDATE item SET uid = 'x' || edition WHERE kind = 'calendar'")
    (fault,) = verified(house).faults
    ((name, id),) = fault.key
    assert (name, fault.about) == ("id", (id,))
    assert (fault.columns, fault.others) == (("uid",), 1)


def test_a_round_that_is_gone_names_its_phone_and_folder(house: House) -> None:
    tamper(house, "DELETE FROM round")
    (fault,) = verified(house).faults
    assert (fault.kind, fault.table) == (MISSING, "round")
    assert [name for name, _ in fault.key] == ["partnership", "collection", "generation"]
    assert fault.about == (fault.key[0][1],)


def test_a_log_that_was_altered_is_not_folded(house: House) -> None:
    tamper(house, "UPDATE stored_event SET topic = 'folder.removed' WHERE position = 3")
    report = verified(house)
    assert report.faults == (Fault(LOG, 3, "changed"),)


def test_a_file_that_is_damaged_is_not_read_to_its_end(house: House) -> None:
    with suppress(Undone), house.groupware.pool.writing() as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema"
            " WHERE name = 'account_mail') WHERE name = 'round_collection'"
        )
        projectors = schema.projectors(CODEC)
        connection.execute("PRAGMA writable_schema = RESET")
        report = verify(house.groupware, connection, verify_chain, schema.create, projectors)
        raise Undone
    assert {fault.kind for fault in report.faults} == {FILE}
    assert all(fault.said for fault in report.faults)
    assert report.rows == 0


def test_caches_are_not_compared(house: House) -> None:
    tamper(house, "INSERT INTO device_seen VALUES (x'00', 'now', '', '')")
    assert verified(house).sound
