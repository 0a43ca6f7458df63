"""Rounds: what a phone was answered, so that every delivery can be explained and repeated.

One stream of events for each phone and collection, appended to and never loaded as an
aggregate: the rounds that count are rows (`projections/lines.py`). The rules are told in
docs/sync-engine.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID, uuid5

from domain.base import Event, author, known_as

OPEN = 1 << 40
"""The `until` of what never ends, in seconds since 1970."""


@dataclass(frozen=True)
class Reach:
    """What a key stands for: how far into a collection's changes its phone has come.

    The phone holds what was live at `base` and mattered after `was`; of the rows live at
    `target` it has those up to `cursor`. Where the window itself moves, from `was` to `cutoff`,
    the rows between the two are drained first; `drained` is the last of them that was told
    (until, item), or None once all are.
    """

    base: int = 0
    target: int = 0
    cursor: int = 0
    was: int = 0
    cutoff: int = 0
    drained: tuple[int, bytes] | None = None

    @property
    def done(self) -> bool:
        """Whether everything up to `target` has been told."""
        return self.drained is None and self.cursor >= self.target


START_OF_DRAIN = (-OPEN, b"")


@dataclass(frozen=True)
class Wishes:
    """The Options of a collection as they stand until replaced (MS-ASCMD 2.2.3.125.5).

    `bodies` are body preferences as (type, truncation, all or none, preview). `supported` is
    the Supported list of the line's first request, None where there was none.
    """

    filter_type: int = 0
    client_wins: bool = False
    bodies: tuple[tuple[int, int | None, bool, int | None], ...] = ()
    truncation: int | None = None
    supported: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Verdict:
    """What became of one command: `row` is the position of the change it made, if it made one.

    `digest` recognises the command when it is repeated; `files` are the (ClientId, reference)
    pairs of files that came with it; `refused` the occurrences that could not be stored.
    """

    op: int
    name: str
    digest: bytes
    status: int
    item: UUID | None = None
    row: int | None = None
    files: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[int, str]:
        """The command's own name in its request: ClientId, or ServerId with the occurrence."""
        return self.op, self.name


class RoundEvent(Event):
    """`phone` is the partnership whose rounds these are, whoever acts."""

    phone: UUID
    collection: UUID
    line: int

    @classmethod
    def note(cls, stream: UUID, version: int, **facts: Any) -> Self:
        """The fact as the next event of its stream."""
        return cls(originator_id=stream, originator_version=version, timestamp=author().at, **facts)


class LineBegun(RoundEvent):
    """A key 0: from the new key on, the phone is told everything again, under the same names.

    `after` is what was told at once: all there was of a hierarchy, nothing of a folder.
    """

    TOPIC = "line.begun"

    generation: int
    tag: int
    wishes: Wishes
    after: Reach


class RoundAnswered(RoundEvent):
    """The request with the key of generation `parent` was answered with a new key."""

    TOPIC = "round.answered"

    parent: int
    generation: int
    tag: int
    before: Reach
    after: Reach
    verdicts: tuple[Verdict, ...]
    wishes: Wishes
    suspect: Reach | None


class RoundRepeated(RoundEvent):
    """An answer did not arrive and was given once more."""

    TOPIC = "round.repeated"

    generation: int


class RoundConfirmed(RoundEvent):
    """The phone used the key of one answer where several had been given."""

    TOPIC = "round.confirmed"

    generation: int


class LineMissed(RoundEvent):
    """A key was named of a line that another one had replaced: a request that comes late, or one
    of two phones that go by one name. Where it happens `again`, to another line, they are two.
    """

    TOPIC = "line.missed"

    again: bool


class ItemQuarantined(RoundEvent):
    """This phone cannot take this edition of an item: it gets it `reduced`, then not at all.

    `row` is the position of the change it choked on, `generation` that of the first answer
    without it; `held` says whether the phone had an earlier edition.
    """

    TOPIC = "item.quarantined"

    item: UUID
    edition: int
    row: int
    generation: int
    held: bool
    reduced: bool


class ItemReleased(RoundEvent):
    """The phone has taken the item after all, or it is to be offered to it once more."""

    TOPIC = "item.released"

    item: UUID


def stream_of(partnership: UUID, collection: UUID) -> UUID:
    """The stream of one phone's rounds on one collection."""
    return uuid5(partnership, f"rounds:{collection}")


known_as(
    LineBegun,
    RoundAnswered,
    RoundRepeated,
    RoundConfirmed,
    LineMissed,
    ItemQuarantined,
    ItemReleased,
)
