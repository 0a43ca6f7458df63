"""What can be wrong with a store, as data: a kind, and the facts that tell which one it is.

Nobody is told in words here; that is for whoever knows the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

FILE: Final = "file-damaged"
LOG: Final = "log-broken"
ROUND: Final = "round-broken"
TABLE: Final = "table-otherwise"
MISSING: Final = "row-missing"
MADE_UP: Final = "row-made-up"
DIFFERS: Final = "row-differs"

NEW: Final = "table-new"
GONE: Final = "table-gone"
"""What only a comparison of two versions finds."""

KINDS: Final = (FILE, LOG, TABLE, MISSING, MADE_UP, DIFFERS, ROUND, NEW, GONE)

Value = UUID | int | str | None
Key = tuple[tuple[str, Value], ...]
"""Names and values of the columns by which a row is known. The others may be personal."""

IDS: Final = frozenset(
    {"about", "account", "appointment", "contact", "id", "item", "owner", "partnership"}
)
"""Columns that name a thing or a person which a row is about."""

ID: Final = 16
"""Bytes of an id."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. What a kind has no use for is empty.

    `position` is of an event, `reason` a word for what is wrong with it, `generation` the number of
    the key that a broken round gave. `about` are the things and persons whose row it is, `columns`
    those in which it differs, `others` how many rows of the same table are wrong beside it. `said`
    is what SQLite says.
    """

    kind: str
    position: int | None = None
    reason: str = ""
    said: str = ""
    table: str = ""
    key: Key = ()
    about: tuple[UUID, ...] = ()
    columns: tuple[str, ...] = ()
    others: int = 0
    phone: UUID | None = None
    folder: UUID | None = None
    generation: int | None = None


def value(stored: object) -> Value:
    """What stands in a column of a key, as it is told: ids as ids, other bytes as their digits."""
    if isinstance(stored, bytes):
        return UUID(bytes=stored) if len(stored) == ID else stored.hex()
    return stored if isinstance(stored, int) or stored is None else str(stored)
