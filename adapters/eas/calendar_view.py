"""What a device is shown of an appointment: always the whole of it (MS-ASCAL 2.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.eas.calendar_fields import DEFAULTS, ROWS
from adapters.eas.calendar_times import instants, original_instant, write_span, write_zone
from adapters.eas.dialect import Dialect
from adapters.eas.meeting import ANSWERS, CANCELLED_MEETING, guests, organizer_of, roles
from adapters.eas.moments import compact
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.patch import CANCELLED, CLEARED, Values
from domain.recurrence import occurrence
from domain.series import converted
from domain.when import AllDay, Instant, Original, Timed, When
from domain.zone import Zone

DATA = "airsync:ApplicationData"

PLAIN = {"subject": "", "busy_status": 2, "sensitivity": 0, "meeting_status": 0, "response_type": 0}
"""What an occurrence without its series' value is told: these cannot be empty elements."""


def write_master(values: Values, dialect: Dialect) -> list[Element]:
    """Every property of the item or series but its exceptions, in order of emission."""
    told = _shown(values, dialect)
    elements = [*write_zone(values, dialect), *write_span(values["when"], dialect)]
    for row in ROWS:
        if row.sent and row.exists(dialect) and row.field in told:
            elements += row.write(told[row.field], dialect)
    return elements


def write_exceptions(values: Values, dialect: Dialect) -> list[Element]:
    """Exceptions: on a series always, even if empty; never on a single event."""
    if "recurrence" not in values:
        return []
    states: dict[Original, object] = values.get("occurrences", {})

    def started(original: Original) -> Instant:
        return original_instant(original, values["when"], dialect)

    told = (write_exception(o, states[o], values, dialect) for o in sorted(states, key=started))
    return [E("calendar:Exceptions", *told)]


def write_exception(original: Original, state: object, values: Values, dialect: Dialect) -> Element:
    """One exception with its own times and subject always (clients blank what is missing)."""
    started = compact(original_instant(original, values["when"], dialect))
    modern = dialect.version >= Version.V16_0
    name = E("airsyncbase:InstanceId" if modern else "calendar:ExceptionStartTime", started)
    if state is CANCELLED or not isinstance(state, Mapping):
        return E("calendar:Exception", E("calendar:Deleted", 1), name)
    told = _shown_override(state, values, dialect)
    elements = write_span(shown_time(original, state, values, dialect), dialect)
    for row in ROWS:
        if row.in_exceptions(dialect) and row.field in told:
            elements += row.write(told[row.field], dialect)
    kept = [child for child in elements if child.name != "airsyncbase:NativeBodyType"]
    return E("calendar:Exception", name, *kept)


def shown_time(original: Original, state: Values, values: Values, dialect: Dialect) -> When:
    """When an occurrence is; since 16.0 it is all-day if and only if its series is."""
    series: When = values["when"]
    when: When = state.get("when", occurrence(series, original))
    if dialect.version < Version.V16_0:
        return when
    return converted(when, isinstance(series, AllDay), _zone(series, when, dialect))


def _zone(series: When, when: When, dialect: Dialect) -> Zone:
    return next((one.zone for one in (series, when) if isinstance(one, Timed)), dialect.zone)


def _shown(values: Values, dialect: Dialect) -> dict[str, Any]:
    told = {**DEFAULTS, **values, **roles(values, dialect)}
    told.setdefault("stamp", instants(values["when"], dialect)[0])
    if told["reminder"] is CLEARED and dialect.version < Version.V14_1:
        del told["reminder"]
    return {field: value for field, value in told.items() if value is not None}


def _shown_override(state: Values, values: Values, dialect: Dialect) -> dict[str, Any]:
    """What an occurrence has for itself; a reply time only if it was answered (MS-ASCAL 3.2.5)."""
    series = roles(values, dialect)
    told = {"subject": values.get("subject", ""), **state}
    told = {
        field: PLAIN.get(field, CLEARED) if value is CLEARED else value
        for field, value in told.items()
        if value is not CLEARED or field not in ("stamp", "reply_time")
    }
    if told.get("response_type", series["response_type"]) not in ANSWERS:
        told.pop("reply_time", None)
    if "meeting_status" in told:
        role = series["meeting_status"] & ~CANCELLED_MEETING
        told["meeting_status"] = role | told["meeting_status"] & CANCELLED_MEETING
    if told.get("attendees", CLEARED) is not CLEARED:
        told["attendees"] = guests(told["attendees"], organizer_of(values, dialect))
    return told
