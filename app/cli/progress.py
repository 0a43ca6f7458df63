"""How far something has come that takes its time: a bar, for whoever looks at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """What to call with the number of steps done since the last call."""
    with click.progressbar(
        length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty(), width=0,
        update_min_steps=max(1, length // 200),
    ) as bar:  # fmt: skip
        yield bar.update
