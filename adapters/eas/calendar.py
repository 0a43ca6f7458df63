"""The Calendar class (MS-ASCAL): an appointment as a device is sent it, and what a device means.

Reading compares what the device says with what it was shown, both read by the same table
(`calendar_fields.py`). So a default, a shortened text or an equal rule that comes back is no
change, and only what a person did ends in the patch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.eas.calendar_fields import ROWS
from adapters.eas.calendar_forms import Scope
from adapters.eas.calendar_times import (
    Reckoning,
    moment_of,
    read_added,
    read_changed,
    same_time,
)
from adapters.eas.calendar_view import DATA, write_exceptions, write_master
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.exceptions import read_exceptions, states_patch
from adapters.eas.meeting import OWN, answer, is_received, is_user, organizer_of
from adapters.eas.moments import parse_moment
from adapters.eas.occurrences import Series, read_delta
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.patch import CANCELLED, CLEARED, OCCURRENCES, Values, apply
from domain.when import Instant

ATTENDEES = "attendees"


class NoRecurrence(Unconvertible):
    """An InstanceId for something that does not repeat (Status 146)."""


@dataclass(frozen=True)
class Reading:
    """What a device means: the patch, and what the response has to tell beside it.

    `attached` pairs the ClientId of each new attachment with its FileReference; `refused` are
    the InstanceIds of exceptions that mean nothing, while the series is taken (Status 184).
    """

    patch: dict[str, Any]
    attached: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()


def render(values: Values, dialect: Dialect) -> list[Element]:
    """The children of ApplicationData: the complete item, exceptions last."""
    return [*write_master(values, dialect), *write_exceptions(values, dialect)]


def read(
    data: Element,
    dialect: Dialect,
    base: Values | None,
    now: Instant,
    new_reference: Callable[[], str],
) -> Reading:
    """What an Add (`base` is None) or a Change of the whole item means."""
    _refuse_misplaced(data)
    if base is None:
        when, reckoning = read_added(data, dialect, now)
    else:
        when, reckoning = read_changed(data, dialect, base)
    scope = Scope(
        dialect=dialect,
        base=base or {},
        when=when,
        organizer=organizer_of({**_told_organizer(data, dialect), **(base or {})}, dialect),
        last_day=reckoning.last_day,
        new_reference=new_reference,
    )
    foreign = base is not None and is_received(base, dialect)
    patch = _fields(data, scope, adding=base is None, foreign=foreign)
    series = "recurrence" in apply(scope.base, patch)
    if base is None or not same_time(when, base["when"], series):
        patch["when"] = when
    if foreign:
        patch = _own(patch, scope, now)
    told = read_exceptions(data, scope, patch, reckoning, adding=base is None)
    patch = _stamped({**patch, **told.patch}, data, dialect, now)
    return Reading(patch, tuple(scope.attached), told.refused)


def read_instance(
    data: Element | None,
    instance: str,
    dialect: Dialect,
    base: Values,
    new_reference: Callable[[], str],
) -> Reading:
    """What a Change (or Delete, without `data`) of one occurrence means (16.x)."""
    if "recurrence" not in base:
        raise NoRecurrence("an InstanceId for an event that does not repeat")
    when = base["when"]
    scope = Scope(
        dialect=dialect,
        base=base,
        when=when,
        organizer=organizer_of(base, dialect),
        last_day=Reckoning.stored(when, dialect).last_day,
        new_reference=new_reference,
    )
    series = Series.of(base, scope, Reckoning.stored(when, dialect))
    at = parse_moment(instance)
    original = None if at is None else series.find(at)
    if original is None:
        raise Unconvertible(f"the series has no occurrence {instance[:32]}")
    states = base.get(OCCURRENCES, {})
    state: Any = CANCELLED
    if data is not None:
        _refuse_misplaced(data)
        state = read_delta(data, series, original, states.get(original))
    return Reading(states_patch(states, {**states, original: state}), tuple(scope.attached))


def _refuse_misplaced(data: Element) -> None:
    for tag in ("airsyncbase:InstanceId", "calendar:Deleted"):
        if data.find(tag) is not None:
            raise Unconvertible(f"{tag} has no place in ApplicationData")


def _told_organizer(data: Element, dialect: Dialect) -> dict[str, str]:
    email = data.text_of("calendar:OrganizerEmail", "")
    return {"organizer_email": email} if email and dialect.version < Version.V16_0 else {}


def _fields(data: Element, scope: Scope, adding: bool, foreign: bool) -> dict[str, Any]:
    """The plain fields that say something else than what the device was shown."""
    dialect = scope.dialect
    sent = E(DATA, *([] if adding else write_master(scope.base, dialect)))
    patch: dict[str, Any] = {}
    for row in ROWS:
        if not row.listens(dialect, adding) or (foreign and row.field not in OWN | {ATTENDEES}):
            continue
        value = row.read(data, scope)
        if value is None and data.find(row.tag) is None and not adding:
            value = row.silence(dialect)
        seen = None if row.form.relative else row.read(sent, scope)
        stored = scope.base.get(row.field, CLEARED)
        if value is None or row.form.same(value, stored, scope):
            continue
        if row.form.relative or not row.form.same(value, CLEARED if seen is None else seen, scope):
            patch[row.field] = value
    return _without_self(patch, dialect)


def _without_self(patch: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """A user who organizes an own event is not written down: that is what no organizer means."""
    if is_user(patch.get("organizer_email", ""), dialect):
        del patch["organizer_email"]
        if patch.get("organizer_name") == dialect.name:
            del patch["organizer_name"]
    return patch


def _own(patch: dict[str, Any], scope: Scope, now: Instant) -> dict[str, Any]:
    """Of a received meeting only what belongs to the invited person, and the own answer."""
    heard = patch.get(ATTENDEES, ())
    own = {name: value for name, value in patch.items() if name in OWN}
    return {**own, **answer(scope.base, () if heard is CLEARED else heard, scope.dialect, now)}


def _stamped(
    patch: dict[str, Any], data: Element, dialect: Dialect, now: Instant
) -> dict[str, Any]:
    """A new DtStamp alone is no change; any other change has one."""
    if not patch.keys() - {"stamp"}:
        return {}
    told = dialect.version < Version.V16_0 and moment_of(data, "calendar:DtStamp") is not None
    return patch if told else {**patch, "stamp": now}
