"""Moved, changed and cancelled occurrences that came back, doubled or lost their title.

Two dialects, one model: up to 14.1 exceptions travel whole inside the series, since 16.0 each
is a command of its own, and both end in the same state.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.eas.dialect import Dialect
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.patch import apply
from domain.recurrence import WEEKLY, Recurrence, occurrences
from domain.when import Original
from tests.wire.calendar_cases import (
    MODERN,
    OLDER,
    VERSIONS,
    a_device,
    a_meeting,
    a_series,
    replaced,
    said,
    shown,
    without,
)
from tests.wire.series_cases import (
    WEDNESDAY,
    WEDNESDAY_TEXT,
    exception,
    instance,
    sent_exceptions,
    with_exceptions,
)

each = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.text)


@each
def test_of_a_received_series_only_the_own_things_change(version: Version) -> None:
    device = a_device(version)
    values = a_meeting(recurrence=Recurrence(WEEKLY, days=2 | 8))
    news = (
        E("calendar:Subject", "Hijacked"),
        E("calendar:StartTime", "20260910T130000Z"),
        E("calendar:Reminder", 5),
    )
    if version in MODERN:
        patch = instance(values, device, WEDNESDAY_TEXT, *news).patch
    else:
        patch = with_exceptions(values, device, exception(WEDNESDAY_TEXT, *news))

    assert patch == {"occurrences": {WEDNESDAY: {"reminder": 5}}}


Edit = tuple[int, str, int]

edits = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(["cancel", "move", "rename", "remind", "unremind"]),
        st.integers(1, 5),
    ),
    max_size=8,
)


def edit_elements(original: datetime, kind: str, number: int) -> list[Element]:
    if kind == "move":
        begin = original - timedelta(hours=2) + timedelta(hours=number)
        end = begin + timedelta(hours=number)
        return [
            E("calendar:StartTime", f"{begin:%Y%m%dT%H%M%SZ}"),
            E("calendar:EndTime", f"{end:%Y%m%dT%H%M%SZ}"),
        ]
    return {
        "rename": [E("calendar:Subject", f"Name {number}")],
        "remind": [E("calendar:Reminder", number)],
        "unremind": [E("calendar:Reminder")],
    }[kind]


def edit_by(device: Dialect, values: dict[str, Any], original: datetime, edit: Edit) -> Any:
    """The state of the series after this device edited one occurrence, in its own dialect."""
    _, kind, number = edit
    text = f"{original - timedelta(hours=2):%Y%m%dT%H%M%SZ}"
    if device.version in MODERN:
        news = [] if kind == "cancel" else edit_elements(original, kind, number)
        patch = instance(values, device, text, *news, delete=kind == "cancel").patch
        return apply(values, patch)
    found = {
        one.text_of("calendar:ExceptionStartTime"): one for one in sent_exceptions(values, device)
    }
    before = found.get(text, exception(text))
    if kind == "cancel":
        after = exception(text, E("calendar:Deleted", 1))
    else:
        whole = without(before, "calendar:Deleted")
        after = replaced(whole, *edit_elements(original, kind, number))
    return apply(values, with_exceptions(values, device, after))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=edits)
@pytest.mark.parametrize("other", OLDER, ids=lambda version: version.text)
def test_the_same_edits_in_both_dialects_give_the_same_series(
    other: Version, edits: list[Edit]
) -> None:
    start = a_series(reminder=10)
    starts: list[Original] = [
        one
        for one, _ in zip(occurrences(start["recurrence"], start["when"]), range(5), strict=False)
    ]
    old, new = start, start
    for edit in edits:
        original = starts[edit[0]]
        assert isinstance(original, datetime)
        old = edit_by(a_device(other), old, original, edit)
        new = edit_by(a_device(Version.V16_1), new, original, edit)

    assert old == new
    for version in VERSIONS:
        assert said(shown(old, a_device(version)), a_device(version), old).patch == {}
