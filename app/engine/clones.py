"""Two phones under one name, as when one was set up from a copy of the other.

Each begins anew when its key means nothing, and takes the line of the other with it: without end,
if nobody noticed. What gives them away is that keys of replaced lines are named, of one and then
of another. From there on their lines stand side by side, a few of them, and each phone goes on in
its own. What protocol and phones cannot tell apart is left: whose a Ping is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.base import author
from domain.round import LineBegun, LineMissed, RoundAnswered, RoundEvent, stream_of
from projections.synckey import SyncKey

if TYPE_CHECKING:
    from app.engine.conversation import Conversation

LOOKED_AT: Final = 60
"""So many of the last events of a phone and collection are looked at."""

SOON: Final = timedelta(days=1)


def notice(talk: Conversation, key: SyncKey) -> None:
    """A key that means nothing was named: record it if it was the last of a replaced line."""
    past = list(_last_events(talk))
    line = _replaced(talk, past, key)
    missed = [each for each in past if isinstance(each, LineMissed)]
    if line is None or any(each.line == line for each in missed):
        return
    again = any(author().at - each.timestamp <= SOON for each in missed)
    talk.note(LineMissed, line, again=again)


def _last_events(talk: Conversation) -> list[RoundEvent]:
    """What was recorded last, the newest first."""
    stream = stream_of(talk.partnership, talk.collection.id)
    events = talk.groupware.events.get(stream, desc=True, limit=LOOKED_AT)
    return [each for each in events if isinstance(each, RoundEvent)]


def _replaced(talk: Conversation, past: list[RoundEvent], key: SyncKey) -> int | None:
    """The line in which this key was given last, if it is no more.

    An earlier key of a line is nothing that a phone would go on with, only a late request."""
    given = [each for each in past if isinstance(each, LineBegun | RoundAnswered)]
    line = next((e.line for e in given if (e.generation, e.tag) == key), None)
    if line is None or line in {each.name for each in talk.lines}:
        return None
    newest = next(each for each in given if each.line == line)
    before = newest.parent if isinstance(newest, RoundAnswered) else newest.generation
    return line if key.generation in (newest.generation, before) else None
