"""ORGANIZER and ATTENDEE (RFC 5545 3.8.4) ↔ people of a meeting (MS-ASCAL 2.2.2.5 to 2.2.2.34)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.contentlines import Line
from adapters.ical.pool import Pool
from adapters.ical.times import read_instant, write_instant
from domain.calendar import Attendee
from domain.when import Instant

Own = tuple[str, Line]

PARTSTATS = {2: "TENTATIVE", 3: "ACCEPTED", 4: "DECLINED", 5: "NEEDS-ACTION"}
ANSWERS = {2: 2, 3: 3, 4: 4}
"""AttendeeStatus → ResponseType; all others are 5, not responded."""

_STATUSES = {word: number for number, word in PARTSTATS.items()}
_ROLES = {1: "REQ-PARTICIPANT", 2: "OPT-PARTICIPANT", 3: "NON-PARTICIPANT"}
_OPTIONAL = frozenset({"OPT-PARTICIPANT", "NON-PARTICIPANT"})
_THINGS = frozenset({"RESOURCE", "ROOM"})
_SAID = frozenset(
    {"CN", "ROLE", "PARTSTAT", "RSVP", "CUTYPE", "X-PROPOSED-START", "X-PROPOSED-END"}
)
_SAID_OF_ALL = frozenset({("CUTYPE", "INDIVIDUAL"), ("ROLE", "REQ-PARTICIPANT")})

ORGANIZER, ACCEPTED_FOREIGN, CANCELLED_BIT = 1, 3, 4
"""Bits of MeetingStatus (MS-ASCAL 2.2.2.25): a meeting; one of somebody else; cancelled."""


def address(line: Line) -> str:
    """The e-mail address of a calendar user, or nothing if it has none."""
    value = line.value.strip()
    if value[:7].lower() == "mailto:":
        return value[7:].strip()
    return line.param("EMAIL") if ":" in value or "@" not in value else value


def attendee(line: Line) -> Attendee:
    kind, role = line.param("CUTYPE").upper(), line.param("ROLE").upper()
    start, end = (_proposed(line, name) for name in ("X-PROPOSED-START", "X-PROPOSED-END"))
    return Attendee(
        address(line),
        line.param("CN"),
        _STATUSES.get(line.param("PARTSTAT").upper(), 0),
        3 if kind in _THINGS else 2 if role in _OPTIONAL else 1,
        start,
        end,
    )


def _proposed(line: Line, name: str) -> Instant | None:
    return read_instant(Line(name, line.param(name))) if line.param(name) else None


def _says_more(line: Line) -> bool:
    """Whether an ATTENDEE has something that an Attendee cannot hold."""
    kind, role = line.param("CUTYPE").upper(), line.param("ROLE").upper()
    written = kind in ("", "INDIVIDUAL", "RESOURCE") and (role != "NON-PARTICIPANT" or kind)
    known = line.param("PARTSTAT").upper() in ("", *_STATUSES)
    return bool(line.params.keys() - _SAID) or not written or not known or role == "CHAIR"


def read_people(pool: Pool, values: dict[str, Any]) -> None:
    """Organizer and attendees. The organizer is no attendee, and nobody is without an address."""
    if organizer := pool.take("ORGANIZER", address):
        values["organizer_email"] = address(organizer)
        if name := organizer.param("CN"):
            values["organizer_name"] = name
        if organizer.params.keys() - {"CN"}:
            pool.hold(organizer, "organizer")
    own = values.get("organizer_email", "").lower()
    asked = False
    found: dict[str, Attendee] = {}
    for line in pool.take_all("ATTENDEE", lambda each: address(each).lower() not in ("", own)):
        asked = asked or line.param("RSVP").upper() == "TRUE"
        found[address(line).lower()] = attendee(line)
        if _says_more(line):
            pool.hold(line, "attendees")
    if found:
        values["attendees"] = tuple(found.values())
    if asked:
        values["response_requested"] = True


def write_people(values: Mapping[str, Any]) -> Iterator[Own]:
    if email := values.get("organizer_email"):
        name = values.get("organizer_name")
        yield "organizer", Line("ORGANIZER", f"mailto:{email}", {"CN": (name,)} if name else {})
    asked = {"RSVP": "TRUE"} if values.get("response_requested") else {}
    for each in values.get("attendees", ()):
        params = {
            "CUTYPE": "RESOURCE" if each.kind == 3 else "",
            "ROLE": _ROLES.get(each.kind, ""),
            "PARTSTAT": PARTSTATS.get(each.status, ""),
            **asked,
            "CN": each.name,
            "X-PROPOSED-START": write_instant(each.proposed_start) if each.proposed_start else "",
            "X-PROPOSED-END": write_instant(each.proposed_end) if each.proposed_end else "",
        }
        given = {name: (value,) for name, value in params.items() if value}
        yield "attendees", Line("ATTENDEE", f"mailto:{each.email}", given)


def meaning(line: Line) -> object:
    """What a line says in our terms, to tell whether a held line still says the same."""
    if line.name == "ATTENDEE":
        return attendee(line)
    if line.name == "ORGANIZER":
        return address(line), line.param("CN")
    return line.text


def meeting_status(values: Mapping[str, Any], cancelled: bool, own: frozenset[str]) -> int:
    """MeetingStatus as the people say it: whose meeting it is, and whether it takes place."""
    organizer = values.get("organizer_email", "").lower()
    status = ORGANIZER if values.get("attendees") else 0
    if organizer and organizer not in own:
        status |= ACCEPTED_FOREIGN
    return status | CANCELLED_BIT | ORGANIZER if cancelled else status


def response_type(values: Mapping[str, Any], own: frozenset[str]) -> int | None:
    """The person's own answer (MS-ASCAL 2.2.2.39), or None if the file does not tell."""
    if not values.get("attendees") or not own:
        return None
    if values.get("organizer_email", "").lower() in own:
        return 1
    statuses = [each.status for each in values["attendees"] if each.email.lower() in own]
    return ANSWERS.get(statuses[0], 5) if statuses else None
