"""One form for all contents that mean the same, and its hash.

A feed that was made anew has other stamps and another order, but the same content: then nothing
has changed, and nothing is recorded or sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Any

from domain.patch import Values

VOLATILE_FIELDS = frozenset({"uid", "client_uid", "stamp"})
"""A name or a time of handling, no content."""

VOLATILE_LINES = frozenset(
    {"CREATED", "SEQUENCE", "REV", "PRODID", "ACKNOWLEDGED", "X-MOZ-LASTACK", "X-MOZ-GENERATION"}
)
"""Foreign lines that a program writes anew without anybody having changed anything."""

_DEFAULTS: Mapping[str, object] = {
    "busy_status": 2,
    "sensitivity": 0,
    "meeting_status": 0,
    "response_requested": False,
    "disallow_new_time_proposal": False,
}
"""What a field means when it is absent (MS-ASCAL 2.2.2)."""


def content_hash(values: Values) -> str:
    """The same for two items exactly if they have the same content, in whatever order."""
    return sha256(json.dumps(_item(values), sort_keys=True).encode()).hexdigest()


def _item(values: Values) -> dict[str, Any]:
    said = {name: value for name, value in values.items() if _says(name, value)}
    if "foreign" in said:
        said["foreign"] = tuple(filter(_stays, said["foreign"]))
    return {name: _form(value) for name, value in said.items() if value not in ("", (), {})}


def _says(name: str, value: object) -> bool:
    return name not in VOLATILE_FIELDS and (name not in _DEFAULTS or value != _DEFAULTS[name])


def _stays(entry: str) -> bool:
    line = entry.rpartition("\n")[2] if entry.startswith("RECURRENCE-ID:") else entry
    return line.partition(":")[0].partition(";")[0].upper() not in VOLATILE_LINES


def _form(value: object) -> Any:
    """A value as JSON has it; a list is a set here, a moment is its text."""
    if isinstance(value, Mapping):
        return {_key(key): _state(each) for key, each in value.items()}
    if isinstance(value, bytes):
        return sha256(value).hexdigest()
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _form(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return sorted((_form(each) for each in value), key=lambda each: json.dumps(each))
    return value.value if isinstance(value, Enum) else value


def _key(key: object) -> str:
    return key.isoformat() if isinstance(key, date) else str(key)


def _state(state: object) -> Any:
    """The state of an occurrence: what it has for itself without its stamp, or cancelled."""
    if not isinstance(state, Mapping):
        return _form(state)
    return {name: _form(value) for name, value in state.items() if name not in VOLATILE_FIELDS}
