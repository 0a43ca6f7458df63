"""What one process remembers of rows, so that it need not look them up or render them again.

All of it was learnt from rows of one era: `taccuino rebuild` begins another where it replaces rows
that were not what the log says. Whoever answers a request takes the memory that belongs to the era
of its snapshot, and keeps to it: what was learnt from rows of before can neither be told any more
nor slip in late. The same holds for what has to be forgotten (an erased person's).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from app.fragments import Fragments
from app.settled import Settled
from projections import house


@dataclass
class Memory:
    """Of the rows of one era."""

    era: int = 0
    settled: Settled = field(default_factory=Settled)
    fragments: Fragments = field(default_factory=Fragments)


class Memories:
    """The memory of the rows there are now; a new process begins with an empty one."""

    def __init__(self) -> None:
        self._newest = Memory()

    def of(self, connection: sqlite3.Connection) -> Memory:
        """What is known of the rows that `connection` sees. A snapshot of an era that is over has
        nothing to learn from and nobody to teach."""
        era = house.era(connection)
        if era > self._newest.era:
            self._newest = Memory(era)
        return self._newest if era == self._newest.era else Memory(era)

    def forget(self) -> None:
        """Let go of all of it; who has it in hand goes on with it, and is the last to."""
        self._newest = Memory()
