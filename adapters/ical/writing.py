"""Appointments → an .ics file, one event at a time. A zone is defined before its first use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from adapters.contentlines import Line, fold, merged, text_line
from adapters.ical.alarms import write_reminder
from adapters.ical.people import Own, meaning
from adapters.ical.properties import ONCE, PROPERTIES
from adapters.ical.rrule_text import text
from adapters.ical.series import OF_OCCURRENCE, stamp
from adapters.ical.times import original_line, time_line, write_date
from adapters.ical.zones import write_zone
from domain.patch import CANCELLED, Values, apply
from domain.recurrence import occurrence
from domain.when import AllDay, Original, Timed, When
from domain.zone import UTC_ZONE, Zone

PRODID = "-//Taccuino//Taccuino//EN"
_BEGIN = ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN")


def write(items: Iterable[tuple[str, Values]]) -> Iterator[bytes]:
    """A VCALENDAR with the items; the name of each stands in for a UID it does not have."""
    known = {UTC_ZONE}
    yield _bytes(_BEGIN)
    for name, values in items:
        for zone in _zones(values):
            if zone not in known:
                known.add(zone)
                yield _bytes(write_zone(zone))
        yield _bytes(_item({"uid": name, **values}))
    yield _bytes(["END:VCALENDAR"])


def _bytes(lines: Iterable[str]) -> bytes:
    return b"".join(map(fold, lines))


def _zones(values: Values) -> Iterator[Zone]:
    for each in (values, *_overrides(values).values()):
        if isinstance(when := each.get("when"), Timed):
            yield when.zone


def _overrides(values: Values) -> dict[Original, Mapping[str, Any]]:
    states = values.get("occurrences", {})
    return {original: state for original, state in states.items() if state is not CANCELLED}


def _item(values: Values) -> Iterator[str]:
    """The VEVENT of an appointment, and one for each changed occurrence."""
    foreign = tuple(values.get("foreign", ()))
    of_all = [entry for entry in foreign if not entry.startswith(OF_OCCURRENCE)]
    yield from _event(values, [*_when(values["when"]), *_repetition(values)], of_all)
    inherited = {name: value for name, value in values.items() if name not in _OF_SERIES}
    for original, patch in _overrides(values).items():
        begin = f"{OF_OCCURRENCE}{stamp(original)}\n"
        own = [entry.removeprefix(begin) for entry in foreign if entry.startswith(begin)]
        natural = {**inherited, "when": occurrence(values["when"], original)}
        identity = original_line("RECURRENCE-ID", original, values["when"])
        changed = apply(natural, patch)
        lines = [("when", identity), *_when(changed["when"])]
        theirs = [entry for entry in of_all if "reminder" not in patch or not _rings(entry)]
        yield from _event(changed, lines, [*own, *theirs])


def _rings(entry: str) -> bool:
    return entry.startswith("BEGIN:VALARM\n")


_OF_SERIES = frozenset({"recurrence", "occurrences", "foreign"})


def _event(values: Values, times: list[Own], foreign: list[str]) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    own = [("uid", text_line("UID", values["uid"])), *times]
    own += [line for each in PROPERTIES for line in each.write(values)]
    alarm = list(write_reminder(values, foreign))
    yield from merged(own, _of_these(values, foreign), meaning, ONCE)
    yield from alarm
    yield "END:VEVENT"


def _of_these(values: Values, foreign: Iterable[str]) -> Iterator[str]:
    """Foreign lines that still belong: Apple's map of a place only while it is that place."""
    place = values.get("location")
    for entry in foreign:
        if not entry.startswith("X-APPLE-STRUCTURED-LOCATION") or (
            place and place.latitude is not None and f"geo:{place.latitude}" in entry
        ):
            yield entry


def _when(when: When) -> Iterator[Own]:
    if isinstance(when, AllDay):
        for name, day in (("DTSTART", when.start), ("DTEND", when.end)):
            yield "when", Line(name, write_date(day), {"VALUE": ("DATE",)})
        return
    yield "when", time_line("DTSTART", when.start, when.zone)
    yield "when", time_line("DTEND", when.end, when.zone)


def _repetition(values: Values) -> Iterator[Own]:
    recurrence, when = values.get("recurrence"), values["when"]
    if recurrence is None:
        return
    yield "recurrence", Line("RRULE", text(recurrence, when))
    for original, state in values.get("occurrences", {}).items():
        if state is CANCELLED:
            yield "occurrences", original_line("EXDATE", _plain(original), when)


def _plain(original: Original) -> Original:
    return original.replace(fold=0) if isinstance(original, datetime) else original
