"""What a run finds out: figures, what each stands beside, and how both are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

BARE: Final = "bare stack"
COLUMNS: Final = ("case", "figure", "value", "unit", "beside", "ratio")


@dataclass(frozen=True)
class Figure:
    """One measurement. `beside` is the same of something else, which `of` names."""

    case: str
    name: str
    value: float
    unit: str
    beside: float | None = None
    of: str = BARE

    @property
    def ratio(self) -> float | None:
        return self.value / self.beside if self.beside else None

    def row(self) -> tuple[str, ...]:
        beside = "" if self.beside is None else f"{shown(self.beside)} ({self.of})"
        ratio = "" if self.ratio is None else f"{shown(self.ratio)}"
        return self.case, self.name, shown(self.value), self.unit, beside, ratio


@dataclass
class Report:
    """A run: when and where, how large, what was counted on the way, and the figures."""

    about: dict[str, Any]
    counts: dict[str, int] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)

    def table(self) -> str:
        """Markdown that is also readable as it is."""
        rows = [COLUMNS, *(figure.row() for figure in self.figures)]
        told = ", ".join(f"{name} {value}" for name, value in self.about.items())
        return f"{told}\n\n" + "\n".join(_aligned(rows)) + "\n"

    def as_json(self) -> dict[str, Any]:
        figures = [{**asdict(figure), "ratio": figure.ratio} for figure in self.figures]
        return {"about": self.about, "counts": self.counts, "figures": figures}


def shown(value: float) -> str:
    """Three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def percentile(samples: Iterable[float], share: float) -> float:
    """The least sample that so many do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    lines.insert(1, ["-" * width for width in widths])
    return (f"| {' | '.join(line)} |" for line in lines)
