"""A phone that deletes or rewrites very much at once: its commands are held, not carried out.

Whether a burst is on is decided once for a request, before anything of it is carried out. What
was done before stays: it can be restored from the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from app import chance
from app import items as use
from app.engine.asking import Command
from domain.brake import RULES, WINDOW, Pace, brake
from domain.item import DELETE, Echo, HeldEdit
from domain.round import Verdict
from projections import brakes, holds, items
from projections.delta import View
from projections.holds import Hold
from projections.lines import Line

if TYPE_CHECKING:
    from app.engine.conversation import Conversation


def marked(
    talk: Conversation,
    line: Line,
    commands: Sequence[Command],
    taken: Mapping[tuple[int, str], Verdict],
) -> Sequence[Command]:
    """The commands of a request, those that are to be held with the burst they belong to."""
    asked = _asked(commands, taken)
    if not asked:
        return commands
    place = (talk.partnership, talk.collection.id)
    since = int(talk.groupware.clock().timestamp()) - WINDOW
    paces = holds.paces(talk.connection, *place, since)
    limits = brakes.limits(talk.connection, talk.collection.owner)
    rules = limits.rules if limits else None
    braked = [
        op
        for op, count in asked.items()
        if brake(op, replace(paces.get(op, Pace()), asked=count), lambda: _live(talk), rules)
    ]
    if not braked:
        return commands
    talk.burst = holds.burst_of(talk.connection, line.name, since) or chance.identity("burst")
    talk.holding = True
    return [replace(each, burst=talk.burst) if each.op in braked else each for each in commands]


def _asked(commands: Sequence[Command], taken: Mapping[tuple[int, str], Verdict]) -> dict[int, int]:
    """To how many items the phone wants something done that was not done yet, by operation."""
    wanted: dict[int, set[object]] = {}
    for command in commands:
        if command.op in RULES and not carried_out(command, taken.get(command.key)):
            wanted.setdefault(command.op, set()).add(command.item or command.name)
    return {op: len(named) for op, named in wanted.items()}


def carried_out(command: Command, before: Verdict | None) -> bool:
    """Whether this verdict is on this very command."""
    return before is not None and (before.digest == command.digest or command.op == DELETE)


def _live(talk: Conversation) -> int:
    return items.count(talk.connection, talk.collection.number)


def take_back(talk: Conversation, view: View, item: UUID, hold: Hold, present: bool) -> None:
    """The phone never made its last edits in a hold: those before it stand, if there are any."""
    held, said = talk.load(item), view.said(item.bytes, hold)
    here = talk.collection.id
    if said is None:
        held.discard(hold.burst, "withdrawn", Echo(view.line, False, present), here)
        talk.groupware.save(held)
    else:
        fact = talk.event(said)
        edit = HeldEdit(fact.base, None if fact.removal else fact.patch)
        use.hold(talk.groupware, held, hold.burst, edit, view.line, here)
