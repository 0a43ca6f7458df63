"""The brake: when a phone deletes or rewrites so much at once that a person should look first.

A phone that lost its mind, or took a narrower scope for a deletion, looks like a busy user: it is
told apart by how much it does to one folder within a few minutes. What is over the limit is not
refused (the phone would try for ever) but held: docs/sync-engine.md, docs/decisions/0004.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from domain.item import CHANGE, DELETE

WINDOW = 600
"""So many seconds back a burst is looked for."""


class Rule(NamedTuple):
    """More than `many` items are a burst, and more than `few` if they are over `share` of all."""

    many: int
    few: int
    share: float


RULES = {
    DELETE: Rule(many=100, few=20, share=0.5),
    CHANGE: Rule(many=300, few=60, share=0.5),
}
"""By what a phone does; an Add takes nothing away and is never held."""

MOST_LIMIT: Final = 1_000_000


class Limits(NamedTuple):
    """From how much on a person's phones are not believed at once: more than so many deletions or
    edits, or more than a fifth of that if it is over `share` percent of the folder."""

    deletions: int
    edits: int
    share: int

    @property
    def good(self) -> bool:
        counts = all(0 < each <= MOST_LIMIT for each in (self.deletions, self.edits))
        return counts and 0 < self.share <= 100

    @property
    def rules(self) -> dict[int, Rule]:
        share = self.share / 100
        return {
            DELETE: Rule(self.deletions, self.deletions // 5, share),
            CHANGE: Rule(self.edits, self.edits // 5, share),
        }


BUILT_IN: Final = Limits(RULES[DELETE].many, RULES[CHANGE].many, 50)
"""What holds as long as nobody decides otherwise."""


@dataclass(frozen=True)
class Pace:
    """How many items of a folder a phone lately did this to, how many of them are held, and how
    many it asks for now."""

    done: int = 0
    held: int = 0
    asked: int = 0


def brake(
    op: int, pace: Pace, live: Callable[[], int], rules: Mapping[int, Rule] | None = None
) -> bool:
    """Whether what a phone asks for is to be held. `live` counts what is in the folder now; it
    is asked only where it matters. Without `rules` those of everybody count.

    A burst goes on while anything was held within the window, however little comes after it.
    """
    rule = (rules or RULES)[op]
    if pace.held:
        return pace.asked > 0
    count = pace.done + pace.asked
    if count <= rule.few:
        return False
    return count > rule.many or count > rule.share * (live() + (pace.done if op == DELETE else 0))
