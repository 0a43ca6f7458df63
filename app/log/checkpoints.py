"""Checkpoints of the log: made, and held against it later (adapters/store/checkpoint.py)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from app.web.words import Words
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


def sentence(compared: Compared, words: Words) -> str:
    """Whether the log agrees with what was kept, and if not, where it was cut or rewritten."""
    wrong = compared.wrong
    if wrong is None:
        return words.number("store.agrees", compared.number)
    return words.text(
        f"store.wrong.{wrong.word}",
        first=wrong.kept + 1,
        last=wrong.checkpoint.position,
        length=wrong.length,
        moment=words.moment(wrong.checkpoint.instant),
    )


def told(compared: Compared, words: Words) -> dict[str, Any]:
    """The same as data: `wrong` is null where the log agrees."""
    wrong = compared.wrong
    facts = wrong and {
        "kind": wrong.word,
        "after": wrong.kept,
        "position": wrong.checkpoint.position,
        "length": wrong.length,
        "sentence": sentence(compared, words),
    }
    return {"number": compared.number, "wrong": facts}
