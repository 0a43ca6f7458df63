"""The two languages in which a phone asks where its server is (MS-ASCMD 2.2.1.1, MS-OXDSCLI).

Version 1 is XML behind credentials, version 2 is JSON for anybody. Nothing here redirects.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml.ElementTree import fromstring

LARGEST: Final = 64 << 10
SCHEMAS: Final = "http://schemas.microsoft.com/exchange/autodiscover"
MOBILESYNC: Final = f"{SCHEMAS}/mobilesync/responseschema/2006"
FRAME: Final = f"{SCHEMAS}/responseschema/2006"
INVALID_REQUEST, NO_PROVIDER = 600, 601
REASONS: Final = {INVALID_REQUEST: "Invalid Request", NO_PROVIDER: "Provider is not available"}

ENDPOINT: Final = "/Microsoft-Server-ActiveSync"
XML_PATH: Final = "/Autodiscover/Autodiscover.xml"
PROTOCOLS: Final = {
    "activesync": ("ActiveSync", ENDPOINT),
    "autodiscoverv1": ("AutodiscoverV1", XML_PATH),
}


class Unanswerable(Exception):
    """The question gets an error of the frame instead of an answer."""

    def __init__(self, code: int) -> None:
        super().__init__(REASONS[code])
        self.code = code


@dataclass(frozen=True)
class Person:
    """Whom the answer is about."""

    mail: str
    name: str


def expect_question(data: bytes) -> None:
    """Unanswerable unless the bytes ask for what phones ask for.

    Android leaves the schema out and others spell it in another case; without any body the
    question can only be the usual one (some phones send GET).
    """
    if not data:
        return
    schema = _schema(_parsed(data))
    if schema and schema.lower() != MOBILESYNC:
        raise Unanswerable(NO_PROVIDER)


def _parsed(data: bytes) -> Element:
    """The root of an XML document without a document type: no entities, nothing from outside."""
    try:
        if len(data) <= LARGEST:
            root: Element = fromstring(data, forbid_dtd=True)
            return root
    except (ParseError, ValueError, LookupError):
        pass
    raise Unanswerable(INVALID_REQUEST)


def _schema(root: Element) -> str:
    request = next((child for child in root if _local(child) == "request"), None)
    if _local(root) != "autodiscover" or request is None:
        raise Unanswerable(INVALID_REQUEST)
    asked = (child.text for child in request if _local(child) == "acceptableresponseschema")
    return (next(asked, None) or "").strip()


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2].lower()


def settings(person: Person, server: str) -> bytes:
    """Where the endpoint is; `server` is an address without a path."""
    url = escape(server + ENDPOINT)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="{FRAME}">
  <Response xmlns="{MOBILESYNC}">
    <Culture>en:us</Culture>
    <User>
      <DisplayName>{escape(person.name)}</DisplayName>
      <EMailAddress>{escape(person.mail)}</EMailAddress>
    </User>
    <Action>
      <Settings>
        <Server>
          <Type>MobileSync</Type>
          <Url>{url}</Url>
          <Name>{url}</Name>
        </Server>
      </Settings>
    </Action>
  </Response>
</Autodiscover>
""".encode()


def refusal(code: int, now: datetime, number: int) -> bytes:
    """The frame's own error: the question was none, or nobody here can answer it."""
    time = quoteattr(f"{now:%H:%M:%S.%f}0")
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="{FRAME}">
  <Response>
    <Error Time={time} Id="{number}">
      <ErrorCode>{code}</ErrorCode>
      <Message>{REASONS[code]}</Message>
      <DebugData />
    </Error>
  </Response>
</Autodiscover>
""".encode()


def located(protocol: str | None, server: str) -> tuple[int, bytes]:
    """Version 2: the HTTP status and the JSON that says where `protocol` is spoken."""
    if not protocol:
        return 400, _problem(
            "MandatoryParameterMissing", "A valid value must be provided for 'Protocol'"
        )
    if protocol.lower() not in PROTOCOLS:
        supported = ",".join(name for name, _ in PROTOCOLS.values())
        return 400, _problem(
            "InvalidProtocol",
            f"The given protocol value '{protocol[:64]}' is invalid."
            f" Supported values are '{supported}'",
        )
    name, path = PROTOCOLS[protocol.lower()]
    return 200, _json({"Protocol": name, "Url": server + path})


def _problem(code: str, message: str) -> bytes:
    return _json({"ErrorCode": code, "ErrorMessage": message})


def _json(facts: dict[str, str]) -> bytes:
    return json.dumps(facts, separators=(",", ":")).encode()
