"""Why a phone was told something, or was not, as sentences in the reader's language."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.groupware import Groupware
from app.log.explaining import Standing
from app.log.telling import Teller
from app.web.words import Words
from domain.item import ItemReoffered
from projections.delta import Rule
from projections.explanation import Aside, Reason


@dataclass(frozen=True)
class Line:
    """A reason in words: which item, what happened (and where in the log), how it was told."""

    reason: Reason
    title: str
    happened: str
    why: str

    @property
    def verb(self) -> str:
        return self.reason.verb.value if self.reason.verb else ""

    def data(self) -> dict[str, Any]:
        return {
            "told": self.verb or None,
            "reduced": self.reason.reduced,
            "title": self.title,
            "event": self.reason.event,
            "happened": self.happened,
            "rule": self.reason.word,
            "why": self.why,
        }


def lines(
    groupware: Groupware, connection: sqlite3.Connection, words: Words, reasons: Iterable[Reason]
) -> Iterator[Line]:
    """Each reason with the event that put it there."""
    teller = Teller(connection, words)
    told = list(reasons)
    events = dict(groupware.read(sorted({each.event for each in told if each.event})))
    for each in told:
        event = events.get(each.event) if each.event else None
        happened = teller.sentence(event) if event is not None else ""
        if each.word == Rule.MERGED.word and isinstance(event, ItemReoffered):
            each = replace(each, word=Aside.AGAIN.value)
        yield Line(each, teller.names.anything(each.item), happened, sentence(words, each))


def sentence(words: Words, reason: Reason) -> str:
    told = words.text(f"explain.why.{reason.word}")
    return f"{told} {words.text('explain.reduced')}" if reason.reduced else told


def wanted(words: Words, standing: Standing) -> str:
    """What the phone asked for: which events, and how much of long texts."""
    since = standing.since
    told = [words.text("explain.wants.since", day=words.day(since.date()))] if since else []
    cuts = [cut for _, cut, *_ in standing.wishes.bodies if cut is not None]
    if standing.wishes.truncation is not None:
        cuts.append(standing.wishes.truncation)
    if cuts:
        told.append(words.text("explain.wants.cut", size=max(cuts)))
    return "; ".join(told) or words.text("explain.wants.all")
