"""Fields and their values in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from adapters.eas.plain import plain
from app.my import repeating
from app.web.words import Words
from domain.body import Body
from domain.calendar import Attachment, Attendee, Location
from domain.patch import CANCELLED, CLEARED, Values
from domain.recurrence import Recurrence
from domain.when import AllDay, Timed

LONGEST: Final = 300


def field_name(field: str, words: Words) -> str:
    return words.text(f"field.{field}" if words.knows(f"field.{field}") else "field.other")


def shown(field: str, value: object, values: Values, words: Words) -> str:
    """A value of a field as people read it; of a long text the beginning, and how long it is."""
    text = " ".join(_of(field, value, values, words).split())
    if len(text) <= LONGEST:
        return text
    return words.text("my.conflicts.long", start=text[:LONGEST], length=len(text))


def _of(field: str, value: object, values: Values, words: Words) -> str:
    """A number that stands for something, in words."""
    if isinstance(value, int):
        key = f"value.{field}.{value}"
        if words.knows(key):
            return words.text(key)
        if field == "reminder":
            return words.number("my.event.minutes_before", value)
    return _shown(value, values, words)


def _shown(value: Any, values: Values, words: Words) -> str:
    match value:
        case None | "":
            return words.text("my.conflicts.empty")
        case AllDay() | Timed():
            return words.span(value)
        case Body():
            return plain(value.text) if value.html else value.text
        case Location():
            return value.name
        case Attendee():
            return value.name or value.email
        case Attachment():
            return value.name
        case Recurrence():
            return repeating.words_of(value, values["when"], words)
        case bytes():
            return words.text("my.conflicts.picture", size=len(value))
        case tuple():
            return ", ".join(_shown(each, values, words) for each in value)
        case Mapping():
            return "; ".join(_state(*each, values, words) for each in value.items())
        case datetime():
            return words.moment(value) if value.tzinfo else f"{value:%Y-%m-%d %H:%M}"
        case date():
            return words.birthday(value)
    if value is CLEARED:
        return words.text("my.conflicts.empty")
    return str(value)


def _state(original: date, state: Any, values: Values, words: Words) -> str:
    """What became of one time of a series."""
    if state is CANCELLED:
        told = words.text("my.conflicts.cancelled")
    elif isinstance(state, Mapping):
        told = ", ".join(_of(*each, values, words) for each in state.items())
    else:
        told = words.text("my.conflicts.as_series")
    return f"{words.day(original)}: {told}"
