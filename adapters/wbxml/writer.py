"""Writing: tree to WBXML bytes, exactly as the fussiest phone wants them. See codec.py."""

from collections.abc import Iterable, Iterator

from adapters.characters import clean
from adapters.wbxml.codepages import CONTENT, END, HEADER, OPAQUE, STR_I, SWITCH_PAGE, TOKENS
from adapters.wbxml.tree import Element, Fragment


def encode(root: Element) -> bytes:
    """The document; a name that no code page can send is our bug and raises ValueError."""
    out = bytearray(HEADER)
    _write(out, [root], 0)
    return bytes(out)


def encode_fragment(elements: Iterable[Element | Fragment], page: int) -> Fragment:
    """The elements encoded once for many documents.

    It enters on the page of its first element, so that no document around it switches twice;
    `page` is where an empty fragment enters and leaves.
    """
    items = [item for item in elements if not isinstance(item, Fragment) or item.data]
    enters = _enters(items[0]) if items else page
    out = bytearray()
    leaves = _write(out, items, enters)
    return Fragment(bytes(out), enters, leaves)


def _write(out: bytearray, items: Iterable[Element | Fragment], page: int) -> int:
    """Append the items, `page` being in force; the result is the page in force afterwards."""
    open_ = [iter(items)]
    while open_:
        for item in open_[-1]:
            if isinstance(item, Fragment) and not item.data:
                continue
            target = _enters(item)
            if target != page:
                out += bytes((SWITCH_PAGE, target))
                page = target
            if isinstance(item, Fragment):
                out += item.data
                page = item.leaves
                continue
            token = TOKENS[item.name][1]
            text = _text(item.text)
            if not text and not item.children:
                out.append(token)
                continue
            out.append(token | CONTENT)
            out += text
            if item.children:
                open_.append(iter(item.children))
                break
            out.append(END)
        else:
            open_.pop()
            if open_:
                out.append(END)
    return page


def _enters(item: Element | Fragment) -> int:
    """The code page the item has to find in force."""
    if isinstance(item, Fragment):
        return item.enters
    if item.name not in TOKENS:
        raise ValueError(f"no code page can send {item.name!r}")
    return TOKENS[item.name][0]


def _text(text: str | bytes | None) -> bytes:
    """The content of an element as the wire carries it, nothing if there is none."""
    if isinstance(text, bytes):
        return bytes((OPAQUE, *_number(len(text)))) + text if text else b""
    told = clean(text) if text else ""
    return b"%c%b\x00" % (STR_I, told.encode()) if told else b""


def _number(value: int) -> Iterator[int]:
    """An mb_u_int32, most significant seven bits first."""
    for shift in (28, 21, 14, 7):
        if value >> shift:
            yield value >> shift & 0x7F | 0x80
    yield value & 0x7F
