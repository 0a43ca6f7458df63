"""Values of the domain as msgpack, exactly: what comes out has the types that went in.

Plain msgpack knows numbers, texts, bytes, lists and maps. The rest are extension types, and a
map may have dates or wall times as keys. Equal values give equal bytes, save that the order of a
map is kept as it is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgpack  # type: ignore[import-untyped]
from eventsourcing.persistence import Transcoder

from adapters.store.records import BY_CLASS, BY_NAME
from domain.patch import Mark

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
ORDINAL: Final = struct.Struct(">I")
WALL: Final = struct.Struct(">HBBBBBIB")
MOMENT: Final = struct.Struct(">q")

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
    except (ValueError, TypeError, LookupError, OverflowError, struct.error) as error:
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


def _pack(value: object) -> bytes:
    packed: bytes = msgpack.packb(value, default=_extend, strict_types=True)
    return packed


def _unpack(data: bytes) -> Any:
    return msgpack.unpackb(data, ext_hook=_restore, strict_map_key=False)


def _extend(value: object) -> msgpack.ExtType:
    kind = type(value)
    if kind in BY_CLASS:
        record = BY_CLASS[kind]
        return msgpack.ExtType(RECORD, _pack([record.name, record.take_apart(value)]))
    if kind not in WRITERS:
        raise Unencodable(f"{kind.__module__}.{kind.__qualname__} cannot be stored")
    code, write = WRITERS[kind]
    if kind is datetime and getattr(value, "tzinfo", None) is not None:
        code, write = INSTANT, _write_instant
    return msgpack.ExtType(code, write(value))


def _restore(code: int, data: bytes) -> Any:
    if code not in READERS:
        raise Undecodable(f"extension type {code} is unknown")
    return READERS[code](data)


def _write_wall_time(value: datetime) -> bytes:
    clock = (value.hour, value.minute, value.second, value.microsecond, value.fold)
    return WALL.pack(value.year, value.month, value.day, *clock)


def _read_wall_time(data: bytes) -> datetime:
    *parts, fold = WALL.unpack(data)
    return datetime(*parts, fold=fold)  # noqa: DTZ001


def _write_instant(value: datetime) -> bytes:
    return MOMENT.pack((value - EPOCH) // MICROSECOND)


def _read_instant(data: bytes) -> datetime:
    (microseconds,) = MOMENT.unpack(data)
    return EPOCH + timedelta(microseconds=microseconds)


def _read_record(data: bytes) -> Any:
    name, parts = _unpack(data)
    return BY_NAME[name].put_together(parts)


WRITERS: Final[dict[type, tuple[int, Callable[[Any], bytes]]]] = {
    date: (DATE, lambda value: ORDINAL.pack(value.toordinal())),
    datetime: (WALL_TIME, _write_wall_time),
    UUID: (IDENTITY, lambda value: value.bytes),
    tuple: (TUPLE, lambda value: _pack(list(value))),
    frozenset: (FROZENSET, lambda value: _pack(sorted(value, key=_pack))),
    Mark: (MARK, lambda value: value.value.encode()),
}

READERS: Final[dict[int, Callable[[bytes], Any]]] = {
    DATE: lambda data: date.fromordinal(ORDINAL.unpack(data)[0]),
    WALL_TIME: _read_wall_time,
    INSTANT: _read_instant,
    IDENTITY: lambda data: UUID(bytes=data),
    TUPLE: lambda data: tuple(_unpack(data)),
    FROZENSET: lambda data: frozenset(_unpack(data)),
    MARK: lambda data: Mark(data.decode()),
    RECORD: _read_record,
}
