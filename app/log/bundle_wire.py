"""What a phone asked, as it can be shown to everybody: the same document, with other words in it.

Whatever an element holds is replaced as in the log, unless the element is listed here: so what a
phone sent is still what it sent before, or an edit of it.
"""

from __future__ import annotations

import base64
import binascii
import gzip
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

import msgpack

from adapters.eas import sync as wire
from adapters.eas.query import ACCEPT_MULTIPART, SAVE_IN_SENT, Line, read_line
from adapters.eas.version import Version
from adapters.ids import server_id, uuid_of
from adapters.wbxml import Element, Malformed, decode, encode
from app.commands.find import search_of
from app.commands.folderchange import Incomplete, read
from app.log.bundle_values import Veil
from app.log.recording import Asked
from projections.synckey import SyncKey

OURS: Final = frozenset(
    """
    AllDayEvent AllOrNone AttendeeStatus AttendeeType BodyType BusyStatus CalendarType Class
    Conflict ConversationMode Count DayOfMonth DayOfWeek Deleted DeletesAsMoves
    DisallowNewTimeProposal EnableOutboundSMS Enabled EstimatedDataSize FilterType
    FirstDayOfWeek GetChanges HeartbeatInterval Interval IsInline IsLeapMonth Limit
    MIMESupport MIMETruncation MaxAmbiguousRecipients MaxCertificates MaxItems MaxPictures
    MaxSize MeetingStatus Method Model MonthOfYear Name NativeBodyType OS OSLanguage
    Occurrences OofState Partial PolicyKey PolicyType Preview Range Reminder ResponseRequested
    ResponseType Sensitivity Status Store SyncKey TimeZone Timezone Truncated Truncation
    TruncationSize Type UserAgent UserResponse Wait WeekOfMonth WeightedRank WindowSize
    """.split()  # noqa: SIM905
)
"""What holds a kind, a size or a number, or a name that the protocol has."""

NAMED_PAGES: Final = frozenset({"search", "find", "itemoperations"})
"""Where `Name` is that of a store; elsewhere it is a person's."""

REFERENCES: Final = frozenset(
    {
        *("ClientId", "CollectionId", "DstFldId", "FileReference", "FolderId", "Id", "ItemId"),
        *("LongId", "ParentId", "RequestId", "ServerId", "SrcFldId", "SrcMsgId"),
    }
)
BINARY: Final = frozenset({"Picture", "Content"})
PLACES: Final = frozenset({"Accuracy", "Altitude", "AltitudeAccuracy", "Latitude", "Longitude"})
HTML: Final = frozenset({"2", "HTML"})
ROOT: Final = "0"
FOLDER_COMMANDS: Final = ("folderhierarchy:FolderCreate", "folderhierarchy:FolderUpdate")

NOBODY: Final = "192.0.2.1"
"""An address for documentation (RFC 5737)."""


def veiled(asked: Asked, position: int, veil: Veil) -> Asked:
    """The request as it can be shown, at this place in a log that can be."""
    line = _line(asked)
    body = _body(asked, line, veil)
    headers = {name: v for name, v in asked.headers.items() if name != "Content-Encoding"}
    return replace(
        asked,
        position=position,
        account=veil.id(asked.account),
        phone=veil.id(asked.phone),
        came=veil.moved(asked.came),
        at=veil.moved(asked.at),
        query=_query(line, veil),
        headers={**headers, **dict(_said(line))},
        address=NOBODY,
        body=body,
        last={command: _last(kept, veil) for command, kept in asked.last.items()},
        search=asked.search and veil.digests.get(asked.search, veil.words.bytes(asked.search)),
    )


def document(element: Element, veil: Veil) -> Element:
    """The same elements, with other words in them."""
    kinds = {child.value for child in element if _local(child) in ("Type", "BodyType")}
    return Element(
        element.name,
        [_child(child, veil, bool(kinds & HTML)) for child in element],
        _content(element, veil, markup=False),
    )


def _child(element: Element, veil: Veil, markup: bool) -> Element:
    shown = document(element, veil)
    if markup and not element.children:
        shown.text = _content(element, veil, markup=True)
    return shown


