"""What happened between two looks at the numbers: how often a second, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from app.metrics.kinds import Measure, Row, Spread
from app.metrics.ledgers import Sum


@dataclass(frozen=True)
class Rates:
    """Of two looks, so many seconds apart. A server that began anew in between has only what it
    counted since."""

    before: Sum
    after: Sum
    seconds: float

    def of(self, measure: Measure) -> float:
        """Over all its labels."""
        return sum(self.by(measure).values())

    def by(self, measure: Measure, label: str = "") -> dict[str, float]:
        """By the values of one of its labels; what did not happen is not there."""
        place = measure.labels.index(label) if label else None
        found: dict[str, float] = {}
        for labels, row in self._rows(measure).items():
            if times := sum(row[:-1]) if isinstance(measure, Spread) else row[0]:
                value = "" if place is None else labels[place]
                found[value] = found.get(value, 0.0) + times / self.seconds
        return found

    def within(self, spread: Spread, part: float) -> float | None:
        """The bound within which so large a part was; the last if it was above, None if there was
        nothing."""
        rows = [row[:-1] for row in self._rows(spread).values()]
        numbers = [sum(column) for column in zip(*rows, strict=True)]
        bounds = (*spread.bounds, spread.bounds[-1])
        for bound, up_to in zip(bounds, accumulate(numbers), strict=False):
            if up_to and up_to >= part * sum(numbers):
                return bound
        return None

    def _rows(self, measure: Measure) -> dict[tuple[str, ...], Row]:
        old = self.before.numbers.get(measure.name, {})
        new = self.after.numbers.get(measure.name, {})
        return {labels: _since(old.get(labels), row) for labels, row in new.items()}


def _since(old: Row | None, new: Row) -> Row:
    if old is None or any(a > b for a, b in zip(old, new, strict=True)):
        return new
    return [b - a for a, b in zip(old, new, strict=True)]
