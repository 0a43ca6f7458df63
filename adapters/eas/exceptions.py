"""The exceptions in a request for a whole series (MS-ASCAL 2.2.2.22, 3.2.5.3.1).

First the edit of the series decides which exceptions live on, then those that are told are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.eas.calendar_forms import Scope
from adapters.eas.calendar_times import Reckoning, moment_of, same_time
from adapters.eas.calendar_view import write_exception
from adapters.eas.dialect import Unconvertible
from adapters.eas.occurrences import Series, exceptions_of, read_state
from adapters.eas.version import Version
from adapters.wbxml import Element
from domain.patch import OCCURRENCES, Values, apply, difference
from domain.series import carried
from domain.when import Original

States = Mapping[Original, Any]


@dataclass(frozen=True)
class Told:
    """The patch of the occurrences, and the InstanceIds that were refused."""

    patch: dict[str, Any]
    refused: tuple[str, ...] = ()


def read_exceptions(
    data: Element, scope: Scope, patch: Values, reckoning: Reckoning, adding: bool
) -> Told:
    """What becomes of the exceptions when `patch` is made and the request names some."""
    stored: States = scope.base.get(OCCURRENCES, {})
    after = apply(scope.base, patch)
    if "recurrence" not in after:
        return Told(states_patch(stored, {}))
    states = stored
    if patch.keys() & {"when", "recurrence"}:
        states = {} if _drops(scope, patch) else carried(scope.base, after) if stored else {}
    refused: list[str] = []
    if adding or not _modern(scope):
        series = Series.of({**after, OCCURRENCES: states}, scope, reckoning, adding)
        states = _read(data, series, states, _echoes(scope, after), refused)
    return Told(states_patch(stored, states), tuple(refused))


def states_patch(before: States, after: States) -> dict[str, Any]:
    """The patch from states to states; an occurrence with nothing of its own has no state."""
    kept = {original: state for original, state in after.items() if state != {}}
    edits = difference({OCCURRENCES: before}, {OCCURRENCES: kept})
    return edits if edits.get(OCCURRENCES) else {}


def _drops(scope: Scope, patch: Values) -> bool:
    """Since 16.0 a new pattern or time drops all exceptions."""
    if not scope.base or not _modern(scope):
        return False
    moved = "when" in patch and not same_time(patch["when"], scope.base["when"], series=False)
    return moved or "recurrence" in patch


def _modern(scope: Scope) -> bool:
    return scope.dialect.version >= Version.V16_0


def _read(
    data: Element,
    series: Series,
    states: States,
    echoes: Mapping[Original, Element],
    refused: list[str],
) -> States:
    """States after the Exceptions element: an empty one drops all, who is not named stays."""
    told = exceptions_of(data)
    if not told:
        return states if data.find("calendar:Exceptions") is None else {}
    after = dict(states)
    for element in told:
        taken = len(series.request.attached)
        try:
            original = _original(element, series)
            if original is not None:
                before, echo = after.get(original), echoes.get(original)
                after[original] = read_state(element, series, original, before, echo)
        except Unconvertible:
            if not _modern(series.request):
                raise
            del series.request.attached[taken:]
            refused.append(element.text_of("airsyncbase:InstanceId", ""))
    return after


def _original(element: Element, series: Series) -> Original | None:
    """The occurrence an Exception is about; up to 14.1 one that is none is passed over."""
    if not _modern(series.request):
        at = moment_of(element, "calendar:ExceptionStartTime")
        return None if at is None else series.find(at)
    at = moment_of(element, "airsyncbase:InstanceId")
    original = None if at is None else series.find(at)
    if original is None:
        raise Unconvertible("an exception of no occurrence")
    return original


def _echoes(scope: Scope, after: Values) -> dict[Original, Element]:
    """What the device was sent of each exception, by the place where its occurrence is now."""
    stored: States = scope.base.get(OCCURRENCES, {})
    if not stored:
        return {}
    names = {**scope.base, OCCURRENCES: {original: original for original in stored}}
    return {
        place: write_exception(original, stored[original], scope.base, scope.dialect)
        for place, original in carried(names, after).items()
    }
