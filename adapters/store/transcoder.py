"""Values of the domain as msgpack, exactly: what comes out has the types that went in.

Plain msgpack knows numbers, texts, bytes, lists and maps. The rest are extension types, and a
map may have dates or wall times as keys. Equal values give equal bytes, save that the order of a
map is kept as it is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import msgpack
from eventsourcing.persistence import Transcoder

from adapters.store.records import BY_CLASS, BY_NAME
from domain.patch import Mark

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
ORDINAL: Final = struct.Struct(">I")
WALL: Final = struct.Struct(">HBBBBBIB")
MOMENT: Final = struct.Struct(">q")

DEPTH: Final = 32
"""Extension values inside extension values; each costs 40 KiB of stack while it is read."""

MISREAD: Final = (ValueError, TypeError, LookupError, OverflowError, struct.error)
"""What strange bytes make of the steps of reading them."""

Pack = Callable[[object], bytes]
Unpack = Callable[[bytes], Any]

DATE, WALL_TIME, INSTANT, IDENTITY, TUPLE, FROZENSET, MARK, RECORD = range(1, 9)


class Unencodable(TypeError):
    """Our fault: a value that has no business in the log."""


class Undecodable(ValueError):
    """Bytes that this transcoder did not write."""


class MsgpackTranscoder(Transcoder):
    """The state of an event as one msgpack map."""

    def encode(self, obj: Any) -> bytes:
        return encode(obj)

    def decode(self, data: bytes) -> Any:
        return decode(data)


def encode(value: object) -> bytes:
    """`value` as bytes; Unencodable if anything in it would not come back as it is."""
    try:
        return _pack(value)
    except (OverflowError, ValueError) as error:
        raise Unencodable(f"cannot be stored: {error}") from error


def decode(data: bytes) -> Any:
    """What `encode` was given; Undecodable for any other bytes."""
    try:
        return _unpack(data)
    except MISREAD as error:
        raise Undecodable(f"not a stored value: {error}") from error


def encode_values(values: Mapping[str, Any]) -> bytes:
    """The values of an item, as a projection keeps them."""
    return encode(dict(values))


def decode_values(data: bytes) -> dict[str, Any]:
    """The values of an item, as `encode_values` was given them."""
    values = decode(data)
    if not isinstance(values, dict):
        raise Undecodable("the values of an item are a map")
    return values


def _pack(value: object, depth: int = 0) -> bytes:
    if depth > DEPTH:
        raise ValueError("it is nested too deeply")
    packed: bytes = msgpack.packb(value, default=partial(_extend, depth), strict_types=True)
    return packed


def _unpack(data: bytes, depth: int = 0) -> Any:
    if depth > DEPTH:
        raise ValueError("it is nested too deeply")
    return msgpack.unpackb(data, ext_hook=partial(_restore, depth), strict_map_key=False)


def _extend(depth: int, value: object) -> msgpack.ExtType:
    kind = type(value)
    pack = partial(_pack, depth=depth + 1)
    if kind in BY_CLASS:
        record = BY_CLASS[kind]
        return msgpack.ExtType(RECORD, pack([record.name, record.take_apart(value)]))
    if kind not in WRITERS:
        raise Unencodable(f"{kind.__module__}.{kind.__qualname__} cannot be stored")
    code, write = WRITERS[kind]
    if kind is datetime and getattr(value, "tzinfo", None) is not None:
        code, write = INSTANT, _write_instant
    return msgpack.ExtType(code, write(value, pack))


def _restore(depth: int, code: int, data: bytes) -> Any:
    if code not in READERS:
        raise Undecodable(f"extension type {code} is unknown")
    return READERS[code](data, partial(_unpack, depth=depth + 1))


def _write_wall_time(value: datetime, _: Pack) -> bytes:
    clock = (value.hour, value.minute, value.second, value.microsecond, value.fold)
    return WALL.pack(value.year, value.month, value.day, *clock)


def _read_wall_time(data: bytes, _: Unpack) -> datetime:
    *parts, fold = WALL.unpack(data)
    return datetime(*parts, fold=fold)  # noqa: DTZ001


def _write_instant(value: datetime, _: Pack) -> bytes:
    return MOMENT.pack((value - EPOCH) // MICROSECOND)


def _read_instant(data: bytes, _: Unpack) -> datetime:
    (microseconds,) = MOMENT.unpack(data)
    return EPOCH + timedelta(microseconds=microseconds)


def _read_record(data: bytes, unpack: Unpack) -> Any:
    name, parts = unpack(data)
    return BY_NAME[name].put_together(parts)


WRITERS: Final[dict[type, tuple[int, Callable[[Any, Pack], bytes]]]] = {
    date: (DATE, lambda value, _: ORDINAL.pack(value.toordinal())),
    datetime: (WALL_TIME, _write_wall_time),
    UUID: (IDENTITY, lambda value, _: value.bytes),
    tuple: (TUPLE, lambda value, pack: pack(list(value))),
    frozenset: (FROZENSET, lambda value, pack: pack(sorted(value, key=pack))),
    Mark: (MARK, lambda value, _: value.value.encode()),
}

READERS: Final[dict[int, Callable[[bytes, Unpack], Any]]] = {
    DATE: lambda data, _: date.fromordinal(ORDINAL.unpack(data)[0]),
    WALL_TIME: _read_wall_time,
    INSTANT: _read_instant,
    IDENTITY: lambda data, _: UUID(bytes=data),
    TUPLE: lambda data, unpack: tuple(unpack(data)),
    FROZENSET: lambda data, unpack: frozenset(unpack(data)),
    MARK: lambda data, _: Mark(data.decode()),
    RECORD: _read_record,
}
