"""The part of the law that every target shares: time linear in the input, memory bounded."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Final

SECONDS, SECONDS_PER_KIB = 0.5, 0.05
"""CPU seconds one input may take. The constant is generous, since coverage is counted on the way
and costs five to ten times; what grows with the square or worse passes it soon all the same."""

MEMORY: Final = 96 << 10
"""KiB by which one input may raise the peak of the process: no input is larger than 64 KiB."""

Target = Callable[[bytes], None]


class OutOfBounds(Exception):
    """An input took more time or memory than its length allows."""


def within_bounds(target: Target, data: bytes) -> None:
    """Run the target on one input; whatever it raises is a finding. A slow one is asked again:
    what a first run pays for (a house to ask in, a collection of garbage) is not the input's."""
    allowed = SECONDS + SECONDS_PER_KIB * len(data) / 1024
    peak = _peak()
    if _took(target, data) > allowed and (took := _took(target, data)) > allowed:
        raise OutOfBounds(f"{len(data)} bytes took {took:.2f} s")
    if (more := _peak() - peak) > MEMORY:
        raise OutOfBounds(f"{len(data)} bytes took {more >> 10} MiB")


def _took(target: Target, data: bytes) -> float:
    began = time.thread_time()
    target(data)
    return time.thread_time() - began


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
