"""The sync engine as a small executable model: lists instead of tables, numbers instead of time.

One collection, any number of lines. What the model decides, `projections/` decides on tables;
both face the same simulated phones (`phone.py`). The rules are told in docs/sync-engine.md.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field, replace

from domain.brake import WINDOW, Pace, brake

ADD, CHANGE, DELETE = 1, 2, 3
OPEN = 1 << 40
LONE_PATIENCE = 8
Values = dict[str, int]


@dataclass
class Row:
    """One change. `line` caused it; `silent`: that line has this result already; `present`: what
    that line holds from here on (True, False, or None where the row says nothing about it)."""

    pos: int
    item: str
    op: int
    version: int
    line: str | None
    silent: bool
    present: bool | None
    until: int
    next_pos: int | None = None

    def live_at(self, pos: int) -> bool:
        return self.pos <= pos and (self.next_pos is None or self.next_pos > pos)


@dataclass(frozen=True)
class State:
    """What a key stands for: the device holds what was live at `base` within `was`, and of the
    rows live at `target` those up to `cursor`; before them the drained part of the window."""

    base: int = 0
    target: int = 0
    cursor: int = 0
    was: int = 0  # cutoff at base
    cutoff: int = 0  # cutoff of this run
    drained: tuple[int, str] | None = None  # (until, item) last drained; None: all drained

    @property
    def done(self) -> bool:
        return self.drained is None and self.cursor >= self.target


@dataclass
class Round:
    """An answer: what `key` stands for, which key it answers, and what it said to commands."""

    key: int
    before: State
    after: State
    verdicts: dict[tuple[int, str], Verdict] = field(default_factory=dict)
    repeats: int = 0
    suspect: State | None = None


@dataclass(frozen=True)
class Command:
    op: int
    id: str  # ClientId of an Add, else ServerId
    values: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Verdict:
    command: Command
    status: int
    item: str
    pos: int | None  # the row it made, None if it made none


@dataclass
class Reply:
    status: int
    key: int | None = None
    more: bool = False
    verdicts: list[Verdict] = field(default_factory=list)
    changes: list[tuple[str, str, Values | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Kept:
    """A version a device choked on, at a row; from the answer `key` on it is spared that."""

    version: int
    pos: int
    line: str
    held: bool
    reduced: bool
    key: int


@dataclass
class Hold:
    """What a line did to an item in a burst, and nobody else sees until it is decided at `over`.

    `rows` are those of its commands, with the item as the device shows it then, None where it
    was deleted; `base` is the version it was made on."""

    burst: int
    item: str
    line: str
    base: int
    at: int
    rows: dict[int, Values | None]
    over: int = OPEN

    @property
    def since(self) -> int:
        return min(self.rows)

    @property
    def said(self) -> Values | None:
        return self.rows[max(self.rows)]


@dataclass
class Line:
    name: str
    device: str
    confirmed: Round
    answers: list[Round] = field(default_factory=list)
    used: bool = False

    @property
    def rounds(self) -> list[Round]:
        return [self.confirmed, *self.answers]


class Engine:
    def __init__(self, patience: int = 3) -> None:
        self.patience = patience
        self.rows: list[Row] = []
        self.versions: dict[str, list[Values | None]] = {}
        self.lines: dict[str, list[Line]] = {}  # the line in use, and one begun but unused
        self.aside: list[tuple[str, str, int]] = []
        self.quarantine: dict[tuple[str, str], Kept] = {}  # by device and item
        self.holds: list[Hold] = []
        self.lately: dict[tuple[str, int], dict[str, tuple[int, bool]]] = {}
        self.bursts_begun = 0
        self.now = 0
        self.keys = 0
        self.made = 0

    @property
    def head(self) -> int:
        return len(self.rows)

    # -- writing ---------------------------------------------------------------------------

    def write(
        self,
        item: str,
        op: int,
        values: Values | None,
        line: str | None = None,
        silent: bool = False,
        present: bool | None = None,
    ) -> int:
        """Append a version and its row; the row before is superseded."""
        history = self.versions.setdefault(item, [])
        history.append(values)
        return self.touch(item, op, line, silent, present)

    def touch(
        self, item: str, op: int, line: str | None, silent: bool, present: bool | None
    ) -> int:
        """A row for the item's newest version as it stands."""
        values = self.versions[item][-1] or {}
        row = Row(
            self.head + 1,
            item,
            op,
            len(self.versions[item]),
            line,
            silent,
            present,
            values.get("until", OPEN),
        )
        for old in reversed(self.rows):
            if old.item == item:
                old.next_pos = row.pos
                break
        self.rows.append(row)
        return row.pos

    def create(self, values: Values, line: str | None = None, device: str = "s") -> str:
        self.made += 1
        item = f"i{self.made:04}"
        self.write(item, ADD, values, line, line is not None, True if line else None)
        return item

    def live(self) -> dict[str, Values]:
        return {i: h[-1] for i, h in self.versions.items() if h[-1] is not None}

    # -- the editor at the server ------------------------------------------------------------

    def edit(self, item: str, name: str, value: int) -> None:
        values = {**self.live()[item], name: value}
        if values != self.live()[item]:
            self.write(item, CHANGE, values)

    def delete(self, item: str) -> None:
        self.write(item, DELETE, None)

    def restore(self) -> None:
        """Bring back the first thing deleted, unless a phone has uploaded it again."""
        uids = {v["uid"] for v in self.live().values()}
        for item, history in self.versions.items():
            values = history[-2] if history[-1] is None else None
            if values and values["uid"] not in uids:
                self.write(item, ADD, values)
                break

    def remembers(self, item: str, name: str, value: int) -> bool:
        """Whether a value stands, stood, was set aside, or held."""
        held = [v for h in self.holds if h.item == item for v in h.rows.values()]
        stood = any(v and v.get(name) == value for v in [*self.versions[item], *held])
        return stood or (item, name, value) in self.aside

    # -- what a device has -----------------------------------------------------------------

    def row_at(self, item: str, pos: int) -> Row | None:
        for row in self.rows:
            if row.item == item and row.live_at(pos):
                return row
        return None

    def fact(self, item: str, line: str, state: State, but: Set[int]) -> Row | None:
        """The line's own last word on whether it has the item, after `base`, or after what it
        did to it was held."""
        holds = self.holding(item, line, state.base, but)
        for row in reversed(self.rows[min([state.base, *(h.since - 1 for h in holds)]) :]):
            own = row.item == item and row.line == line and row.pos not in but
            if own and row.present is not None:
                return row
        return None

    def holding(self, item: str, line: str, since: int, but: Set[int] = frozenset()) -> list[Hold]:
        """What this line did to the item that was held and not decided yet at `since`."""
        own = [h for h in self.holds if (h.item, h.line) == (item, line) and h.over > since]
        return [h for h in own if h.rows.keys() - but]

    def open(self, item: str, line: str) -> Hold | None:
        return next(iter(self.holding(item, line, OPEN - 1)), None)

    def held(self, item: str, line: str, state: State) -> bool:
        """Live at base, within the cutoff of base, and not kept from the device there."""
        row = self.row_at(item, state.base)
        if row is None or row.op == DELETE or row.until < state.was:
            return False
        return self.taken(row, line)

    def kept(self, row: Row, line: str) -> Kept | None:
        kept = self.quarantine.get((line.split("/")[0], row.item))
        return kept if kept and kept.version == row.version else None

    def taken(self, row: Row, line: str) -> bool:
        """Whether the device has the item after it was offered this row."""
        kept = self.kept(row, line)
        return kept is None or kept.reduced or (kept.held and kept.line == line)

    def has(self, item: str, line: str, state: State, but: Set[int]) -> bool:
        """Whether the device has the item once it has read the answer that led to `state`."""
        fact = self.fact(item, line, state, but)
        sent = self.row_at(item, state.target)
        outside = sent and self.outside(sent, line, state, but)
        told = sent and state.base < sent.pos <= state.cursor and not outside
        if told and (not fact or fact.pos < sent.pos):
            return sent.op != DELETE and sent.until >= state.cutoff and self.taken(sent, line)
        if (
            sent
            and sent.pos <= state.base
            and (sent.until, sent.item) <= (state.drained or (OPEN + 1, ""))
        ):
            state = replace(state, was=state.cutoff)
        return bool(fact.present) if fact else self.held(item, line, state)

    def outside(self, row: Row, line: str, state: State, but: Set[int]) -> bool:
        """Whether the item is out of the device's sight there: neither told nor news."""
        return any(row.pos < h.over for h in self.holding(row.item, line, state.base, but))

    def known(self, item: str, line: str, state: State) -> int | None:
        """The version on which the device makes its edit, None if it has none."""
        sent = self.row_at(item, state.target)
        if sent is None or sent.pos > state.cursor:
            sent = self.row_at(item, state.base)
        kept = self.kept(sent, line) if sent else None
        if kept and not kept.reduced:
            sent = self.row_at(item, kept.pos - 1) if kept.held else None
        floor = sent.pos if sent else 0
        own = [r for r in self.rows if r.item == item and r.line == line and r.pos > floor]
        holds = self.holding(item, line, floor)
        for row in reversed(own):
            for hold in holds:
                if hold.since <= row.pos <= hold.over:
                    return None if hold.said is None else hold.base
            withdrawn = any(
                o.pos > row.pos and not o.silent and o.version == row.version for o in own
            )
            if (row.silent or row.present) and not withdrawn:
                return row.version
        for hold in holds:
            if hold.since <= floor:
                return None if hold.said is None else hold.base
        return sent.version if sent and sent.op != DELETE else None

    def content(self, item: str, line: str, state: State) -> int | None:
        """The version whose values the device shows; None where it shows others (a join)."""
        version = self.known(item, line, state)
        own = (r for r in self.rows if r.item == item and r.line == line and r.version == version)
        return None if any(r.present and not r.silent for r in own) else version

    # -- reading ---------------------------------------------------------------------------

    def delta(
        self,
        line: str,
        state: State,
        limit: int,
        stop: State | None = None,
        but: Set[int] = frozenset(),
    ) -> tuple[list[tuple[str, Row]], State]:
        """Up to `limit` entries after `state` but not beyond `stop`, and the state then."""
        out: list[tuple[str, Row]] = []
        if state.drained is not None:
            for row in self.drain(state):
                place = (row.until, row.item)
                if len(out) == limit or (stop and stop.drained and place > stop.drained):
                    return out, state
                state = replace(state, drained=place)
                verb = self.verb(line, row, state, but)
                out += [(verb, row)] if verb else []
            if stop and stop.drained:
                return out, state
            state = replace(state, drained=None)
        for row in self.rows[state.cursor : stop.cursor if stop else state.target]:
            verb = self.verb(line, row, state, but) if row.live_at(state.target) else None
            if verb and len(out) == limit:
                return out, state
            out += [(verb, row)] if verb else []
            state = replace(state, cursor=row.pos)
        return out, replace(state, cursor=stop.cursor if stop else state.target)

    def drain(self, state: State) -> list[Row]:
        """What the moved window alone takes away or brings: live at both ends of the run."""
        low, high = sorted((state.was, state.cutoff))
        rows = [r for r in self.rows if r.live_at(state.base) and r.live_at(state.target)]
        rows = [r for r in rows if r.op != DELETE and low <= r.until < high]
        rows = [r for r in rows if (r.until, r.item) > (state.drained or (-1, ""))]
        return sorted(rows, key=lambda r: (r.until, r.item))

    def verb(self, line: str, row: Row, state: State, but: Set[int]) -> str | None:
        """How the device is told of a row: Add, Change, Delete, SoftDelete or not at all."""
        verb, kept = self.plain_verb(line, row, state, but), self.kept(row, line)
        left_out = kept and not kept.reduced and verb in ("Add", "Change")
        return None if left_out else verb

    def plain_verb(self, line: str, row: Row, state: State, but: Set[int]) -> str | None:
        if self.outside(row, line, state, but):
            return None
        fact = self.fact(row.item, line, state, but)
        if fact and fact.pos > row.pos and not fact.present:
            return None
        held = bool(fact.present) if fact else self.held(row.item, line, state)
        if row.op == DELETE:
            return "Delete" if held and not self.spoken(row, line, but) else None
        if row.until < state.cutoff:
            return "SoftDelete" if held else None
        if not held:
            return "Add"
        if self.spoken(row, line, but):
            return None
        holds = self.holding(row.item, line, state.base, but)
        if row.line != line and not holds and self.content(row.item, line, state) == row.version:
            return None  # offered again to another phone only
        return "Change"

    def spoken(self, row: Row, line: str, but: Set[int]) -> bool:
        """The device has this version, or a later one, because it made it."""
        own = (r for r in self.rows[row.pos - 1 :] if r.item == row.item and r.line == line)
        return any(r.silent and r.pos not in but for r in own)

    def advance(self, state: State, cutoff: int) -> State:
        """Begin the next run when this one is told to the end."""
        if not state.done:
            return state
        drained = None if state.cutoff == cutoff else (-1, "")
        return State(state.target, self.head, state.target, state.cutoff, cutoff, drained)

    # -- one request -----------------------------------------------------------------------

    def sync(
        self,
        device: str,
        key: int,
        commands: list[Command],
        window: int = 100,
        cutoff: int = 0,
        get_changes: bool = True,
        client_wins: bool = False,
    ) -> Reply:
        if key == 0:
            return self.begin(device, cutoff)
        for line in self.lines.get(device, []):
            for round in line.rounds:
                if round.key == key:
                    if round is line.confirmed and line.answers:
                        return self.repeat(line, commands, client_wins)
                    self.confirm(line, round)
                    options = (window, cutoff, get_changes, client_wins)
                    return self.answer(line, round, commands, *options)
        return Reply(3)

    def begin(self, device: str, cutoff: int) -> Reply:
        """A new line. The one in use stays until the new key is used: a key 0 may be a ghost.
        A line not used yet is answered again, so a repeated key 0 costs nothing either."""
        lines = self.lines.setdefault(device, [])
        if not lines or lines[-1].used:
            key = self.next_key()
            state = State(was=cutoff, cutoff=cutoff)
            lines.append(Line(f"{device}/{key}", device, Round(key, State(), state)))
        return Reply(1, lines[-1].confirmed.key)

    def next_key(self) -> int:
        self.keys += 1
        return self.keys

    def confirm(self, line: Line, round: Round) -> None:
        """The device has read this answer and no sibling of it."""
        siblings = [a for a in line.answers if a is not round]
        if not siblings:
            return
        line.confirmed, line.answers = round, []
        self.reconsider(line, round)
        told = {verdict.item for verdict in round.verdicts.values()}
        but = self.foreign(round, siblings)
        for sibling in siblings:
            for name, verdict in sibling.verdicts.items():
                mine = round.verdicts.get(name)
                if mine is not None and mine.command == verdict.command:
                    continue
                late = mine is not None and (verdict.pos or 0) > (mine.pos or 0)
                held = self.held_as(line.name, verdict)
                if late and mine.pos and not held:
                    self.insist(line.name, mine, verdict)
                elif late or verdict.item not in told or (held and not held.rows.keys() - but):
                    self.withdraw(line.name, round, verdict, but)

    def insist(self, line: str, own: Verdict, late: Verdict) -> None:
        """A request that came late overwrote what the device had said since: that is undone."""
        item = late.item
        if late.pos is None or item not in self.live():
            return
        before, after = (self.version_at(item, pos) for pos in (late.pos - 1, late.pos))
        if before == after:
            return
        old, new = self.values(item, before), self.values(item, after)
        undone = {**self.live()[item], **{f: v for f, v in old.items() if new.get(f) != v}}
        said = self.values(item, self.version_at(item, own.pos)) if own.pos else None
        if undone != self.live()[item]:
            self.note(line, CHANGE, item, False)
            self.write(item, CHANGE, undone, line, undone == said, None)

    def version_at(self, item: str, pos: int) -> int:
        return next(r.version for r in reversed(self.rows[:pos]) if r.item == item)

    def reconsider(self, line: Line, round: Round) -> None:
        """An answer from before a quarantine was read after all: the device took the item."""
        for (device, item), kept in list(self.quarantine.items()):
            if device != line.device or kept.line != line.name or kept.key <= round.key:
                continue
            if kept.reduced:
                del self.quarantine[device, item]
            else:
                self.quarantine[device, item] = replace(kept, reduced=True, key=round.key)

    def foreign(self, round: Round, siblings: list[Round]) -> set[int]:
        """Rows made by commands this answer does not speak of. What it says of an item stands
        for all that the phone did to it before."""
        mine = {v.item: v.pos or 0 for v in round.verdicts.values() if v.item is not None}
        verdicts = [v for s in siblings for v in s.verdicts.values()]
        return {v.pos for v in verdicts if v.pos and v.pos > mine.get(v.item, 0)}

    def answer(
        self,
        line: Line,
        parent: Round,
        commands: list[Command],
        window: int,
        cutoff: int,
        get_changes: bool,
        client_wins: bool,
    ) -> Reply:
        verdicts: dict[tuple[int, str], Verdict] = {}
        bursts = self.brake(line, commands, verdicts)
        for command in commands:
            self.take(line.name, parent.after, command, verdicts, client_wins, bursts)
        before = state = parent.after
        suspect, out = parent.suspect, []
        if get_changes:
            before = self.advance(parent.after, cutoff)
            suspect = parent.suspect if before == parent.after else None
            if suspect:
                window = max(1, len(self.delta(line.name, before, 1 << 30, suspect)[0]) // 2)
            out, state = self.delta(line.name, before, window, suspect)
            suspect = None if state == suspect else suspect
            while not out and state.done and state.target < self.head:
                before = self.advance(state, cutoff)
                out, state = self.delta(line.name, before, window)
        if not out and not commands and state.done:  # nothing to say: nothing is recorded
            return Reply(1, parent.key)
        if not line.used:
            line.used, self.lines[line.device] = True, [line]
        line.confirmed, line.answers = parent, []
        answer = Round(self.next_key(), before, state, verdicts, suspect=suspect)
        line.answers.append(answer)
        return self.tell(line, answer, commands)

    def repeat(self, line: Line, commands: list[Command], client_wins: bool) -> Reply:
        """The reply was lost: the same range again. Other commands make a sibling answer."""
        pool: dict[tuple[int, str], Verdict] = {}
        for answer in line.answers:
            pool.update(answer.verdicts)
        bursts = self.brake(line, commands, pool)
        for command in commands:
            self.take(line.name, line.confirmed.after, command, pool, client_wins, bursts)
        verdicts = {(c.op, c.id): pool[c.op, c.id] for c in commands}
        for answer in reversed(line.answers):
            if answer.verdicts == verdicts:
                answer.repeats += 1
                answer = self.halve(line, answer)
                break
        else:
            answer = replace(line.answers[-1], key=self.next_key(), verdicts=verdicts, repeats=0)
            line.answers.append(answer)
        return self.tell(line, answer, commands)

    def halve(self, line: Line, answer: Round) -> Round:
        """A sibling answer with half of the range; alone, the item goes into quarantine."""
        out, but = self.range(line, answer), self.foreign(answer, line.answers)
        state, suspect = answer.after, None
        if answer.repeats < self.bound(answer, out):
            return answer
        if len(out) > 1:
            _, state = self.delta(line.name, answer.before, len(out) // 2, answer.after, but)
            suspect = answer.after
        key = self.next_key()
        if len(out) == 1:
            self.keep(line, *out[0], key)
        answer = replace(answer, key=key, after=state, suspect=suspect, repeats=0)
        line.answers.append(answer)
        return answer

    def bound(self, answer: Round, told: list[tuple[str, Row]]) -> int:
        """After so many repeats the range is halved: at once, where that is under way."""
        if len(told) > 1:
            return 1 if answer.suspect else self.patience
        whole = any(verb in ("Add", "Change") for verb, _ in told)
        return self.patience + LONE_PATIENCE if whole else OPEN

    def keep(self, line: Line, verb: str, row: Row, key: int) -> None:
        """First reduced, then left out."""
        before = self.kept(row, line.name)
        reduced = before is None or not before.reduced
        kept = Kept(row.version, row.pos, line.name, verb == "Change", reduced, key)
        self.quarantine[line.device, row.item] = kept

    def release(self, device: str, item: str) -> None:
        """Offer it again, as it stands."""
        kept = self.quarantine.pop((device, item))
        line = self.lines[device][0]
        held = kept.reduced or (kept.held and kept.line == line.name)
        newest = next(r for r in reversed(self.rows) if r.item == item)
        self.touch(item, newest.op, line.name, False, None if held else False)

    def range(self, line: Line, answer: Round) -> list[tuple[str, Row]]:
        if answer.before == answer.after:
            return []
        but = self.foreign(answer, line.answers)
        return self.delta(line.name, answer.before, 1 << 30, answer.after, but)[0]

    def tell(self, line: Line, answer: Round, commands: list[Command]) -> Reply:
        changes = [
            (verb, row.item, self.shown(line.name, verb, row))
            for verb, row in self.range(line, answer)
        ]
        verdicts = [answer.verdicts[c.op, c.id] for c in commands]
        return Reply(1, answer.key, not answer.after.done, verdicts, changes)

    def shown(self, line: str, verb: str, row: Row) -> Values | None:
        """The values a device is sent; reduced, they are without `b`."""
        values = self.versions[row.item][row.version - 1]
        return {**values, "b": 0} if self.kept(row, line) and verb in ("Add", "Change") else values

    # -- commands --------------------------------------------------------------------------

    def take(
        self,
        line: str,
        state: State,
        command: Command,
        verdicts: dict[tuple[int, str], Verdict],
        client_wins: bool,
        bursts: dict[int, int],
    ) -> None:
        name = (command.op, command.id)
        before = verdicts.get(name)
        if before and before.command == command:
            return
        if command.op == ADD and before:
            change = Command(CHANGE, before.item, command.values)
            _, pos = self.change(line, state, change, client_wins)
            verdicts[name] = Verdict(command, 1, before.item, pos or before.pos)
        elif command.op == ADD:
            item = self.join(line, dict(command.values)) or self.create(dict(command.values), line)
            verdicts[name] = Verdict(command, 1, item, self.head)
        elif command.op == CHANGE:
            burst = bursts.get(CHANGE)
            status, pos = self.change(line, state, command, client_wins, burst)
            verdicts[name] = Verdict(command, status, command.id, pos)
        else:
            pos, held = None, self.open(command.id, line)
            if held:
                pos = None if held.said is None else self.hold(held, None)
            elif command.id in self.live() and DELETE in bursts:
                version = len(self.versions[command.id])
                pos = self.hold(self.begin_hold(bursts[DELETE], command.id, line, version), None)
            elif command.id in self.live():
                pos = self.write(command.id, DELETE, None, line, True, False)
                self.note(line, DELETE, command.id, False)
            elif self.has(command.id, line, state, set()):
                pos = self.touch(command.id, DELETE, line, True, False)
            verdicts[name] = Verdict(command, 1, command.id, pos)

    def join(self, line: str, values: Values) -> str | None:
        """An Add of what the collection already holds becomes that item, once per line."""
        for item, theirs in self.live().items():
            added = any(r.item == item and r.line == line and r.present for r in self.rows)
            held = self.open(item, line)
            removing = held is not None and held.said is None
            if theirs["uid"] == values["uid"] and (removing or not added):
                differing = [(item, f, v) for f, v in values.items() if theirs.get(f) != v]
                self.aside.extend(differing)
                pos = self.touch(item, CHANGE, line, not differing, True)
                if held and removing:
                    held.over = pos
                return item
        return None

    def change(
        self,
        line: str,
        state: State,
        command: Command,
        client_wins: bool,
        burst: int | None = None,
    ) -> tuple[int, int | None]:
        item, mine = command.id, dict(command.values)
        version = self.known(item, line, state)
        history = self.versions.get(item)
        held = self.open(item, line)
        if held and held.said is not None:
            return 1, self.hold(held, mine)
        if held or history is None or version is None or history[-1] is None:
            self.aside.extend((item, f, v) for f, v in mine.items())
            return 8, None
        if burst is not None and mine != self.values(item, version):
            return 1, self.hold(self.begin_hold(burst, item, line, version), mine)
        return self.merge(line, item, version, mine, client_wins)

    def values(self, item: str, version: int) -> Values:
        """What a version holds; one that removed the item, what it held before."""
        history = self.versions[item]
        return history[version - 1] or history[version - 2] or {}

    def merge(
        self, line: str, item: str, version: int, mine: Values, client_wins: bool
    ) -> tuple[int, int | None]:
        history = self.versions[item]
        base, theirs = self.values(item, version), history[-1] or {}
        patch = {f: v for f, v in mine.items() if base.get(f) != v}
        lost = {f for f in patch if theirs.get(f) not in (base.get(f), patch[f])}
        if lost and client_wins:
            self.aside.extend((item, f, theirs[f]) for f in lost if f in theirs)
            lost = set()
        self.aside.extend((item, f, patch[f]) for f in lost)
        merged = {**theirs, **{f: v for f, v in patch.items() if f not in lost}}
        fresh = version == len(history)
        status = 7 if lost else 1
        if fresh and merged == theirs:
            return status, None
        if merged == theirs:
            return status, self.touch(item, CHANGE, line, False, None)
        self.note(line, CHANGE, item, False)
        return status, self.write(item, CHANGE, merged, line, fresh, None)

    def withdraw(self, line: str, round: Round, verdict: Verdict, but: Set[int]) -> None:
        """The device no longer speaks of it: what became of it is news to the device."""
        if verdict.pos is None:
            return
        has = self.has(verdict.item, line, round.after, but)
        held = self.open(verdict.item, line)
        if held and verdict.pos in held.rows:
            said = [pos for pos in held.rows if pos not in but]
            if said:
                self.hold(held, held.rows[max(said)])
            else:
                held.over = self.touch(verdict.item, self.stands(verdict.item), line, False, has)
        else:
            self.touch(verdict.item, self.stands(verdict.item), line, False, has)

    def stands(self, item: str) -> int:
        """The operation of a row for an item as it stands."""
        return CHANGE if item in self.live() else DELETE

    # -- the brake -------------------------------------------------------------------------

    def brake(
        self, line: Line, commands: list[Command], taken: dict[tuple[int, str], Verdict]
    ) -> dict[int, int]:
        """The operations that are held in this request, and the burst they belong to."""
        fresh = [c for c in commands if (c.op, c.id) not in taken or c != taken[c.op, c.id].command]
        braked = [op for op in (CHANGE, DELETE) if self.too_fast(line.device, op, fresh)]
        return dict.fromkeys(braked, self.burst_of(line.name)) if braked else {}

    def too_fast(self, device: str, op: int, fresh: list[Command]) -> bool:
        lately = self.lately.get((device, op), {}).values()
        held = [held for at, held in lately if at > self.now - WINDOW]
        asked = len({c.id for c in fresh if c.op == op})
        pace = Pace(held.count(False), held.count(True), asked)
        return asked > 0 and brake(op, pace, lambda: len(self.live()))

    def burst_of(self, line: str) -> int:
        """The burst that is on, or a new one."""
        for hold in reversed(self.holds):
            if hold.line == line and hold.over == OPEN and hold.at > self.now - WINDOW:
                return hold.burst
        self.bursts_begun += 1
        return self.bursts_begun

    def begin_hold(self, burst: int, item: str, line: str, version: int) -> Hold:
        self.holds.append(Hold(burst, item, line, version, self.now, {}))
        return self.holds[-1]

    def hold(self, held: Hold, said: Values | None) -> int:
        """A row that only the line sees: it has done this, nobody else has."""
        pos = self.touch(held.item, self.stands(held.item), held.line, True, said is not None)
        held.rows[pos], held.at = said, self.now
        self.note(held.line, DELETE if said is None else CHANGE, held.item, True)
        return pos

    def held_as(self, line: str, verdict: Verdict) -> Hold | None:
        own = (h for h in self.holds if (h.item, h.line) == (verdict.item, line))
        return next((h for h in own if verdict.pos in h.rows), None)

    def note(self, line: str, op: int, item: str, held: bool) -> None:
        self.lately.setdefault((line.split("/")[0], op), {})[item] = (self.now, held)

    def wait(self, seconds: int) -> None:
        self.now += seconds

    def bursts(self) -> list[int]:
        """What waits for a decision, the oldest first."""
        return list(dict.fromkeys(h.burst for h in self.holds if h.over == OPEN))

    def decide(self, burst: int, release: bool) -> None:
        """As if it were done now by the device that did it; or as if it had never been."""
        for hold in [h for h in self.holds if h.burst == burst and h.over == OPEN]:
            item, line, said = hold.item, hold.line, hold.said
            hold.over = self.touch(item, self.stands(item), line, False, None)
            if release and item not in self.live():
                self.aside.extend((item, f, v) for f, v in (said or {}).items())
            elif release and said is None:
                self.write(item, DELETE, None, line, False, None)
            elif release:
                self.merge(line, item, hold.base, said or {}, client_wins=False)
            if release:
                for op in (CHANGE, DELETE):
                    self.lately.pop((line.split("/")[0], op), None)

    def held_by(self, device: str) -> dict[str, Values | None]:
        """What the device in its present line shows instead of what stands."""
        lines = {line.name for line in self.lines.get(device, [])}
        return {h.item: h.said for h in self.holds if h.line in lines and h.over == OPEN}
