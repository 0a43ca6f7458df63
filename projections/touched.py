"""What a stretch of the log was about, for whoever missed being told."""

from __future__ import annotations

import sqlite3
from uuid import UUID

from domain.folder import hierarchy_of

_ABOUT = """
SELECT DISTINCT event.originator_id, collection.owner FROM stored_event AS event
LEFT JOIN item ON item.id = event.originator_id
LEFT JOIN collection ON collection.number = item.collection
WHERE event.position > ? AND event.position <= ?
"""


def touched(connection: sqlite3.Connection, since: int, upto: int) -> frozenset[UUID]:
    """The topics of the events after `since`: whom or what each is about, and for items the
    hierarchy of their owner, which every phone of that person listens to."""
    topics = set()
    for originator, owner in connection.execute(_ABOUT, (since, upto)):
        topics.add(UUID(bytes=originator))
        if owner is not None:
            topics.add(hierarchy_of(UUID(bytes=owner)))
    return frozenset(topics)
