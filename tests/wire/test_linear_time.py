"""Sixteen times the bytes take about sixteen times as long, whoever reads them.

Each row is a text that once did, or well could, make a reader go over its input again and again.
(WBXML has its own in `test_wbxml_bounds.py`.)
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import date
from typing import Final

import pytest

from adapters import ical, vcard
from adapters.eas.plain import plain
from adapters.eas.query import read_line
from domain.zone import Zone

ROME: Final = Zone("Europe/Rome")
TODAY: Final = date(2026, 11, 25)
SMALL, LARGE = 4_000, 64_000


def event(lines: bytes) -> None:
    data = b"BEGIN:VEVENT\nUID:u\nDTSTART:20261201T080000Z\n" + lines + b"\nEND:VEVENT\n"
    for entry in ical.read(data, zone=ROME, today=TODAY):
        if isinstance(entry, ical.Entry):
            b"".join(ical.write([("name", entry.values)]))


def card(lines: bytes) -> None:
    for entry in vcard.read(b"BEGIN:VCARD\nVERSION:2.1\nN:a;b\n" + lines + b"\nEND:VCARD\n"):
        if isinstance(entry, vcard.Entry):
            b"".join(vcard.write([("name", entry.values)]))


def html(text: bytes) -> None:
    plain(text.decode())


def query(text: bytes) -> None:
    read_line(text.decode(), "14.1", "1")


def numbered(line: str, count: int) -> bytes:
    return b"".join(line.replace("#", str(n)).encode() for n in range(count))


def again(reader: Callable[[bytes], None], unit: bytes, begin: bytes = b"") -> tuple[object, ...]:
    return reader, lambda size: begin + unit * (size // len(unit))


QUOTED: Final = b"NOTE;ENCODING=QUOTED-PRINTABLE:x=\n"
GREEDY: Final[dict[str, tuple[object, ...]]] = {
    "unfinished tags in a note": again(event, b"<a ", b"X-ALT-DESC;FMTTYPE=text/html:"),
    "unfinished comments in a note": again(event, b"<!--", b"X-ALT-DESC;FMTTYPE=text/html:"),
    "quotes without end": again(event, b'ATTENDEE;CN="'),
    "parameters": again(event, b";A=1", b"ATTENDEE"),
    "exceptions to a rule": again(event, b"EXDATE:20261201T080000Z\n", b"RRULE:FREQ=DAILY\n"),
    "additional dates": again(event, b"RDATE:20261201T080000Z\n"),
    "folds": again(event, b"\n a", b"SUMMARY:a"),
    "alarms": again(event, b"BEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM\n"),
    "components without end": again(event, b"BEGIN:VALARM\n"),
    "soft line breaks": again(card, b"x" * 60 + b"=\n", QUOTED),
    "lines of categories": again(card, b"CATEGORIES:a\n"),
    "telephones": again(card, b"TEL:1\n"),
    "labelled groups": (card, lambda n: numbered("i#.X-ABLabel:x\ni#.TEL:1\n", n // 24)),
    "lines nobody knows": (card, lambda n: numbered("X-#:a\n", n // 10)),
    "unfinished tags": again(html, b"<a "),
    "links without end": again(html, b"<a href='http://x'>x"),
    "comments without end": again(html, b"<!--"),
    "scripts without end": again(html, b"<script>"),
    "entities": again(html, b"&#9"),
    "parameters of a query": again(query, b"Cmd=&a=b&"),
    "escapes of a query": again(query, b"%41", b"Cmd="),
}


def seconds(read: Callable[[bytes], None], data: bytes) -> float:
    """The best of a few: the least disturbed one, without Python's own sweeping."""
    took = []
    gc.disable()
    for _ in range(3):
        began = time.thread_time()
        read(data)
        took.append(time.thread_time() - began)
    gc.enable()
    return min(took)


@pytest.mark.parametrize("greedy", GREEDY.values(), ids=GREEDY)
def test_sixteen_times_the_bytes_take_about_sixteen_times_as_long(
    greedy: tuple[Callable[[bytes], None], Callable[[int], bytes]],
) -> None:
    read, make = greedy
    # A square law would make it 256 times; some cost is the same for every text.
    assert seconds(read, make(LARGE)) < 48 * max(seconds(read, make(SMALL)), 0.0003)
