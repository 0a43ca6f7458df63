"""Faults on demand: the points a call passes through, and an error where one is reached.

A point is a line of a function. What cannot fail is no point: a line that only says `try`, and
the moment between the last line of a `with` block and what its end does (what that does has
lines of its own). Works by `sys.settrace`, so on the thread that asks.
"""

from __future__ import annotations

import dis
import inspect
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
IDLE: Final = {"NOP", "JUMP_FORWARD", "JUMP_BACKWARD", "RESUME", "RERAISE"}
SILENT: Final = {"RESUME", "COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR", "POP_TOP"}
"""What stands at the head of a function and on its first line, without an event of its own."""

LEAVING: Final = ["LOAD_CONST", "LOAD_CONST", "LOAD_CONST", "PRECALL", "CALL"]
"""How a `with` block that went well calls its `__exit__`."""

Trace = Callable[[FrameType, str, Any], Any]


class Point(NamedTuple):
    """A line of a function, by its path in the repository."""

    file: str
    function: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}"


class Modules:
    """The code in which lines are counted, and made to fail."""

    def __init__(self, modules: Sequence[ModuleType]) -> None:
        self._files = {str(m.__file__): _short(str(m.__file__)) for m in modules}
        self._caches = {
            _short(str(module.__file__)): [
                each for each in vars(module).values() if hasattr(each, "cache_clear")
            ]
            for module in modules
        }

    def forget(self, file: str = "") -> None:
        """Empty the caches of the functions in this file or in all, so that each run passes the
        same points."""
        for name, caches in self._caches.items():
            for each in caches if file in ("", name) else ():
                each.cache_clear()

    def points(self) -> set[Point]:
        """Every line of every function."""
        return {point for file in self._files for point in self._of(_compiled(file), file)}

    @contextmanager
    def counting(self) -> Iterator[Counter[Point]]:
        """How often each point is passed inside the block, in the order of the first times."""
        passed: Counter[Point] = Counter()

        def line(frame: FrameType, event: str, arg: Any) -> Trace:
            if event == "line" and _can_fail(frame):
                passed[self.point(frame)] += 1
            return line

        with _tracing(lambda frame, *_: line if frame.f_code.co_filename in self._files else None):
            yield passed

    @contextmanager
    def failing(self, point: Point, time: int, error: Exception) -> Iterator[list[CodeType]]:
        """`error` comes out of `point` when it is reached for the `time`-th time; once. The list
        then holds the functions that were under way, the innermost first."""
        file = next(name for name, short in self._files.items() if short == point.file)
        under_way: list[CodeType] = []
        left = [time]

        def line(frame: FrameType, event: str, arg: Any) -> Trace:
            if event == "line" and frame.f_lineno == point.line and _can_fail(frame):
                left[0] -= 1
                if not left[0]:
                    under_way.extend(each.f_code for each, _ in _stack(frame))
                    raise error
            return line

        def call(frame: FrameType, event: str, arg: Any) -> Trace | None:
            code = frame.f_code
            named = code.co_filename == file and code.co_qualname == point.function
            return line if named else None

        try:
            with _tracing(call):
                yield under_way
        finally:
            error.__traceback__ = None  # or it would keep alive what it came through

    def point(self, frame: FrameType) -> Point:
        code = frame.f_code
        return Point(self._files[code.co_filename], code.co_qualname, frame.f_lineno)

    def _of(self, code: CodeType, file: str) -> Iterator[Point]:
        """The points in what stands in this code; its own lines run when it is imported."""
        for each in code.co_consts:
            if isinstance(each, CodeType):
                yield from self._of(each, file)
                if each.co_flags & inspect.CO_OPTIMIZED:
                    yield from (Point(self._files[file], each.co_qualname, n) for n in _lines(each))


@cache
def _compiled(file: str) -> CodeType:
    return compile(Path(file).read_bytes(), file, "exec")


def _short(file: str) -> str:
    return str(Path(file).relative_to(ROOT))


def _lines(code: CodeType) -> set[int]:
    lines = set()
    for each in dis.get_instructions(code):
        line = each.positions.lineno if each.positions else None
        if line is not None and each.opname not in IDLE | SILENT:
            lines.add(line)
    return lines


def _can_fail(frame: FrameType) -> bool:
    return frame.f_lasti not in _idle_offsets(id(frame.f_code), frame.f_code)


_KNOWN: dict[int, tuple[CodeType, frozenset[int]]] = {}


def _idle_offsets(key: int, code: CodeType) -> frozenset[int]:
    """Found by identity: to hash a code object is slow."""
    if key not in _KNOWN:
        instructions = list(dis.get_instructions(code))
        idle = (each.offset for at, each in enumerate(instructions) if _idle(instructions, at))
        _KNOWN[key] = (code, frozenset(idle))
    return _KNOWN[key][1]


def _idle(instructions: list[dis.Instruction], at: int) -> bool:
    names = [each.opname for each in instructions[at : at + len(LEAVING)]]
    nothing = all(each.argval is None for each in instructions[at : at + 3])
    return names[0] in IDLE or (names == LEAVING and nothing)


def _stack(frame: FrameType) -> Iterator[tuple[FrameType, int]]:
    here: FrameType | None = frame
    while here is not None:
        yield here, here.f_lineno
        here = here.f_back


@contextmanager
def _tracing(trace: Trace) -> Iterator[None]:
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def _sqlite(text: str, code: int) -> Exception:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


OWN: Final = ("RuntimeError", "KeyError")
EVERYBODYS: Final = ("OSError", "MemoryError", "disk I/O error", "database is locked")
_ERRORS: Final[dict[str, Callable[[], Exception]]] = {
    "RuntimeError": lambda: RuntimeError("injected"),
    "KeyError": lambda: KeyError("injected"),
    "OSError": lambda: OSError("injected"),
    "MemoryError": MemoryError,
    "disk I/O error": lambda: _sqlite("disk I/O error", sqlite3.SQLITE_IOERR),
    "database is locked": lambda: _sqlite("database is locked", sqlite3.SQLITE_BUSY),
}


def an_error(kind: str) -> Exception:
    """What one item may be to blame for (OWN), or what is the trouble of all (EVERYBODYS)."""
    return _ERRORS[kind]()
