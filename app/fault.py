"""The border of one item: a fault of its own stays there, the store's is everybody's."""

from __future__ import annotations

import sqlite3
from typing import Final

from adapters.store.pool import StoreBusy, StoreUnavailable
from app.journal import incident

EVERYBODYS: Final = (StoreBusy, StoreUnavailable, OSError, MemoryError, sqlite3.DatabaseError)
ITS_OWN: Final = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError)
"""What SQLite says of a value or a statement, not of the file."""


def contained(error: Exception) -> str:
    """Write down a fault that one item caused. Trouble of the store is raised again: then the
    whole request is to be tried later."""
    if isinstance(error, EVERYBODYS) and not isinstance(error, ITS_OWN):
        raise error
    return incident(error)
