"""A message as text for people: one line per element, children indented.

The form is stable, since recorded exchanges are kept in it: text stands in double quotes with
JSON's escapes, opaque data as its size and first bytes.
"""

import json
from collections.abc import Iterator

from adapters.wbxml.codec import decode, decode_fragment
from adapters.wbxml.tree import Element, Fragment

SHOWN = 16


def dump(data: bytes | Element) -> str:
    """The readable outline of a message, given as bytes or as tree."""
    root = decode(data) if isinstance(data, bytes) else data
    return "\n".join(_lines(root, ""))


def _lines(element: Element, indent: str) -> Iterator[str]:
    yield indent + element.name + _text(element.text)
    for child in element.children:
        for shown in decode_fragment(child) if isinstance(child, Fragment) else [child]:
            yield from _lines(shown, indent + "  ")


def _text(text: str | bytes | None) -> str:
    if not text:
        return ""
    if isinstance(text, bytes):
        more = "…" if len(text) > SHOWN else ""
        return f" <{len(text)} bytes: {text[:SHOWN].hex()}{more}>"
    return " " + json.dumps(text, ensure_ascii=False)
