"""What a command answers, before it is HTTP."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from uuid import UUID

from adapters.wbxml import Element, encode

MULTIPART: Final = "application/vnd.ms-sync.multipart"


@dataclass(frozen=True)
class Answer:
    """A document."""

    root: Element


@dataclass(frozen=True)
class Empty:
    """200 without a body and without a type: nothing to say (MS-ASHTTP 3.2.5.1).

    `until`: the same request would be answered the same until one of these topics is touched;
    without any, nothing is known about that.
    """

    until: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Multipart:
    """A document and the raw parts it names by index, beginning with 1 (MS-ASCMD 2.2.1.1)."""

    root: Element
    parts: list[bytes] = field(default_factory=list)


@dataclass(frozen=True)
class Failure:
    """A status all commands share, for the whole request."""

    status: int


Reply: TypeAlias = Answer | Empty | Multipart | Failure


def joined(reply: Multipart) -> bytes:
    """The parts behind a table of their offsets and lengths (MS-ASHTTP 2.2.2.1.2)."""
    parts = [encode(reply.root), *reply.parts]
    table = [struct.pack("<i", len(parts))]
    offset = 4 + 8 * len(parts)
    for part in parts:
        table.append(struct.pack("<ii", offset, len(part)))
        offset += len(part)
    return b"".join(table + parts)
