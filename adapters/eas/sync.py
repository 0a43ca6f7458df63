"""The Sync command's document: what a phone asks for, and the shape of what it is told.

Order on the wire is kept exactly on output and taken as it comes on input (MS-ASCMD 2.2.1.21).
What is wrong with one collection is noted there, so that the others are served.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from adapters.eas.dialect import BodyPreference
from adapters.eas.version import Version
from adapters.wbxml import E, Element

SUCCESS, BAD_KEY, PROTOCOL, SERVER, HIERARCHY, NO_CACHE, RANGE, TOO_MANY, RETRY = (
    1, 3, 4, 5, 12, 13, 14, 15, 16,
)  # fmt: skip
"""Status of a collection or of the whole (MS-ASCMD 2.2.3.177.18)."""

DEFAULT_WINDOW, LARGEST_WINDOW = 100, 512
MOST_COMMANDS = 200
LONGEST_NAME = 64
"""Characters of an id or a key (MS-ASCMD 2.2.3.30.5)."""

TRUNCATION = {0: 0, 1: 512, 2: 1024, 3: 2048, 4: 5120, 5: 10240, 6: 20480, 7: 51200, 8: 102400}
"""Characters by the Truncation option of version 2.5; 9 and absence mean all."""

COMMANDS = {"airsync:Add", "airsync:Change", "airsync:Delete", "airsync:Fetch"}


class Broken(ValueError):
    """The document or one of its collections is not what the protocol allows: Status 4."""


@dataclass(frozen=True)
class WireCommand:
    """One command: `op` is Add, Change, Delete or Fetch; `name` its ClientId or ServerId."""

    op: str
    name: str
    data: Element | None = None
    instance: str = ""

    @property
    def digest(self) -> bytes:
        """Recognises the same command when it comes again."""
        content = f"{self.instance}\0{self.data!r}".encode()
        return blake2b(content, digest_size=16).digest()


@dataclass(frozen=True)
class WireOptions:
    """One Options block, which replaces the one before as a whole."""

    filter_type: int = 0
    client_wins: bool = False
    bodies: tuple[BodyPreference, ...] = ()
    truncation: int | None = None


@dataclass(frozen=True)
class WireCollection:
    """What is asked of one collection; `problem` is the Status of a request that cannot be.
    `commanded` if the phone wrote commands, even if none of them means anything."""

    id: str
    key: str = ""
    kind: str = ""
    supported: tuple[str, ...] | None = None
    get_changes: bool | None = None
    window: int = DEFAULT_WINDOW
    options: WireOptions | None = None
    commands: tuple[WireCommand, ...] = ()
    commanded: bool = False
    conversation_mode: bool = False
    problem: int | None = None


@dataclass(frozen=True)
class SyncRequest:
    """`wait` is in seconds; `wait_unit` is 60 where the phone counted minutes. A `partial`
    request is about the collections of the last one, too."""

    collections: tuple[WireCollection, ...] = ()
    wait: int | None = None
    wait_unit: int = 1
    window: int | None = None
    partial: bool = False

    @property
    def hollow(self) -> bool:
        """It says nothing by itself, which nobody may (MS-ASCMD 2.2.3.131)."""
        return not self.collections and self.wait is None and self.window is None


@dataclass
class Told:
    """What one collection is told; `quiet` if that is nothing. `kind` is named up to 12.0."""

    id: str
    key: str
    status: int = SUCCESS
    kind: str = ""
    more: bool = False
    responses: list[Element] = field(default_factory=list)
    commands: list[Element] = field(default_factory=list)
    quiet: bool = False


def read(root: Element, version: Version) -> SyncRequest:
    """The request; Broken where nothing of it can be answered."""
    if root.name != "airsync:Sync":
        raise Broken("not a Sync")
    listed = root.find("airsync:Collections")
    partial = version >= Version.V12_1 and root.find("airsync:Partial") is not None
    if listed is None and not partial:
        raise Broken("no collections")
    blocks = listed.find_all("airsync:Collection") if listed is not None else ()
    collections = [_collection(each, version) for each in blocks]
    if sum(len(each.commands) for each in collections) > MOST_COMMANDS:
        raise Broken("too many commands")
    window = root.text_of("airsync:WindowSize") if version >= Version.V12_1 else None
    unit, length = _wait(root, version)
    return SyncRequest(
        tuple(_distinct(collections)),
        None if length is None else _number(length) * unit,
        unit,
        None if window is None else _window(window),
        partial,
    )


def _wait(root: Element, version: Version) -> tuple[int, str | None]:
    """How long the phone would wait for news, and the unit it counts in."""
    minutes = root.text_of("airsync:Wait") if version >= Version.V12_1 else None
    seconds = root.text_of("airsync:HeartbeatInterval") if version >= Version.V14_0 else None
    if minutes is not None and seconds is not None:
        raise Broken("both Wait and HeartbeatInterval")
    return (60, minutes) if minutes is not None else (1, seconds)


def write(collections: Sequence[Told], version: Version) -> Element:
    """The answer for the collections that have something to hear."""
    return E("airsync:Sync", E("airsync:Collections", *(_told(c, version) for c in collections)))


def failure(status: int, limit: int | None = None) -> Element:
    """The answer to a request that failed as a whole."""
    extra = None if limit is None else E("airsync:Limit", limit)
    return E("airsync:Sync", E("airsync:Status", status), extra)


def _told(told: Told, version: Version) -> Element:
    named = told.kind if version <= Version.V12_0 else ""
    return E(
        "airsync:Collection",
        E("airsync:Class", named) if named else None,
        E("airsync:SyncKey", told.key),
        E("airsync:CollectionId", told.id),
        E("airsync:Status", told.status),
        E("airsync:MoreAvailable") if told.more else None,
        E("airsync:Responses", *told.responses) if told.responses else None,
        E("airsync:Commands", *told.commands) if told.commands else None,
    )


def _distinct(collections: list[WireCollection]) -> Iterator[WireCollection]:
    """Each collection once: a second block for the same folder cannot be meant."""
    seen: set[str] = set()
    for each in collections:
        problem = PROTOCOL if each.id in seen else each.problem
        seen.add(each.id)
        yield each if problem == each.problem else replace(each, problem=problem)


def _collection(element: Element, version: Version) -> WireCollection:
    id, key = element.text_of("airsync:CollectionId", ""), element.text_of("airsync:SyncKey", "")
    kind = element.text_of("airsync:Class", "")
    try:
        if not id or not key or max(len(id), len(key)) > LONGEST_NAME:
            raise Broken("an id or key is missing or too long")
        return _read_collection(element, id, key, kind, version)
    except Broken:
        return WireCollection(id[:LONGEST_NAME], key[:LONGEST_NAME] or "0", kind, problem=PROTOCOL)


def _read_collection(
    element: Element, id: str, key: str, kind: str, version: Version
) -> WireCollection:
    supported = element.find("airsync:Supported")
    options = element.find_all("airsync:Options")
    window = element.text_of("airsync:WindowSize")
    commands = element.find("airsync:Commands")
    return WireCollection(
        id,
        key,
        kind,
        None if supported is None else tuple(child.name for child in supported),
        _flag(element.find("airsync:GetChanges")),
        DEFAULT_WINDOW if window is None else _window(window),
        _options(options) if options else None,
        tuple(_commands(commands, version)),
        commands is not None and bool(commands.children),
        bool(_flag(element.find("airsync:ConversationMode"))),
    )


def _commands(element: Element | None, version: Version) -> Iterator[WireCommand]:
    """Before 16.0 a command is about the whole series (MS-ASAIRS 2.2.2.23)."""
    for command in element or ():
        if command.name not in COMMANDS:
            continue
        op = command.name.partition(":")[2]
        name = command.text_of("airsync:ClientId" if op == "Add" else "airsync:ServerId")
        if not name or len(name) > LONGEST_NAME:
            if op == "Delete":
                continue  # some phones delete what they have no name for
            raise Broken("a command without the name of its item")
        yield WireCommand(
            op,
            name,
            command.find("airsync:ApplicationData"),
            (command.text_of("airsyncbase:InstanceId") or "") if version >= Version.V16_0 else "",
        )


def _options(blocks: Sequence[Element]) -> WireOptions:
    """The first block counts; a second is for another class, of which there is none here."""
    classes = [block.text_of("airsync:Class") or "" for block in blocks]
    if len(set(classes)) != len(classes):
        raise Broken("two Options for one class")
    block = blocks[0]
    bodies = tuple(body_preferences(block))
    truncation = block.text_of("airsync:Truncation")
    return WireOptions(
        _number(block.text_of("airsync:FilterType") or "0"),
        block.text_of("airsync:Conflict") == "0",
        bodies,
        None if truncation is None else TRUNCATION.get(_number(truncation)),
    )


def body_preferences(block: Element) -> Iterator[BodyPreference]:
    """The airsyncbase:BodyPreference elements in a block; Broken if a type comes twice."""
    seen: set[int] = set()
    for wish in block.find_all("airsyncbase:BodyPreference"):
        type, size = wish.text_of("airsyncbase:Type"), wish.text_of("airsyncbase:TruncationSize")
        preview = wish.text_of("airsyncbase:Preview")
        number = _number(type or "")
        if number in seen or not 1 <= number <= 4:
            raise Broken("a BodyPreference that is not one")
        seen.add(number)
        yield BodyPreference(
            number,
            None if size is None else _number(size),
            bool(_flag(wish.find("airsyncbase:AllOrNone"))),
            None if preview is None else _number(preview),
        )


def _window(text: str) -> int:
    """0 and everything above 512 mean 512 (MS-ASCMD 2.2.3.199)."""
    size = _number(text)
    return size if 0 < size <= LARGEST_WINDOW else LARGEST_WINDOW


def _flag(element: Element | None) -> bool | None:
    """An empty element means yes (MS-ASDTYPE 2.1)."""
    return None if element is None else element.value.strip().lower() in ("", "1", "true")


def _number(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise Broken(f"{text[:20]!r} is not a number")
    return int(text)
