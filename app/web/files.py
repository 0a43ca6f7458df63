"""Events and contacts as files to take along: iCalendar, vCard, or data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

from adapters import ical, vcard
from adapters.ids import server_id
from app.http import Http
from app.log.data import plain
from domain.patch import Values

Writer = Callable[[Iterable[tuple[str, Values]]], Iterator[bytes]]

JSON: Final = "json"
FORMS: Final[dict[str, tuple[str, Writer]]] = {
    "calendar": ("ics", ical.write),
    "contacts": ("vcf", vcard.write),
}
"""In which form the items of a kind are read by other programs; all can be had as data."""

TYPES: Final = {
    "ics": "text/calendar; charset=utf-8",
    "vcf": "text/vcard; charset=utf-8",
    JSON: "application/json; charset=utf-8",
}


def as_file(form: str, kind: str, name: str, items: Mapping[UUID, Values]) -> Http | None:
    """These items in a form; None if items of this kind have no such form."""
    entries = [(server_id(id), values) for id, values in items.items()]
    if form == JSON:
        told = {id: plain(values) for id, values in entries}
        body = json.dumps(told, ensure_ascii=False, indent=2).encode()
    elif kind in FORMS and form == FORMS[kind][0]:
        body = b"".join(FORMS[kind][1](entries))
    else:
        return None
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Http(200, body, TYPES[form], headers)


def forms(kind: str) -> tuple[str, ...]:
    """In which forms items of a kind can be had."""
    return (FORMS[kind][0], JSON) if kind in FORMS else (JSON,)
