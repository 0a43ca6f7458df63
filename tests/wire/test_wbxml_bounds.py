"""What a stranger may send: forms we accept, tricks we refuse, and what either may cost."""

import gc
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from adapters.wbxml import E, Element, Limits, Malformed, decode

SYNC = b"\x45"
DATA = b"\x5d"
END = b"\x01"
HEADER = b"\x03\x01\x6a\x00"


def inline(text: str) -> bytes:
    return b"\x03" + text.encode() + b"\x00"


def sync(content: bytes) -> bytes:
    return HEADER + SYNC + content + END


def with_table(table: bytes, content: bytes) -> bytes:
    """A Sync element in a document with a string table of less than 128 bytes."""
    return b"\x03\x01\x6a" + bytes((len(table),)) + table + SYNC + content + END


ACCEPTED = {
    "WBXML 1.1": (b"\x01\x01\x6a\x00\x05", E("airsync:Sync")),
    "WBXML 1.2": (b"\x02\x01\x6a\x00\x05", E("airsync:Sync")),
    "a long public id": (b"\x03\x8f\xff\xff\xff\x7f\x6a\x00\x05", E("airsync:Sync")),
    "a public id in the string table": (b"\x03\x00\x00\x6a\x02x\x00\x05", E("airsync:Sync")),
    "no charset named": (b"\x03\x01\x00\x00\x05", E("airsync:Sync")),
    "an empty element with an end": (sync(b""), E("airsync:Sync")),
    "an empty text": (sync(inline("")), E("airsync:Sync")),
    "an empty opaque": (sync(b"\xc3\x00"), E("airsync:Sync")),
    "a switch to the page in force": (HEADER + b"\x00\x00\x05", E("airsync:Sync")),
    "switches without need": (HEADER + b"\x00\x07\x00\x00\x05", E("airsync:Sync")),
    "a page that survives an end": (
        sync(b"\x00\x11\x4a\x01\x05"),
        E("airsync:Sync", E("airsyncbase:Body"), E("airsyncbase:BodyPreference")),
    ),
    "text as opaque": (sync(b"\xc3\x02hi"), E("airsync:Sync", b"hi")),
    "text in pieces": (sync(inline("a") + inline("") + inline("bc")), E("airsync:Sync", "abc")),
    "text and opaque": (sync(inline("é") + b"\xc3\x01\xff"), E("airsync:Sync", b"\xc3\xa9\xff")),
    "text around a child": (
        sync(inline("a") + b"\x0b" + inline("b")),
        E("airsync:Sync", "ab", E("airsync:SyncKey")),
    ),
    "an entity": (sync(b"\x02\x84\xc0\x00"), E("airsync:Sync", "\U00012000")),
    "characters XML lacks": (sync(inline("a\x01\x1f") + b"\x02\x03"), E("airsync:Sync", "a")),
    "a string of the table": (with_table(b"ab\x00cd\x00", b"\x83\x03"), E("airsync:Sync", "cd")),
    "the tail of a string": (with_table(b"ab\x00cd\x00", b"\x83\x01"), E("airsync:Sync", "b")),
    "a token we do not know": (sync(b"\x3f"), E("airsync:Sync", E("airsync:0x3F"))),
    "a page of old": (sync(b"\x00\x03\x05"), E("airsync:Sync", E("airnotify:Notify"))),
    "attributes": (
        HEADER
        + b"\xc5\x05\x03x\x01\x00\x85\x83\x00\x04\x01\x02\x01\x00\x01"
        + b"\x40z\x00\x80\x01\xc0\xc3\x01\x01"
        + END
        + inline("k")
        + END,
        E("airsync:Sync", "k"),
    ),
    "attributes without content": (HEADER + b"\x85\x05\x01", E("airsync:Sync")),
}

