"""What was last decided about each phone, or done by it: by whom, and when."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.partnership import (
    CeilingSet,
    DeviceApproved,
    DeviceBlocked,
    DeviceForgotten,
    DeviceIntroduced,
    DeviceLabelled,
    WipeAcknowledged,
    WipeRequested,
)
from domain.provisioning import PolicyAcknowledged, PolicyExcepted, PolicyRefused
from domain.when import Instant

TABLES = """
CREATE TABLE IF NOT EXISTS device_deed (
    partnership BLOB NOT NULL,
    deed TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (partnership, deed)
) STRICT, WITHOUT ROWID;
"""

APPROVED, BLOCKED, WIPE_ASKED, WIPE_TOLD, EXCEPTED, POLICY_TOLD, CEILING, LABELLED, INTRODUCED = (
    "approved",
    "blocked",
    "wipe asked",
    "wipe acknowledged",
    "excepted",
    "policy acknowledged",
    "ceiling set",
    "labelled",
    "introduced",
)

DEEDS: Final[dict[type, str]] = {
    DeviceApproved: APPROVED,
    DeviceBlocked: BLOCKED,
    WipeRequested: WIPE_ASKED,
    WipeAcknowledged: WIPE_TOLD,
    PolicyExcepted: EXCEPTED,
    PolicyAcknowledged: POLICY_TOLD,
    PolicyRefused: POLICY_TOLD,
    CeilingSet: CEILING,
    DeviceLabelled: LABELLED,
    DeviceIntroduced: INTRODUCED,
}


@dataclass(frozen=True)
class Deed:
    """`by` is an actor as events have it: `admin:…`, `user:…`, `device:…`."""

    by: str
    at: Instant


def of_phone(connection: sqlite3.Connection, partnership: UUID) -> dict[str, Deed]:
    """The last of each kind."""
    rows = connection.execute(
        "SELECT deed, actor, at FROM device_deed WHERE partnership = ?", (partnership.bytes,)
    )
    return {deed: Deed(actor, datetime.fromisoformat(at)) for deed, actor, at in rows}


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    if isinstance(event, DeviceForgotten):
        gone = (event.originator_id.bytes,)
        connection.execute("DELETE FROM device_deed WHERE partnership = ?", gone)
        return
    deed = DEEDS.get(type(event))
    if deed is not None:
        at = event.timestamp.astimezone(UTC).isoformat()
        connection.execute(
            "INSERT OR REPLACE INTO device_deed VALUES (?, ?, ?, ?)",
            (event.originator_id.bytes, deed, getattr(event, "actor", ""), at),
        )
