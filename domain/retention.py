"""What is no longer kept so that everything else stays small: decided once, told in the log.

The log itself loses nothing. What goes are rows that were folded from it: which item was live at
which position of a collection, where something later came in its place.
"""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID, uuid5

from domain.base import Event, author, known_as


class CollectionCompacted(Event):
    """Up to this position of the collection only what was in force there can be told from rows; a
    phone that needs what went before begins anew."""

    TOPIC = "collection.compacted"

    collection: UUID
    upto: int

    @classmethod
    def note(cls, collection: UUID, version: int, upto: int) -> Self:
        """The fact as the next event of its stream."""
        facts: dict[str, Any] = {"collection": collection, "upto": upto}
        stream = stream_of(collection)
        return cls(originator_id=stream, originator_version=version, timestamp=author().at, **facts)


def stream_of(collection: UUID) -> UUID:
    """One stream for each collection, appended to and never loaded as an aggregate."""
    return uuid5(collection, "compaction")


known_as(CollectionCompacted)
