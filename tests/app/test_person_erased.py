"""Whoever is erased is erased: whatever they wrote, in whatever file of the home it stood."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.store.chain import verify_chain
from adapters.store.keyring import Erased
from adapters.wbxml import E
from app import erasure, errors
from app import items as use
from app.commands import COMMANDS
from app.composition import CODEC
from app.devices.admission import admit
from app.erasure import LastAdministrator
from app.http import Http
from projections import schema
from projections.rebuild import anew
from projections.verify import verify
from tests.app.house import House, a_request
from tests.app.somebody import NAME, Somebody, remains

FIRST_FOLDERS = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))
SHAPE = ("stored_event", "log_about", "subject_key")
"""What is left of a person: that there was one, by id."""

TEXTS = st.text(
    st.characters(exclude_categories=("C", "Z"), codec="utf-8"), min_size=4, max_size=40
).filter(str.isprintable)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.person("bob")
    yield house
    house.close()


@pytest.fixture
def somebody(house: House) -> Somebody:
    somebody = Somebody(house.groupware, cycle(["Ünïcode ὣς 日本 and plain"]))
    somebody.live()
    return somebody


def erase(house: House, account: UUID) -> None:
    erasure.erase_person(house.groupware, house.admin, account)
    assert erasure.finish(house.groupware)


def expect_sound(house: House) -> None:
    """The chain holds, and every row is what the log says: a rebuild would change nothing."""
    groupware, projectors = house.groupware, schema.projectors(CODEC)
    with groupware.reading() as connection:
        report = verify(groupware, connection, verify_chain, schema.create, projectors)
        with anew(schema.create, projectors) as tables:
            tables.catch_up(groupware)
            differ = [each for each in tables.comparisons(connection) if any(each.differences())]
    assert report.sound, report.faults
    assert differ == []


def naming(connection: sqlite3.Connection, ids: list[UUID]) -> set[str]:
    """The tables in which one of these ids stands."""
    known = {id.bytes for id in ids}
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {
        table
        for (table,) in tables
        for row in connection.execute(f"SELECT * FROM {table}")
        if known & {cell for cell in row if isinstance(cell, bytes)}
    }


def test_what_is_looked_for_is_there_before(house: House, somebody: Somebody) -> None:
    house.groupware.pool.checkpoint()
    found = {text for _, text in remains(house.settings.home, somebody.said)}
    assert NAME in found
    assert len(found) > 20
    with house.groupware.reading() as connection:
        assert naming(connection, somebody.ids) > {*SHAPE, "item", "asked", "password_used"}


def test_of_an_erased_person_no_row_is_left_in_any_table(house: House, somebody: Somebody) -> None:
    erase(house, somebody.ids[0])
    with house.groupware.reading() as connection:
        assert naming(connection, somebody.ids) <= set(SHAPE)
        assert connection.execute("SELECT * FROM familiar_place").fetchall() == []


@settings(max_examples=4)
@given(texts=st.lists(TEXTS, min_size=1, max_size=12))
def test_no_byte_of_what_an_erased_person_wrote_is_left(texts: list[str]) -> None:
    with TemporaryDirectory() as home:
        house = House(Path(home))
        somebody = Somebody(house.groupware, cycle(texts))
        somebody.live()
        erase(house, somebody.ids[0])
        assert remains(Path(home), somebody.said) == []
        expect_sound(house)
        house.close()
        assert remains(Path(home), somebody.said) == []


def test_what_others_have_of_the_same_human_stays_and_is_named(
    house: House, somebody: Somebody
) -> None:
    kept = house.contact("bob", first_name="Friend", email1=somebody.account.mail)
    with house.groupware.reading() as connection:
        named = list(erasure.mentions(connection, somebody.account))
    assert [(each.owner, each.kind, each.item) for each in named] == [("bob", "contacts", kept)]
    erase(house, somebody.ids[0])
    with house.groupware.reading() as connection:
        assert use.load(house.groupware, connection, kept).values["first_name"] == "Friend"


def test_who_erased_whom_and_when_is_all_that_is_told(house: House, somebody: Somebody) -> None:
    erase(house, somebody.ids[0])
    *_, (_, last) = house.groupware.replay()
    assert (last.TOPIC, last.actor, last.subject) == (
        "account.erased", "admin:root", somebody.ids[0],
    )  # fmt: skip
    assert len(last.contacts) == 2


def test_the_last_administrator_stays(house: House) -> None:
    id = house.person("root", administrator=True).id
    with pytest.raises(LastAdministrator):
        erase(house, id)
    house.person("second", administrator=True)
    erase(house, id)


# What was on its way


def test_a_request_on_its_way_while_its_person_is_erased_is_refused_and_writes_nothing(
    house: House,
) -> None:
    account, request = house.person("ada"), a_request(body=FIRST_FOLDERS)
    phone = house.admit(request)
    assert phone is not None
    context = house.context(account, phone)
    erase(house, account.id)
    before = house.log_length()
    with pytest.raises(Erased):
        COMMANDS["FolderSync"].handle(context, request)
    for device in (request.device_id, "ANOTHER"):
        with pytest.raises(Erased):
            admit(
                house.groupware,
                account,
                replace(request, device_id=device),
                house.clock(),
                house.settings,
            )
    answer = errors.answer(Erased("ada"), {})
    assert isinstance(answer, Http)
    assert answer.status == 401
    assert house.log_length() == before
    expect_sound(house)
