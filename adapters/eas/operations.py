"""The ItemOperations command's document (MS-ASCMD 2.2.1.10).

Where the phone takes several parts, what is large travels beside the document, as it is.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from adapters.eas.dialect import BodyPreference
from adapters.eas.reply import Answer, Multipart, Reply
from adapters.eas.sync import Broken, body_preferences
from adapters.eas.version import Version
from adapters.wbxml import E, Element

SUCCESS, PROTOCOL, SERVER, NOT_FOUND, BAD_RANGE, NO_STORE, NOTHING_IN_IT, TOO_MANY = (
    1, 2, 3, 6, 8, 9, 10, 11,
)  # fmt: skip
NOT_CONVERTED, NO_FILE, PARTLY, NOT_ALWAYS, NOT_FOR_MAIL = 14, 15, 17, 155, 156
"""Status of an operation, and of the whole (MS-ASCMD 2.2.3.177.8)."""

OPTIONS = frozenset(
    {
        "itemoperations:Schema",
        "itemoperations:Range",
        "itemoperations:UserName",
        "itemoperations:Password",
        "airsync:MIMESupport",
        "airsync:MIMETruncation",
        "airsyncbase:BodyPreference",
        "airsyncbase:BodyPartPreference",
        "rightsmanagement:RightsManagementSupport",
    }
)
"""What a Fetch may wish for (MS-ASCMD 2.2.3.125.3)."""


@dataclass(frozen=True)
class Fetch:
    """One item or one file. `names` says which, as the phone named it; `schema` are the
    properties wanted, None for all; `problem` is the Status of one that cannot be."""

    store: str = ""
    names: tuple[tuple[str, str], ...] = ()
    schema: frozenset[str] | None = None
    range: tuple[int, int] | None = None
    bodies: tuple[BodyPreference, ...] = ()
    problem: int | None = None

    def name(self, tag: str) -> str | None:
        return dict(self.names).get(tag)


@dataclass(frozen=True)
class Empty:
    """Everything in a folder is to go, with `below` its subfolders, too."""

    folder: str
    below: bool = False


@dataclass(frozen=True)
class MoveConversation:
    """A mail conversation is to be moved; `always` with all that will still come."""

    conversation: str | bytes
    destination: str
    always: bool = False


Operation = Fetch | Empty | MoveConversation


@dataclass
class Parts:
    """Where what is large goes: beside the document, or (`apart` False) into it."""

    apart: bool
    parts: list[bytes] = field(default_factory=list)

    def part(self, data: bytes) -> Element:
        """The element that names the part in which `data` travels (MS-ASCMD 2.2.3.130)."""
        self.parts.append(data)
        return E("itemoperations:Part", len(self.parts))

    def data(self, data: bytes) -> Element:
        return self.part(data) if self.apart else E("itemoperations:Data", b64encode(data).decode())

    def body(self, element: Element) -> Element:
        """The body of an item, its text taken out where it travels apart."""
        if not self.apart or element.name != "airsyncbase:Body":
            return element
        return E(element.name, *(self._taken_out(child) for child in element))

    def _taken_out(self, child: Element) -> Element:
        whole = child.name == "airsyncbase:Data"
        return self.part(child.value.encode()) if whole else child


NAMES = ("airsync:CollectionId", "airsync:ServerId", "search:LongId")
MORE_NAMES = ("documentlibrary:LinkId", "airsyncbase:FileReference")
SHAPES = (set(NAMES[:2]), {NAMES[2]}, {MORE_NAMES[0]}, {MORE_NAMES[1]})
"""The ways to name what is to be fetched; no two at once."""


def read(root: Element | None, version: Version) -> list[Operation] | None:
    """The operations in their order; None where the document cannot be."""
    if root is None or root.name != "itemoperations:ItemOperations":
        return None
    known = READERS.keys() if version >= Version.V14_0 else READERS.keys() - {MOVE}
    operations = [READERS[child.name](child) for child in root if child.name in known]
    told = [each for each in operations if each is not None]
    return told if told and len(told) == len(operations) else None


def write(status: int, told: Sequence[Element], parts: Parts) -> Reply:
    """The results by kind, each kind in the order of the request."""
    kinds = [f"itemoperations:{kind}" for kind in ("Move", "EmptyFolderContents", "Fetch")]
    sorted_ = sorted(told, key=lambda element: kinds.index(element.name))
    root = E(
        "itemoperations:ItemOperations",
        E("itemoperations:Status", status),
        E("itemoperations:Response", *sorted_) if told else None,
    )
    return Multipart(root, parts.parts) if parts.apart else Answer(root)


def fetched(fetch: Fetch, status: int, kind: str = "", content: Sequence[Element] = ()) -> Element:
    named = dict(fetch.names)
    return E(
        "itemoperations:Fetch",
        E("itemoperations:Status", status),
        *(E(tag, named[tag]) for tag in NAMES if tag in named),
        E("airsync:Class", kind) if kind else None,
        *(E(tag, named[tag]) for tag in MORE_NAMES if tag in named),
        E("itemoperations:Properties", *content) if content else None,
    )


def emptied(empty: Empty, status: int) -> Element:
    return E(
        "itemoperations:EmptyFolderContents",
        E("itemoperations:Status", status),
        E("airsync:CollectionId", empty.folder),
    )


def conversation_moved(move: MoveConversation, status: int) -> Element:
    return E(
        "itemoperations:Move",
        E("itemoperations:Status", status),
        E("itemoperations:ConversationId", move.conversation),
    )


def _fetch(element: Element) -> Fetch:
    names = tuple(_names(element))
    store = element.text_of("itemoperations:Store", "")
    options = element.find("itemoperations:Options") or E("itemoperations:Options")
    given = {child.name for child in options}
    allowed = {"itemoperations:Range"} if "airsyncbase:FileReference" in dict(names) else OPTIONS
    if set(dict(names)) not in SHAPES or len(dict(names)) != len(names) or not given <= allowed:
        return Fetch(store, names, problem=PROTOCOL)
    try:
        bodies = tuple(body_preferences(options))
    except Broken:
        return Fetch(store, names, problem=PROTOCOL)
    schema, range = options.find("itemoperations:Schema"), options.text_of("itemoperations:Range")
    wanted = None if schema is None else frozenset(child.name for child in schema)
    span = None if range is None else _range(range)
    problem = BAD_RANGE if range is not None and span is None else None
    return Fetch(store, names, wanted, span, bodies, problem)


def _names(element: Element) -> Iterator[tuple[str, str]]:
    for child in element:
        if child.name in (*NAMES, *MORE_NAMES):
            yield child.name, child.value


def _range(text: str) -> tuple[int, int] | None:
    """First and last byte, counted from 0."""
    found = re.fullmatch(r"\s*(\d{1,15})-(\d{1,15})\s*", text, re.ASCII)
    span = (int(found[1]), int(found[2])) if found else None
    return span if span and span[0] <= span[1] else None


def _empty(element: Element) -> Empty | None:
    folder, options = element.text_of("airsync:CollectionId"), element.find(OPTION)
    below = options is not None and options.find("itemoperations:DeleteSubFolders") is not None
    return Empty(folder, below) if folder else None


def _move(element: Element) -> MoveConversation | None:
    named = element.find("itemoperations:ConversationId")
    destination, options = element.text_of("itemoperations:DstFldId"), element.find(OPTION)
    always = options is not None and options.find("itemoperations:MoveAlways") is not None
    if named is None or not named.text or not destination:
        return None
    return MoveConversation(named.text, destination, always)


OPTION = "itemoperations:Options"
MOVE = "itemoperations:Move"
READERS: dict[str, Callable[[Element], Operation | None]] = {
    "itemoperations:Fetch": _fetch,
    "itemoperations:EmptyFolderContents": _empty,
    MOVE: _move,
}
