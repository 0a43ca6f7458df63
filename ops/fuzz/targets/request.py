"""Headers and body of a command, compressed or not, are a request, a Refusal or TooLarge."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from adapters.eas.query import Line
from adapters.eas.request import TooLarge, read_request
from adapters.eas.status import Refusal
from adapters.eas.version import Version
from tests.fixtures.wbxml import VECTORS

MOST = 64 << 10
NAMES = (
    *("Content-Type", "Content-Encoding", "Accept-Language"),
    *("MS-ASAcceptMultiPart", "User-Agent"),
)
TYPE = "application/vnd.ms-sync.wbxml"


def seeds() -> Iterator[bytes]:
    """A line for each header, and then the body."""
    for vector in VECTORS[:12]:
        if vector.direction == "client":
            yield f"{TYPE}\n\nit-IT,en;q=0.5\nT\nApple\n".encode() + vector.wbxml
            packed = gzip.compress(vector.wbxml, mtime=0)
            yield f"{TYPE};charset=x\ngzip\n\n\n\n".encode() + packed
    yield f"{TYPE}\nx-gzip\n\n\n\n".encode() + gzip.compress(b"\3\1\x6a\0" * 400_000, mtime=0)


def run(data: bytes) -> None:
    *values, body = data.split(b"\n", len(NAMES))
    headers = dict(zip(NAMES, (value.decode("latin-1") for value in values), strict=False))
    line = Line("Sync", Version.V14_1, "PHONE1", "iPhone")
    try:
        request = read_request(line, Version.V14_1, headers.get, body, "192.0.2.1", MOST)
    except (Refusal, TooLarge):
        return
    assert request.body is None or request.body.name == "airsync:Sync"
    assert len(request.locale) <= 16
