"""What is news for one line: the rows between two reaches, told as the phone must hear them.

The same question with the same reach has the same answer for ever: rows are not altered, and
what the phone did itself counts only from the line's own rows. docs/sync-engine.md has the
rules; tests/model/engine.py is this file in lists instead of tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

from domain.item import DELETE
from domain.round import OPEN, START_OF_DRAIN, Reach
from projections import holds
from projections.holds import Hold
from projections.lines import Quarantine

NOBODY: Set[int] = frozenset()
NOW = 1 << 62
"""After every position."""


class Verb(Enum):
    """How a phone is told of a row."""

    ADD = "Add"
    CHANGE = "Change"
    DELETE = "Delete"
    SOFT_DELETE = "SoftDelete"


class Rule(Enum):
    """Why a phone is told of a row as it is, or is not."""

    NEW = "new", Verb.ADD
    CHANGED = "changed", Verb.CHANGE
    MERGED = "merged", Verb.CHANGE
    DELETED = "deleted", Verb.DELETE
    LEFT_WINDOW = "left_window", Verb.SOFT_DELETE
    OWN = "own", None
    SAME = "same", None
    HELD = "held", None
    GONE_HERE = "gone_here", None
    NEVER_HAD = "never_had", None
    OUTSIDE = "outside", None
    LEFT_OUT = "left_out", None

    def __init__(self, word: str, verb: Verb | None) -> None:
        self.word = word
        self.verb = verb


class Row(NamedTuple):
    """One row of `change`."""

    pos: int
    item: bytes
    op: int
    edition: int
    line: int | None
    silent: bool
    present: bool | None
    until: int


class Entry(NamedTuple):
    """A row as it is told; `reduced` where the phone chokes on the whole item."""

    verb: Verb
    row: Row
    reduced: bool = False


_ROW = "SELECT pos, item, op, edition, line, silent, present, until FROM change"
_RANGE = (
    f"{_ROW} WHERE collection = ? AND pos > ? AND pos <= ?"
    " AND (next_pos IS NULL OR next_pos > ?) ORDER BY pos"
)
_DRAIN = (
    f"{_ROW} INDEXED BY change_until WHERE collection = ? AND op < 3 AND until >= ?"
    " AND until < ? AND (until, item) > (?, ?) AND pos <= ?"
    " AND (next_pos IS NULL OR next_pos > ?) ORDER BY until, item"
)
_AT = (
    f"{_ROW} INDEXED BY change_item WHERE collection = ? AND item = ? AND pos <= ?"
    " ORDER BY pos DESC LIMIT 1"
)
_OWN = (
    f"{_ROW} INDEXED BY change_item WHERE collection = ? AND item = ? AND pos > ? AND pos <= ?"
    " AND line = ? ORDER BY pos DESC"
)
_ACTED = "SELECT 1 FROM change INDEXED BY change_line WHERE collection = ? AND line = ? LIMIT 1"


@dataclass(frozen=True)
class View:
    """One collection as one line sees it. `but` are rows made by commands that the answer in
    question does not speak of: as far as it goes, the phone never made them. `holding` says
    whether the phone has edits here that are held: those items are out of its sight. Nothing has
    to be looked for of a line that is `idle`, which never did anything here itself. Who looks back
    at an answer of long ago sees what the phone did `upto` then."""

    connection: sqlite3.Connection
    collection: int
    line: int
    quarantine: Mapping[bytes, Quarantine] = field(default_factory=dict)
    but: Set[int] = NOBODY
    holding: bool = False
    idle: bool = False
    upto: int = NOW

    # What the phone has

    def has(self, item: bytes, reach: Reach) -> bool:
        """Whether the phone has the item once it has read the answer that led to `reach`."""
        out = self._out(item, reach.base)
        fact = self._fact(self._own(item, _floor(reach.base, out)))
        sent = self._at(item, reach.target)
        told = sent and reach.base < sent.pos <= reach.cursor and not _outside(sent, out)
        if sent and told and (not fact or fact.pos < sent.pos):
            return sent.op != DELETE and sent.until >= reach.cutoff and self._taken(sent)
        if fact:
            return bool(fact.present)
        if sent and sent.pos <= reach.base and _drained(sent, reach):
            reach = replace(reach, was=reach.cutoff)
        return self._held(self._at(item, reach.base), reach)

    def known(self, item: bytes, reach: Reach) -> int | None:
        """The edition on which the phone makes its edit, None if it has none."""
        sent = self._at(item, reach.target)
        if sent is None or sent.pos > reach.cursor:
            sent = self._at(item, reach.base)
        kept = self._kept(sent) if sent else None
        if kept and not kept.reduced:
            sent = self._at(item, kept.pos - 1) if kept.held else None
        floor = sent.pos if sent else 0
        own, over = self._own(item, floor), self._holds(item, floor)
        for row in own:
            for hold in over:
                if hold.since <= row.pos <= hold.over:
                    return hold.base
            if (row.silent or row.present) and not _withdrawn(row, own):
                return row.edition
        for hold in over:
            if hold.since <= floor:
                return hold.base
        return sent.edition if sent and sent.op != DELETE else None

    def reduced(self, item: bytes, edition: int) -> bool:
        """Whether the phone was shown this edition without what it might choke on."""
        kept = self.quarantine.get(item)
        return kept is not None and kept.edition == edition and kept.reduced

    def added(self, item: bytes) -> bool:
        """Whether this line added or joined the item itself."""
        return any(row.present for row in self._own(item, 0))

    def held(self, item: bytes, row: int | None = None) -> Hold | None:
        """The hold that the item is in now, or that a command was held in which made this row."""
        if row is None:
            return next((hold for hold in self._holds(item, 0) if hold.open), None)
        return next((h for h in self._holds(item, 0) if h.since <= row < h.over), None)

    def said(self, item: bytes, hold: Hold) -> int | None:
        """The row of the last command in a hold that the answer in question speaks of."""
        return next(self._commands(item, hold), None)

    # What it is told

    def tell(
        self, reach: Reach, limit: int, stop: Reach | None = None
    ) -> tuple[list[Entry], Reach]:
        """Up to `limit` entries after `reach`, not beyond `stop`, and the reach then."""
        told: list[Entry] = []
        view = self._looking()
        if reach.drained is not None:
            for row in self._draining(reach, stop):
                if len(told) == limit:
                    return told, reach
                reach = replace(reach, drained=(row.until, row.item))
                told += view._entry(row, reach)
            if stop and stop.drained is not None:
                return told, reach
            reach = replace(reach, drained=None)
        end = stop.cursor if stop else reach.target
        cursor = reach.cursor
        for row in self._rows(_RANGE, cursor, end, reach.target):
            entry = view._entry(row, reach)
            if entry and len(told) == limit:
                return told, replace(reach, cursor=cursor)
            told += entry
            cursor = row.pos
        return told, replace(reach, cursor=end)

    def news(self, reach: Reach, since: int, head: int, cutoff: int) -> bool:
        """Whether anything between two positions would be told to a phone that has all before."""
        reach = Reach(since, head, since, reach.cutoff, cutoff)
        return any(self._entry(row, reach) for row in self._rows(_RANGE, since, head, head))

    def moved(self, reach: Reach, cutoff: int) -> bool:
        """Whether a window that moved from the reach's cutoff takes away or brings anything."""
        moving = replace(
            reach, base=reach.target, was=reach.cutoff, cutoff=cutoff, drained=START_OF_DRAIN
        )
        return any(self._entry(row, moving) for row in self._draining(moving, None))

    def _looking(self) -> View:
        """The same while nothing is written, which knows whether the line is idle."""
        acted = self.connection.execute(_ACTED, (self.collection, self.line)).fetchone()
        return replace(self, idle=acted is None)

    def drained(self, reach: Reach, stop: Reach) -> Iterator[Row]:
        """What an answer from `reach` to `stop` looked at because the window moved."""
        return self._draining(reach, stop) if reach.drained is not None else iter(())

    def _draining(self, reach: Reach, stop: Reach | None) -> Iterator[Row]:
        """What the moved window alone takes away or brings: live at both ends of the run."""
        low, high = sorted((reach.was, reach.cutoff))
        place = reach.drained or START_OF_DRAIN
        for row in self._rows(_DRAIN, low, high, *place, reach.base, reach.target):
            if stop and stop.drained and (row.until, row.item) > stop.drained:
                return
            yield row

    def judge(self, row: Row, reach: Reach) -> Rule:
        """What becomes of a row in the run of this reach, and why."""
        rule = self._rule(row, reach)
        if rule.verb in (Verb.ADD, Verb.CHANGE):
            kept = self._kept(row)
            if kept and not kept.reduced:
                return Rule.LEFT_OUT
        return rule

    def _entry(self, row: Row, reach: Reach) -> list[Entry]:
        verb = self.judge(row, reach).verb
        if verb is None:
            return []
        reduced = verb in (Verb.ADD, Verb.CHANGE) and self._kept(row) is not None
        return [Entry(verb, row, reduced)]

    def _rule(self, row: Row, reach: Reach) -> Rule:
        out = self._out(row.item, reach.base)
        if _outside(row, out):
            return Rule.HELD
        own = self._own(row.item, _floor(reach.base, out))
        fact = self._fact(own)
        if fact and fact.pos > row.pos and not fact.present:
            return Rule.GONE_HERE
        base = self._at(row.item, reach.base) if reach.base else None
        held = bool(fact.present) if fact else self._held(base, reach)
        spoken = any(r.silent and r.pos >= row.pos and r.pos not in self.but for r in own)
        if row.op == DELETE:
            return Rule.OWN if spoken else Rule.DELETED if held else Rule.NEVER_HAD
        if row.until < reach.cutoff:
            return Rule.LEFT_WINDOW if held else Rule.OUTSIDE
        if not held:
            return Rule.NEW
        if spoken:
            return Rule.OWN
        if row.line == self.line:
            return Rule.MERGED
        return Rule.SAME if not out and self._shows(row, reach) else Rule.CHANGED

    def _shows(self, row: Row, reach: Reach) -> bool:
        """The phone has these very values: the row offers them again to another phone only."""
        if self.known(row.item, reach) != row.edition:
            return False
        own = self._own(row.item, 0)
        return not any(r.present and not r.silent and r.edition == row.edition for r in own)

    def _held(self, base: Row | None, reach: Reach) -> bool:
        """Live at base, within the window of base, and not kept from the phone there."""
        if base is None or base.op == DELETE or base.until < reach.was:
            return False
        return self._taken(base)

    def _kept(self, row: Row) -> Quarantine | None:
        """Set where the phone chokes on this edition."""
        kept = self.quarantine.get(row.item)
        return kept if kept and kept.edition == row.edition else None

    def _taken(self, row: Row) -> bool:
        """Whether the phone has the item once it was to be told of this row."""
        kept = self._kept(row)
        return kept is None or kept.reduced or (kept.held and kept.line == self.line)

    def _fact(self, own: list[Row]) -> Row | None:
        """The line's own last word on whether it has the item."""
        said = (row for row in own if row.present is not None and row.pos not in self.but)
        return next(said, None)

    def _holds(self, item: bytes, since: int) -> list[Hold]:
        """The holds of the line on the item that were not over at `since`."""
        found = holds.holds(self.connection, self.line, item) if self.holding else []
        return [hold for hold in found if since < hold.over and hold.since <= self.upto]

    def _out(self, item: bytes, since: int) -> list[Hold]:
        """Those that count for the answer in question."""
        found = self._holds(item, since)
        if not self.but:
            return found
        return [hold for hold in found if self.said(item, hold)]

    def _commands(self, item: bytes, hold: Hold) -> Iterator[int]:
        for row in self._own(item, hold.since - 1):
            if row.silent and row.pos < hold.over and row.pos not in self.but:
                yield row.pos

    def _own(self, item: bytes, since: int) -> list[Row]:
        """What the line itself did to the item, newest first."""
        if self.idle:
            return []
        place = (self.collection, item, since, self.upto, self.line)
        rows = self.connection.execute(_OWN, place)
        return [Row._make(row) for row in rows]

    def _at(self, item: bytes, pos: int) -> Row | None:
        row = self.connection.execute(_AT, (self.collection, item, pos)).fetchone()
        return row and Row._make(row)

    def _rows(self, query: str, *bounds: object) -> Iterator[Row]:
        return map(Row._make, self.connection.execute(query, (self.collection, *bounds)))


def advance(reach: Reach, head: int, cutoff: int) -> Reach:
    """The next run: from all that was told to all there is now, within the window of today."""
    if not reach.done:
        return reach
    moved = reach.cutoff != cutoff and reach.target > 0
    drained = START_OF_DRAIN if moved else None
    return Reach(reach.target, head, reach.target, reach.cutoff, cutoff, drained)


def _drained(row: Row, reach: Reach) -> bool:
    return (row.until, row.item) <= (reach.drained or (OPEN + 1, b""))


def _outside(row: Row, out: Sequence[Hold]) -> bool:
    """Whether the item was out of sight when the row would have been told."""
    return any(row.pos < hold.over for hold in out)


def _floor(base: int, out: Sequence[Hold]) -> int:
    """After which position the line's own rows count: its held edits do, whatever the base."""
    return min([base, *(hold.since - 1 for hold in out)])


def _withdrawn(row: Row, own: list[Row]) -> bool:
    return any(o.pos > row.pos and not o.silent and o.edition == row.edition for o in own)


__all__ = ["Entry", "Row", "Verb", "View", "advance"]
