"""A time-zone blob is a rule or Unconvertible; a rule has clocks, and is written as it was read."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime

from adapters.eas.dialect import Unconvertible
from adapters.eas.recognition import recognise
from adapters.eas.timezone import read_blob, write_blob
from domain.zone import Zone, ZoneRule

AT = date(2026, 7, 1)
HOME = Zone("Europe/Rome")
SIZE = 172


def seeds() -> Iterator[bytes]:
    """Bytes of a blob's size are a blob, all others the text of one."""
    for name in ("Europe/Rome", "America/New_York", "Australia/Sydney", "Asia/Kathmandu", "UTC"):
        text = write_blob(Zone(name), AT)
        yield text.encode()
        yield b64decode(text)
    yield from (b"", b"AAAA", bytes(SIZE), b"\xff" * SIZE)


def run(data: bytes) -> None:
    text = b64encode(data).decode() if len(data) == SIZE else data.decode("latin-1")
    try:
        rule = read_blob(text)
    except Unconvertible:
        return
    _expect_clocks(rule)
    assert read_blob(write_blob(Zone(rule=rule), AT)) == rule
    if rule.nameless != ZoneRule(0):  # else it says nothing but a name
        _expect_same_day(rule, recognise(rule, AT, (HOME,)))


def _expect_clocks(rule: ZoneRule) -> None:
    clocks = Zone(rule=rule).tzinfo
    for year in (1601, 1970, 2026, 4500):
        for month in (1, 7):
            there = datetime(year, month, 15, 12, tzinfo=UTC).astimezone(clocks)
            assert there.astimezone(UTC) == datetime(year, month, 15, 12, tzinfo=UTC)


def _expect_same_day(rule: ZoneRule, zone: Zone) -> None:
    noon = datetime(AT.year, AT.month, AT.day, 12, tzinfo=UTC)
    mine, theirs = (noon.astimezone(each.tzinfo) for each in (Zone(rule=rule), zone))
    assert mine.utcoffset() == theirs.utcoffset()
