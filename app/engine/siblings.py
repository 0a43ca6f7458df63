"""Several answers to one key: which of them the phone has read, and what follows for the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from app.engine import braking, sparing
from domain.conflict import resolve
from domain.item import Echo
from domain.kinds import kind_of
from domain.patch import apply, difference
from domain.round import RoundConfirmed, Verdict
from projections.delta import View
from projections.holds import Hold
from projections.lines import Line, Round

if TYPE_CHECKING:
    from app.engine.conversation import Conversation


def confirm(talk: Conversation, line: Line, round: Round) -> None:
    """The phone has read this answer and none of its siblings."""
    siblings = [answer for answer in line.answers if answer is not round]
    if not siblings:
        return
    sparing.reconsider(talk, line, round)
    mine = {verdict.key: verdict for verdict in round.verdicts}
    told = {verdict.item for verdict in round.verdicts}
    view = talk.view(line, round)
    for verdict in (verdict for sibling in siblings for verdict in sibling.verdicts):
        own = mine.get(verdict.key)
        if own and own.digest == verdict.digest:
            continue
        late = own is not None and (verdict.row or 0) > (own.row or 0)
        if own and own.row and late and not _held_as(view, verdict):
            _insist(talk, view, own, verdict)
        elif late or verdict.item not in told or _unsaid(view, verdict):
            _withdraw(talk, view, round, verdict)
    talk.note(RoundConfirmed, line.name, generation=round.key.generation)
    talk.refresh()


def _withdraw(talk: Conversation, view: View, round: Round, verdict: Verdict) -> None:
    """The phone no longer speaks of it: what became of it is news to the phone."""
    if verdict.row is None or verdict.item is None:
        return
    present = view.has(verdict.item.bytes, round.after)
    held = _held_as(view, verdict)
    if held and held.open:
        braking.take_back(talk, view, verdict.item, held, present)
        return
    _reoffer(talk, verdict.item, "withdrawn", Echo(view.line, False, present))


def _held_as(view: View, verdict: Verdict) -> Hold | None:
    """The hold in which a command was held, open or decided."""
    if verdict.item is None or verdict.row is None:
        return None
    return view.held(verdict.item.bytes, verdict.row)


def _unsaid(view: View, verdict: Verdict) -> bool:
    """Whether it was held, and the phone speaks of nothing that was held with it."""
    held = _held_as(view, verdict)
    return bool(held and verdict.item and view.said(verdict.item.bytes, held) is None)


def _insist(talk: Conversation, view: View, own: Verdict, late: Verdict) -> None:
    """A request that came late overwrote what the phone had said since: that is undone."""
    if late.item is None or late.row is None:
        return
    item, edition = talk.load(late.item), _edition(talk, late.item, late.row)
    replaced = _edition(talk, late.item, late.row - 1)
    if item.removed or replaced == edition:
        return
    before, after = (talk.load(late.item, at).values for at in (replaced, edition))
    undoing = difference(after, before)
    fields = kind_of(type(item)).fields
    resolution = resolve(fields, after, undoing, item.values, mine_wins=True)
    if resolution.patch:
        said = talk.load(late.item, _edition(talk, late.item, own.row)) if own.row else None
        silent = said is not None and apply(item.values, resolution.patch) == said.values
        item.revise(resolution.patch, edition, Echo(view.line, silent))
        talk.groupware.save(item)


def _reoffer(talk: Conversation, id: UUID, reason: str, echo: Echo) -> None:
    item = talk.load(id)
    item.reoffer(reason, echo, talk.collection.id)
    talk.groupware.save(item)


def _edition(talk: Conversation, item: UUID, pos: int) -> int:
    """The edition that stood at this position."""
    (edition,) = talk.connection.execute(
        "SELECT edition FROM change WHERE collection = ? AND item = ? AND pos <= ?"
        " ORDER BY pos DESC LIMIT 1",
        (talk.collection.number, item.bytes, pos),
    ).fetchone()
    return int(edition)


def foreign(round: Round, siblings: Sequence[Round]) -> frozenset[int]:
    """Rows made by commands that this answer does not speak of. What it says of an item stands
    for all that the phone did to it before."""
    mine: dict[UUID | None, int] = {v.item: v.row or 0 for v in round.verdicts if v.item}
    verdicts = [verdict for sibling in siblings for verdict in sibling.verdicts]
    return frozenset(v.row for v in verdicts if v.row and v.row > mine.get(v.item, 0))
