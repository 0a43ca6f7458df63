"""What another version of this program makes of the same log, beside what this one makes of it.

Each folds the log into a database of its own, in its own process: `taccuino fold FILE` is all
that is asked of the other. The store is only read; phones notice nothing.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final

from eventsourcing.domain import DomainEvent

from app.composition import CODEC, open_log
from domain.refused import Refused
from projections import schema
from projections.comparing import Comparison
from projections.faults import GONE, NEW, TABLE, Fault
from projections.rebuild import Log, Tick, anew, fold, folded_tables, unheard

TABLES: Final = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"


class ShadowFailed(Refused):
    """The other version could not fold the log."""


@dataclass(frozen=True)
class Upto:
    """A log as it was at a position."""

    log: Log
    position: int

    def replay(self, *, after: int = 0) -> Iterator[tuple[int, DomainEvent]]:
        return takewhile(lambda each: each[0] <= self.position, self.log.replay(after=after))


def fold_into(home: Path, file: Path, tick: Tick = unheard) -> int:
    """Fold the log of the house in `home` into a new database `file`; up to which position."""
    with open_log(home) as (log, pool), closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        with pool.reading(), connection:
            schema.create(connection)
            return fold(log, connection, schema.projectors(CODEC), tick=tick)


def differences(log: Log, file: Path, position: int, tick: Tick = unheard) -> Iterator[Fault]:
    """All that this version makes otherwise of the log than what stands in `file`."""
    with (
        anew(schema.create, schema.projectors(CODEC)) as ours,
        closing(sqlite3.connect(file)) as theirs,
    ):
        ours.catch_up(Upto(log, position), tick)
        there = {name for (name,) in theirs.execute(TABLES)}
        for table in folded_tables():
            if table in there:
                yield from _of(Comparison(table, theirs, ours.connection))
            else:
                yield Fault(NEW, table=table)
        known = {*folded_tables(), *schema.CACHES}
        yield from (Fault(GONE, table=name) for name in sorted(there - known))


def _of(table: Comparison) -> Iterator[Fault]:
    if not table.alike():
        yield Fault(TABLE, table=table.table)
        return
    yield from map(table.fault, table.differences())


def ask(command: Sequence[str], file: Path, home: Path) -> int:
    """Let the other version fold the log of `home` into `file`; up to which position."""
    done = subprocess.run(
        [*command, "fold", str(file)],
        env={**os.environ, "TACCUINO_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ShadowFailed(f"{command[0]} could not fold the log: {done.stderr.strip()}")
    return int(done.stdout)
