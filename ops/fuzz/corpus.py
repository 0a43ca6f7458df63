"""Inputs worth keeping: a file of base64 lines for each target, so that a change can be read."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("corpus")


def kept(name: str) -> list[bytes]:
    """What is in the repository for this target."""
    path = _path(name)
    return (
        [b64decode(line) for line in path.read_text("ascii").splitlines()] if path.exists() else []
    )


def keep(name: str, inputs: Iterable[bytes]) -> None:
    """Put these in its place, the short ones first."""
    ordered = sorted(set(inputs), key=lambda data: (len(data), data))
    _path(name).write_text("".join(f"{b64encode(data).decode()}\n" for data in ordered), "ascii")


def unpack(inputs: Iterable[bytes], folder: Path) -> None:
    """As the fuzzer wants them: a file for each."""
    folder.mkdir(parents=True, exist_ok=True)
    for data in inputs:
        (folder / hashlib.sha256(data).hexdigest()[:20]).write_bytes(data)


def packed(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.iterdir()]


def _path(name: str) -> Path:
    return FOLDER / f"{name}.txt"
