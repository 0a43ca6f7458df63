"""Long lists, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from app.web.visit import Visit

PER_PAGE: Final = 50
LONGEST: Final = 100


@dataclass(frozen=True)
class Paging:
    """Which page of a list is asked for, of what was searched for by `words`, the fields of the
    search form."""

    number: int
    words: dict[str, str]
    total: int = 0

    @property
    def start(self) -> int:
        return (self.number - 1) * PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    def address(self, number: int) -> str:
        """The query that leads to another page of the same."""
        said = {name: word for name, word in self.words.items() if word}
        return "?" + urlencode({**said, "page": number})


def paging(visit: Visit, *fields: str) -> Paging:
    """What is asked for in the address; the first page, if it is none."""
    words = {name: visit.asked(name)[:LONGEST] for name in fields}
    text = visit.asked("page")
    good = text.isascii() and text.isdecimal() and 0 < len(text) < 7 and int(text) > 0
    return Paging(int(text) if good else 1, words)


def place(text: str) -> int | None:
    """A position in the log, from which a list goes on; None for what can be none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
