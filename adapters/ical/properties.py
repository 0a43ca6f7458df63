"""The properties of a VEVENT (RFC 5545 3.6.1) ↔ the fields of an appointment.

One row of PROPERTIES for each group of properties that make sense together: how it is read
out of the pool into the values, and how it is written. To add a property, add a row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from adapters.contentlines import Line, escape, text_line
from adapters.ical.attachments import read_attachments, write_attachments
from adapters.ical.people import (
    CANCELLED_BIT,
    Own,
    meeting_status,
    read_people,
    response_type,
    write_people,
)
from adapters.ical.place import read_place, write_place
from adapters.ical.pool import Pool
from adapters.ical.times import read_instant, write_instant
from adapters.plain import body_lines, is_html
from domain.body import Body

Values = Mapping[str, Any]

BUSY = {0: "FREE", 1: "TENTATIVE", 2: "BUSY", 3: "OOF", 4: "WORKINGELSEWHERE"}
TRANSPARENT = frozenset({0, 4})
CLASSES = {0: "PUBLIC", 1: "PRIVATE", 2: "PRIVATE", 3: "CONFIDENTIAL"}
LINKS = (
    "CONFERENCE",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-GOOGLE-CONFERENCE",
)
_HTML_LINK = re.compile(r"data:text/html[^,]*,(.*)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Property:
    read: Callable[[Pool, dict[str, Any]], None]
    write: Callable[[Values], Iterator[Own]]


def _text(name: str, field: str) -> Property:
    """A property that is one text."""

    def read(pool: Pool, values: dict[str, Any]) -> None:
        if text := pool.text(name):
            values[field] = text

    def write(values: Values) -> Iterator[Own]:
        if text := values.get(field):
            yield field, text_line(name, text)

    return Property(read, write)


def _read_stamp(pool: Pool, values: dict[str, Any]) -> None:
    changed, made = pool.take_all("LAST-MODIFIED"), pool.take_all("DTSTAMP")
    for line in (*changed, *made):
        if "stamp" not in values and (stamp := read_instant(line)):
            values["stamp"] = stamp


def _write_stamp(values: Values) -> Iterator[Own]:
    """DTSTAMP must be there (RFC 5545 3.8.7.2); without a stamp it is one that says nothing."""
    stamp = values.get("stamp")
    yield "stamp", Line("DTSTAMP", write_instant(stamp) if stamp else "19700101T000000Z")
    if stamp:
        yield "stamp", Line("LAST-MODIFIED", write_instant(stamp))


def _read_body(pool: Pool, values: dict[str, Any]) -> None:
    """HTML where there is some: Outlook's X-ALT-DESC, or Thunderbird's ALTREP."""
    text = pool.take("DESCRIPTION")
    html = pool.take("X-ALT-DESC", is_html)
    linked = _HTML_LINK.fullmatch(text.param("ALTREP")) if text else None
    if html:
        values["body"] = Body(html.text, html=True)
    elif linked and (found := unquote(linked[1])):
        values["body"] = Body(found.replace("\r\n", "\n").replace("\r", "\n"), html=True)
    elif text and text.text:
        values["body"] = Body(text.text)


def _write_body(values: Values) -> Iterator[Own]:
    if body := values.get("body"):
        yield from (("body", line) for line in body_lines("DESCRIPTION", body))


def _read_busy(pool: Pool, values: dict[str, Any]) -> None:
    """Outlook's word where there is one, else STATUS and TRANSP; STATUS is also the meeting's."""
    word = pool.text("X-MICROSOFT-CDO-BUSYSTATUS").upper()
    transparent, status = pool.text("TRANSP").upper(), pool.text("STATUS").upper()
    words = {text: number for number, text in BUSY.items()}
    if word in words:
        values["busy_status"] = words[word]
    elif transparent == "TRANSPARENT":
        values["busy_status"] = 0
    elif status == "TENTATIVE":
        values["busy_status"] = 1
    elif transparent == "OPAQUE":
        values["busy_status"] = 2
    _read_meeting(pool, values, cancelled=status == "CANCELLED")


def _read_meeting(pool: Pool, values: dict[str, Any], cancelled: bool) -> None:
    exact = pool.text("X-EAS-MEETINGSTATUS")
    status = meeting_status(values, cancelled, pool.addresses)
    if re.fullmatch("[0-7]", exact):
        status = int(exact) & ~CANCELLED_BIT | CANCELLED_BIT * cancelled
    if status:
        values["meeting_status"] = status
    answer = pool.text("X-EAS-RESPONSETYPE")
    found = int(answer) if re.fullmatch("[0-5]", answer) else response_type(values, pool.addresses)
    if found is not None:
        values["response_type"] = found


def _write_busy(values: Values) -> Iterator[Own]:
    busy, meeting = values.get("busy_status"), values.get("meeting_status", 0)
    cancelled = bool(meeting & CANCELLED_BIT)
    if cancelled or busy == 1:
        yield "meeting_status", Line("STATUS", "CANCELLED" if cancelled else "TENTATIVE")
    if busy in BUSY:
        yield "busy_status", Line("TRANSP", "TRANSPARENT" if busy in TRANSPARENT else "OPAQUE")
        yield "busy_status", Line("X-MICROSOFT-CDO-BUSYSTATUS", BUSY[busy])
    if meeting != meeting_status(values, cancelled, frozenset()):
        yield "meeting_status", Line("X-EAS-MEETINGSTATUS", str(meeting))
    if "response_type" in values:
        yield "response_type", Line("X-EAS-RESPONSETYPE", str(values["response_type"]))


def _read_class(pool: Pool, values: dict[str, Any]) -> None:
    """PRIVATE is private; a class nobody knows is to be treated as private (RFC 5545 3.8.1.3)."""
    word, personal = pool.text("CLASS").upper(), pool.text("X-EAS-SENSITIVITY")
    words = {"PUBLIC": 0, "CONFIDENTIAL": 3, "X-PERSONAL": 1}
    if word:
        values["sensitivity"] = words.get(word, 1 if personal == "1" else 2)


def _write_class(values: Values) -> Iterator[Own]:
    sensitivity = values.get("sensitivity")
    if sensitivity in CLASSES:
        yield "sensitivity", Line("CLASS", CLASSES[sensitivity])
    if sensitivity == 1:
        yield "sensitivity", Line("X-EAS-SENSITIVITY", "1")


def _read_categories(pool: Pool, values: dict[str, Any]) -> None:
    texts = [text for line in pool.take_all("CATEGORIES") for text in line.texts]
    if texts:
        values["categories"] = tuple(dict.fromkeys(texts))


def _write_categories(values: Values) -> Iterator[Own]:
    if categories := values.get("categories"):
        yield "categories", Line("CATEGORIES", ",".join(map(escape, categories)))


def _read_reply(pool: Pool, values: dict[str, Any]) -> None:
    if replied := read_instant(pool.take("X-MICROSOFT-CDO-REPLYTIME")):
        values["reply_time"] = replied


def _write_reply(values: Values) -> Iterator[Own]:
    if replied := values.get("reply_time"):
        yield "reply_time", Line("X-MICROSOFT-CDO-REPLYTIME", write_instant(replied))


def _flag(name: str, field: str) -> Property:
    """A property that is TRUE or FALSE."""

    def read(pool: Pool, values: dict[str, Any]) -> None:
        word = pool.text(name).upper()
        if word in ("TRUE", "FALSE"):
            values[field] = word == "TRUE"

    def write(values: Values) -> Iterator[Own]:
        if field in values:
            yield field, Line(name, str(values[field]).upper())

    return Property(read, write)


def _read_link(pool: Pool, values: dict[str, Any]) -> None:
    """The first address on the web at which the meeting is held."""
    for name in LINKS:
        if line := pool.take(name, _link):
            values["online_meeting_external_link"] = _link(line)
            if name not in LINKS[:2] or line.params.keys() - {"VALUE"}:
                pool.hold(line, "online_meeting_external_link")
            return


def _link(line: Line) -> str:
    """The address in a line: a value that is a URI has no escapes (RFC 5545 3.3.13)."""
    link = line.value.strip() if line.name == "CONFERENCE" else line.text
    return link if line.name == LINKS[1] or link[:4].lower() == "http" else ""


def _write_link(values: Values) -> Iterator[Own]:
    link = values.get("online_meeting_external_link")
    if not link:
        return
    line = Line(LINKS[0], link, {"VALUE": ("URI",)})
    yield "online_meeting_external_link", line if _link(line) == link else text_line(LINKS[1], link)


PROPERTIES = (
    Property(_read_stamp, _write_stamp),
    _text("SUMMARY", "subject"),
    Property(_read_body, _write_body),
    Property(read_place, write_place),
    Property(read_people, write_people),
    _flag("X-EAS-RESPONSEREQUESTED", "response_requested"),
    Property(_read_busy, _write_busy),
    Property(_read_class, _write_class),
    Property(_read_categories, _write_categories),
    Property(_read_reply, _write_reply),
    _flag("X-MICROSOFT-DISALLOW-COUNTER", "disallow_new_time_proposal"),
    Property(_read_link, _write_link),
    _text("X-MICROSOFT-ONLINEMEETINGCONFLINK", "online_meeting_conf_link"),
    Property(read_attachments, write_attachments),
)

ONCE = frozenset(
    {"UID", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "DURATION", "RRULE"}
    | {"SUMMARY", "DESCRIPTION", "LOCATION", "GEO", "X-MICROSOFT-LOCATIONS", "CLASS"}
    | {"STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "ORGANIZER"}
)
"""What an event may have one of, so that a foreign line never stands beside our own."""
