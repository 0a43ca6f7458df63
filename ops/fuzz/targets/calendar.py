"""What a phone says of an event is taken or Unconvertible; what was taken can be shown, and shown
again it is no edit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final

from adapters.eas.calendar import Reading, read, read_instance, render
from adapters.eas.dialect import BodyPreference, Dialect, Unconvertible
from adapters.eas.version import Version
from adapters.wbxml import E, Element, Malformed, decode, encode
from domain.body import Body
from domain.patch import CANCELLED, apply
from domain.recurrence import MONTHLY_NTH, WEEKLY, Recurrence
from domain.when import AllDay, Timed
from domain.zone import Zone

VERSIONS: Final = tuple(Version)
NOW: Final = datetime(2026, 11, 25, 9, 12, tzinfo=UTC)
ROME: Final = Zone("Europe/Rome")
TEN = datetime(2026, 9, 7, 10)  # noqa: DTZ001 - wall time
BASES: Final[tuple[dict[str, Any] | None, ...]] = (
    None,
    {
        "uid": "u",
        "subject": "Standup",
        "when": Timed(TEN, TEN.replace(hour=11), ROME),
        "recurrence": Recurrence(WEEKLY, days=2 | 8),
        "occurrences": {TEN.replace(day=9): CANCELLED, TEN.replace(day=14): {"subject": "x"}},
        "body": Body("note"),
        "busy_status": 2,
    },
    {"uid": "v", "when": AllDay(date(2026, 9, 7), date(2026, 9, 8)), "subject": "Feast"},
    {
        "uid": "w",
        "when": AllDay(date(2026, 9, 7), date(2026, 9, 8)),
        "recurrence": Recurrence(MONTHLY_NTH, days=4, week=5),
    },
)
STARTS: Final = ("20260914T080000Z", "2026-09-14T08:00:00.000Z", "20260907T000000Z", "x")


def seeds() -> Iterator[bytes]:
    """Version, base and occurrence, each a byte, and then the document."""
    for number, version in enumerate(VERSIONS):
        device = _device(version)
        for at, base in enumerate(BASES):
            if base is not None:
                yield bytes((number, at, 0)) + encode(_shown(base, device))
        yield bytes((number, 0, 0)) + encode(_shown(BASES[1] or {}, device))
        yield bytes((number, 1, 1)) + encode(E(DATA, E("calendar:Subject", "only this one")))


def run(data: bytes) -> None:
    if len(data) < 4:
        return
    try:
        said = decode(data[3:])
    except Malformed:
        return
    device, base = _device(VERSIONS[data[0] % len(VERSIONS)]), BASES[data[1] % len(BASES)]
    try:
        meant = _meant(said, device, base, data[2])
    except Unconvertible:
        return
    after = apply(base or {}, meant.patch)
    assert "when" in after
    shown = decode(encode(_shown(after, device)))
    assert _read(shown, device, after).patch == {}


DATA: Final = "airsync:ApplicationData"


def _device(version: Version) -> Dialect:
    bodies = (BodyPreference(1),) if version > Version.V2_5 else ()
    return Dialect(version, bodies, zone=ROME, address="me@example.org", name="Me")


def _shown(values: dict[str, Any], device: Dialect) -> Element:
    return E(DATA, *render(values, device))


def _meant(said: Element, device: Dialect, base: dict[str, Any] | None, instance: int) -> Reading:
    if base is None or not instance:
        return _read(said, device, base)
    start = said.text_of("airsyncbase:InstanceId") or STARTS[instance % len(STARTS)]
    return read_instance(said, start, device, base, lambda: "file")


def _read(said: Element, device: Dialect, base: dict[str, Any] | None) -> Reading:
    numbers = count(1)
    return read(said, device, base, NOW, lambda: f"file-{next(numbers)}")
