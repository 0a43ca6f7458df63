"""Why a phone was told something, or was not, as sentences in the reader's language."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.groupware import Groupware
from app.log.telling import Teller
from app.web.words import Words
from projections.explanation import Reason


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
        yield Line(each, teller.names.anything(each.item), happened, sentence(words, each))


def sentence(words: Words, reason: Reason) -> str:
    told = words.text(f"explain.why.{reason.word}")
    return f"{told} {words.text('explain.reduced')}" if reason.reduced else told
