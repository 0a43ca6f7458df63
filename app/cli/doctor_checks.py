"""What the checks of the doctor have in common: each goes well or not, in a line of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import click

Check = tuple[str, Callable[[], str]]
"""A name, and what finds out: it says what it found, or raises Wrong."""


class Wrong(Exception):
    """One sentence: what is wrong, and what to do."""


def run(checks: Iterable[Check]) -> int:
    """All of them, one after the other; how many did not go well."""
    wrong = 0
    for name, check in checks:
        began = time.perf_counter()
        try:
            told, good = check(), True
        except Wrong as error:
            told, good = str(error), False
        line(good, name, began, told)
        wrong += not good
    return wrong


def line(good: bool, step: str, began: float, told: str) -> None:
    """One step: whether it went well, what it was, how long it took, and what came out."""
    took = f"{(time.perf_counter() - began) * 1000:.0f} ms"
    click.echo(f"{'ok' if good else 'NO':<3} {step:<16}{took:>9}  {told}")
