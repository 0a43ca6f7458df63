"""A query string, plain or base64, is a line or a line with its fault named. Never an exception."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from adapters.eas.query import DEVICE_ID, Line, read_line

PLAIN = (
    "Cmd=Sync&User=anna&DeviceId=PHONE1&DeviceType=iPhone\n14.1\n1234",
    "User=a%40example.org&DeviceId=x&Cmd=Ping&DeviceType=SP&SaveInSent=T\n2.5",
    "Cmd=GetAttachment&AttachmentName=a%20b&PolicyKey=12&DeviceId=%7Bx%7D&DeviceType=A\n16.1",
)
BINARY = (
    bytes.fromhex("79040904") + b"\x06PHONE1\x04\x01\x02\x03\x04\x06iPhone",
    bytes.fromhex("a10007040a") + bytes(range(10)) + b"\x00\x02SP\x07\x01\x03\x00\x03abc\x08\x01a",
)


def seeds() -> Iterator[bytes]:
    """The first byte says whether base64 is made of the rest."""
    yield from (b"\0" + text.encode() for text in PLAIN)
    yield from (b"\0" + b64encode(data) for data in BINARY)
    yield from (b"\1" + data for data in BINARY)


def run(data: bytes) -> None:
    if data[:1] == b"\1":
        _expect_named(read_line(b64encode(data[1:]).decode()))
        return
    query, *headers = data[1:].decode("latin-1").split("\n", 2)
    version, key = [*headers, None, None][:2]
    _expect_named(read_line(query, version, key))


def _expect_named(line: Line) -> None:
    if line.fault:
        assert line.reason
        return
    assert line.version is not None
    assert DEVICE_ID.fullmatch(line.device_id)
    assert 0 < len(line.device_type) <= 64
    assert line.policy_key is None or 0 <= line.policy_key < 1 << 32
