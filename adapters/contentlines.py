"""Files of content lines: what iCalendar (RFC 5545 3.1) and vCard (RFC 6350 3.2) have in common.

Bytes become physical lines, those unfold into content lines, and BEGIN and END cut them into
components. Each step is a generator, so that a file of any length passes through in the memory
of its largest component. A component that is broken says so in `fault`; its neighbours are whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from adapters.characters import clean

LONGEST = 32 * 1024 * 1024
"""Bytes of the longest line and of the largest component that is read."""

_IN_MEMORY = 1024 * 1024
_WIDTH = 75
_LINE = re.compile(
    r"(?:(?P<group>[\w-]+)\.)?(?P<name>[\w-]+)"
    r'(?P<params>(?:;(?:[^";:]|"[^"]*")*)*):(?P<value>.*)',
    re.ASCII | re.DOTALL,
)
_PARAM = re.compile(r';((?:[^";]|"[^"]*")*)')
_PARAM_VALUE = re.compile(r'"([^"]*)"|([^",]+)')
_ESCAPED = re.compile(r'\\([\\;,:"nN])')
_CARET = re.compile(r"\^([n^'])")
_BARE = {
    "QUOTED-PRINTABLE": "ENCODING",
    "BASE64": "ENCODING",
    "B": "ENCODING",
    "7BIT": "ENCODING",
    "8BIT": "ENCODING",
    "URL": "VALUE",
    "INLINE": "VALUE",
}
"""Parameters that vCard 2.1 writes without their name; all others are a TYPE."""


@dataclass(frozen=True)
class Entry:
    """One item of a file, the line it begins on, and what the person should know about it."""

    values: dict[str, Any]
    line: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BadEntry:
    """What could not be taken, the line it begins on, and why in words for people."""

    line: int
    reason: str


@dataclass(frozen=True)
class NotServed(BadEntry):
    """A sound entry of a kind that is not kept here, such as a task."""


@dataclass(frozen=True)
class Line:
    """One content line. Name and parameter names are upper case; `value` is still escaped."""

    name: str
    value: str
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group: str = ""

    def param(self, name: str) -> str:
        """The first value of a parameter, or nothing."""
        return next(iter(self.params.get(name, ())), "")

    @property
    def text(self) -> str:
        return unescape(self.value)

    @property
    def texts(self) -> tuple[str, ...]:
        """The values of a list that is separated by commas, without empty ones."""
        return tuple(text for part in split(self.value, ",") if (text := unescape(part)))

    def __str__(self) -> str:
        group = f"{self.group}." if self.group else ""
        params = "".join(
            f";{name}={','.join(map(_quote, values))}" for name, values in self.params.items()
        )
        return f"{group}{self.name}{params}:{self.value}"


def text_line(name: str, text: str, **params: str) -> Line:
    """A line that holds one text."""
    return Line(name, escape(text), {key.replace("_", "-"): (v,) for key, v in params.items() if v})


def parse(raw: str) -> Line:
    """The parts of an unfolded line; one that has no name and colon is a ValueError."""
    found = _LINE.fullmatch(raw)
    if not found:
        raise ValueError(f"“{raw[:40]}” is not a line of such a file")
    params: dict[str, tuple[str, ...]] = {}
    for part in _PARAM.findall(found["params"]):
        name, values = _param(part)
        params[name] = params.get(name, ()) + values
    return Line(
        found["name"].upper(),
        found["value"],
        {name: values for name, values in params.items() if values},
        found["group"] or "",
    )


def _param(part: str) -> tuple[str, tuple[str, ...]]:
    name, equals, value = part.partition("=")
    if not equals:
        name, value = _BARE.get(part.strip().upper(), "TYPE"), part.strip()
    pieces = (quoted or bare for quoted, bare in _PARAM_VALUE.findall(value))
    return name.strip().upper(), tuple(_CARET.sub(_uncaret, piece) for piece in pieces)


def _uncaret(found: re.Match[str]) -> str:
    return {"n": "\n", "^": "^", "'": '"'}[found[1]]


def _quote(value: str) -> str:
    """A parameter value, with what it may not hold in the escapes of RFC 6868."""
    for plain, escaped in (("^", "^^"), ("\r\n", "^n"), ("\r", "^n"), ("\n", "^n"), ('"', "^'")):
        value = value.replace(plain, escaped)
    return f'"{value}"' if re.search("[,;:]", value) else value


def escape(text: str) -> str:
    """A text as a value (RFC 5545 3.3.11, RFC 6350 3.4)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\", "\\\\")
    return text.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def unescape(value: str) -> str:
    """The text of a value; a backslash that escapes nothing is one."""
    text = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split(value: str, separator: str) -> Iterator[str]:
    """The still escaped parts of a value between its unescaped separators."""
    start = 0
    for found in re.finditer(rf"\\.|{separator}", value, re.DOTALL):
        if found[0] == separator:
            yield value[start : found.start()]
            start = found.end()
    yield value[start:]


