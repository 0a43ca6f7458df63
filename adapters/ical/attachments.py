"""ATTACH (RFC 5545 3.8.1.1) ↔ Attachment; what is only linked to stays foreign."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from adapters.contentlines import Line
from adapters.ical.people import Own
from adapters.ical.pool import Pool
from domain.calendar import Attachment


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


def read_attachments(pool: Pool, values: dict[str, Any]) -> None:
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


def write_attachments(values: Mapping[str, Any]) -> Iterator[Own]:
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