REFUSED = {
    "nothing": (b"", "too early"),
    "WBXML 1.0": (b"\x00\x01\x6a\x00\x05", "version"),
    "an XML text": (b"<?xml version='1.0'?>", "version"),
    "Latin 1": (b"\x03\x01\x04\x00\x05", "charset"),
    "a header only": (HEADER, "too early"),
    "no root": (HEADER + END, "outside the root"),
    "text for a root": (HEADER + inline("x"), "outside the root"),
    "two roots": (HEADER + b"\x05\x05", "after the end"),
    "an unknown page": (sync(b"\x00\x1a\x05"), "code page 26"),
    "the page of a vendor": (sync(b"\x00\xfe\x05"), "code page 254"),
    "text that is not UTF-8": (sync(b"\x03\xff\x00"), "not UTF-8"),
    "a surrogate in UTF-8": (sync(b"\x03\xed\xa0\x80\x00"), "not UTF-8"),
    "a string without end": (HEADER + SYNC + b"\x03abc", "without end"),
    "an opaque longer than the rest": (sync(b"\xc3\x7fxx"), "beyond the end"),
    "an opaque of 4 GiB": (sync(b"\xc3\x8f\xff\xff\xff\x7fxx"), "beyond the end"),
    "a length of six bytes": (sync(b"\xc3\x80\x80\x80\x80\x80\x01x"), "32 bits"),
    "a length over 32 bits": (sync(b"\xc3\x90\x80\x80\x80\x00x"), "32 bits"),
    "a public id without end": (b"\x03" + b"\xff" * 50, "32 bits"),
    "a string table longer than the rest": (b"\x03\x01\x6a\x7f\x05", "beyond the end"),
    "a string table of 4 GiB": (b"\x03\x01\x6a\x8f\xff\xff\xff\x7f\x05", "beyond the end"),
    "a reference without a table": (sync(b"\x83\x00"), "outside the string table"),
    "a reference past the table": (with_table(b"ab\x00", b"\x83\x03"), "outside the string table"),
    "a table string without end": (with_table(b"ab", b"\x83\x00" + inline("")), "without end"),
    "an entity past Unicode": (sync(b"\x02\xc4\x80\x00"), "not a character"),
    "an entity of a surrogate": (sync(b"\x02\x83\xb0\x00"), "not a character"),
    "a literal tag": (with_table(b"ab\x00", b"\x04\x00"), "not supported"),
    "a processing instruction": (sync(b"\x43\x05\x01"), "not supported"),
    "an extension": (sync(b"\xc0"), "not supported"),
    "attributes without end": (HEADER + b"\x85\x05\x06", "too early"),
    "a document not closed": (HEADER + SYNC + DATA + END, "too early"),
    "an end too many": (sync(END), "after the end"),
}


@pytest.mark.parametrize(("data", "tree"), ACCEPTED.values(), ids=ACCEPTED)
def test_an_unusual_form_is_read(data: bytes, tree: Element) -> None:
    assert decode(data) == tree


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_trick_is_malformed_and_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        decode(data)


@pytest.mark.parametrize("content", [b"", inline(""), b"\xc3\x00"])
def test_no_text_and_empty_text_are_one_and_the_same(content: bytes) -> None:
    assert decode(sync(content)).text is None


def test_a_refusal_names_the_byte_at_fault() -> None:
    with pytest.raises(Malformed) as refusal:
        decode(sync(b"\x00\x1a\x05"))
    assert (refusal.value.offset, refusal.value.reason) == (6, "unknown code page 26")


def nested(depth: int) -> bytes:
    return HEADER + DATA * (depth - 1) + b"\x1d" + END * (depth - 1)


def test_elements_nest_32_deep_and_no_deeper() -> None:
    tree = decode(nested(32))
    for _ in range(31):
        (tree,) = tree
    assert tree == E("airsync:ApplicationData")
    with pytest.raises(Malformed, match="too deep"):
        decode(nested(33))
    with pytest.raises(Malformed, match="too deep"):
        decode(nested(1_000_000))


LIMITS = Limits(max_bytes=100, max_elements=10, max_text=20)


