"""Moments as forms have them: on the reader's clocks, to the minute or the second."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from app.web.words import Words
from domain.when import Instant, instant

FORM: Final = "%Y-%m-%dT%H:%M:%S"
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def moment_of(text: str, words: Words) -> Instant | None:
    """The moment that was typed in, or one that a form of ours carries; None if it is none."""
    if "T" not in text:
        return None
    try:
        found = datetime.fromisoformat(text)
        at = found if found.tzinfo else instant(found, words.clocks)
    except (ValueError, OverflowError):
        return None
    return at if EARLIEST < at < LATEST else None


def in_form(at: Instant, words: Words) -> str:
    """As a field for date and time shows it, to the second."""
    return at.astimezone(words.clocks).strftime(FORM)
