"""When two items are the same thing to a person, though their ids differ.

A phone that uploads its old copies after a new start knows neither our ids nor, from 16.0 on,
our UIDs. The copies are recognised by what a person would look at, and by nothing else, so a
phone that knows only ten fields still meets the contact that has forty.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from domain.contact import EMAILS
from domain.patch import Values
from domain.when import AllDay, Timed

Marks = tuple[str, ...]
NAMES: Final = ("first_name", "last_name", "company_name")
PHONES: Final = ("mobile_phone", "home_phone", "business_phone")
LOOKED_AT: Final = frozenset({"subject", "when", *NAMES, *EMAILS, *PHONES})
"""An edit of other fields leaves an item as like another as it was."""


def likeness(kind: str, values: Values) -> bytes | None:
    """A digest that alike items share; None for one without anything to go by."""
    marks = KINDS[kind](values) if kind in KINDS else ()
    if not any(marks):
        return None
    return blake2b("\0".join(marks).encode(), digest_size=16).digest()


def _appointment(values: Values) -> Marks:
    when, subject = values.get("when"), _plain(values.get("subject", ""))
    match when:
        case AllDay(start, end):
            return (subject, start.isoformat(), end.isoformat())
        case Timed():
            return (subject, when.start_instant.isoformat(), when.end_instant.isoformat())
    return ()


def _contact(values: Values) -> Marks:
    names = (_plain(values.get(name, "")) for name in NAMES)
    mails = (_address(values[name]) for name in EMAILS if name in values)
    marks = (*names, *sorted(filter(None, mails)))
    if any(marks):
        return marks
    phones = (values.get(name, "") for name in PHONES)
    return tuple(re.sub(r"\D", "", phone) for phone in phones)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _address(text: str) -> str:
    """The bare address of `"Name" <a@b>`."""
    bracketed = re.search(r"<([^<>]*)>\s*$", text)
    return (bracketed[1] if bracketed else text).strip().casefold()


KINDS: dict[str, Callable[[Values], Marks]] = {"calendar": _appointment, "contacts": _contact}
