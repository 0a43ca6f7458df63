"""Reading: WBXML bytes to tree, strict where strangers could hurt us. See codec.py."""

from dataclasses import dataclass

from adapters.characters import clean
from adapters.wbxml.codepages import (
    ATTRIBUTES,
    CONTENT,
    END,
    ENTITY,
    EXT_I,
    EXT_T,
    HEADER,
    LITERAL,
    NAMES,
    OPAQUE,
    PREFIXES,
    STR_I,
    STR_T,
    SWITCH_PAGE,
    TOKEN,
    TOKENS,
    UTF_8,
)
from adapters.wbxml.tree import Element, Fragment, Malformed, joined

# Text may grow by string references to this many times the document: time stays linear.
EXPANSION = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a stranger's document we are ready to read."""

    max_bytes: int = 16 << 20
    max_depth: int = 32
    max_elements: int = 200_000
    max_text: int = 16 << 20


DEFAULT = Limits()


def decode(data: bytes, limits: Limits = DEFAULT) -> Element:
    """The document as a tree; raises Malformed and nothing else, whatever the bytes."""
    if len(data) > limits.max_bytes:
        raise Malformed("document too large", limits.max_bytes)
    reader = _Reader(data, limits)
    try:
        reader.header()
        root = reader.body()
    except IndexError:
        raise Malformed("document ends too early", len(data)) from None
    if reader.pos != len(data):
        raise Malformed("bytes after the end of the document", reader.pos)
    return root


def decode_fragment(fragment: Fragment) -> list[Element]:
    """The elements of a fragment; fragments are our own, so no limit is set."""
    size = len(fragment.data) + 16
    opening = HEADER + bytes((TOKENS["airsync:Sync"][1] | CONTENT, SWITCH_PAGE, fragment.enters))
    document = opening + fragment.data + bytes((END,))
    return list(decode(document, Limits(size, max_elements=size, max_text=size)))


class _Reader:
    """One pass over one document; `pos` is the next byte to read."""

    __slots__ = ("budget", "data", "limits", "pieces", "pos", "table")

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.pos = 0
        self.table = range(0)
        self.budget = min(limits.max_text, EXPANSION * len(data))
        self.pieces: dict[int, tuple[Element, list[str | bytes]]] = {}

    def header(self) -> None:
        """Version 1.1 to 1.3, any public id, UTF-8 or no charset named, the string table."""
        if self.data[0] not in (1, 2, 3):
            raise Malformed("unknown WBXML version", 0)
        self.pos = 1
        if self.number() == 0:
            self.number()
        start = self.pos
        if self.number() not in (0, UTF_8):
            raise Malformed("charset is not UTF-8", start)
        size = self.number()
        self.skip(size)
        self.table = range(self.pos - size, self.pos)

    def body(self) -> Element:
        """The root element; `above` holds its open ancestors, first the document itself."""
        data, max_depth, page, count = self.data, self.limits.max_depth, 0, self.limits.max_elements
        here = document = Element("")
        above: list[Element] = []
        while True:
            byte = data[self.pos]
            self.pos += 1
            if byte & TOKEN > LITERAL:
                count -= 1
                if count < 0 or len(above) >= max_depth:
                    raise Malformed("too many or too deep elements", self.pos - 1)
                element = Element(NAMES[page | (byte & TOKEN)])
                here.children.append(element)
                if byte & ATTRIBUTES:
                    self.skip_attributes()
                if byte & CONTENT:
                    above.append(here)
                    here = element
                elif not above:
                    break
            elif byte == SWITCH_PAGE:
                page = self.switch()
            elif not above:
                raise Malformed("content outside the root element", self.pos - 1)
            elif byte == END:
                here = above.pop()
                if not above:
                    break
            else:
                self.text(here, byte)
        for element, pieces in self.pieces.values():
            element.text = joined(pieces)
        return next(iter(document))

    def switch(self) -> int:
        """The page in force from here on, in the place it has in a key of NAMES."""
        page = self.data[self.pos]
        if page not in PREFIXES:
            raise Malformed(f"unknown code page {page}", self.pos)
        self.pos += 1
        return page << 8

    def text(self, here: Element, byte: int) -> None:
        """Add one piece of text; many pieces are joined once, at the end of the document."""
        piece: str | bytes
        if byte == STR_I:
            piece = self.string(self.pos, len(self.data))
        elif byte == OPAQUE:
            piece = self.opaque()
        elif byte == STR_T:
            piece = self.reference()
        elif byte == ENTITY:
            piece = self.entity()
        else:
            raise Malformed(f"token 0x{byte:02X} not supported", self.pos - 1)
        if not here.text:
            here.text = piece or None
        elif piece:
            self.pieces.setdefault(id(here), (here, [here.text]))[1].append(piece)

    def string(self, start: int, stop: int) -> str:
        """The characters up to the next NUL before `stop`; reading goes on after it."""
        end = self.data.find(0, start, stop)
        if end < 0:
            raise Malformed("string without end", start)
        self.spend(end - start, start)
        self.pos = end + 1
        try:
            return clean(self.data[start:end].decode())
        except UnicodeDecodeError as error:
            raise Malformed("text is not UTF-8", start + error.start) from None

    def opaque(self) -> bytes:
        size = self.number()
        start = self.pos
        self.skip(size)
        self.spend(size, start)
        return self.data[start : self.pos]

    def reference(self) -> str:
        """A string of the string table; reading goes on after the reference."""
        start = self.pos
        offset = self.number()
        back = self.pos
        if offset >= len(self.table):
            raise Malformed("reference outside the string table", start)
        text = self.string(self.table[offset], self.table.stop)
        self.pos = back
        return text

    def entity(self) -> str:
        start = self.pos
        code = self.number()
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            raise Malformed("entity is not a character", start)
        self.spend(self.pos - start, start)
        return clean(chr(code))

    def number(self) -> int:
        """An mb_u_int32: seven bits a byte, most significant first (WAP-192 5.1)."""
        start, value = self.pos, 0
        for place in range(start, start + 5):
            byte = self.data[place]
            value = value << 7 | byte & 0x7F
            if byte < 0x80 and value < 1 << 32:
                self.pos = place + 1
                return value
        raise Malformed("number longer than 32 bits", start)

    def skip(self, size: int) -> None:
        if size > len(self.data) - self.pos:
            raise Malformed("length beyond the end of the document", self.pos)
        self.pos += size

    def skip_attributes(self) -> None:
        """Pass over an attribute list: EAS has none, so nothing in it can matter."""
        while True:
            byte = self.data[self.pos]
            self.pos += 1
            if byte == END:
                return
            if byte == SWITCH_PAGE:
                self.skip(1)
            elif byte == STR_I or byte in EXT_I:
                self.string(self.pos, len(self.data))
            elif byte == OPAQUE:
                self.opaque()
            elif byte in (ENTITY, LITERAL, STR_T) or byte in EXT_T:
                self.number()

    def spend(self, size: int, offset: int) -> None:
        self.budget -= size
        if self.budget < 0:
            raise Malformed("too much text", offset)
