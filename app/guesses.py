"""Guessing means many different wrong secrets; an outdated one, sent again and again, is none.

Whoever guesses has to wait, longer with each guess: for one account, and more mildly for one
address, since behind an address there may be a whole office. A secret that was verified a moment
ago never waits: phones in use do not notice.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

FORGOTTEN_AFTER: Final = 3600.0
REMEMBERED: Final = 10_000
"""Accounts or addresses of which guesses are known; the oldest make room."""


@dataclass(frozen=True)
class Pace:
    """`free` wrong guesses cost nothing; then each doubles the wait, up to `longest` seconds."""

    free: int
    longest: float

    def wait(self, wrong: int) -> float:
        if wrong <= self.free:
            return 0.0
        return min(self.longest, 2.0 ** min(wrong - self.free - 1, 30))


PER_ACCOUNT: Final = Pace(free=5, longest=900.0)
PER_ADDRESS: Final = Pace(free=30, longest=4.0)


@dataclass
class Guesses:
    """The wrong guesses against each of many, counted once each, with the time of the last."""

    pace: Pace
    _counts: OrderedDict[object, tuple[int, float]] = field(default_factory=OrderedDict)

    def wait(self, who: object, now: float) -> float:
        """Seconds until the next guess is looked at; 0 if it is at once."""
        wrong, last = self._count(who, now)
        return max(0.0, last + self.pace.wait(wrong) - now)

    def count(self, who: object, now: float) -> None:
        wrong, _ = self._count(who, now)
        self._counts[who] = (wrong + 1, now)
        self._counts.move_to_end(who)
        if len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)

    def forgive(self, who: object) -> None:
        self._counts.pop(who, None)

    def _count(self, who: object, now: float) -> tuple[int, float]:
        wrong, last = self._counts.get(who, (0, now))
        return (0, now) if now - last > FORGOTTEN_AFTER else (wrong, last)
