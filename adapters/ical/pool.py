"""The lines of one component: each mapping takes what it knows, and the rest is foreign."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from adapters.contentlines import HELD, Component, Line, decode, held, parse
from adapters.ical.times import Clocks


@dataclass(frozen=True)
class Block:
    """An inner component, such as an alarm."""

    name: str
    lines: tuple[Line, ...]

    def first(self, name: str) -> Line | None:
        return next((line for line in self.lines if line.name == name), None)

    def __str__(self) -> str:
        lines = map(str, self.lines)
        return "\n".join((f"BEGIN:{self.name}", *lines, f"END:{self.name}"))


@dataclass
class Pool:
    """What is left of a component, and what is known while it is read."""

    lines: list[Line]
    blocks: list[Block]
    clocks: Clocks
    addresses: frozenset[str] = frozenset()
    kept: list[str] = field(default_factory=list)

    def take_all(self, name: str, wanted: Callable[[Line], object] = bool) -> list[Line]:
        """The lines of a name that are `wanted`; they are no longer in the pool."""
        taken = [line for line in self.lines if line.name == name and wanted(line)]
        if taken:
            self.lines = [line for line in self.lines if not (line.name == name and wanted(line))]
        return taken

    def take(self, name: str, wanted: Callable[[Line], object] = bool) -> Line | None:
        """The first line of a name that is `wanted`; further ones stay."""
        found = next((line for line in self.lines if line.name == name and wanted(line)), None)
        if found:
            self.lines.remove(found)
        return found

    def text(self, name: str) -> str:
        """The text of the first line of a name, or nothing."""
        line = self.take(name)
        return line.text if line else ""

    def hold(self, line: Line, name: str) -> None:
        """Keep beside the field `name` the line that it came from, as it says more."""
        self.kept.append(held(line, name))

    def foreign(self) -> tuple[str, ...]:
        """What nobody took, each once, in an order of its own: that of a file means nothing."""
        return tuple(sorted({*map(str, self.lines), *map(str, self.blocks), *self.kept}))


def pool(component: Component, clocks: Clocks, addresses: frozenset[str]) -> Pool:
    """The pool of a component; a line that is none is a ValueError with its number."""
    if component.fault:
        raise ValueError(component.fault)
    result = Pool([], [], clocks, addresses)
    lines = iter([_line(number, raw) for number, raw in component.lines])
    for line in lines:
        if line.name == "BEGIN":
            result.blocks.append(_block(line, lines))
        else:
            result.lines.append(line)
    return result


def _line(number: int, raw: bytes) -> Line:
    try:
        line = parse(decode(raw))
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error
    if HELD not in line.params:
        return line
    return replace(line, params={key: line.params[key] for key in line.params if key != HELD})


def _block(begin: Line, lines: Iterator[Line]) -> Block:
    inner: list[Line] = []
    depth = 1
    for line in lines:
        depth += {"BEGIN": 1, "END": -1}.get(line.name, 0)
        if not depth:
            break
        inner.append(line)
    return Block(begin.value.strip().upper(), tuple(inner))
