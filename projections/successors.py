"""Phones that go on under another name: some mail apps take a new DeviceId at every start.

Two partnerships of one person are taken for one phone if they are of one kind, call themselves the
same, and the older was never heard of again once the newer had come. Nothing is recorded: should
the older come back after all, two phones they are. (What tells two phones of one kind apart beside
the secret, which is the person's, is what they say of themselves: model and serial number.)
"""

from __future__ import annotations

import sqlite3
from uuid import UUID

TELLING = ("model", "imei")
"""What two phones of one kind may say differently (MS-ASCMD 2.2.3.45)."""

_ALIKE = " AND ".join(
    f"coalesce(older.about ->> '{name}' = newer.about ->> '{name}', 1)" for name in TELLING
)

_SUCCESSORS = f"""
SELECT older.id, newer.id FROM partnership AS older
JOIN device_seen AS heard ON heard.partnership = older.id
JOIN partnership AS newer ON newer.account = older.account AND newer.created > older.created
    AND newer.device_type = older.device_type AND newer.created_at > heard.last_seen
JOIN device_seen AS called ON called.partnership = newer.id AND called.agent = heard.agent
WHERE older.account = ? AND {_ALIKE}
    AND NOT older.forgotten AND NOT newer.forgotten AND older.blocked = '' AND older.wipe IS NULL
ORDER BY older.created, newer.created
"""


def successors(connection: sqlite3.Connection, account: UUID) -> dict[UUID, UUID]:
    """The partnerships of a person that go on as another one, the oldest first, and as which.

    One that is blocked or to be wiped stays what it is.
    """
    pairs = connection.execute(_SUCCESSORS, (account.bytes,))
    return {UUID(bytes=older): UUID(bytes=newer) for older, newer in pairs}
