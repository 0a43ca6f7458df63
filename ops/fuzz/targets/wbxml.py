"""Bytes are a document or Malformed; a document that is written reads as it was.

Only what has tokens unknown here cannot be written: it is named by its token.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.wbxml import Element, Malformed, decode, encode
from adapters.wbxml.codepages import TOKENS
from tests.fixtures.wbxml import VECTORS


def seeds() -> Iterator[bytes]:
    return (vector.wbxml for vector in VECTORS)


def run(data: bytes) -> None:
    try:
        tree = decode(data)
    except Malformed:
        return
    if all(name in TOKENS for name in _names(tree)):
        written = encode(tree)
        assert encode(decode(written)) == written


def _names(tree: Element) -> Iterator[str]:
    yield tree.name
    for child in tree:
        yield from _names(child)
