"""One line's requests on one collection, answered: the sync engine's side that writes.

A key is retired when its phone uses the next one. The same key with the same commands gets the
same answer; with other commands it gets a sibling answer with a key of its own, and which of
the two the phone has read shows when it uses one. Only then are commands of the others taken
back, so a request that the network delivers late can do no harm. docs/sync-engine.md tells it
whole; tests/model/engine.py is the same in small.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app import chance
from app.engine import braking, siblings, sparing
from app.engine.asking import Answer, Ask, Command, Desk
from app.groupware import Groupware
from domain.item import ADD, CHANGE, EditHeld, Item
from domain.kinds import KINDS
from domain.round import (
    ItemQuarantined,
    ItemReleased,
    LineBegun,
    Reach,
    RoundAnswered,
    RoundEvent,
    RoundRepeated,
    Verdict,
    Wishes,
    stream_of,
)
from projections import items, lines
from projections.codec import Codec
from projections.delta import NOBODY, Entry, Verb, View, advance
from projections.items import CollectionRow
from projections.lines import Line, Quarantine, Round
from projections.synckey import SyncKey

__all__ = ["Answer", "Ask", "Command", "Conversation", "Desk"]

EVERYTHING = 1 << 30

REPEATED = 60
"""For so many seconds a key 0 with the same options is taken for the same request again."""


@dataclass
class Conversation:
    """Runs inside one writing transaction (`Groupware.acting`), or reads inside a snapshot."""

    groupware: Groupware
    connection: sqlite3.Connection
    partnership: UUID
    collection: CollectionRow
    codec: Codec
    tag: Callable[[], int] = chance.tag

    def __post_init__(self) -> None:
        place = (self.partnership, self.collection.id)
        self.lines = lines.lines(self.connection, self.codec, *place)
        self.quarantine, self.holding = lines.apart(self.connection, *place)
        self.memory = self.groupware.memories.of(self.connection)
        self.burst: UUID | None = None
        """Set where something of this request was held."""

    # Reading

    def find(self, key: SyncKey) -> tuple[Line, Round] | None:
        """The answer whose key this is; None for a key that means nothing here."""
        for line in self.lines:
            for round in line.rounds:
                if round.key == key:
                    return line, round
        return None

    def newest(self) -> tuple[Line, Round] | None:
        """The answer given last, whether or not it arrived."""
        telling = [line for line in self.lines if not line.unused or line.confirmed.after.target]
        line = max(telling or self.lines[-1:], key=lambda line: line.rounds[-1].key, default=None)
        return None if line is None else (line, line.rounds[-1])

    def view(self, line: Line, round: Round | None = None) -> View:
        """The collection as the line sees it, as far as this answer goes."""
        but = NOBODY if round is None else siblings.foreign(round, line.answers)
        place = (self.connection, self.collection.number, line.name)
        return View(*place, self.quarantine, but, self.holding)

    def pending(self, line: Line, round: Round, cutoff: int, since: int = 0) -> bool:
        """Whether an answer after this one has something to tell. `since` is a position up to
        which the caller knows that nothing is news."""
        view = self.view(line)
        told, reach = view.tell(round.after, 1)
        if told:
            return True
        start = max(reach.target, since)
        if start < self.collection.head and view.news(reach, start, self.collection.head, cutoff):
            return True
        return reach.cutoff != cutoff and reach.target > 0 and view.moved(reach, cutoff)

    def count(self, line: Line, round: Round, cutoff: int) -> int:
        """How many entries are pending after this answer (GetItemEstimate)."""
        view, reach, total = self.view(line), round.after, 0
        while True:
            told, reach = view.tell(reach, EVERYTHING)
            total += len(told)
            onward = advance(reach, self.collection.head, cutoff)
            if onward == reach or (onward.target == reach.target and onward.drained is None):
                return total
            reach = onward

    def values(self, entry: Entry) -> dict[str, Any]:
        """The values an entry tells of: as they stand, or as they stood at its own edition."""
        id = UUID(bytes=entry.row.item)
        row = items.item(self.connection, id)
        assert row is not None, "a change speaks of an item that was there"
        if row.edition == entry.row.edition:
            return dict(self.codec.decode(row.value))
        return self.load(id, entry.row.edition).values

    # Answering

    def begin(self, wishes: Wishes, after: Reach | None = None) -> SyncKey:
        """Key 0: a new line. One begun a moment ago and not used yet is answered again.

        `after` is how far the answer tells at once; a folder's tells nothing.
        """
        told = after or Reach()
        lately = int(self.groupware.clock().timestamp()) - REPEATED
        for line in self.lines:
            first = line.confirmed
            same = first.wishes == wishes and first.after == told
            if line.unused and same and first.begun >= lately:
                return first.key
        tag, generation = self.tag(), self.next_generation()
        facts = {"generation": generation, "tag": tag, "wishes": wishes}
        self.note(LineBegun, tag, **facts, after=told)
        self.lines = lines.lines(self.connection, self.codec, self.partnership, self.collection.id)
        return SyncKey(generation, tag)

    def begin_whole(self) -> Answer:
        """Key 0 of a hierarchy: a new line that has told everything there is already."""
        head = self.collection.head
        key = self.begin(Wishes(), Reach(target=head, cursor=head))
        found = self.find(key)
        assert found is not None, "a line that was begun is there"
        line, first = found
        whole = Reach(target=first.after.target)
        return Answer(key, entries=tuple(self.view(line).tell(whole, EVERYTHING)[0]))

    def respond(self, line: Line, round: Round, ask: Ask, desk: Desk) -> Answer:
        """Answer a request that names the key of `round`."""
        if round is line.confirmed and line.answers:
            return self._repeat(line, ask, desk)
        siblings.confirm(self, line, round)
        return self._answer(replace(line, confirmed=round, answers=()), ask, desk)

    def _answer(self, line: Line, ask: Ask, desk: Desk) -> Answer:
        parent = line.confirmed
        verdicts: dict[tuple[int, str], Verdict] = {}
        for command in braking.marked(self, line, ask.commands, verdicts):
            self._take(command, line, parent.after, verdicts, desk)
        self.refresh()
        before, after, told, suspect = self._tell(line, ask)
        if not told and not ask.commands and after.done and ask.wishes == parent.wishes:
            return Answer(parent.key, wishes=ask.wishes)
        answer = self.record(
            line, parent, before, after, tuple(verdicts.values()), ask.wishes, suspect
        )
        return _spoken(answer, ask.commands, told)

    def _tell(self, line: Line, ask: Ask) -> tuple[Reach, Reach, list[Entry], Reach | None]:
        parent, view = line.confirmed, self.view(line)
        if not ask.get_changes:
            return parent.after, parent.after, [], parent.suspect
        before = advance(parent.after, self.collection.head, ask.cutoff)
        suspect = parent.suspect if before == parent.after else None
        window = ask.window
        if suspect:
            window = max(1, len(view.tell(before, EVERYTHING, suspect)[0]) // 2)
        told, after = view.tell(before, window, suspect)
        suspect = None if after == suspect else suspect
        while not told and after.done and after.target < self.collection.head:
            before = advance(after, self.collection.head, ask.cutoff)
            told, after = view.tell(before, window)
        return before, after, told, suspect

    def _repeat(self, line: Line, ask: Ask, desk: Desk) -> Answer:
        """The answer did not arrive: the same again. Other commands make a sibling answer."""
        pool = {verdict.key: verdict for answer in line.answers for verdict in answer.verdicts}
        for command in braking.marked(self, line, ask.commands, pool):
            self._take(command, line, line.confirmed.after, pool, desk)
        self.refresh()
        verdicts = tuple(pool[command.key] for command in _once(ask.commands))
        same = [answer for answer in line.answers if set(answer.verdicts) == set(verdicts)]
        if same:
            answer = same[-1]
            self.note(RoundRepeated, line.name, generation=answer.key.generation)
            line, answer = sparing.halve(self, line, answer)
        else:
            last = line.answers[-1]
            answer = self.record(
                line, line.confirmed, last.before, last.after, verdicts, last.wishes, last.suspect
            )
            line = replace(line, answers=(*line.answers, answer))
        return _spoken(answer, ask.commands, self.range(line, answer))

    def spare(self, item: bytes, kept: Quarantine) -> None:
        """From an answer on the phone is told of an edition in part, or not at all."""
        facts = vars(kept) | {"item": UUID(bytes=item), "row": kept.pos}
        del facts["pos"], facts["line"]
        self.note(ItemQuarantined, kept.line, **facts)
        self.refresh()

    def release(self, line: Line, item: UUID) -> None:
        """The phone is spared this item no longer."""
        self.note(ItemReleased, line.name, item=item)
        self.refresh()

    def set_apart(self, answer: SyncKey, entry: Entry, reduced: bool) -> None:
        """We cannot show this edition ourselves: the answer went without it, or `reduced`."""
        found = self.find(answer)
        if found is None:
            return
        held, row = entry.verb is not Verb.ADD, entry.row
        line, generation = found[0].name, answer.generation
        kept = Quarantine(row.edition, row.pos, line, generation, held, reduced)
        self.spare(row.item, kept)

    def range(self, line: Line, answer: Round) -> list[Entry]:
        """What an answer tells."""
        if answer.before == answer.after:
            return []
        return self.view(line, answer).tell(answer.before, EVERYTHING, answer.after)[0]

    def load(self, id: UUID, edition: int | None = None) -> Item:
        row = items.item(self.connection, id)
        assert row is not None, "a verdict speaks of an item that was there"
        return self.groupware.load(KINDS[row.kind].aggregate, id, edition)

    def event(self, row: int) -> EditHeld:
        """What a phone did that was held, by the position it made."""
        (position,) = self.connection.execute(
            "SELECT event FROM change WHERE collection = ? AND pos = ?",
            (self.collection.number, row),
        ).fetchone()
        _, event = next(self.groupware.replay(after=position - 1))
        assert isinstance(event, EditHeld), "the row of a held edit"
        return event

    def _take(
        self,
        command: Command,
        line: Line,
        reach: Reach,
        verdicts: dict[tuple[int, str], Verdict],
        desk: Desk,
    ) -> None:
        """Carry out a command, unless it is one that was carried out already."""
        before, view = verdicts.get(command.key), self.view(line)
        if braking.carried_out(command, before):
            return
        if command.op == ADD and before and before.item:
            change = replace(command, op=CHANGE, item=before.item)
            made = desk.change(change, view, reach)
            row = made.row or (before.row if made.item else None)
            verdict = replace(made, op=ADD, item=before.item, row=row)
        elif command.op == ADD:
            verdict = desk.add(command, view, line.confirmed.begun)
        elif command.op == CHANGE:
            verdict = desk.change(command, view, reach)
        else:
            verdict = desk.delete(command, view, reach)
        verdicts[command.key] = verdict

    # Recording

    def record(
        self,
        line: Line,
        parent: Round,
        before: Reach,
        after: Reach,
        verdicts: tuple[Verdict, ...],
        wishes: Wishes,
        suspect: Reach | None,
    ) -> Round:
        key = SyncKey(self.next_generation(), self.tag())
        self.note(
            RoundAnswered,
            line.name,
            parent=parent.key.generation,
            generation=key.generation,
            tag=key.tag,
            before=before,
            after=after,
            verdicts=verdicts,
            wishes=wishes,
            suspect=suspect,
        )
        return Round(
            line.name,
            key,
            parent.key.generation,
            parent.begun,
            0,
            before,
            after,
            verdicts,
            wishes,
            suspect,
        )

    def note(self, event: type[RoundEvent], line: int, **facts: Any) -> None:
        stream = stream_of(self.partnership, self.collection.id)
        last = self.groupware.recorder.select_events(stream, desc=True, limit=1)
        version = last[0].originator_version + 1 if last else 1
        place = {"phone": self.partnership, "collection": self.collection.id}
        self.groupware.save(event.note(stream, version, line=line, **place, **facts))

    def next_generation(self) -> int:
        (last,) = self.connection.execute(
            "SELECT max(generation) FROM round WHERE partnership = ? AND collection = ?",
            (self.partnership.bytes, self.collection.id.bytes),
        ).fetchone()
        return (last or 0) + 1

    def refresh(self) -> None:
        """What has happened to the collection in this transaction."""
        row = items.collection(self.connection, self.collection.id)
        assert row is not None
        self.collection = row
        place = (self.partnership, self.collection.id)
        self.quarantine, self.holding = lines.apart(self.connection, *place)


def _once(commands: Sequence[Command]) -> Sequence[Command]:
    return list({command.key: command for command in commands}.values())


def _spoken(answer: Round, commands: Sequence[Command], told: Sequence[Entry]) -> Answer:
    by_key = {verdict.key: verdict for verdict in answer.verdicts}
    return Answer(
        answer.key,
        not answer.after.done,
        tuple(by_key[command.key] for command in commands),
        tuple(told),
        answer.wishes,
        answer.repeats,
    )
