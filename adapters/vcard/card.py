"""The lines of one vCard, in any of its three versions (vCard 2.1, RFC 2426, RFC 6350)."""

from __future__ import annotations

import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from adapters.characters import clean
from adapters.contentlines import HELD, Component, Line, decode, held, parse
from adapters.vcard.telephones import LABELS

_CHARSET = re.compile(rb';CHARSET="?([\w.:-]+)"?[;:]', re.IGNORECASE)
_ENCODED = re.compile(rb"[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]", re.IGNORECASE)
_OF_2_1 = frozenset({"CHARSET"})
_SCHEME = re.compile(r"(?:tel|mailto):", re.IGNORECASE)


@dataclass
class Card:
    """What is left of a vCard, and the lines kept beside the fields they went to."""

    lines: list[Line]
    kept: list[str] = field(default_factory=list)

    def take_all(self, *names: str, wanted: Callable[[Line], object] = bool) -> list[Line]:
        """The wanted lines of these names; they are no longer in the card."""
        taken: list[Line] = []
        left: list[Line] = []
        for line in self.lines:
            (taken if line.name in names and wanted(line) else left).append(line)
        self.lines = left
        return taken

    def take(self, *names: str, wanted: Callable[[Line], object] = bool) -> Line | None:
        """The first wanted line of these names; further ones stay."""
        found = next((line for line in self.lines if line.name in names and wanted(line)), None)
        if found:
            self.put_out(found)
        return found

    def put_out(self, line: Line) -> None:
        self.lines = [each for each in self.lines if each is not line]

    def hold(self, line: Line, name: str) -> None:
        """Keep beside the field `name` the line that it came from, as it says more."""
        self.kept.append(held(line, name))

    def label(self, line: Line) -> str:
        """What Apple calls the group of a line, in lower case."""
        return self._labels.get(line.group, "") if line.group else ""

    @cached_property
    def _labels(self) -> dict[str, str]:
        """The label of each group, by the first line that names it; nobody takes these lines."""
        named = (line for line in reversed(self.lines) if line.name == "X-ABLABEL")
        return {line.group: line.text.casefold() for line in named}

    def types(self, line: Line) -> set[str]:
        """Its TYPEs in lower case, those of its label included."""
        found = {part.strip() for each in line.params.get("TYPE", ()) for part in each.split(",")}
        return {each.lower() for each in found} | LABELS.get(self.label(line), set())

    def foreign(self) -> tuple[str, ...]:
        """What nobody took, each once, in an order of its own: that of a file means nothing."""
        return tuple(sorted({*map(str, self.lines), *self.kept}))


def card(component: Component) -> Card:
    """The lines of a vCard; one that is none is a ValueError with its number."""
    if component.fault:
        raise ValueError(component.fault)
    return Card([_line(number, raw) for number, raw in _joined(component.lines)])


def _joined(lines: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Lines with the soft breaks of quoted-printable undone: there a line ends in `=`."""
    waiting = iter(lines)
    for number, raw in waiting:
        pieces = [raw]
        if _ENCODED.match(raw):
            while pieces[-1].endswith(b"="):
                pieces[-1] = pieces[-1][:-1]
                pieces.append(next(waiting, (0, b""))[1])
        yield number, b"".join(pieces)


def _line(number: int, raw: bytes) -> Line:
    try:
        return _modern(parse(_text(raw)))
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error


def _text(raw: bytes) -> str:
    """A line in the character set it names, quoted-printable undone."""
    head, colon, value = raw.partition(b":")
    named = _CHARSET.search(head + colon)
    if _ENCODED.match(raw):
        value = quopri.decodestring(value)
    try:
        text = value.decode(named[1].decode("ascii")) if named else decode(value)
    except (LookupError, UnicodeError):
        text = decode(value)
    return decode(head + colon) + clean(text)


def _modern(line: Line) -> Line:
    """The line without what only vCard 2.1 has, so that it can stand in a later one."""
    params = {name: values for name, values in line.params.items() if name not in _OF_2_1 | {HELD}}
    encoding = line.param("ENCODING").upper()
    if encoding in ("BASE64", "B"):
        params["ENCODING"] = ("b",)
    else:
        params.pop("ENCODING", None)
    value = line.value
    if encoding == "QUOTED-PRINTABLE":
        value = re.sub(r"\r\n|\r|\n", r"\\n", value)
    return replace(line, params=params, value=value)


def bare(line: Line) -> str:
    """The text of a line without `tel:` or `mailto:` before it."""
    return _SCHEME.sub("", line.text.strip(), count=1) if _SCHEME.match(line.text) else line.text
