"""What a phone holds of a folder, was sent, has pending and has not got, and why.

Everything is read from the log and from the rows of today, in one snapshot; nothing is written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from app.composition import CODEC
from app.engine import classes, siblings
from app.engine.conversation import EVERYTHING, Conversation
from app.groupware import Groupware
from domain.refused import Refused, Unknown
from domain.round import Reach, RoundAnswered, Wishes
from domain.when import Instant
from projections import explanation, holds, items, logbook
from projections.asof import pos_at
from projections.delta import Rule, View, advance
from projections.explanation import Reason
from projections.lines import Round
from projections.logbook import Search
from projections.synckey import SyncKey

PAGE: Final = 50
NEAR: Final = 20


class NeverSynced(Refused):
    """The phone has not asked for this folder yet."""


class NoLongerKept(Refused):
    """The rows that an answer of long ago went through were compacted."""


@dataclass(frozen=True)
class Answered:
    """A round as the log has it. It goes by its position there: the number of a key is given again
    where no phone ever named it."""

    position: int
    at: Instant
    request: str
    event: RoundAnswered


@dataclass(frozen=True)
class Standing:
    """How a phone and a folder stand. `wishes` are what it asked for, `since` is from when on
    events matter to it. `read` is the generation of the key the phone named last, `given` those of
    the answers to it that it has not named yet. `spared` are the items it does not get whole,
    `waiting` is how many edits of its own wait for a decision."""

    holds: list[UUID]
    wishes: Wishes
    since: Instant | None
    read: int
    given: list[int]
    pending: list[Reason]
    spared: list[Reason]
    waiting: int


@dataclass(frozen=True)
class Explaining:
    """One phone and one folder (or a person's hierarchy), inside one snapshot."""

    groupware: Groupware
    connection: sqlite3.Connection
    phone: UUID
    collection: UUID
    kind: str

    def standing(self) -> Standing:
        """NeverSynced where there is nothing to tell."""
        talk = self._conversation()
        newest = talk.newest()
        if newest is None:
            raise NeverSynced("this phone has not asked for this folder yet")
        line, round = newest
        return Standing(
            holds=explanation.held(talk.view(line), round.after),
            wishes=round.wishes,
            since=_instant(self._cutoff(round.wishes)),
            read=line.confirmed.key.generation,
            given=[each.key.generation for each in line.answers],
            pending=list(self._pending(talk.view(line), round)),
            spared=list(self._spared(talk.view(line), round.after)),
            waiting=holds.waiting_of(self.connection, self.phone, self.collection),
        )

    def rounds(self, before: int | None = None, most: int = PAGE) -> list[Answered]:
        """The answers to this phone about this folder, the latest first."""
        stretch = logbook.back(self.connection, self._search(), before, most)
        return list(self._answered(stretch.positions))

    def round(self, position: int) -> Answered:
        """The answer at this position of the log; Unknown if there is none to this phone."""
        for each in self._answered([position]):
            if (each.event.phone, each.event.collection) == (self.phone, self.collection):
                return each
        raise Unknown("this phone was not answered about this folder there")

    def told(self, answered: Answered) -> list[Reason]:
        """Everything an answer went through, told or not; NoLongerKept after so long."""
        event = answered.event
        return list(explanation.told(self._view(answered), event.before, event.after))

    def why(self, answered: Answered, item: UUID) -> Reason:
        """What became of one item in an answer."""
        event = answered.event
        return explanation.why(self._view(answered), event.before, event.after, item)

    def _spared(self, view: View, reach: Reach) -> Iterator[Reason]:
        """What it chokes on, as long as that is not edited or offered again."""
        for item in view.quarantine:
            reason = explanation.standing(view, reach, UUID(bytes=item))
            if reason.reduced or reason.word == Rule.LEFT_OUT.word:
                yield reason

    def _pending(self, view: View, round: Round) -> Iterator[Reason]:
        """What the next answers would tell."""
        reach, head = round.after, self._row().head
        cutoff = self._cutoff(round.wishes)
        while True:
            _, after = view.tell(reach, EVERYTHING)
            yield from (each for each in explanation.told(view, reach, after) if each.verb)
            onward = advance(after, head, cutoff)
            if onward == after or (onward.target == after.target and onward.drained is None):
                return
            reach = onward

    def _view(self, answered: Answered) -> View:
        """The folder as that answer saw it, which may have had siblings."""
        talk, event = self._conversation(), answered.event
        if event.before.target < self._row().floor:
            raise NoLongerKept("what this answer went through is no longer kept")
        but = siblings.foreign(_as_round(event), list(map(_as_round, self._beside(answered))))
        quarantine = {
            item: kept
            for item, kept in talk.quarantine.items()
            if kept.generation <= event.generation
        }
        row = self._row()
        upto = pos_at(self.connection, row.number, row.head, answered.position)
        place = (self.connection, row.number, event.line)
        return View(*place, quarantine, but, talk.holding, upto=upto)

    def _beside(self, answered: Answered) -> list[RoundAnswered]:
        """All answers to the same key. They lie within a few rounds of each other."""
        place, search = answered.position, self._search()
        after = logbook.onward(self.connection, search, place - 1, NEAR).positions
        before = logbook.back(self.connection, search, place, NEAR).positions
        mine = (answered.event.line, answered.event.parent)
        near = (each.event for each in self._answered((*before, *after)))
        return [each for each in near if (each.line, each.parent) == mine]

    def _search(self) -> Search:
        kind = logbook.kinds(RoundAnswered.TOPIC)
        return Search((logbook.things(self.phone), logbook.things(self.collection), kind))

    def _answered(self, positions: Sequence[int]) -> Iterator[Answered]:
        for position, event in self.groupware.read(positions):
            if isinstance(event, RoundAnswered):
                yield Answered(position, event.timestamp, event.request, event)

    def _conversation(self) -> Conversation:
        return Conversation(self.groupware, self.connection, self.phone, self._row(), CODEC)

    def _row(self) -> items.CollectionRow:
        row = items.collection(self.connection, self.collection)
        if row is None:
            raise Unknown("there is no such folder")
        return row

    def _cutoff(self, wishes: Wishes) -> int:
        return classes.cutoff(self.kind, wishes.filter_type, self.groupware.clock())


def _instant(cutoff: int) -> Instant | None:
    return datetime.fromtimestamp(cutoff, UTC) if cutoff else None


def _as_round(event: RoundAnswered) -> Round:
    return Round(
        event.line, SyncKey(event.generation, event.tag), event.parent, 0, 0, event.before,
        event.after, tuple(event.verdicts), event.wishes, event.suspect,
    )  # fmt: skip
