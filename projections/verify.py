"""Whether the store is what its log says: the chain, the file, every row, and every round.

The log is folded a second time into a temporary database, and both are read side by side; so
it takes the time of a rebuild, and no memory to speak of.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from projections.comparing import Comparison
from projections.continuity import Continuity
from projections.faults import FILE, LOG, TABLE, Fault
from projections.rebuild import Create, Log, Tick, anew, unheard
from projections.schema import Projector

MOST: Final = 10
"""So many faults of one sort are told."""


class Chain(Protocol):
    """What following the chain of the log has shown."""

    @property
    def position(self) -> int: ...

    @property
    def broken_at(self) -> int | None: ...

    @property
    def reason(self) -> str: ...

    @property
    def said(self) -> str: ...


@dataclass(frozen=True)
class Report:
    """How much was compared in how many seconds, and what is wrong."""

    events: int
    rows: int
    faults: tuple[Fault, ...] = ()
    rounds: int = 0
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        return not self.faults


def verify(
    log: Log,
    connection: sqlite3.Connection,
    follow_chain: Callable[[sqlite3.Connection], Chain],
    create: Create,
    projectors: Sequence[Projector],
    tick: Tick = unheard,
) -> Report:
    """Compare the store with its log; `connection` reads one snapshot of it.

    A log whose chain is broken is not folded: what it says is not what was written. Nor is a file
    read to its end that is damaged.
    """
    began = time.monotonic()
    chain = follow_chain(connection)
    faults = [*damage(connection)]
    if chain.broken_at is not None:
        faults.append(Fault(LOG, chain.broken_at, chain.reason, chain.said))
    if faults:
        return Report(chain.position, 0, tuple(faults), 0, time.monotonic() - began)
    rounds = Continuity()
    with anew(create, [*projectors, rounds]) as tables:
        tables.catch_up(log, tick)
        compared = tables.comparisons(connection)
        faults = [fault for table in compared for fault in _faults(table)]
        faults += rounds.faults[:MOST]
        looked_at = sum(table.rows for table in compared)
        took = time.monotonic() - began
        return Report(tables.position, looked_at, tuple(faults), rounds.rounds, took)


def damage(connection: sqlite3.Connection) -> Iterator[Fault]:
    """What SQLite itself finds wrong with the file."""
    for (said,) in connection.execute("PRAGMA integrity_check(10)"):
        if said != "ok":
            yield Fault(FILE, said=said)


def _faults(table: Comparison) -> Iterator[Fault]:
    """The first difference of a table, if there is one, and how many there are beside it."""
    if not table.alike():
        yield Fault(TABLE, table=table.table)
        return
    differences = table.differences()
    for first in differences:
        yield table.fault(first, others=sum(1 for _ in differences))
