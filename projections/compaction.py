"""Up to which position the rows of a collection are spoken for by something that still waits."""

from __future__ import annotations

import sqlite3
from uuid import UUID

from projections.items import END

_SPOKEN_FOR = """
SELECT min(pos) FROM (
    SELECT min(pos) AS pos FROM quarantine WHERE collection = ?1
    UNION ALL SELECT min(since) FROM hold WHERE collection = ?1
)
"""


def spoken_for(connection: sqlite3.Connection, collection: UUID) -> int:
    """The earliest position that an edit which is held, or an item that is left out for a phone,
    goes back to."""
    (found,) = connection.execute(_SPOKEN_FOR, (collection.bytes,)).fetchone()
    return END if found is None else int(found)
