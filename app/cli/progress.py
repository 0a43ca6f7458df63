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


@contextmanager
def steps(label: str) -> Iterator[Callable[[int, int], None]]:
    """The same, where only what is left and the whole are told."""
    with click.progressbar(
        length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty(), width=0,
    ) as bar:  # fmt: skip

        def tell(left: int, whole: int) -> None:
            bar.length = max(1, whole)
            bar.update(whole - left - bar.pos)

        yield tell
