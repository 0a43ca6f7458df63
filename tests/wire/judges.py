"""Two foreign readers of WBXML, asked for their view of our bytes.

libwbxml is asked through its programs `wbxml2xml` and `xml2wbxml` (Debian: libwbxml2-utils),
pyactivesync through its own codec. Their views come back in our words where they mean the
same: an element they have no name for is called UNKNOWN.
"""

import base64
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element as XmlElement

from defusedxml.ElementTree import fromstring
from pyactivesync._codepages import CODEPAGES, PAGE_INDEX
from pyactivesync._wbxml import WBXMLReader, WBXMLWriter

from adapters.wbxml import Element
from adapters.wbxml.codepages import NAMES, PREFIXES, TOKENS

UNKNOWN = "?"


@dataclass(frozen=True)
class Seen:
    """One element as a judge sees it; `text` is "" where it has none."""

    name: str
    text: str = ""
    children: list["Seen"] = field(default_factory=list)


@dataclass(frozen=True)
class Differences:
    """Where a judge's tables are not ours, by our labels: an exact list, not an excuse."""

    renamed: dict[str, str]
    lacking: frozenset[str]
    extra: dict[str, str]


def table(text: str) -> list[str]:
    """The words of a table kept as text, each with its prefix; "*" is all tags of a page."""
    names: list[str] = []
    prefix = ""
    for word in text.split():
        if word.endswith(":"):
            prefix = word
        elif word == "*":
            names += [name for name in map(label, places()) if name.startswith(prefix)]
        else:
            names.append(prefix + word)
    return [name for name in names if ":0x" not in name]


def renames(text: str) -> dict[str, str]:
    """A table of "ours=theirs" words as a dictionary."""
    pairs = [name.partition("=") for name in table(text)]
    return {ours: f"{ours.partition(':')[0]}:{theirs}" for ours, _, theirs in pairs}


def places() -> list[tuple[int, int]]:
    """Every (page, token) there can be."""
    return [(key >> 8, key & 0xFF) for key in NAMES]


def label(place: tuple[int, int]) -> str:
    """Our name of a place; with its token where the name is sent by another one or by none."""
    page, token = place
    name = NAMES[page << 8 | token]
    sent = TOKENS.get(name) == place or ":0x" in name
    return name if sent else f"{name}@{token:02X}"


def differences(theirs: dict[tuple[int, int], str]) -> Differences:
    """Compare a judge's name for every place with ours."""
    renamed, lacking, extra = {}, set(), {}
    for place in places():
        ours, name = NAMES[place[0] << 8 | place[1]], theirs[place]
        if name == UNKNOWN and ":0x" not in ours:
            lacking.add(label(place))
        elif name != UNKNOWN and ":0x" in ours:
            extra[ours] = name
        elif name != UNKNOWN and name != ours:
            renamed[label(place)] = name
    return Differences(renamed, frozenset(lacking), extra)


def expected(element: Element, judge: Differences) -> Seen:
    """How a judge with these differences has to see the element."""
    name = UNKNOWN if element.name in judge.lacking else element.name
    text = element.text or ""
    if isinstance(text, bytes):
        text = base64.b64encode(text).decode()
    children = [expected(child, judge) for child in element]
    return Seen(judge.renamed.get(name, name), text, children)


# --- libwbxml ---


def libwbxml_xml(data: bytes) -> bytes:
    """libwbxml's canonical XML of a document."""
    command = ["wbxml2xml", "-l", "ACTIVESYNC", "-m", "2", "-k", "-o", "-", "-"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def libwbxml_bytes(xml: bytes, *, string_table: bool) -> bytes:
    """libwbxml's own encoding of its XML, with or without a string table."""
    command = ["xml2wbxml", "-a", "-k", "-v", "1.3", "-o", "-", "-"]
    command[1:1] = [] if string_table else ["-n"]
    return subprocess.run(command, input=xml, capture_output=True, check=True).stdout


def libwbxml_view(data: bytes) -> Seen:
    return _from_xml(fromstring(libwbxml_xml(data), forbid_dtd=False))


def _from_xml(node: XmlElement) -> Seen:
    namespace, _, tag = node.tag[1:].partition("}")
    name = UNKNOWN if tag == "unknown" else f"{namespace.rstrip(':').lower()}:{tag}"
    return Seen(name, node.text or "", [_from_xml(child) for child in node])


def libwbxml_names() -> dict[tuple[int, int], str]:
    """libwbxml's name for every place, read off one document that holds them all."""
    body = b"".join(bytes((0, page, token)) for page, token in places())
    view = libwbxml_view(bytes.fromhex("03016a0045") + body + b"\x01")
    return {place: seen.name for place, seen in zip(places(), view.children, strict=True)}


# --- pyactivesync ---

_PAGES = {number: name for name, number in PAGE_INDEX.items()}


def pyactivesync_view(data: bytes) -> Seen:
    (root,) = WBXMLReader(data).parse()
    return _from_node(root)


def _from_node(node: Any) -> Seen:
    path, _, inner = node
    page, _, tag = path.partition(".")
    known = page in PAGE_INDEX and not tag.startswith("0x")
    name = f"{PREFIXES[PAGE_INDEX[page]]}:{tag}" if known else UNKNOWN
    texts = [_from_text(*n[:2]) for n in inner if n[0].startswith("#")]
    return Seen(name, "".join(texts), [_from_node(n) for n in inner if not n[0].startswith("#")])


def _from_text(kind: str, text: Any) -> str:
    return base64.b64encode(text).decode() if kind == "#opaque" else str(text)


def pyactivesync_names() -> dict[tuple[int, int], str]:
    """pyactivesync's name for every place, from its own tables."""
    names = dict.fromkeys(places(), UNKNOWN)
    for page, tags in CODEPAGES.items():
        number = PAGE_INDEX[page]
        names |= {(number, token): f"{PREFIXES[number]}:{tag}" for tag, token in tags.items()}
    return names


def pyactivesync_bytes(element: Element, judge: Differences) -> bytes:
    """pyactivesync's own encoding of a tree whose every name it knows."""
    writer = WBXMLWriter()
    _build(element, judge)(writer)
    return writer.render()


def _build(element: Element, judge: Differences) -> Callable[[WBXMLWriter], object]:
    page, _ = TOKENS[element.name]
    _, _, tag = judge.renamed.get(element.name, element.name).partition(":")
    text = element.text if isinstance(element.text, str) else None
    opaque = element.text if isinstance(element.text, bytes) else None
    children = [_build(child, judge) for child in element]
    return lambda writer: writer.tag(_PAGES[page], tag, children, text, opaque)
