"""A thousand ways to alter a store, each found by `verify`."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from adapters.store.chain import REASONS, verify_chain
from app.composition import CODEC
from projections import schema
from projections.faults import MISSING, TABLE, Key, value
from projections.rebuild import folded_tables
from projections.verify import verify
from tests.builders import House
from tests.laws.histories import EngineSide
from tests.model.history import History

COLUMNS = ("originator_id", "originator_version", "topic", "state", "link")


class Undone(Exception):
    """What was done to the store is taken back."""


@contextmanager
def altered(house: House) -> Iterator[sqlite3.Connection]:
    with suppress(Undone), house.groupware.pool.writing() as connection:
        yield connection
        raise Undone


def _flip(chance: random.Random, value: Any) -> Any:
    """The value with one byte, or one bit of a number, that is another."""
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(8)
    content = bytearray(value.encode() if isinstance(value, str) else value or b"\0")
    place = chance.randrange(len(content)) if content else 0
    content[place] ^= 1 << chance.randrange(7)
    return content.decode("utf-8", "replace") if isinstance(value, str) else bytes(content)


def _any_event(chance: random.Random, connection: sqlite3.Connection) -> int:
    (last,) = connection.execute("SELECT max(position) FROM stored_event").fetchone()
    return chance.randint(1, last)


def byte(chance: random.Random, connection: sqlite3.Connection) -> None:
    at, column = _any_event(chance, connection), chance.choice(COLUMNS)
    (value,) = connection.execute(
        f"SELECT {column} FROM stored_event WHERE position = ?", (at,)
    ).fetchone()
    connection.execute(
        f"UPDATE OR REPLACE stored_event SET {column} = ? WHERE position = ?",
        (_flip(chance, value), at),
    )


def cut_out(chance: random.Random, connection: sqlite3.Connection) -> None:
    """And the ones behind it moved up. What was cut off at the end only a checkpoint shows."""
    (last,) = connection.execute("SELECT max(position) FROM stored_event").fetchone()
    at = chance.randrange(1, last)
    connection.execute("DELETE FROM stored_event WHERE position = ?", (at,))
    if chance.random() < 0.5:
        _shift(connection, at, -1)


def put_in(chance: random.Random, connection: sqlite3.Connection) -> None:
    at = _any_event(chance, connection)
    _shift(connection, at, 1)
    connection.execute(
        "INSERT INTO stored_event SELECT ?, randomblob(16), 1, topic, state, link"
        " FROM stored_event WHERE position = ?",
        (at, _any_event(chance, connection) or at),
    )
    if (
        connection.execute("SELECT 1 FROM stored_event WHERE position = ?", (at,)).fetchone()
        is None
    ):
        _shift(connection, at + 1, -1)
        byte(chance, connection)


def swap(chance: random.Random, connection: sqlite3.Connection) -> None:
    one, other = _any_event(chance, connection), _any_event(chance, connection)
    if one == other:
        other = one + 1 if one == 1 else one - 1
    for old, new in ((one, -1), (other, one), (-1, other)):
        connection.execute("UPDATE stored_event SET position = ? WHERE position = ?", (new, old))


def _shift(connection: sqlite3.Connection, after: int, by: int) -> None:
    connection.execute("UPDATE stored_event SET position = -position WHERE position >= ?", (after,))
    connection.execute("UPDATE stored_event SET position = ? - position WHERE position < 0", (by,))


Deed = Callable[[random.Random, sqlite3.Connection], None]


@pytest.fixture
def lived_in(house: House) -> House:
    """A house in which three phones have been at work."""
    history = History(1, EngineSide(house))
    for _ in range(80):
        history.step()
    return house


@pytest.mark.parametrize("deed", [byte, cut_out, put_in, swap], ids=lambda deed: deed.__name__)
def test_whatever_is_done_to_an_event_the_chain_shows_it(lived_in: House, deed: Deed) -> None:
    for seed in range(200):
        with altered(lived_in) as connection:
            deed(random.Random(seed), connection)
            report = verify_chain(connection)
        assert report.broken_at == report.position + 1, f"{deed.__name__}, seed {seed}"
        assert report.reason in REASONS
    with lived_in.groupware.reading() as connection:
        assert verify_chain(connection).sound


def test_whatever_is_done_to_a_row_the_fold_shows_it(lived_in: House) -> None:
    projectors = schema.projectors(CODEC)
    filled = [table for table in folded_tables() if lived_in.rows(f"SELECT 1 FROM {table}")]
    assert len(filled) > 5
    for seed in range(200):
        chance = random.Random(seed)
        table = chance.choice(filled)
        with altered(lived_in) as connection:
            gone = _alter_a_row(chance, connection, table)
            report = verify(lived_in.groupware, connection, verify_chain, schema.create, projectors)
        assert {fault.table for fault in report.faults} == {table}, f"seed {seed}"
        (fault,) = report.faults
        assert fault.kind != TABLE
        if gone:
            assert (fault.kind, fault.key, fault.others) == (MISSING, gone, 0), f"seed {seed}"


def _alter_a_row(chance: random.Random, connection: sqlite3.Connection, table: str) -> Key:
    """The key of a row that was taken away; empty if one was changed."""
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    key = [column[1] for column in columns if column[5]]
    row = chance.choice(connection.execute(f"SELECT * FROM {table}").fetchall())
    values = {column[1]: value for column, value in zip(columns, row, strict=True)}
    where = " AND ".join(f"{name} = ?" for name in key)
    place = [values[name] for name in key]
    if chance.random() < 0.3:
        connection.execute(f"DELETE FROM {table} WHERE {where}", place)
        return tuple((each, value(values[each])) for each in key)
    name = chance.choice([name for name, value in values.items() if value is not None])
    connection.execute(
        f"UPDATE OR REPLACE {table} SET {name} = ? WHERE {where}",
        (_flip(chance, values[name]), *place),
    )
    return ()
