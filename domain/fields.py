"""The fields of each kind of item, as data: type, and the key by which a list merges.

The names are ours; `adapters/eas/fields.py`, `ical.py` and `vcard.py` say what they are called
elsewhere. A value outside its type never enters the log.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """One field: its `type`, and for a list the `key` by which an entry merges.
    Of a `latest` field the greater value stands, and nothing is lost."""

    type: type | tuple[type, ...]
    key: Callable[[Any], Hashable] | None = None
    latest: bool = False

    def accepts(self, value: object) -> bool:
        return isinstance(value, self.type)


Fields = dict[str, Field]

TEXT = Field(str)
NUMBER = Field(int)


def texts() -> Field:
    """A list of texts in which each entry is its own key, such as categories."""
    return Field(tuple, key=lambda entry: entry)
