"""The properties of a VEVENT (RFC 5545 3.6.1) ↔ the fields of an appointment.

One row of PROPERTIES for each group of properties that make sense together: how it is read
out of the pool into the values, and how it is written. To add a property, add a row.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from math import isfinite
from typing import Any
from urllib.parse import unquote

from adapters.contentlines import Line, escape, text_line
from adapters.ical.people import (
    CANCELLED_BIT,
    Own,
    meeting_status,
    read_people,
    response_type,
    write_people,
)
from adapters.ical.pool import Pool
from adapters.ical.times import read_instant, write_instant
from adapters.plain import body_lines, is_html
from domain.body import Body
from domain.calendar import Attachment, Location

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
PLACE = {
    "DisplayName": "name",
    "LocationAnnotation": "annotation",
    "LocationStreet": "street",
    "LocationCity": "city",
    "LocationState": "state",
    "LocationCountry": "country",
    "LocationPostalCode": "postal_code",
    "LocationUri": "uri",
    "Latitude": "latitude",
    "Longitude": "longitude",
    "Accuracy": "accuracy",
    "Altitude": "altitude",
    "AltitudeAccuracy": "altitude_accuracy",
}
"""What an entry of Outlook's X-MICROSOFT-LOCATIONS holds → Location."""

_NUMBERS = frozenset(field.name for field in fields(Location) if field.default is None)
_HTML_LINK = re.compile(r"data:text/html[^,]*,(.*)", re.DOTALL | re.IGNORECASE)
_APPLE_POINT = re.compile(r"geo:(-?[\d.]+),(-?[\d.]+)")


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


def _read_place(pool: Pool, values: dict[str, Any]) -> None:
    """LOCATION is the name; GEO and the vendors' properties tell the rest of the same place."""
    name = pool.text("LOCATION")
    parts: dict[str, Any] = _point(pool)
    structured = pool.take("X-MICROSOFT-LOCATIONS", lambda line: _structured(line, name))
    if structured:
        parts |= _structured(structured, name)
    if name or parts:
        values["location"] = Location(**{"name": name, **parts})


def _point(pool: Pool) -> dict[str, Any]:
    if geo := pool.take("GEO", lambda line: _coordinates(line.value.split(";"))):
        return _coordinates(geo.value.split(";"))
    for line in pool.lines:
        if line.name == "X-APPLE-STRUCTURED-LOCATION":
            found = _APPLE_POINT.match(line.value)
            return _coordinates(list(found.groups())) if found else {}
    return {}


def _coordinates(numbers: list[str]) -> dict[str, Any]:
    try:
        latitude, longitude = map(float, numbers)
    except ValueError:
        return {}
    sensible = isfinite(latitude) and isfinite(longitude)
    return {"latitude": latitude, "longitude": longitude} if sensible else {}


def _structured(line: Line, name: str) -> dict[str, Any]:
    """The parts of the first place in X-MICROSOFT-LOCATIONS, if it is the one in LOCATION."""
    try:
        places = json.loads(line.text)
    except (ValueError, RecursionError):
        return {}
    place = places[0] if isinstance(places, list) and places else None
    if not isinstance(place, dict) or place.get("DisplayName", "") != name:
        return {}
    return {
        field: value
        for key, field in PLACE.items()
        if (value := _part(place.get(key), field in _NUMBERS)) not in ("", None)
    }


def _part(value: object, number: bool) -> str | float | None:
    if not number:
        return value if isinstance(value, str) else None
    sensible = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if sensible and abs(value) < 1e12 else None  # type: ignore[arg-type]


def _write_place(values: Values) -> Iterator[Own]:
    place = values.get("location")
    if not place:
        return
    if place.name:
        yield "location", text_line("LOCATION", place.name)
    if place.latitude is not None and place.longitude is not None:
        yield "location", Line("GEO", f"{place.latitude!r};{place.longitude!r}")
    said = {"name", "latitude", "longitude"}
    if any(getattr(place, part) not in ("", None) for part in PLACE.values() if part not in said):
        parts = {key: getattr(place, part) for key, part in PLACE.items()}
        told = {key: value for key, value in parts.items() if value is not None}
        yield "location", text_line("X-MICROSOFT-LOCATIONS", json.dumps([told]))


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


def attachment(content: bytes, name: str, **rest: Any) -> Attachment:
    """An attachment whose reference is made of what it holds."""
    digest = sha256(name.encode("utf-8", "replace") + b"\0" + content).hexdigest()
    return Attachment(digest[:32], name, content, **rest)


def _content(line: Line) -> bytes | None:
    """What an inline ATTACH holds; an address of a file somewhere is none."""
    if line.param("ENCODING").upper() not in ("BASE64", "B"):
        return None
    try:
        return base64.b64decode("".join(line.value.split()), validate=True)
    except ValueError:
        return None


def _read_attachments(pool: Pool, values: dict[str, Any]) -> None:
    found = {}
    for line in pool.take_all("ATTACH", lambda each: _content(each) is not None):
        names = map(line.param, ("FILENAME", "X-FILENAME", "X-APPLE-FILENAME"))
        each = attachment(
            _content(line) or b"",
            next(filter(None, names), "attachment"),
            content_type=line.param("FMTTYPE"),
            content_id=line.param("X-CONTENT-ID"),
            content_location=line.param("X-CONTENT-LOCATION"),
            inline=line.param("X-INLINE").upper() == "TRUE",
        )
        found[each.reference] = each
    if found:
        values["attachments"] = tuple(found.values())


def _write_attachments(values: Values) -> Iterator[Own]:
    for each in values.get("attachments", ()):
        params = {
            "VALUE": "BINARY",
            "ENCODING": "BASE64",
            "FMTTYPE": each.content_type,
            "FILENAME": each.name,
            "X-CONTENT-ID": each.content_id,
            "X-CONTENT-LOCATION": each.content_location,
            "X-INLINE": "TRUE" if each.inline else "",
        }
        given = {name: (value,) for name, value in params.items() if value}
        yield "attachments", Line("ATTACH", base64.b64encode(each.content).decode(), given)


PROPERTIES = (
    Property(_read_stamp, _write_stamp),
    _text("SUMMARY", "subject"),
    Property(_read_body, _write_body),
    Property(_read_place, _write_place),
    Property(read_people, write_people),
    _flag("X-EAS-RESPONSEREQUESTED", "response_requested"),
    Property(_read_busy, _write_busy),
    Property(_read_class, _write_class),
    Property(_read_categories, _write_categories),
    Property(_read_reply, _write_reply),
    _flag("X-MICROSOFT-DISALLOW-COUNTER", "disallow_new_time_proposal"),
    Property(_read_link, _write_link),
    _text("X-MICROSOFT-ONLINEMEETINGCONFLINK", "online_meeting_conf_link"),
    Property(_read_attachments, _write_attachments),
)

ONCE = frozenset(
    {"UID", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "DURATION", "RRULE"}
    | {"SUMMARY", "DESCRIPTION", "LOCATION", "GEO", "X-MICROSOFT-LOCATIONS", "CLASS"}
    | {"STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "ORGANIZER"}
)
"""What an event may have one of, so that a foreign line never stands beside our own."""
