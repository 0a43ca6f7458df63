"""When the store was proved last, by whom it may be, and whether somebody is at it now.

`taccuino verify` notes its result in the home folder; the pages show it, and start the same
command in a process of its own: it reads the whole log, which is not for a process that serves.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from app import beside
from app.log import faults
from app.settings import Settings
from domain.when import Instant
from projections.verify import Report

LOCK: Final = "proving"


@dataclass(frozen=True)
class Proof:
    """What was found out about the store, and when."""

    at: Instant
    report: Report


def note(settings: Settings, at: Instant, report: Report) -> None:
    """Keep the result, for whoever asks next."""
    draft = settings.last_proof.with_suffix(f".{os.getpid()}")
    said = {**asdict(report), "faults": list(map(faults.data, report.faults))}
    draft.write_text(json.dumps({"at": at.isoformat(), **said}))
    draft.replace(settings.last_proof)


def last(settings: Settings) -> Proof | None:
    """The latest result; None if there is none that can be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads(settings.last_proof.read_bytes())
        at = datetime.fromisoformat(said.pop("at"))
        return Proof(at, Report(**{**said, "faults": tuple(map(faults.read, said["faults"]))}))
    return None


@contextmanager
def at_it(home: Path) -> Iterator[None]:
    """Somebody proves the store in this block; several may."""
    with (home / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def is_running(home: Path) -> bool:
    """Whether anybody is at it now."""
    with (home / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def begin(settings: Settings) -> None:
    """Prove the store in a process of its own, unless somebody is at it already."""
    if not is_running(settings.home):
        beside.begin(settings, "verify", "--json")
