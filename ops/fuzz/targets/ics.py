"""An .ics file is entries and named faults; each entry can be kept, written, and shown to phones of
every version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from adapters import ical
from adapters.eas import calendar
from adapters.eas.dialect import BodyPreference, Dialect
from adapters.eas.version import Version
from adapters.store import transcoder
from adapters.wbxml import E, encode
from domain.zone import Zone

FILES: Final = Path(__file__).parents[3] / "tests" / "fixtures" / "ics"
ROME: Final = Zone("Europe/Rome")
TODAY: Final = date(2026, 11, 25)
MOST_SHOWN: Final = 3
RULES: Final = (
    "FREQ=MONTHLY;BYDAY=-1FR;COUNT=5",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;WKST=SU;UNTIL=20271231T000000Z",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR",
    "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8",
    "FREQ=HOURLY;INTERVAL=5;COUNT=9",
)


def seeds() -> Iterator[bytes]:
    yield from (path.read_bytes() for path in sorted(FILES.iterdir()))
    for rule in RULES:
        yield (
            "BEGIN:VEVENT\r\nUID:u\r\nDTSTART;TZID=Europe/Rome:20261130T100000\r\n"
            f"DURATION:PT1H\r\nRRULE:{rule}\r\nEXDATE:20261201T090000Z\r\nEND:VEVENT\r\n"
        ).encode()


def run(data: bytes) -> None:
    shown = 0
    for entry in ical.read(data, zone=ROME, today=TODAY, addresses=("me@example.org",)):
        if isinstance(entry, ical.BadEntry):
            assert entry.reason
            continue
        assert "when" in entry.values
        transcoder.encode(entry.values)
        b"".join(ical.write([("name", entry.values)]))
        if shown < MOST_SHOWN:
            _show(entry.values)
        shown += 1


def _show(values: dict[str, object]) -> None:
    for version in (Version.V2_5, Version.V14_1, Version.V16_1):
        bodies = (BodyPreference(1),) if version > Version.V2_5 else ()
        device = Dialect(version, bodies, zone=ROME, address="me@example.org")
        encode(E("airsync:ApplicationData", *calendar.render(values, device)))
