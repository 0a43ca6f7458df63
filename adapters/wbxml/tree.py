"""What a WBXML document says, without its bytes: elements named "prefix:Tag".

The prefixes are the lower-case names of the code pages: "airsync:Sync", "calendar:Subject".
An element holds text or children; text is bytes where the wire carried opaque data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import overload

from adapters.characters import clean


class Malformed(ValueError):
    """The bytes are not a WBXML document we read: the sender's fault, not ours."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(f"{reason} (byte {offset})")
        self.reason = reason
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Fragment:
    """Elements already encoded: begun with code page `enters` in force, ended on `leaves`."""

    data: bytes
    enters: int
    leaves: int


class Element:
    """One tag with its text and children."""

    __slots__ = ("children", "name", "text")

    def __init__(
        self,
        name: str,
        children: list[Element | Fragment] | None = None,
        text: str | bytes | None = None,
    ) -> None:
        self.name = name
        self.children: list[Element | Fragment] = [] if children is None else children
        self.text = text

    def __iter__(self) -> Iterator[Element]:
        return (child for child in self.children if isinstance(child, Element))

    def __eq__(self, other: object) -> bool:
        """Equal in structure; an empty text is no text."""
        if not isinstance(other, Element):
            return NotImplemented
        return (
            self.name == other.name
            and (self.text or None) == (other.text or None)
            and self.children == other.children
        )

    def __repr__(self) -> str:
        content: list[object] = [self.text] if self.text else []
        return f"E({', '.join(map(repr, [self.name, *content, *self.children]))})"

    @property
    def value(self) -> str:
        """The text, "" if there is none; opaque bytes are read as UTF-8."""
        if isinstance(self.text, bytes):
            return clean(self.text.decode("utf-8", "replace"))
        return self.text or ""

    def find(self, name: str) -> Element | None:
        """The first direct child of this name."""
        return next((child for child in self if child.name == name), None)

    def find_all(self, name: str) -> list[Element]:
        """Every direct child of this name, in order."""
        return [child for child in self if child.name == name]

    @overload
    def text_of(self, name: str) -> str | None: ...
    @overload
    def text_of(self, name: str, default: str) -> str: ...
    @overload
    def text_of(self, name: str, default: None) -> str | None: ...
    def text_of(self, name: str, default: str | None = None) -> str | None:
        """The text of the first direct child of this name: "" if that child is empty."""
        child = self.find(name)
        return default if child is None else child.value


Content = Element | Fragment | str | bytes | int | None


def E(name: str, *content: Content) -> Element:
    """Build an element: numbers become decimal text, None is left out, "" is no content."""
    element = Element(name)
    texts: list[str | bytes] = []
    for item in content:
        if isinstance(item, Element | Fragment):
            element.children.append(item)
        elif isinstance(item, str | bytes):
            texts.append(item)
        elif item is not None:
            texts.append(str(int(item)))
    element.text = joined(texts) if texts else None
    return element


def joined(pieces: list[str | bytes]) -> str | bytes | None:
    """The pieces as one text, as bytes as soon as one of them is bytes."""
    if len(pieces) == 1:
        return pieces[0] or None
    if any(isinstance(piece, bytes) for piece in pieces):
        whole = b"".join(p if isinstance(p, bytes) else p.encode() for p in pieces)
        return whole or None
    return "".join(str(piece) for piece in pieces) or None