@pytest.mark.parametrize(
    ("most", "more", "reason"),
    [
        (sync(b"\xc3\x14" + b"x" * 20), sync(b"\xc3\x15" + b"x" * 21), "too much text"),
        (sync(inline("xy") * 10), sync(inline("xy") * 10 + inline("z")), "too much text"),
        (sync(b"\x0b" * 9), sync(b"\x0b" * 10), "too many"),
        (sync(b"\x4b\x01" * 9), sync(b"\x4b\x01" * 10), "too many"),
        (HEADER + b"\x00\x00" * 47 + b"\x45\x01", HEADER + b"\x00\x00" * 48 + b"\x05", "too large"),
    ],
    ids=["opaque", "pieces", "empty elements", "elements", "bytes"],
)
def test_a_document_may_reach_a_limit_but_not_pass_it(
    most: bytes, more: bytes, reason: str
) -> None:
    decode(most, LIMITS)
    with pytest.raises(Malformed, match=reason):
        decode(more, LIMITS)


def test_the_string_table_cannot_blow_up_a_small_document() -> None:
    table = b"x" * 120 + b"\x00"
    assert decode(with_table(table, b"\x83\x00" * 10)).value == "x" * 1200
    with pytest.raises(Malformed, match="too much text"):
        decode(with_table(table, b"\x83\x00" * 1000))


class Counted(bytes):
    """Bytes that count how many of them are looked at."""

    seen = 0

    def __getitem__(self, index: Any) -> Any:
        result = super().__getitem__(index)
        self.seen += 1 if isinstance(index, int) else len(result)
        return result

    def find(self, *args: Any) -> int:
        found = super().find(*args)
        _, start, stop = args
        self.seen += (stop if found < 0 else found) - start
        return found


def table_document(size: int) -> bytes:
    """A table of one string of half the size, and references into it for the other half."""
    length = bytes((0x80 | size >> 14 & 0x7F, 0x80 | size >> 7 & 0x7F, size & 0x7F))
    return b"\x03\x01\x6a" + length + b"x" * (size - 1) + b"\x00" + SYNC + b"\x83\x00" * (size // 2)


# Each makes a document of about `n` bytes that wants to be expensive.
GREEDY: dict[str, Callable[[int], bytes]] = {
    "elements": lambda n: sync(b"\x4b\x01" * (n // 2)),
    "short texts": lambda n: sync(inline("a") * (n // 3)),
    "one text": lambda n: sync(inline("a" * n)),
    "one opaque after another": lambda n: sync(b"\xc3\x01a" * (n // 3)),
    "text, opaque, text": lambda n: sync((inline("a") + b"\xc3\x01a") * (n // 6)),
    "entities": lambda n: sync(b"\x02\x41" * (n // 2)),
    "switches": lambda n: sync(b"\x00\x01" * (n // 2)),
    "attributes": lambda n: HEADER + b"\x85" + b"\x05" * n + END,
    "texts in attributes": lambda n: HEADER + b"\x85" + inline("") * (n // 2) + END,
    "strings without end": lambda n: HEADER + SYNC + b"\x03" * n,
    "string references": lambda n: table_document(n // 2),
    "numbers": lambda n: HEADER + b"\x85" + b"\x04\x80\x80\x80\x01" * (n // 5) + END,
}
GREEDY_LIMITS = Limits(max_elements=1 << 20)


def read(data: bytes) -> None:
    with suppress(Malformed):
        decode(data, GREEDY_LIMITS)


@pytest.mark.parametrize("greedy", GREEDY.values(), ids=GREEDY)
@pytest.mark.parametrize("size", [1_000, 60_000])
def test_every_byte_is_looked_at_a_bounded_number_of_times(
    greedy: Callable[[int], bytes], size: int
) -> None:
    data = Counted(greedy(size))
    read(data)
    assert len(data) // 2 <= data.seen <= 40 * len(data)


def seconds(data: bytes) -> float:
    """The best of several readings: the least disturbed one, without Python's own sweeping."""
    times = []
    gc.disable()
    for _ in range(5):
        start = time.process_time_ns()
        read(data)
        times.append(time.process_time_ns() - start)
    gc.enable()
    return min(times)


@pytest.mark.parametrize("greedy", GREEDY.values(), ids=GREEDY)
def test_eight_times_the_bytes_take_about_eight_times_as_long(
    greedy: Callable[[int], bytes],
) -> None:
    small, large = greedy(40_000), greedy(320_000)
    # A square law would make it 64 times; some cost is the same for every document.
    assert seconds(large) < 24 * max(seconds(small), 20_000)
