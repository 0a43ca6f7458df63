"""The guests of an appointment as a list of addresses, one a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import getaddresses
from typing import Final

from domain.calendar import Attendee
from domain.patch import Values

ADDRESS: Final = re.compile(r"[^\s@<>,;\"()]{1,64}@[^\s@<>,;\"()]{1,255}")
SEPARATOR: Final = re.compile(r'"(?:[^"\\]|\\.)*"|;')
"""A semicolon, unless it stands in quotes."""

PLAIN: Final = re.compile(r"[\w .'-]+")
RECEIVED: Final = 2
"""The bit of somebody else's meeting in MS-ASCAL 2.2.2.29: its guests are theirs to choose."""


class NoAddress(ValueError):
    """Something among the guests that no mail can be sent to."""


def of(values: Values) -> tuple[Attendee, ...]:
    found: tuple[Attendee, ...] = values.get("attendees", ())
    return found


def are_theirs(values: Values) -> bool:
    return bool(values.get("meeting_status", 0) & RECEIVED)


def written(guests: Iterable[Attendee]) -> str:
    return "\n".join(_line(each) for each in guests if each.email)


def read(text: str) -> tuple[Attendee, ...]:
    """Those that are named, each once; NoAddress if one of them is none.

    As other programs write such lists they may be separated by commas or semicolons, too.
    """
    lines = [SEPARATOR.sub(_comma, line) for line in text.splitlines() if line.strip(" ,;")]
    found: dict[str, Attendee] = {}
    for name, address in getaddresses(lines):
        if not ADDRESS.fullmatch(address):
            raise NoAddress(address)
        found.setdefault(address.lower(), Attendee(address, name.strip()))
    return tuple(found.values())


def _comma(found: re.Match[str]) -> str:
    return "," if found[0] == ";" else found[0]


def _line(guest: Attendee) -> str:
    """As in `Anna Rossi <anna@example.org>`; a name with other signs in it stands in quotes."""
    name = " ".join(guest.name.split())
    if not name:
        return guest.email
    if not PLAIN.fullmatch(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{guest.email}>"
