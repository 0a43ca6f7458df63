"""A .vcf file is entries and named faults; each entry can be kept, written, and shown to phones of
every version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from adapters import vcard
from adapters.eas import contact
from adapters.eas.dialect import BodyPreference, Dialect
from adapters.eas.version import Version
from adapters.store import transcoder
from adapters.wbxml import E, encode

FILES: Final = Path(__file__).parents[3] / "tests" / "fixtures" / "vcf"
OLD: Final = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC=\r\nller\r\n"
    b"TEL;CELL:+39 06\r\nitem1.ADR;HOME:;;Via 1;Roma;;00100;Italia\r\nBDAY:--0229\r\nEND:VCARD\r\n"
)


def seeds() -> Iterator[bytes]:
    yield from (path.read_bytes() for path in sorted(FILES.iterdir()))
    yield OLD


def run(data: bytes) -> None:
    for entry in vcard.read(data):
        if isinstance(entry, vcard.BadEntry):
            assert entry.reason
            continue
        transcoder.encode(entry.values)
        b"".join(vcard.write([("name", entry.values)]))
        for version in (Version.V2_5, Version.V14_1, Version.V16_1):
            device = Dialect(version, (BodyPreference(1),) if version > Version.V2_5 else ())
            encode(E("airsync:ApplicationData", *contact.render(entry.values, device)))
