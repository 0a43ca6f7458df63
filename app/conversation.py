"""One line's requests on one collection, answered: the sync engine's side that writes.

A key is retired when its phone uses the next one. The same key with the same commands gets the
same answer; with other commands it gets a sibling answer with a key of its own, and which of
the two the phone has read shows when it uses one. Only then are commands of the others taken
back, so a request that the network delivers late can do no harm. docs/sync-engine.md tells it
whole; tests/model/engine.py is the same in small.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID

from app.groupware import Groupware
from domain.conflict import resolve
from domain.item import ADD, CHANGE, DELETE, Echo, Item
from domain.kinds import KINDS, kind_of
from domain.patch import apply, difference
from domain.round import (
    ItemQuarantined,
    ItemReleased,
    LineBegun,
    Reach,
    RoundAnswered,
    RoundConfirmed,
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

EVERYTHING = 1 << 30
PATIENCE = 3
"""How often an answer is asked for again before something in it is taken for the reason."""

LONE_PATIENCE = 8
"""How many repeats more it takes until that is the one item in it: networks fail often, too."""

REPEATED = 60
"""For so many seconds a key 0 with the same options is taken for the same request again."""


def new_tag() -> int:
    return secrets.randbits(63)


@dataclass(frozen=True)
class Command:
    """What a phone asks for: `name` is its ClientId or ServerId (and occurrence), `digest`
    recognises it when repeated, `data` is for the desk to read."""

    op: int
    name: str
    digest: bytes
    item: UUID | None = None
    instance: str = ""
    data: Any = None

    @property
    def key(self) -> tuple[int, str]:
        return self.op, self.name


class Desk(Protocol):
    """Carries out commands on one kind of item; each call makes at most one row."""

    def add(self, command: Command, view: View, begun: int) -> Verdict: ...

    def change(self, command: Command, view: View, reach: Reach) -> Verdict: ...

    def delete(self, command: Command, view: View, reach: Reach) -> Verdict: ...


@dataclass(frozen=True)
class Ask:
    """One request on one collection: the options in force, the window, and what it wants."""

    commands: Sequence[Command] = ()
    wishes: Wishes = field(default_factory=Wishes)
    cutoff: int = 0
    window: int = 100
    get_changes: bool = True


@dataclass(frozen=True)
class Answer:
    """What the phone is told, under `key`; `entries` are rendered at their own edition."""

    key: SyncKey
    more: bool = False
    verdicts: tuple[Verdict, ...] = ()
    entries: tuple[Entry, ...] = ()
    wishes: Wishes = field(default_factory=Wishes)
    repeated: int = 0

    @property
    def empty(self) -> bool:
        return not (self.verdicts or self.entries)


@dataclass
class Conversation:
    """Runs inside one writing transaction (`Groupware.acting`), or reads inside a snapshot."""

    groupware: Groupware
    connection: sqlite3.Connection
    partnership: UUID
    collection: CollectionRow
    codec: Codec
    tag: Callable[[], int] = new_tag

    def __post_init__(self) -> None:
        place = (self.partnership, self.collection.id)
        self.lines = lines.lines(self.connection, self.codec, *place)
        self.quarantine = lines.quarantined(self.connection, *place)

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
        if not self.lines:
            return None
        line = self.lines[-1] if self.lines[0].unused else self.lines[0]
        return line, line.rounds[-1]

    def view(self, line: Line, round: Round | None = None) -> View:
        """The collection as the line sees it, as far as this answer goes."""
        but = NOBODY if round is None else _foreign(round, line.answers)
        return View(self.connection, self.collection.number, line.name, self.quarantine, but)

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
        return self._load(id, entry.row.edition).values

    # Answering

    def begin(self, wishes: Wishes) -> SyncKey:
        """Key 0: a new line. One begun a moment ago and not used yet is answered again."""
        lately = int(self.groupware.clock().timestamp()) - REPEATED
        for line in self.lines:
            first = line.confirmed
            if line.unused and first.wishes == wishes and first.begun >= lately:
                return first.key
        tag, generation = self.tag(), self._next_generation()
        self._note(LineBegun, tag, generation=generation, tag=tag, wishes=wishes)
        return SyncKey(generation, tag)

    def respond(self, line: Line, round: Round, ask: Ask, desk: Desk) -> Answer:
        """Answer a request that names the key of `round`."""
        if round is line.confirmed and line.answers:
            return self._repeat(line, ask, desk)
        self._confirm(line, round, desk)
        return self._answer(replace(line, confirmed=round, answers=()), ask, desk)

    def _answer(self, line: Line, ask: Ask, desk: Desk) -> Answer:
        parent = line.confirmed
        verdicts: dict[tuple[int, str], Verdict] = {}
        for command in ask.commands:
            self._take(command, line, parent.after, verdicts, desk)
        self._refresh()
        before, after, told, suspect = self._tell(line, ask)
        if not told and not ask.commands and after.done and ask.wishes == parent.wishes:
            return Answer(parent.key, wishes=ask.wishes)
        answer = self._record(
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
        for command in ask.commands:
            self._take(command, line, line.confirmed.after, pool, desk)
        self._refresh()
        verdicts = tuple(pool[command.key] for command in _once(ask.commands))
        same = [answer for answer in line.answers if set(answer.verdicts) == set(verdicts)]
        if same:
            answer = same[-1]
            self._note(RoundRepeated, line.name, generation=answer.key.generation)
            line, answer = self._halve(line, answer)
        else:
            last = line.answers[-1]
            answer = self._record(
                line, line.confirmed, last.before, last.after, verdicts, last.wishes, last.suspect
            )
            line = replace(line, answers=(*line.answers, answer))
        return _spoken(answer, ask.commands, self._range(line, answer))

    def _halve(self, line: Line, answer: Round) -> tuple[Line, Round]:
        """If it was repeated too often, half of its range as a sibling answer; a lone item is
        reduced, then left out."""
        told, after, suspect = self._range(line, answer), answer.after, None
        if answer.repeats + 1 < _bound(answer, told):
            return line, answer
        if len(told) > 1:
            _, after = self.view(line, answer).tell(answer.before, len(told) // 2, answer.after)
            suspect = answer.after
        else:
            self._keep(line, told[0])
        sibling = self._record(
            line,
            line.confirmed,
            answer.before,
            after,
            answer.verdicts,
            answer.wishes,
            suspect,
        )
        return replace(line, answers=(*line.answers, sibling)), sibling

    def _keep(self, line: Line, entry: Entry) -> None:
        """From the next answer on the phone is spared this edition."""
        item, row = entry.row.item, entry.row
        kept = Quarantine(
            row.edition,
            row.pos,
            line.name,
            self._next_generation(),
            entry.verb is not Verb.ADD,
            not entry.reduced,
        )
        self._quarantine(item, kept)

    def _quarantine(self, item: bytes, kept: Quarantine) -> None:
        facts = vars(kept) | {"item": UUID(bytes=item), "row": kept.pos}
        del facts["pos"], facts["line"]
        self._note(ItemQuarantined, kept.line, **facts)
        self._refresh()

    def release(self, line: Line, item: UUID) -> None:
        """The phone is spared this item no longer."""
        self._note(ItemReleased, line.name, item=item)
        self._refresh()

    def set_apart(self, answer: SyncKey, entry: Entry, reduced: bool) -> None:
        """We cannot show this edition ourselves: the answer went without it, or `reduced`."""
        found = self.find(answer)
        if found is None:
            return
        held, row = entry.verb is not Verb.ADD, entry.row
        line, generation = found[0].name, answer.generation
        kept = Quarantine(row.edition, row.pos, line, generation, held, reduced)
        self._quarantine(row.item, kept)

    def _reconsider(self, line: Line, round: Round) -> None:
        """An answer from before a quarantine was read after all: the phone took the item."""
        for item, kept in self.quarantine.items():
            if kept.line != line.name or kept.generation <= round.key.generation:
                continue
            if kept.reduced:
                self.release(line, UUID(bytes=item))
            else:
                spared = replace(kept, reduced=True, generation=round.key.generation)
                self._quarantine(item, spared)

    def _range(self, line: Line, answer: Round) -> list[Entry]:
        if answer.before == answer.after:
            return []
        return self.view(line, answer).tell(answer.before, EVERYTHING, answer.after)[0]

    def _confirm(self, line: Line, round: Round, desk: Desk) -> None:
        """The phone has read this answer and none of its siblings."""
        siblings = [answer for answer in line.answers if answer is not round]
        if not siblings:
            return
        self._reconsider(line, round)
        mine = {verdict.key: verdict for verdict in round.verdicts}
        told = {verdict.item for verdict in round.verdicts}
        view = self.view(line, round)
        for verdict in (verdict for sibling in siblings for verdict in sibling.verdicts):
            own = mine.get(verdict.key)
            if own is None and verdict.item not in told:
                self._withdraw(view, round, verdict)
            elif own and own.digest != verdict.digest and (verdict.row or 0) > (own.row or 0):
                self._insist(view, own, verdict)
        self._note(RoundConfirmed, line.name, generation=round.key.generation)
        self._refresh()

    def _withdraw(self, view: View, round: Round, verdict: Verdict) -> None:
        """The phone no longer speaks of it: what became of it is news to the phone."""
        if verdict.row is None or verdict.item is None:
            return
        present = view.has(verdict.item.bytes, round.after)
        self._reoffer(verdict.item, "withdrawn", Echo(view.line, False, present))

    def _insist(self, view: View, own: Verdict, late: Verdict) -> None:
        """A request that came late overwrote what the phone had said since: that is undone."""
        if late.item is None or late.row is None:
            return
        item, edition = self._load(late.item), self._edition(late.item, late.row)
        replaced = self._edition(late.item, late.row - 1)
        if item.removed or replaced == edition:
            return
        before, after = (self._load(late.item, at).values for at in (replaced, edition))
        undoing = difference(after, before)
        fields = kind_of(type(item)).fields
        resolution = resolve(fields, after, undoing, item.values, mine_wins=True)
        if resolution.patch:
            said = self._load(late.item, self._edition(late.item, own.row)) if own.row else None
            silent = said is not None and apply(item.values, resolution.patch) == said.values
            item.revise(resolution.patch, edition, Echo(view.line, silent))
            self.groupware.save(item)

    def _reoffer(self, id: UUID, reason: str, echo: Echo) -> None:
        item = self._load(id)
        item.reoffer(reason, echo, self.collection.id)
        self.groupware.save(item)

    def _load(self, id: UUID, edition: int | None = None) -> Item:
        row = items.item(self.connection, id)
        assert row is not None, "a verdict speaks of an item that was there"
        return self.groupware.load(KINDS[row.kind].aggregate, id, edition)

    def _edition(self, item: UUID, pos: int) -> int:
        """The edition that stood at this position."""
        (edition,) = self.connection.execute(
            "SELECT edition FROM change WHERE collection = ? AND item = ? AND pos <= ?"
            " ORDER BY pos DESC LIMIT 1",
            (self.collection.number, item.bytes, pos),
        ).fetchone()
        return int(edition)

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
        if before and (before.digest == command.digest or command.op == DELETE):
            return
        if command.op == ADD and before and before.item:
            change = replace(command, op=CHANGE, item=before.item)
            made = desk.change(change, view, reach)
            row = made.row or before.row
            verdict = replace(made, op=ADD, item=before.item, row=row)
        elif command.op == ADD:
            verdict = desk.add(command, view, line.confirmed.begun)
        elif command.op == CHANGE:
            verdict = desk.change(command, view, reach)
        else:
            verdict = desk.delete(command, view, reach)
        verdicts[command.key] = verdict

    # Recording

    def _record(
        self,
        line: Line,
        parent: Round,
        before: Reach,
        after: Reach,
        verdicts: tuple[Verdict, ...],
        wishes: Wishes,
        suspect: Reach | None,
    ) -> Round:
        key = SyncKey(self._next_generation(), self.tag())
        self._note(
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

    def _note(self, event: type[RoundEvent], line: int, **facts: Any) -> None:
        stream = stream_of(self.partnership, self.collection.id)
        last = self.groupware.recorder.select_events(stream, desc=True, limit=1)
        version = last[0].originator_version + 1 if last else 1
        place = {"phone": self.partnership, "collection": self.collection.id}
        self.groupware.save(event.note(stream, version, line=line, **place, **facts))

    def _next_generation(self) -> int:
        (last,) = self.connection.execute(
            "SELECT max(generation) FROM round WHERE partnership = ? AND collection = ?",
            (self.partnership.bytes, self.collection.id.bytes),
        ).fetchone()
        return (last or 0) + 1

    def _refresh(self) -> None:
        """What has happened to the collection in this transaction."""
        row = items.collection(self.connection, self.collection.id)
        assert row is not None
        self.collection = row
        self.quarantine = lines.quarantined(self.connection, self.partnership, self.collection.id)


def _foreign(round: Round, siblings: Sequence[Round]) -> frozenset[int]:
    """Rows made by commands that this answer does not speak of."""
    rows = {v.row for sibling in siblings for v in sibling.verdicts if v.row is not None}
    return frozenset(rows - {verdict.row for verdict in round.verdicts})


def _bound(answer: Round, told: Sequence[Entry]) -> int:
    """After so many repeats something is done: at once, where halving is under way."""
    if len(told) > 1:
        return 1 if answer.suspect else PATIENCE
    whole = any(entry.verb in (Verb.ADD, Verb.CHANGE) for entry in told)
    return PATIENCE + LONE_PATIENCE if whole else EVERYTHING


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
