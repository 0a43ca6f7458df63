"""How something is counted: how often, how much each time, or how much there is now.

To count is one look into a dictionary, since a Sync without news takes a fraction of a millisecond
and should go on to. Each label has few values; whatever else a phone says becomes "other", so
neither a name nor a number of anybody can get into a label, and nobody can fill the memory of
whoever collects them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

OTHER: Final = "other"

Labels = tuple[str, ...]
Row = list[float]
Numbers = dict[str, dict[Labels, Row]]
"""Of each measure, by its labels: one number, or those of the buckets and the sum."""


class Measure:
    """Something that is counted, and what there is of it in this process. `labels` are their
    names and the values each may have; None means that only the code knows what there is.

    What alerts are for is told from the start, as nothing, since Prometheus sees an increase only
    in what was there before: the `awaited` values of the one label, or what has no label."""

    kind = "counter"

    def __init__(
        self,
        name: str,
        told: str,
        *,
        awaited: Iterable[str] = (),
        **labels: frozenset[str] | None,
    ) -> None:
        self.name = f"taccuino_{name}"
        self.told = told
        self.labels = tuple(labels)
        self.awaited: tuple[Labels, ...] = tuple((each,) for each in awaited) if labels else ((),)
        self.few = labels
        self.rows: dict[Labels, Row] = {}

    def _row(self, values: Labels) -> Row:
        """Values that are not among the few are one and the same."""
        found = self.rows.get(values)
        return found or self.rows.setdefault(self._bounded(values), self.empty())

    def _bounded(self, values: Labels) -> Labels:
        pairs = zip(values, self.few.values(), strict=True)
        return tuple(v if few is None or v in few else OTHER for v, few in pairs)

    def empty(self) -> Row:
        """What there is of it before anything happened."""
        return [0]


class Count(Measure):
    """How often something happened."""

    def add(self, *values: str) -> None:
        self._row(values)[0] += 1


class Spread(Measure):
    """How much it was, each time: how often up to each of the bounds, and in all."""

    kind = "histogram"

    def __init__(
        self, name: str, told: str, bounds: tuple[float, ...], **labels: frozenset[str] | None
    ) -> None:
        super().__init__(name, told, **labels)
        self.bounds = bounds

    def put(self, much: float, *values: str) -> None:
        row = self._row(values)
        row[bisect_left(self.bounds, much)] += 1
        row[-1] += much

    def empty(self) -> Row:
        return [0] * (len(self.bounds) + 2)


class Level(Measure):
    """How much there is now; it goes with its process."""

    kind = "gauge"

    def set(self, much: float) -> None:
        self._row(())[0] = much
