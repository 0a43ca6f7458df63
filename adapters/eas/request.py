"""One command as a phone sent it: query, headers and body put together (MS-ASHTTP 2.2.1)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.eas.query import ACCEPT_MULTIPART, SAVE_IN_SENT, Line
from adapters.eas.status import Refusal, root_of
from adapters.eas.version import Version
from adapters.wbxml import Element, Limits, Malformed, decode

Header = Callable[[str], str | None]

WBXML: Final = "application/vnd.ms-sync.wbxml"
ACCEPTED: Final = {"", WBXML, "application/vnd.ms-sync"}
GZIP: Final = 16 + zlib.MAX_WBITS
CONTENT, NOT_WBXML, NOT_OURS = 101, 102, 103


class TooLarge(Exception):
    """The body is larger than this server reads."""


@dataclass(frozen=True)
class Request:
    """`policy_key` is None if the phone sent none at all, `body` None if it sent no body."""

    command: str
    version: Version
    device_id: str
    device_type: str
    user: str
    policy_key: int | None
    locale: str
    accept_multipart: bool
    save_in_sent: bool
    params: Mapping[str, str]
    user_agent: str
    body: Element | None
    content_type: str
    address: str


def read_request(
    line: Line, version: Version, header: Header, data: bytes, address: str, max_body: int
) -> Request:
    """The request behind a faultless line; Refusal or TooLarge if headers or body are not."""
    content_type = (header("Content-Type") or "").partition(";")[0].strip().lower()
    multipart = (header("MS-ASAcceptMultiPart") or "").strip().upper() == "T"
    return Request(
        command=line.command,
        version=version,
        device_id=line.device_id,
        device_type=line.device_type,
        user=line.params.get("user", ""),
        policy_key=line.policy_key,
        locale=line.locale or _language(header("Accept-Language") or ""),
        accept_multipart=multipart or bool(line.options & ACCEPT_MULTIPART),
        save_in_sent=bool(line.options & SAVE_IN_SENT),
        params=line.params,
        user_agent=(header("User-Agent") or "")[:1024],
        body=_body(line.command, content_type, unpacked(header, data, max_body), max_body),
        content_type=content_type,
        address=address,
    )


def _language(accepted: str) -> str:
    """The first language of an Accept-Language header; phones list their own first."""
    tag = accepted.partition(",")[0].partition(";")[0].strip()
    return tag if tag.replace("-", "").isalnum() and len(tag) <= 16 else ""


def unpacked(header: Header, data: bytes, max_body: int) -> bytes:
    """The body without its Content-Encoding; never more than `max_body` of it is inflated."""
    encoding = (header("Content-Encoding") or "identity").strip().lower()
    if not data or encoding == "identity":
        return data
    if encoding not in ("gzip", "x-gzip"):
        raise Refusal(CONTENT, "Content-Encoding is not gzip")
    return _inflate(data, max_body)


def _inflate(data: bytes, max_body: int) -> bytes:
    inflater = zlib.decompressobj(GZIP)
    try:
        plain = inflater.decompress(data, max_body)
        if inflater.unconsumed_tail:
            raise TooLarge
        plain += inflater.flush()
    except zlib.error:
        raise Refusal(CONTENT, "the body is not gzip") from None
    if not inflater.eof or inflater.unused_data:
        raise Refusal(CONTENT, "the gzip body is cut off or followed by something")
    return plain


def _body(command: str, content_type: str, data: bytes, max_body: int) -> Element | None:
    if not data:
        return None
    if content_type not in ACCEPTED:
        raise Refusal(CONTENT, "the body is not of an ActiveSync type")
    try:
        body = decode(data, Limits(max_bytes=max_body, max_text=max_body))
    except Malformed as error:
        raise Refusal(NOT_WBXML, str(error)) from None
    if body.name != root_of(command):
        raise Refusal(NOT_OURS, "the body belongs to another command")
    return body
