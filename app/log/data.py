"""Values of the domain as plain data, for whoever reads JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

from adapters.ids import server_id
from projections.history import Changed, Entry, Fact

SECRET: Final = frozenset({"hash", "digest", "digests", "box"})
"""What proves a secret is nobody's to read, sealed or not."""

SAID: Final = frozenset(
    {
        *("originator_id", "originator_version", "originator_topic", "timestamp", "actor"),
        *("partnership", "request", "erased"),
    }
)
"""What stands beside the fields of an event."""


def plain(value: Any) -> Any:
    """Texts, numbers, lists and maps; of a record, the fields that say something. Bytes are told in
    base64, ids as lists show them, an instant in UTC."""
    match value:
        case UUID():
            return server_id(value)
        case bytes():
            return b64encode(value).decode()
        case datetime():
            return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
        case date():
            return value.isoformat()
        case Enum():
            return plain(value.value)
        case Mapping():
            return {str(plain(name)): plain(each) for name, each in value.items()}
        case tuple() | list() | frozenset():
            return [plain(each) for each in value]
    if is_dataclass(value):
        told = ((each, getattr(value, each.name)) for each in fields(value))
        return {f.name: plain(v) for f, v in told if f.default is MISSING or v != f.default}
    return value


def entry_data(entry: Entry, sentence: str) -> dict[str, Any]:
    """An event whole. Where its subject was erased, it says so and its fields are empty."""
    facts = vars(entry.event).items()
    return {
        "position": entry.position,
        "at": plain(entry.at),
        "kind": entry.what,
        "actor": entry.actor,
        "partnership": plain(entry.partnership),
        "of": plain(entry.id),
        "edition": entry.edition,
        "request": entry.request,
        "erased": entry.erased,
        "sentence": sentence,
        "fields": {
            name: "secret" if name in SECRET else plain(each)
            for name, each in facts
            if name not in SAID
        },
    }


def fact_data(fact: Fact, sentence: str) -> dict[str, Any]:
    """An event of an item with what it changed."""
    return entry_data(fact, sentence) | {"merged": fact.merged, "changed": changes(fact.changed)}


def changes(changed: Changed) -> dict[str, Any]:
    return {
        name: {"was": plain(was), "is": plain(becomes)} for name, (was, becomes) in changed.items()
    }
