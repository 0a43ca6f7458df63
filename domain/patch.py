"""Absent is not empty: a field of an edit is absent, cleared, or a value.

A patch maps field names to values or CLEARED; what it does not name it leaves alone. The
values of an item map field names to values; a cleared field is simply not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final


class Mark(Enum):
    """What can stand in a patch instead of a value."""

    CLEARED = "cleared"
    CANCELLED = "cancelled"
    INHERITED = "inherited"


CLEARED: Final = Mark.CLEARED
"""The field is emptied. For an occurrence: it follows its series again."""

CANCELLED: Final = Mark.CANCELLED
"""As the state of an occurrence: it does not take place."""

INHERITED: Final = Mark.INHERITED
"""As a field in an edit of an occurrence: the occurrence follows its series in this again."""

Values = Mapping[str, Any]
Patch = Mapping[str, Any]

OCCURRENCES: Final = "occurrences"
"""The one field that is itself a map: original start → CANCELLED or a patch on the series."""


def apply(values: Values, patch: Patch) -> dict[str, Any]:
    """`values` with `patch` laid over them. Occurrences are laid over one by one."""
    result = dict(values)
    for name, value in patch.items():
        if name == OCCURRENCES and value is not CLEARED:
            value = apply_occurrences(values.get(OCCURRENCES, {}), value) or CLEARED
        if value is CLEARED:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def apply_occurrences(current: Mapping[Any, Any], edits: Mapping[Any, Any]) -> dict[Any, Any]:
    """States by original start: an edit is laid over the override before, CLEARED drops it."""
    result = dict(current)
    for original, edit in edits.items():
        if edit is CLEARED:
            result.pop(original, None)
        elif edit is CANCELLED:
            result[original] = CANCELLED
        else:
            result[original] = _overlay(result.get(original), edit)
    return result


def _overlay(before: object, edit: Patch) -> dict[str, Any]:
    laid = {**before, **edit} if isinstance(before, Mapping) else edit
    return {name: value for name, value in laid.items() if value is not INHERITED}


def difference(before: Values, after: Values) -> dict[str, Any]:
    """The patch that makes `after` of `before` when it is applied."""
    patch: dict[str, Any] = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name == OCCURRENCES:
            patch[name] = _occurrence_difference(old or {}, new or {})
        else:
            patch[name] = CLEARED if name not in after else new
    return patch


def _occurrence_difference(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> dict[Any, Any]:
    edits: dict[Any, Any] = {}
    for original in old.keys() | new.keys():
        before, after = old.get(original), new.get(original)
        if after is None:
            edits[original] = CLEARED
        elif before == after:
            continue
        elif isinstance(before, Mapping) and isinstance(after, Mapping):
            edits[original] = {
                name: after.get(name, INHERITED)
                for name in before.keys() | after.keys()
                if before.get(name) != after.get(name)
            }
        else:
            edits[original] = after
    return edits