def _content(element: Element, veil: Veil, markup: bool) -> str | bytes | None:
    content, name = element.text, _local(element)
    page = element.name.partition(":")[0]
    if not content or (name in OURS and (name != "Name" or page in NAMED_PAGES)):
        return content
    if name in BINARY:
        return _binary(content, veil)
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    if name in PLACES:
        return _place(text, veil)
    if name in REFERENCES:
        shown = text if text == ROOT else veil.reference(text)
    else:
        shown = veil.text(text, markup)
    return shown.encode() if isinstance(content, bytes) else shown


def _binary(content: str | bytes, veil: Veil) -> str | bytes:
    """A picture or a file, which may be base64."""
    try:
        plain = base64.b64decode(b"".join(_raw(content).split()), validate=True)
    except binascii.Error:
        shown = veil.words.data(_raw(content))
    else:
        shown = base64.b64encode(veil.words.data(plain))
    return shown if isinstance(content, bytes) else shown.decode("ascii", "replace")


def _raw(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


def _place(text: str, veil: Veil) -> str:
    try:
        return str(veil.words.number(float(text)))
    except ValueError:
        return veil.text(text)


def _local(element: Element) -> str:
    return element.name.partition(":")[2]


# Around the document


def _line(asked: Asked) -> Line:
    headers = asked.headers
    return read_line(
        asked.query, headers.get("MS-ASProtocolVersion"), headers.get("X-MS-PolicyKey")
    )


def _query(line: Line, veil: Veil) -> str:
    """In the plain form, whichever it was: they say the same."""
    said = {
        "Cmd": line.command,
        "User": veil.text(line.params.get("user", "")),
        "DeviceId": veil.text(line.device_id),
        "DeviceType": line.device_type,
    }
    others = line.params.keys() - {name.lower() for name in (*said, "PolicyKey", "SaveInSent")}
    more = {name: veil.reference(line.params[name]) for name in sorted(others)}
    if line.options & SAVE_IN_SENT:
        more["SaveInSent"] = "T"
    return urlencode({**said, **more})


def _said(line: Line) -> Iterator[tuple[str, str]]:
    """What the base64 form of the query says, and the plain form leaves to headers."""
    if line.version is not None:
        yield "MS-ASProtocolVersion", line.version.text
    if line.policy_key is not None:
        yield "X-MS-PolicyKey", str(line.policy_key)
    if line.locale:
        yield "Accept-Language", line.locale
    if line.options & ACCEPT_MULTIPART:
        yield "MS-ASAcceptMultiPart", "T"


def _body(asked: Asked, line: Line, veil: Veil) -> bytes:
    data = asked.body
    try:
        packed = asked.headers.get("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip")
        data = gzip.decompress(data) if packed else data
        element = decode(data) if data else None
    except (Malformed, OSError, EOFError):
        return veil.words.bytes(data)
    if element is None:
        return b""
    shown = document(element, veil)
    veil.digests.update(_digests(element, shown, line.version))
    return encode(shown)


def _digests(before: Element, after: Element, version: Version | None) -> Iterator[Any]:
    """By what the commands of a request are recognised, before and after."""
    if before.name == "airsync:Sync" and version is not None:
        yield from zip(_of_sync(before, version), _of_sync(after, version), strict=False)
    elif before.name == "find:Find":
        yield _of_search(before), _of_search(after)
    elif before.name in FOLDER_COMMANDS:
        yield from zip(_of_folder(before), _of_folder(after), strict=False)


def _of_sync(root: Element, version: Version) -> Iterator[bytes]:
    try:
        said = wire.read(root, version)
    except wire.Broken:
        return
    yield from (command.digest for each in said.collections for command in each.commands)


def _of_folder(root: Element) -> Iterator[bytes]:
    with suppress(Incomplete):
        yield read(_local(root), root)[1].digest


def _of_search(root: Element) -> bytes:
    query = next((each.value for each in _walk(root) if each.name == "find:Query"), "")
    return search_of(root.text_of("find:SearchId", "").strip(), query)


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in element:
        yield from _walk(child)


def _last(kept: bytes, veil: Veil) -> bytes:
    """What an empty request repeats: ids, keys and numbers."""
    packed: bytes = msgpack.packb(_said_again(msgpack.unpackb(kept), veil))
    return packed


def _said_again(value: Any, veil: Veil) -> Any:
    if isinstance(value, list):
        return [_said_again(each, veil) for each in value]
    if not isinstance(value, str) or SyncKey.parse(value):
        return value
    id = uuid_of(value)
    return veil.reference(value) if id is None else server_id(veil.id(id))
