"""The numbers of all processes: each keeps a file of its own; whoever wants to know adds them up.

Theory of operation. The numbers of a process lie in its memory and are written once a second, as a
whole: a new file in the place of the old. What cannot be written is written later, so a full disk
costs a second's numbers and no request (numbers in mapped memory, as the library has them, would
end the process there: docs/decisions/0007). A process that ended has counted all the same: the
master adds its file to the one of those that are gone, in one step, so that no sum ever goes back;
only what it held, such as requests that wait, is gone with it.
"""

from __future__ import annotations

import os
import secrets
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgpack

from app.metrics.kinds import Level, Numbers
from app.metrics.measures import MEASURES, numbers

SUFFIX: Final = ".numbers"
GONE: Final = "gone"
"""The file of those that ended."""

REMEMBERED: Final = 100
"""So many names of ended ones stand in it, longer than anybody takes to read them all."""


class Ledger:
    """The file of this process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        self._written = b""

    def write(self) -> None:
        """What is counted now; nothing if that is what is there, or if it cannot be written."""
        packed = _packed(numbers())
        if packed != self._written and _replace(self._path, packed):
            self._written = packed


@dataclass(frozen=True)
class Sum:
    """What all have counted, and how many of them there are."""

    numbers: Numbers
    processes: int

    def total(self, name: str) -> float:
        """Of a measure, over all its labels: what was counted, or how much there is."""
        return sum(row[0] for row in self.numbers.get(name, {}).values())


def begin(folder: Path) -> None:
    """Count from nothing, in a new server. Where that cannot be, there will be no numbers."""
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in folder.iterdir():
            path.unlink()


def bury(folder: Path, pid: int) -> None:
    """Add what an ended process counted to what those before it did. Only for the master."""
    with suppress(OSError):
        for path in folder.glob(f"{pid}-*{SUFFIX}"):
            names, before = _gone(folder)
            lasting = {name: rows for name, rows in _read(path).items() if not _is_level(name)}
            names.append(path.name)
            packed = msgpack.packb([list(names), _packed(_added([before, lasting]))])
            if _replace(folder / GONE, packed):
                path.unlink()


def read(folder: Path) -> Sum:
    """What there is, of those that are here and those that are gone.

    Those that are gone are read last: one that ends meanwhile is counted with them, once.
    """
    here = {path.name: _read(path) for path in sorted(folder.glob(f"*{SUFFIX}"))}
    names, gone = _gone(folder)
    alive = [each for name, each in here.items() if name not in names]
    return Sum(_added([gone, *alive]), len(alive))


def _gone(folder: Path) -> tuple[deque[str], Numbers]:
    """The last ones that ended, and the numbers of them all."""
    try:
        names, packed = msgpack.unpackb((folder / GONE).read_bytes())
    except FileNotFoundError:
        return deque(maxlen=REMEMBERED), {}
    return deque(names, REMEMBERED), _unpacked(packed)


def _read(path: Path) -> Numbers:
    try:
        return _unpacked(path.read_bytes())
    except FileNotFoundError:
        return {}


def _added(each: Iterable[Numbers]) -> Numbers:
    total: Numbers = {}
    for name, labels, row in _rows(each):
        rows = total.setdefault(name, {})
        rows[labels] = (
            [a + b for a, b in zip(rows[labels], row, strict=True)] if labels in rows else row
        )
    return total


def _rows(each: Iterable[Numbers]) -> Iterator[tuple[str, tuple[str, ...], list[float]]]:
    for some in each:
        for name, rows in some.items():
            for labels, row in rows.items():
                yield name, labels, row


def _is_level(name: str) -> bool:
    return isinstance(MEASURES[name], Level)


def _packed(some: Numbers) -> bytes:
    packed: bytes = msgpack.packb([[n, list(rows.items())] for n, rows in some.items()])
    return packed


def _unpacked(packed: bytes) -> Numbers:
    return {
        name: {tuple(labels): row for labels, row in rows}
        for name, rows in msgpack.unpackb(packed)
        if name in MEASURES
    }


def _replace(path: Path, packed: bytes) -> bool:
    """Whether the file now holds this; whoever reads it finds the old or the new."""
    draft = path.with_name(f".{path.name}")
    try:
        draft.write_bytes(packed)
        draft.replace(path)
    except OSError:
        return False
    return True
