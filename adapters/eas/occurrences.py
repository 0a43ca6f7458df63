"""What devices say about single occurrences of a series (MS-ASCAL 2.2.2.21, MS-ASAIRS 2.2.2.25).

Up to 14.1 exceptions travel inside the series and each is told whole: what is left out follows
the series again. Since 16.0 an occurrence is addressed by its InstanceId and only what changed
is told. Both end in the same states: cancelled, or what the occurrence has for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from adapters.eas.calendar_fields import ROWS, Row
from adapters.eas.calendar_forms import Scope, flag
from adapters.eas.calendar_times import Reckoning, instants, moment_of, said_all_day
from adapters.eas.calendar_view import DATA, write_exception, write_master
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.meeting import OWN, is_received, organizer_of
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.patch import CANCELLED, CLEARED, INHERITED, Values
from domain.recurrence import occurrence
from domain.series import converted, original_at, original_on
from domain.when import AllDay, Instant, Original, Timed, When, wall

MOST_EXCEPTIONS = 1000


@dataclass(frozen=True)
class Series:
    """A series as its exceptions are read against: what it is now, and `sent`, as it is shown.

    `request` is the scope of the request; in an Add even a received meeting is taken whole.
    """

    values: Values
    request: Scope
    reckoning: Reckoning
    sent: Element
    adding: bool = False

    @classmethod
    def of(
        cls, values: Values, request: Scope, reckoning: Reckoning, adding: bool = False
    ) -> Series:
        """The series; its own zone, if it is timed, is that of its exceptions."""
        when = values["when"]
        if isinstance(when, Timed):
            reckoning = replace(reckoning, zone=when.zone)
        sent = E(DATA, *write_master(values, request.dialect))
        return cls(values, request, reckoning, sent, adding)

    @property
    def dialect(self) -> Dialect:
        return self.request.dialect

    def find(self, at: Instant) -> Original | None:
        """The occurrence meant by its original start; before 16.0 its date is enough.

        In the night when an hour comes twice it begins in the one in which the series does.
        """
        when = self.values["when"]
        if isinstance(when, AllDay):
            return original_on(self.values, self.reckoning.day(at))
        exact = original_at(self.values, at)
        if isinstance(exact, datetime):
            return exact.replace(fold=when.start.fold)
        if self.dialect.version >= Version.V16_0:
            return None
        return original_on(self.values, wall(at, when.zone.tzinfo).date())

    def scope(self, state: Values) -> Scope:
        """The scope of one occurrence: its base is the series with `state` laid over it."""
        own = {**self.values, **state}
        base = {field: value for field, value in own.items() if value is not CLEARED}
        organizer = organizer_of(self.values, self.dialect)
        return replace(self.request, base=base, when=self.values["when"], organizer=organizer)

    @property
    def foreign(self) -> bool:
        """Somebody else's meeting, of which a device may change only the user's own things."""
        return not self.adding and is_received(self.values, self.dialect)

    def rows(self) -> list[Row]:
        """What a device may say of an occurrence: of a received meeting only its own things."""
        return [
            row
            for row in ROWS
            if row.in_exceptions(self.dialect)
            and row.listens(self.dialect, adding=False)
            and (row.field in OWN or not self.foreign)
        ]


def exceptions_of(data: Element) -> list[Element]:
    """The Exception elements of a request, refused if there are too many."""
    container = data.find("calendar:Exceptions")
    found = container.find_all("calendar:Exception") if container is not None else []
    if len(found) > MOST_EXCEPTIONS:
        raise Unconvertible(f"more than {MOST_EXCEPTIONS} exceptions")
    return found


def read_state(
    told: Element, series: Series, original: Original, before: object, echo: Element | None
) -> Any:
    """The state of an occurrence after a device told it whole, in an Exception element."""
    if flag(told.find("calendar:Deleted")):
        return CANCELLED
    return _edited(told, series, original, before, echo, whole=True)


def read_delta(told: Element, series: Series, original: Original, before: object) -> Any:
    """The state of an occurrence after a Change with its InstanceId."""
    echo = None
    if isinstance(before, Mapping):
        echo = write_exception(original, before, series.values, series.dialect)
    return _edited(told, series, original, before, echo, whole=False)


def _edited(
    told: Element,
    series: Series,
    original: Original,
    before: object,
    echo: Element | None,
    whole: bool,
) -> dict[str, Any]:
    old: dict[str, Any] = dict(before) if isinstance(before, Mapping) else {}
    scope, edit = series.scope(old), {}
    for row in series.rows():
        edit[row.field] = _field(row, told, series, scope, echo, whole)
    if not series.foreign:
        edit["when"] = _time(told, series, original, old, echo, whole)
    new = {
        field: value for field, value in {**old, **_said(edit)}.items() if value is not INHERITED
    }
    return old if _but_stamp(new) == _but_stamp(old) and isinstance(before, Mapping) else new


def _field(
    row: Row, told: Element, series: Series, scope: Scope, echo: Element | None, whole: bool
) -> Any:
    """A value, CLEARED, INHERITED, or None for: as it was."""
    if told.find(row.tag) is None:
        return INHERITED if whole and row.field != "body" else None
    value = row.read(told, scope)
    if value is None:
        return None
    if row.form.relative:
        return INHERITED if value == series.values.get(row.field, CLEARED) else value
    shown = None if echo is None else row.read(echo, scope)
    if shown is not None and row.form.same(value, shown, scope):
        return None
    shared = row.read(series.sent, scope)
    shared = CLEARED if shared is None else shared
    return INHERITED if row.form.same(value, shared, scope) else value


def _time(
    told: Element,
    series: Series,
    original: Original,
    old: Values,
    echo: Element | None,
    whole: bool,
) -> Any:
    natural = occurrence(series.values["when"], original)
    basis = natural if whole else old.get("when", natural)
    when = _span(told, series, basis, whole)
    if echo is not None and when == _span(echo, series, basis, whole=True):
        return None
    return INHERITED if when == natural else when


def _span(told: Element, series: Series, basis: When, whole: bool) -> When:
    start, end = moment_of(told, "calendar:StartTime"), moment_of(told, "calendar:EndTime")
    said = said_all_day(told)
    all_day = isinstance(basis, AllDay) if said is None else said
    if start is None and end is None and said is None:
        return basis
    modern = series.dialect.version >= Version.V16_0
    if modern and all_day != isinstance(series.values["when"], AllDay):
        raise Unconvertible("an occurrence is all-day if and only if its series is")
    kept = instants(converted(basis, all_day, series.reckoning.zone), series.dialect)
    begin = start or kept[0]
    length: timedelta = kept[1] - kept[0]
    return series.reckoning.span(begin, end or (begin + length if whole else kept[1]), all_day)


def _said(edit: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in edit.items() if value is not None}


def _but_stamp(state: Values) -> dict[str, Any]:
    return {field: value for field, value in state.items() if field != "stamp"}
