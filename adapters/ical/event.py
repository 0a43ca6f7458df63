"""One VEVENT as it stands in a file: its fields, its rule, and which occurrence it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from adapters.canonical import content_hash
from adapters.characters import clean
from adapters.contentlines import Component
from adapters.ical.alarms import read_reminder
from adapters.ical.pool import Pool, pool
from adapters.ical.properties import PROPERTIES
from adapters.ical.rrule import Rule, parse
from adapters.ical.times import Clocks, Moment, read_original, read_time, read_when, times
from domain.when import Original, When
from domain.zone import Zone

_EXCHANGE = re.compile("040000008200E00074C5B7101A82E008[0-9A-F]{32,}", re.IGNORECASE)
_FOREIGN_UID = b"vCal-Uid\x01\x00\x00\x00"


@dataclass(frozen=True)
class Surroundings:
    """What all events of a file are read with."""

    zone: Zone
    custom: dict[str, Zone]
    addresses: frozenset[str]
    today: date


@dataclass
class Event:
    """`original` is the occurrence an override is for; `excluded` and `added` are its dates."""

    values: dict[str, Any]
    line: int
    notes: list[str]
    rule: Rule | None = None
    rule_text: str = ""
    excluded: tuple[date | Moment, ...] = ()
    added: tuple[date | Moment, ...] = ()
    original: date | Moment | None = None
    sequence: int = 0

    def original_of(self, moment: date | Moment) -> Original:
        when: When = self.values["when"]
        return read_original(moment, when)


def read_event(component: Component, around: Surroundings) -> Event:
    """A VEVENT; one that cannot be understood is a ValueError with the reason."""
    clocks = Clocks(around.zone, around.custom)
    found = pool(component, clocks, around.addresses)
    values: dict[str, Any] = {"when": _when(found)}
    if uid := read_uid(found.text("UID")):
        values["uid"] = uid
    event = Event(values, component.line, clocks.notes)
    event.sequence = _sequence(found)
    for each in PROPERTIES:
        each.read(found, values)
    read_reminder(found, values)
    _repetition(found, event)
    if foreign := found.foreign():
        values["foreign"] = foreign
    values.setdefault("uid", content_hash(values)[:32])
    return event


def _when(found: Pool) -> When:
    start = found.take("DTSTART")
    if not start:
        raise ValueError("has no DTSTART")
    end, duration = found.take("DTEND"), found.take("DURATION")
    whole_days = found.text("X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE"
    return read_when(start, end, duration, whole_days, found.clocks)


def _sequence(found: Pool) -> int:
    line = next((line for line in found.lines if line.name == "SEQUENCE"), None)
    return int(line.value) if line and re.fullmatch("[0-9]{1,9}", line.value) else 0


def _repetition(found: Pool, event: Event) -> None:
    clocks = found.clocks
    if identity := found.take("RECURRENCE-ID"):
        event.original = read_time(identity.value, identity.param("TZID"), clocks)
        if identity.param("RANGE"):
            clocks.note("a change of this and all later occurrences was taken for this one only")
        return
    event.excluded = tuple(
        each for line in found.take_all("EXDATE") for each in times(line, clocks)
    )
    event.added = tuple(each for line in found.take_all("RDATE") for each in times(line, clocks))
    if rule := found.take("RRULE"):
        event.rule, event.rule_text = parse(rule.value, event.values["when"], clocks), rule.value
    if any(line.name in ("RRULE", "EXRULE") for line in found.lines):
        clocks.note("a further rule for repeating was kept, but is not followed")


def read_uid(text: str) -> str:
    """A UID; one that Exchange wrapped into its own form is unwrapped (MS-OXOCAL 2.2.1.27)."""
    text = text.strip()
    if not _EXCHANGE.fullmatch(text) or len(text) % 2:
        return text
    _, found, wrapped = bytes.fromhex(text).partition(_FOREIGN_UID)
    own = clean(wrapped.rstrip(b"\0").decode("utf-8", "replace"))
    return own if found and own else text
