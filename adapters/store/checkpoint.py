"""Checkpoints: what the log was at an instant, signed, to keep where nobody can rewrite it.

The chain shows that events follow from each other; whoever can write the file can make another
chain. He cannot make one that goes through a link that was signed before and is kept elsewhere.
Ed25519 (RFC 8032): the public key is enough to read one, so that an auditor needs no secret.
"""

from __future__ import annotations

import sqlite3
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adapters.store.chain import GENESIS, head
from adapters.store.masterkey import MasterKey

SEAL: Final = "taccuino-checkpoint"
PURPOSE: Final = "taccuino checkpoints"
CUT, REWRITTEN = "cut", "rewritten"


class Forged(ValueError):
    """A line that this house did not sign, or that was altered since."""


def signing_key(master: MasterKey) -> Ed25519PrivateKey:
    """The key a house signs with; it follows from the master key and stands nowhere."""
    return Ed25519PrivateKey.from_private_bytes(master.derive(PURPOSE))


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as people note it: 64 hexadecimal digits."""
    return key.public_bytes_raw().hex()


def public_key(text: str) -> Ed25519PublicKey:
    """The key that `public_text` wrote; ValueError for any other text."""
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))


@dataclass(frozen=True, order=True)
class Checkpoint:
    """Position and link of the last event there was at `instant`."""

    position: int
    link: bytes
    instant: datetime

    @classmethod
    def of(cls, connection: sqlite3.Connection, instant: datetime) -> Checkpoint:
        """The log as it is now, `instant` by the clock of the caller."""
        return cls(*head(connection), instant.astimezone(UTC))

    @classmethod
    def read(cls, line: str, key: Ed25519PublicKey) -> Checkpoint:
        """The checkpoint in a line that `signed` made; Forged for any other."""
        text, _, signature = line.strip().rpartition(" ")
        try:
            key.verify(b64decode(signature, validate=True), text.encode())
        except (InvalidSignature, NotBase64, ValueError):
            raise Forged("a checkpoint was not signed by this house, or altered since") from None
        _, position, digest, instant = text.split(" ")
        return cls(int(position), bytes.fromhex(digest), datetime.fromisoformat(instant))

    def signed(self, key: Ed25519PrivateKey) -> str:
        """One line that says it all and proves who wrote it."""
        text = f"{SEAL} {self.position} {self.link.hex()} {self.instant.isoformat()}"
        return f"{text} {b64encode(key.sign(text.encode())).decode()}"

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


def read_checkpoints(lines: Iterable[str], key: Ed25519PublicKey) -> list[Checkpoint]:
    """The checkpoints of a file, one to a line, the earliest first."""
    return sorted(Checkpoint.read(line, key) for line in lines if line.strip())


@dataclass(frozen=True)
class Disagreement:
    """What a checkpoint that is not kept says of the log: `cut` or `rewritten`. It narrows down
    where a log was rewritten whose chain is sound: after `kept`, the last position that agrees."""

    word: str
    kept: int
    checkpoint: Checkpoint
    length: int


def disagreement(
    connection: sqlite3.Connection, checkpoints: Sequence[Checkpoint]
) -> Disagreement | None:
    """The first that is not kept; None if all are."""
    length, _ = head(connection)
    kept = 0
    for each in checkpoints:
        if each.position > length:
            return Disagreement(CUT, kept, each, length)
        if not each.agrees(connection):
            return Disagreement(REWRITTEN, kept, each, length)
        kept = each.position
    return None
