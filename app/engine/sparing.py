"""An item that a phone chokes on: found by halving what it is told, and then spared it.

First the item is sent reduced, then left out, for this phone only and until it is edited or
released. Whether it was that item shows when the phone goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from projections.delta import Entry, Verb
from projections.lines import Line, Quarantine, Round

if TYPE_CHECKING:
    from app.engine.conversation import Conversation

NEVER = 1 << 30
PATIENCE = 3
"""How often an answer is asked for again before something in it is taken for the reason."""

LONE_PATIENCE = 8
"""How many repeats more it takes until that is the one item in it: networks fail often, too."""


def halve(talk: Conversation, line: Line, answer: Round) -> tuple[Line, Round]:
    """If it was repeated too often, half of its range as a sibling answer; a lone item is
    reduced, then left out."""
    told, after, suspect = talk.range(line, answer), answer.after, None
    if answer.repeats + 1 < bound(answer, told):
        return line, answer
    if len(told) > 1:
        _, after = talk.view(line, answer).tell(answer.before, len(told) // 2, answer.after)
        suspect = answer.after
    else:
        keep(talk, line, told[0])
    sibling = talk.record(
        line,
        line.confirmed,
        answer.before,
        after,
        answer.verdicts,
        answer.wishes,
        suspect,
    )
    return replace(line, answers=(*line.answers, sibling)), sibling


def keep(talk: Conversation, line: Line, entry: Entry) -> None:
    """From the next answer on the phone is spared this edition."""
    item, row = entry.row.item, entry.row
    kept = Quarantine(
        row.edition,
        row.pos,
        line.name,
        talk.next_generation(),
        entry.verb is not Verb.ADD,
        not entry.reduced,
    )
    talk.spare(item, kept)


def reconsider(talk: Conversation, line: Line, round: Round) -> None:
    """An answer from before a quarantine was read after all: the phone took the item."""
    for item, kept in talk.quarantine.items():
        if kept.line != line.name or kept.generation <= round.key.generation:
            continue
        if kept.reduced:
            talk.release(line, UUID(bytes=item))
        else:
            spared = replace(kept, reduced=True, generation=round.key.generation)
            talk.spare(item, spared)


def bound(answer: Round, told: Sequence[Entry]) -> int:
    """After so many repeats something is done: at once, where halving is under way."""
    if len(told) > 1:
        return 1 if answer.suspect else PATIENCE
    whole = any(entry.verb in (Verb.ADD, Verb.CHANGE) for entry in told)
    return PATIENCE + LONE_PATIENCE if whole else NEVER
