"""The query string of a command, in its plain and its base64 form (MS-ASHTTP 2.2.1.1.1).

Reading never fails: what is wrong is named by `fault`, a status all commands share, and what
could be read before it stands beside, so that the answer has the form the client's version asks.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from locale import windows_locale
from typing import Final
from urllib.parse import unquote

from adapters.eas.version import Version

CODES: Final = (
    *("Sync", "SendMail", "SmartForward", "SmartReply", "GetAttachment", "GetHierarchy"),
    *("CreateCollection", "DeleteCollection", "MoveCollection"),
    *("FolderSync", "FolderCreate", "FolderDelete", "FolderUpdate", "MoveItems"),
    *("GetItemEstimate", "MeetingResponse", "Search", "Settings", "Ping", "ItemOperations"),
    *("Provision", "ResolveRecipients", "ValidateCert", "Find"),
)
"""Every command there is, at its code of the base64 form."""

NAMES: Final = {name.casefold(): name for name in CODES}
TAGS: Final = {
    0: "attachmentname",
    1: "collectionid",
    3: "itemid",
    4: "longid",
    6: "occurrence",
    8: "user",
}
OPTIONS: Final = 7
SAVE_IN_SENT, ACCEPT_MULTIPART = 0x01, 0x02

PLAIN: Final = re.compile(r"(?:^|&)cmd=", re.IGNORECASE)
DEVICE_ID: Final = re.compile(r"[\w.:{}-]{1,64}", re.ASCII)
CONTENT, DEVICE, DEVICE_TYPE, VERSION = 101, 108, 109, 138


@dataclass(frozen=True)
class Line:
    """What a query string says. Names in `params` are in lower case."""

    command: str = ""
    version: Version | None = None
    device_id: str = ""
    device_type: str = ""
    policy_key: int | None = None
    locale: str = ""
    options: int = 0
    params: Mapping[str, str] = field(default_factory=dict)
    fault: int = 0
    reason: str = ""


def read_line(query: str, version: str | None = None, key: str | None = None) -> Line:
    """The line of a request; `version` is its MS-ASProtocolVersion header, which the base64 form
    does without, and `key` its X-MS-PolicyKey header."""
    line = _plain(query, version) if PLAIN.search(query) else _base64(query)
    if line.policy_key is None and key is not None:
        return replace(line, policy_key=policy_key(key))
    return line


def _plain(query: str, version: str | None) -> Line:
    params = _params(query)
    served = _version(version or "")
    key = params.get("policykey")
    line = Line(
        command=NAMES.get(params.get("cmd", "").casefold(), ""),
        version=served,
        device_id=params.get("deviceid", ""),
        device_type=params.get("devicetype", ""),
        policy_key=None if key is None else policy_key(key),
        options=SAVE_IN_SENT if params.get("saveinsent", "").upper() == "T" else 0,
        params=params,
    )
    if served is None:
        return _faulty(line, VERSION, "protocol version missing or not served")
    return _checked(line)


def _params(query: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in query.split("&"))
    return {unquote(name).lower(): unquote(value) for name, _, value in pairs}


def _version(text: str) -> Version | None:
    try:
        return Version.parse(text)
    except ValueError:
        return None


def policy_key(text: str) -> int:
    """A policy key as the header spells it; what is not one is as good as none acknowledged."""
    digits = text.strip()
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 10 else 0
    return number if number < 1 << 32 else 0


def _base64(query: str) -> Line:
    text = unquote(query).translate(str.maketrans("-_ ", "+/+")).rstrip("=")
    try:
        data = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return Line(fault=CONTENT, reason="the query is neither plain nor base64")
    return _Bytes(data).line()


class _Bytes:
    """Reads the fields one after the other; the line grows, until its end or a fault."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def line(self) -> Line:
        facts: dict[str, object] = {}
        try:
            self.head(facts)
            self.parameters(facts)
        except IndexError:
            return Line(**facts, fault=CONTENT, reason="the query ends too early")  # type: ignore[arg-type]
        except ValueError as error:
            return Line(**facts, fault=CONTENT, reason=str(error))  # type: ignore[arg-type]
        line = Line(**facts)  # type: ignore[arg-type]
        if line.version is None:
            return _faulty(line, VERSION, "protocol version not served")
        return _checked(line)

    def head(self, facts: dict[str, object]) -> None:
        number = self.take(1)[0]
        facts["version"] = Version(number) if number in set(Version) else None
        code = self.take(1)[0]
        facts["command"] = CODES[code] if code < len(CODES) else ""
        facts["locale"] = _language(int.from_bytes(self.take(2), "little"))
        facts["device_id"] = _device(self.counted())
        key = self.counted()
        if len(key) not in (0, 4):
            raise ValueError("a policy key has 0 or 4 bytes")
        facts["policy_key"] = int.from_bytes(key, "little") if key else None
        facts["device_type"] = _text(self.counted())

    def parameters(self, facts: dict[str, object]) -> None:
        params: dict[str, str] = {}
        facts["params"] = params
        while self.position < len(self.data):
            tag, value = self.take(1)[0], self.counted()
            if tag == OPTIONS and len(value) == 1:
                facts["options"] = value[0]
            elif tag in TAGS:
                params[TAGS[tag]] = _text(value)

    def counted(self) -> bytes:
        return self.take(self.take(1)[0])

    def take(self, size: int) -> bytes:
        piece = self.data[self.position : self.position + size]
        if len(piece) < size:
            raise IndexError(self.position)
        self.position += size
        return piece


def _language(lcid: int) -> str:
    return windows_locale.get(lcid, "").replace("_", "-")


def _device(raw: bytes) -> str:
    """Text stays text, so that a phone has one name in both forms; a raw GUID becomes hex."""
    return raw.decode("ascii") if raw.isalnum() else raw.hex().upper()


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _checked(line: Line) -> Line:
    if not DEVICE_ID.fullmatch(line.device_id):
        return _faulty(line, DEVICE, "DeviceId missing or invalid")
    kind = line.device_type
    if not kind or len(kind) > 64 or not kind.isprintable():
        return _faulty(line, DEVICE_TYPE, "DeviceType missing or invalid")
    return line


def _faulty(line: Line, fault: int, reason: str) -> Line:
    return replace(line, fault=fault, reason=reason)
