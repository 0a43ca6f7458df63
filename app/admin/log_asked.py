"""What somebody looks for in the log, as the address of a page says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from app.log.history import Asked
from app.web.paging import LONGEST, place
from app.web.visit import Visit
from domain.refused import Unknown
from domain.when import Instant, instant

HERE: Final = "/admin/log"
TEXTS: Final = ("person", "device", "item", "kind", "by", "request")
TIMES: Final = ("since", "until")


@dataclass(frozen=True)
class Query:
    """The fields of the form as they were typed, and the place from which to go back."""

    words: dict[str, str]
    before: int | None

    @classmethod
    def of(cls, visit: Visit) -> Query:
        words = {name: visit.asked(name)[:LONGEST] for name in (*TEXTS, *TIMES)}
        return cls(words, place(visit.asked("before")))

    def asked(self, visit: Visit) -> Asked:
        """Unknown for a time that is none. Times are those of the reader's clocks."""
        words = self.words
        return Asked(
            person=words["person"],
            device=words["device"],
            item=words["item"],
            kind=(words["kind"],) if words["kind"] else (),
            by=words["by"],
            request=words["request"],
            since=_moment(visit, words["since"]),
            until=_moment(visit, words["until"]),
        )

    def address(self, below: str = "", **more: object) -> str:
        """Where the same is asked, from another place."""
        said = {name: word for name, word in self.words.items() if word}
        return f"{HERE}{below}?{urlencode({**said, **more})}"


def _moment(visit: Visit, text: str) -> Instant | None:
    if not text:
        return None
    try:
        return instant(datetime.fromisoformat(text).replace(tzinfo=None), visit.words.clocks)
    except (ValueError, OverflowError):
        raise Unknown("this is no time") from None
