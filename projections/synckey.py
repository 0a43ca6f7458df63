"""Sync keys: a generation and a random tag, so that no key is ever mistaken for another.

A key of another phone, of an earlier line or of a restored backup has the wrong tag and is
unknown here: Status 3, and the phone begins a new line (MS-ASCMD 2.2.3.181.4).
"""

from __future__ import annotations

from typing import NamedTuple


class SyncKey(NamedTuple):
    """Key 0 is the one without a tag: it begins a line."""

    generation: int
    tag: int

    def __str__(self) -> str:
        return f"{self.generation}.{self.tag:016x}" if self.generation else "0"

    @classmethod
    def parse(cls, text: str) -> SyncKey | None:
        """The key a phone names, None if it cannot be one of ours."""
        if text == "0":
            return FIRST
        generation, dot, tag = text.partition(".")
        if not (dot and generation.isascii() and generation.isdigit() and len(tag) == 16):
            return None
        try:
            key = cls(int(generation), int(tag, 16))
        except ValueError:
            return None
        return key if str(key) == text else None


FIRST = SyncKey(0, 0)
