"""Law 13, measured in the steps that the database makes: they are the same on every machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from app.composition import CODEC
from projections import schema
from projections.rebuild import fold
from tests.app.house import House as LivedIn
from tests.app.recording import play
from tests.builders import Caller, House, a_house, an_appointment, patch, statuses

FEW, MANY = 100, 5_000


@dataclass
class Effort:
    """What the store was asked, and how many steps of SQLite's machine that took."""

    statements: list[str] = field(default_factory=list)
    steps: int = 0

    def tick(self) -> int:
        self.steps += 1
        return 0


@contextmanager
def effort(house: House) -> Iterator[Effort]:
    spent, writer = Effort(), house.groupware.pool._writer
    writer.set_trace_callback(spent.statements.append)
    writer.set_progress_handler(spent.tick, 1)
    try:
        yield spent
    finally:
        writer.set_trace_callback(None)
        writer.set_progress_handler(None, 0)


@pytest.fixture(scope="module")
def houses() -> Iterator[tuple[House, House]]:
    """One with few appointments and one with many."""
    with a_house() as small, a_house() as large:
        for house, count in ((small, FEW), (large, MANY)):
            house.fill(an_appointment(f"No {n}", n % 300, uid=f"u{n}") for n in range(count))
        yield small, large


def some_items(house: House, count: int) -> list[UUID]:
    """The latest: whoever begins passes by what was superseded among the first."""
    latest = "SELECT id FROM item WHERE kind = 'calendar' ORDER BY id DESC LIMIT ?"
    rows = house.rows(latest, count)
    return [UUID(bytes=id) for (id,) in rows]


def test_a_sync_with_nothing_new_touches_no_item(houses: tuple[House, House]) -> None:
    spent = []
    for house in houses:
        phone = Caller(house)
        key = phone.start(window=512)
        with effort(house) as each:
            answer = phone.sync(key)
        assert (answer.empty, answer.key) == (True, key)
        assert not [said for said in each.statements if " item " in said or "stored_event" in said]
        assert not [said for said in each.statements if said.startswith(("INSERT", "UPDATE"))]
        spent.append(each.steps)
    assert spent[1] == pytest.approx(spent[0], rel=0.05)


@pytest.mark.parametrize("news", [1, 10])
def test_what_is_new_costs_the_same_whatever_else_is_there(
    houses: tuple[House, House], news: int
) -> None:
    spent = []
    for house in houses:
        phone = Caller(house)
        key = phone.start(window=512)
        for item in some_items(house, news):
            house.revise(item, reminder=phone.partnership.int % 1000)
        with effort(house) as each:
            answer = phone.sync(key, window=512)
        assert len(answer.entries) == news
        spent.append(each.steps)
    assert spent[1] == pytest.approx(spent[0], rel=0.05)


def test_twice_the_news_costs_at_most_twice_as_much(houses: tuple[House, House]) -> None:
    house = houses[1]
    spent = []
    for news in (20, 40, 80):
        phone = Caller(house)
        key = phone.start(window=512)
        for item in some_items(house, news):
            house.revise(item, reminder=phone.partnership.int % 1000)
        with effort(house) as each:
            assert len(phone.sync(key, window=512).entries) == news
        spent.append(each.steps)
    assert spent[2] - spent[1] <= 2.1 * (spent[1] - spent[0])


def test_a_window_of_the_first_sync_costs_the_same_however_much_is_to_come(
    houses: tuple[House, House],
) -> None:
    spent = []
    for house in houses:
        phone = Caller(house)
        key = phone.begin()
        with effort(house) as each:
            assert len(phone.sync(key, window=5).entries) == 5
        spent.append(each.steps)
    assert spent[1] == pytest.approx(spent[0], rel=0.05)


def test_a_conflict_costs_the_same_however_much_is_pending(houses: tuple[House, House]) -> None:
    spent = []
    for house in houses:
        phone = Caller(house)
        first = phone.sync(phone.begin(), window=1)
        item = UUID(bytes=first.entries[0].row.item)
        house.revise(item, subject=f"Theirs {phone.partnership}")
        with effort(house) as each:
            answer = phone.sync(first.key, patch(item, subject="Mine"), window=1)
        assert statuses(answer.verdicts) == [7]
        spent.append(each.steps)
    assert spent[1] == pytest.approx(spent[0], rel=0.05)


def test_a_look_whether_there_is_news_costs_the_same(houses: tuple[House, House]) -> None:
    """A Ping's question, for a phone in step and for one with news."""
    spent = []
    for house in houses:
        phone = Caller(house)
        phone.start(window=512)
        steps = []
        for news in (False, True):
            with phone.conversation() as conversation, effort(house) as each:
                found = conversation.newest()
                assert found is not None
                assert conversation.pending(*found, 0) == news
            steps.append(each.steps)
            house.revise(some_items(house, 1)[0], reminder=phone.partnership.int % 1000)
        spent.append(steps)
    assert spent[1] == pytest.approx(spent[0], rel=0.05)


def test_a_fold_asks_none_of_the_indexes_that_only_readers_need(tmp_path: Path) -> None:
    """It goes without them (`projections/schema.py: INDEXED`): one that it needs would make it
    look through a whole table for each event."""
    house = LivedIn(tmp_path)
    play(house)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.create(connection, indexes=False)
        needed = _indexes(connection)
        schema.create(connection)
        said = set[str]()
        connection.set_trace_callback(said.add)
        folded = fold(house.groupware, connection, schema.projectors(CODEC))
        connection.set_trace_callback(None)
        ways = {each: set(_plan(connection, each).split()) for each in said}
        spared = _indexes(connection) - needed
    house.close()
    assert folded > 50
    assert len(spared) > 5
    assert any(needed & way for way in ways.values())
    assert not {each for each, way in ways.items() if spared & way}


def _indexes(connection: sqlite3.Connection) -> set[str]:
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")
    return {name for (name,) in found}


def _plan(connection: sqlite3.Connection, statement: str) -> str:
    return " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}"))