def fold(line: str) -> bytes:
    """A line as it stands in a file: pieces of at most 75 octets, never inside a character.

    A line break inside it is a blank: nothing may end a line but this.
    """
    raw = line.replace("\r", " ").replace("\n", " ").encode("utf-8", "replace")
    pieces: list[bytes] = []
    start, width = 0, _WIDTH
    while len(raw) - start > width:
        end = start + width
        while raw[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(raw[start:end])
        start, width = end, _WIDTH - 1
    pieces.append(raw[start:])
    return b"\r\n ".join(pieces) + b"\r\n"


def decode(raw: bytes) -> str:
    """Text of a line: UTF-8, or what old Windows programs write."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return clean(text)


def spool(data: bytes | Iterable[bytes]) -> IO[bytes]:
    """The data as a file that can be read twice; what is long goes to the disk."""
    if isinstance(data, bytes):
        return BytesIO(data)
    file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with its last reader
    for chunk in data:
        file.write(chunk)
    return file


def unfold(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The content lines of a file from its beginning, each with the number of its first line."""
    file.seek(0)
    pieces: list[bytes] = []
    first = size = 0
    for number, raw in enumerate(iter(lambda: file.readline(LONGEST), b""), 1):
        raw = raw.rstrip(b"\r\n")
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if pieces and raw[:1] in (b" ", b"\t") and size + len(raw) <= LONGEST:
            pieces.append(raw[1:])
            size += len(raw)
            continue
        if pieces:
            yield first, b"".join(pieces)
        first, pieces, size = number, [raw] if raw else [], len(raw)
    if pieces:
        yield first, b"".join(pieces)


@dataclass
class Component:
    """What stands between a BEGIN and its END, inner components included."""

    name: str
    line: int
    lines: list[tuple[int, bytes]] = field(default_factory=list)
    fault: str = ""
    size: int = 0
    inner: list[str] = field(default_factory=list)

    def add(self, number: int, raw: bytes) -> None:
        self.size += len(raw)
        if self.size > LONGEST:
            self.fault = f"is larger than {LONGEST >> 20} MiB"
            self.lines.clear()
        elif not self.fault:
            self.lines.append((number, raw))

    def closed(self, fault: str = "") -> Component:
        if self.inner:
            fault = f"BEGIN:{self.inner[-1]} has no END"
        self.fault = self.fault or fault
        return self


def components(
    lines: Iterable[tuple[int, bytes]], kinds: frozenset[str], wrapper: str = ""
) -> Iterator[Component]:
    """The outermost components; one of `kinds` is never inside another, so it ends what is open."""
    current: Component | None = None
    for number, raw in lines:
        word, kind = _bracket(raw)
        outermost = current is None or kind in kinds or kind == wrapper
        if word == "BEGIN" and kind and outermost:
            if current:
                yield current.closed(f"has no END:{current.name}")
            current = None if kind == wrapper else Component(kind, number)
        elif current is None:
            continue
        elif word == "END" and kind in (current.name, wrapper):
            yield current.closed("" if kind == current.name else f"has no END:{current.name}")
            current = None
        else:
            _nest(current, word, kind)
            current.add(number, raw)
    if current:
        yield current.closed(f"has no END:{current.name}")


def _bracket(raw: bytes) -> tuple[str, str]:
    word, _, kind = raw[:80].decode("latin-1").strip().upper().partition(":")
    return (word, kind) if word in ("BEGIN", "END") else ("", "")


def _nest(current: Component, word: str, kind: str) -> None:
    if word == "BEGIN":
        current.inner += [] if current.fault else [kind]
    elif word == "END" and current.inner and current.inner[-1] == kind:
        current.inner.pop()
    elif word == "END":
        current.fault = current.fault or f"END:{kind} without its BEGIN"


HELD = "X-HELD"
"""Marks a foreign line that says more than the field named here: it stands in for the line of
that field as long as the field has the same value, and is gone with it."""


def held(line: Line, name: str) -> str:
    return str(replace(line, params={**line.params, HELD: (name,)}))


def merged(
    own: Iterable[tuple[str, Line]],
    foreign: Iterable[str],
    meaning: Callable[[Line], object],
    once: frozenset[str],
) -> Iterator[str]:
    """Lines to write: our own by field, where one is held that one, and then all foreign ones.

    Of a name in `once` no foreign line is written beside our own.
    """
    kept, rest = _sorted_out(foreign)
    written: set[str] = set()
    for name, line in own:
        same = (each for at, each in kept if at == name and meaning(each) == meaning(line))
        line = next(same, line)
        written.add(line.name)
        yield str(line)
    for entry in rest:
        if entry.partition(":")[0].partition(";")[0] not in written & once:
            yield from entry.split("\n")


def _sorted_out(foreign: Iterable[str]) -> tuple[list[tuple[str, Line]], list[str]]:
    kept, rest = [], []
    for entry in foreign:
        if f";{HELD}=" not in entry:
            rest.append(entry)
            continue
        line = parse(entry)
        params = {name: values for name, values in line.params.items() if name != HELD}
        kept.append((line.param(HELD), replace(line, params=params)))
    return kept, rest
