"""Ids as phones, people and the log have them in text: 26 characters of the base32 alphabet for a
UUID, for life and safe everywhere. What phones know by its ServerId is known to all by the same."""

from __future__ import annotations

from base64 import b32decode, b32encode
from binascii import Error
from functools import lru_cache
from typing import Final
from uuid import UUID

LENGTH = 26


@lru_cache(maxsize=1 << 14)
def server_id(id: UUID) -> str:
    return b32encode(id.bytes).decode().rstrip("=").lower()


def uuid_of(text: str) -> UUID | None:
    """The id that somebody names, None if it cannot be one of ours. What is longer than an id is
    not kept in memory."""
    return _uuid_of(text) if len(text) == LENGTH else None


@lru_cache(maxsize=1 << 14)
def _uuid_of(text: str) -> UUID | None:
    try:
        id = UUID(bytes=b32decode(text.upper() + "======"))
    except (Error, ValueError):
        return None
    return id if server_id(id) == text else None


BY_ID: Final = ":@"
"""Between what an author is and their id; no name has an @."""


def by_id(kind: str, id: UUID) -> str:
    """An author whose name is nobody's business: a phone, or a person in the log's clear part."""
    return f"{kind}{BY_ID}{server_id(id)}"


def id_in(actor: str) -> UUID | None:
    """Of an author who is named by id; None for all others."""
    return uuid_of(actor.partition(BY_ID)[2])
