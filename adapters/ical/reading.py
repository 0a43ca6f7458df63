"""An .ics file → entries, one UID at a time.

The file is read twice: first for its zones and to count how many components a UID has, as an
override may stand anywhere; then for the entries. So only the components of a UID that is not
yet complete are in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import IO

from adapters.contentlines import (
    BadEntry,
    Component,
    Entry,
    NotServed,
    components,
    decode,
    parse,
    spool,
    unfold,
)
from adapters.ical.event import Event, Surroundings, read_event
from adapters.ical.series import entries, orphans
from adapters.ical.zones import read_zone
from domain.zone import Zone

KINDS = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"})
NOT_SERVED = {"VTODO": "tasks", "VJOURNAL": "journals", "VFREEBUSY": "free/busy lists"}


def read(
    data: bytes | Iterable[bytes],
    *,
    zone: Zone,
    today: date,
    addresses: Collection[str] = (),
) -> Iterator[Entry | BadEntry]:
    """The appointments of an .ics file, and what could not be taken.

    Times without a zone are in `zone`. `addresses` are those of the person whose calendar it
    becomes: a meeting with another organizer is a received one. `today` is where the single
    events begin that stand for a rule no phone can show.
    """
    own = frozenset(address.lower() for address in addresses)
    with spool(data) as file:
        around = Surroundings(zone, {}, own, today)
        waiting = _survey(file, around)
        groups: dict[str, list[Component]] = {}
        empty = True
        for component in _components(file):
            empty = False
            if component.name == "VEVENT":
                uid = _uid(component)
                groups.setdefault(uid, []).append(component)
                waiting[uid] -= 1
                if waiting[uid] <= 0:
                    yield from _group(groups.pop(uid), around)
            elif component.name != "VTIMEZONE":
                yield _not_served(component)
        if empty:
            yield BadEntry(1, "this file has no calendar entries")


def _components(file: IO[bytes]) -> Iterator[Component]:
    return components(unfold(file), KINDS, "VCALENDAR")


def _survey(file: IO[bytes], around: Surroundings) -> Counter[str]:
    """Learn the zones of the file, and count the components of those UIDs that have several."""
    found: Counter[str] = Counter()
    for component in _components(file):
        if component.name == "VEVENT":
            found[_uid(component)] += 1
        elif component.name == "VTIMEZONE":
            _learn(component, around)
    return Counter({uid: count for uid, count in found.items() if count > 1})


def _learn(component: Component, around: Surroundings) -> None:
    """A VTIMEZONE without sense is as good as none: events that use it say so."""
    try:
        tzid, zone = read_zone(component, around.zone, around.today)
    except (ValueError, OverflowError):
        return
    around.custom.setdefault(tzid, zone)


def _uid(component: Component) -> str:
    """The UID of a component, or a name for it alone if it has none."""
    for _, raw in component.lines:
        if raw[:3].upper() == b"UID":
            try:
                return parse(decode(raw)).text.strip()
            except ValueError:
                break
    return f"\n{component.line}"


def _not_served(component: Component) -> NotServed:
    kind = NOT_SERVED.get(component.name, component.name[:40])
    return NotServed(component.line, f"{kind} are not kept here")


def _group(group: list[Component], around: Surroundings) -> Iterator[Entry | BadEntry]:
    """The entries of one UID. What is broken in it is reported, the rest goes in."""
    events: list[Event] = []
    for component in group:
        try:
            events.append(read_event(component, around))
        except (ValueError, OverflowError) as error:
            yield BadEntry(component.line, str(error))
    overrides = [event for event in events if event.original is not None]
    masters = [event for event in events if event.original is None]
    if not masters:
        yield from orphans(overrides)
        return
    master = max(reversed(masters), key=lambda event: event.sequence)
    for other in masters:
        if other is not master:
            yield BadEntry(
                other.line, f"its UID is also that of line {master.line}, which is newer"
            )
    try:
        yield from entries(master, overrides, around.today)
    except (ValueError, OverflowError) as error:
        yield BadEntry(master.line, str(error))
