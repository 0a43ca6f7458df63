"""Finding a server by an address alone, as phones do: Autodiscover, version 2, then version 1."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

from adapters.eas.autodiscover import MOBILESYNC, XML_PATH
from adapters.eas.wire import Reply, Wire

REQUEST: Final = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006"
PATIENCE: Final = 10.0


@dataclass(frozen=True)
class Tried:
    """One question: where and how it was asked, and the address it led to, or why to none."""

    where: str
    how: str
    url: str = ""
    why: str = ""


def places(mail: str) -> tuple[str, ...]:
    """Where phones ask (MS-OXDISCO 3.1.5)."""
    domain = mail.rpartition("@")[2]
    return f"https://autodiscover.{domain}", f"https://{domain}"


def look_up(mail: str, password: str, where: Sequence[str] = ()) -> Iterator[Tried]:
    """Ask one place after the other, until one of them knows."""
    for place in where or places(mail):
        for how, ask in (("version 2", _json), ("version 1", _xml)):
            wire = Wire(place, PATIENCE)
            try:
                tried = Tried(place, how, **_read(ask(wire, mail, password)))
            except (OSError, ValueError, ParseError) as error:
                tried = Tried(place, how, why=str(error) or type(error).__name__)
            finally:
                wire.close()
            yield tried
            if tried.url:
                return


def _json(wire: Wire, mail: str, password: str) -> Reply:
    target = f"/autodiscover/autodiscover.json/v1.0/{quote(mail)}?Protocol=ActiveSync"
    return wire.request("GET", target, {"Accept": "application/json"})


def _xml(wire: Wire, mail: str, password: str) -> Reply:
    question = (
        f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{REQUEST}"><Request>'
        f"<EMailAddress>{escape(mail)}</EMailAddress>"
        f"<AcceptableResponseSchema>{MOBILESYNC}</AcceptableResponseSchema>"
        "</Request></Autodiscover>"
    )
    secret = base64.b64encode(f"{mail}:{password}".encode()).decode()
    headers = {"Content-Type": "text/xml", "Authorization": f"Basic {secret}"}
    return wire.request("POST", XML_PATH, headers, question.encode())


def _read(reply: Reply) -> dict[str, str]:
    """The address in an answer of either version, or why there is none."""
    if reply.status != 200:
        return {"why": f"HTTP {reply.status}"}
    if reply.body.lstrip().startswith(b"{"):
        url = json.loads(reply.body).get("Url", "")
    else:
        tree = fromstring(reply.body, forbid_dtd=True)
        url = next((each.text or "" for each in tree.iter(f"{{{MOBILESYNC}}}Url")), "")
    return {"url": url} if url else {"why": "it names no server for ActiveSync"}
