"""Whether the store is what its log says: the chain, the file, and every row of every table.

The log is folded a second time into a temporary database, and both are read side by side; so
it takes the time of a rebuild, and no memory to speak of.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Protocol

from projections.rebuild import Log, fold, folded_tables
from projections.schema import Projector

Row = tuple[Any, ...]


class Chain(Protocol):
    """What following the chain of the log has shown."""

    @property
    def position(self) -> int: ...

    @property
    def broken_at(self) -> int | None: ...

    @property
    def reason(self) -> str: ...


@dataclass(frozen=True)
class Report:
    """How many events and rows were compared, and what is wrong, in words."""

    events: int
    rows: int
    faults: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        return not self.faults

    def sentences(self) -> list[str]:
        """What to tell an administrator."""
        looked = f"{self.events} events and {self.rows} rows were compared."
        if self.sound:
            return [looked, "The log is as it was written, and every row is what it says."]
        return [looked, *self.faults]


def verify(
    log: Log,
    connection: sqlite3.Connection,
    follow_chain: Callable[[sqlite3.Connection], Chain],
    create: Callable[[sqlite3.Connection], None],
    projectors: Sequence[Projector],
) -> Report:
    """Compare the store with its log; `connection` reads one snapshot of it.

    A log whose chain is broken is not folded: what it says is not what was written.
    """
    chain = follow_chain(connection)
    faults = [*_damage(connection)]
    if chain.broken_at is not None:
        faults.append(f"The log cannot be trusted from event {chain.broken_at} on: {chain.reason}.")
        return Report(chain.position, 0, tuple(faults))
    with closing(sqlite3.connect("", isolation_level=None)) as anew:
        anew.execute("PRAGMA journal_mode = OFF")
        create(anew)
        events = fold(log, anew, projectors)
        compared = [Comparison(table, connection, anew) for table in folded_tables()]
        faults += [fault for table in compared for fault in table.faults()]
        return Report(events, sum(table.rows for table in compared), tuple(faults))


def _damage(connection: sqlite3.Connection) -> Iterator[str]:
    """What SQLite itself finds wrong with the file."""
    for (said,) in connection.execute("PRAGMA integrity_check(10)"):
        if said != "ok":
            yield f"The file is damaged: {said}."


@dataclass
class Comparison:
    """One table as it stands and as the log tells it, row by row in the order of their keys."""

    table: str
    stands: sqlite3.Connection
    told: sqlite3.Connection
    rows: int = 0

    def faults(self) -> Iterator[str]:
        """The first difference, if there is one."""
        columns = self.told.execute(f"PRAGMA table_info({self.table})").fetchall()
        if columns != self.stands.execute(f"PRAGMA table_info({self.table})").fetchall():
            yield f"The table {self.table} has other columns than this version makes."
            return
        names = [column[1] for column in columns]
        key = [column[1] for column in sorted(columns, key=lambda c: int(c[5])) if column[5]]
        query = f"SELECT {', '.join(names)} FROM {self.table} ORDER BY {', '.join(key)}"
        both = zip_longest(self.stands.execute(query), self.told.execute(query))
        for stands, told in both:
            self.rows += 1
            if stands != told:
                yield _difference(self.table, names, key, stands, told)
                return


def _difference(
    table: str, names: Sequence[str], key: Sequence[str], stands: Row | None, told: Row | None
) -> str:
    places = [names.index(name) for name in key]

    def name(row: Row) -> str:
        return ", ".join(f"{names[at]} {_shown(row[at])}" for at in places)

    def keys(row: Row) -> Row:
        return tuple(row[at] for at in places)

    if stands is None or (told is not None and keys(told) < keys(stands)):
        assert told is not None
        return f"In {table} the row {name(told)} is missing."
    if told is None or keys(stands) < keys(told):
        return f"In {table} the row {name(stands)} is not from the log."
    wrong = (n for n, ours, theirs in zip(names, stands, told, strict=True) if ours != theirs)
    return f"In {table} the row {name(stands)} differs in {', '.join(wrong)}."


def _shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
