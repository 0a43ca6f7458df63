"""Checkpoints of the log: made, and held against it later (adapters/store/checkpoint.py)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from adapters.store.checkpoint import (
    Checkpoint,
    Disagreement,
    Forged,
    disagreement,
    public_key,
    public_text,
    read_checkpoints,
    signing_key,
)
from app.composition import master_key
from app.groupware import Groupware
from domain.refused import Refused


class NoCheckpoint(Refused):
    """A line that this house did not sign, or no public key."""


@dataclass(frozen=True)
class Compared:
    """How many checkpoints were held against the log, and what is wrong, if anything."""

    number: int
    wrong: Disagreement | None


def sign(groupware: Groupware, home: Path) -> str:
    """What the log is now, as a line to keep elsewhere."""
    with groupware.reading() as connection:
        checkpoint = Checkpoint.of(connection, groupware.clock())
    return checkpoint.signed(signing_key(master_key(home)))


def signer(home: Path) -> str:
    """The public key of the house in `home`, as people note it."""
    return public_text(signing_key(master_key(home)).public_key())


def compare(groupware: Groupware, home: Path, lines: str, key: str | None = None) -> Compared:
    """Hold lines that were kept against the log; `key` signed them, or the house itself did."""
    try:
        kept = read_checkpoints(lines.splitlines(), public_key(key or signer(home)))
    except Forged as error:
        raise NoCheckpoint(f"{error}; what it says proves nothing") from None
    except ValueError:
        raise NoCheckpoint("this is no public key: it has 64 hexadecimal digits") from None
    with groupware.reading() as connection:
        return Compared(len(kept), disagreement(connection, kept))
