"""The hash chain: each event's link covers its stored bytes and the link before it.

Whoever alters, drops, adds or reorders events changes every later link. That shows against the
links in the file, and, should all of those be written anew, against a checkpoint kept elsewhere.
The bytes are chained as they are stored, sealed: erasing a key breaks nothing.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

GENESIS: Final = bytes(32)
"""The link before the first event."""

ROW: Final = (int, bytes, int, str, bytes, bytes)
ROWS: Final = """
SELECT position, originator_id, originator_version, topic, state, link
FROM stored_event ORDER BY position
"""
SEAL: Final = "taccuino-checkpoint"


def link(previous: bytes, originator: bytes, version: int, topic: str, state: bytes) -> bytes:
    """The link of an event that follows the link `previous`."""
    name = topic.encode()
    place = originator + version.to_bytes(8, "big", signed=True) + len(name).to_bytes(4, "big")
    return sha256(previous + place + name + state).digest()


def head(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Position and link of the last event; 0 and GENESIS in an empty log."""
    row: tuple[int, bytes] | None = connection.execute(
        "SELECT position, link FROM stored_event ORDER BY position DESC LIMIT 1"
    ).fetchone()
    return row or (0, GENESIS)


@dataclass(frozen=True)
class ChainReport:
    """The log is as it was written up to `position`; `broken_at` names the first that is not."""

    position: int
    link: bytes
    broken_at: int | None = None
    reason: str = ""

    @property
    def sound(self) -> bool:
        return self.broken_at is None


def verify_chain(connection: sqlite3.Connection) -> ChainReport:
    """Follow the chain from the first event to the last, in bounded memory."""
    position, last = 0, GENESIS
    try:
        for row in connection.execute(ROWS):
            if reason := _fault(position, last, row):
                return ChainReport(position, last, position + 1, reason)
            position, last = row[0], row[-1]
    except sqlite3.DatabaseError as error:
        return ChainReport(position, last, position + 1, f"cannot be read: {error}")
    return ChainReport(position, last)


def _fault(position: int, last: bytes, row: tuple[Any, ...]) -> str:
    if tuple(map(type, row)) != ROW:
        return "the row has lost its form"
    if row[0] != position + 1:
        return "events are missing"
    if row[-1] != link(last, *row[1:-1]):
        return "the event is not the one that was written"
    return ""


class Forged(ValueError):
    """A checkpoint that was not signed with this key, or altered since."""


@dataclass(frozen=True)
class Checkpoint:
    """What the log was at `instant`: a line of text to keep where nobody can rewrite it."""

    position: int
    link: bytes
    instant: datetime

    @classmethod
    def of(cls, connection: sqlite3.Connection, instant: datetime) -> Checkpoint:
        """The log as it is now, `instant` by the clock of the caller."""
        return cls(*head(connection), instant.astimezone(UTC))

    @classmethod
    def read(cls, line: str, key: bytes) -> Checkpoint:
        """The checkpoint in a line that `signed` made; Forged for any other."""
        text, _, signature = line.strip().rpartition(" ")
        if not hmac.compare_digest(signature.encode(), _signature(text, key).encode()):
            raise Forged("the checkpoint was not signed with this key")
        _, position, digest, instant = text.split(" ")
        return cls(int(position), bytes.fromhex(digest), datetime.fromisoformat(instant))

    def signed(self, key: bytes) -> str:
        """One line that says it all and proves who wrote it."""
        text = f"{SEAL} {self.position} {self.link.hex()} {self.instant.isoformat()}"
        return f"{text} {_signature(text, key)}"

    def agrees(self, connection: sqlite3.Connection) -> bool:
        """Whether the log still has, at this position, the link it had then.

        Together with a sound chain that proves every event up to here.
        """
        if self.position == 0:
            return self.link == GENESIS
        row = connection.execute(
            "SELECT link FROM stored_event WHERE position = ?", (self.position,)
        ).fetchone()
        return row is not None and row[0] == self.link


def read_checkpoints(lines: Iterable[str], key: bytes) -> Iterator[Checkpoint]:
    """The checkpoints of a file, one to a line."""
    return (Checkpoint.read(line, key) for line in lines if line.strip())


def _signature(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode(), sha256).hexdigest()
