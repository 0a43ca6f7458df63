"""Two sets of the same tables, read side by side in the order of their keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from projections.faults import DIFFERS, IDS, MADE_UP, MISSING, Fault, value

Row = tuple[Any, ...]
Shape = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Difference:
    """A row as it stands and as it should be; None where there is none."""

    stands: Row | None
    told: Row | None


@dataclass
class Comparison:
    """One table as it stands and as it is told anew. `rows` counts those that were looked at."""

    table: str
    stands: sqlite3.Connection
    told: sqlite3.Connection
    rows: int = 0
    names: list[str] = field(init=False)
    key: list[str] = field(init=False)

    def __post_init__(self) -> None:
        columns = _columns(self.told, self.table)
        self.names = [column[1] for column in columns]
        self.key = [c[1] for c in sorted(columns, key=lambda c: int(c[5])) if c[5]]

    def alike(self) -> bool:
        """Whether both have the same columns and the same indexes."""
        return _shape(self.stands, self.table) == _shape(self.told, self.table)

    def key_of(self, row: Row) -> Row:
        return tuple(row[self.names.index(name)] for name in self.key)

    def differences(self) -> Iterator[Difference]:
        """Row by row, in the order of the keys."""
        query = f"SELECT {', '.join(self.names)} FROM {self.table} ORDER BY {', '.join(self.key)}"
        here, there = self.stands.execute(query), self.told.execute(query)
        stands, told = here.fetchone(), there.fetchone()
        while stands is not None or told is not None:
            self.rows += 1
            if stands == told:
                stands, told = here.fetchone(), there.fetchone()
            elif told is None or (stands is not None and self._before(stands, told)):
                yield Difference(stands, None)
                stands = here.fetchone()
            elif stands is None or self._before(told, stands):
                yield Difference(None, told)
                told = there.fetchone()
            else:
                yield Difference(stands, told)
                stands, told = here.fetchone(), there.fetchone()

    def fault(self, found: Difference, others: int = 0) -> Fault:
        """What is wrong with a row, without its values: they may be personal."""
        row = found.told or found.stands or ()
        return Fault(
            MISSING if found.stands is None else MADE_UP if found.told is None else DIFFERS,
            table=self.table,
            key=tuple((name, value(row[self.names.index(name)])) for name in self.key),
            about=tuple(self._about(row)),
            columns=tuple(self._wrong(found.stands or (), found.told or ())),
            others=others,
        )

    def _before(self, one: Row, other: Row) -> bool:
        return _orders(self.key_of(one)) < _orders(self.key_of(other))

    def _about(self, row: Row) -> Iterator[UUID]:
        for name, stored in zip(self.names, row, strict=True):
            if name in IDS and isinstance(id := value(stored), UUID):
                yield id

    def _wrong(self, stands: Row, told: Row) -> Iterator[str]:
        """The columns in which two rows differ, where there are two."""
        for name, ours, theirs in zip(self.names, stands, told, strict=False):
            if ours != theirs:
                yield name


def _orders(key: Row) -> Row:
    """As SQLite orders values: nothing, then numbers, then texts, then bytes."""
    return tuple((_RANK.get(type(value), 0), value) for value in key)


_RANK = {int: 1, float: 1, str: 2, bytes: 3}


def _columns(connection: sqlite3.Connection, table: str) -> Shape:
    return connection.execute(f"PRAGMA table_info({table})").fetchall()


def _shape(connection: sqlite3.Connection, table: str) -> tuple[Shape, Shape]:
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? ORDER BY name",
        (table,),
    )
    return _columns(connection, table), indexes.fetchall()
