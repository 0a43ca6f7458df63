"""How a series repeats: what each kind of rule may say, and what devices are told of it.

MS-ASCAL 2.2.2.37.1, as a table: the parts that a kind needs, and those that it may have.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.eas.dialect import Unconvertible
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.recurrence import DAILY, WEEKLY, Recurrence
from domain.when import When
from tests.wire.calendar_cases import (
    VERSIONS,
    a_device,
    an_appointment,
    data,
    rules,
    said,
    shown,
    times,
)

each = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.text)

NEEDED = {
    0: set[str](),
    1: {"DayOfWeek"},
    2: {"DayOfMonth"},
    3: {"DayOfWeek", "WeekOfMonth"},
    5: {"DayOfMonth", "MonthOfYear"},
    6: {"DayOfWeek", "WeekOfMonth", "MonthOfYear"},
}
EVERY_KIND = {"Type", "Interval", "Occurrences", "Until", "FirstDayOfWeek"}
ALLOWED: dict[int, set[str]] = {
    0: {"DayOfWeek"},
    1: set(),
    2: {"CalendarType"},
    3: {"CalendarType"},
    5: {"CalendarType", "IsLeapMonth"},
    6: {"CalendarType", "IsLeapMonth"},
}
PARTS = {"DayOfWeek": 2, "DayOfMonth": 3, "WeekOfMonth": 1, "MonthOfYear": 3}


def rule(kind: int, parts: set[str]) -> Element:
    told = (E(f"calendar:{part}", PARTS[part]) for part in sorted(parts))
    return E("calendar:Recurrence", E("calendar:Type", kind), *told)


@each
@pytest.mark.parametrize("kind", NEEDED)
def test_a_rule_with_what_its_kind_needs_is_taken(version: Version, kind: int) -> None:
    found = said(data(rule(kind, NEEDED[kind])), a_device(version)).patch["recurrence"]

    assert found.kind == kind


@pytest.mark.parametrize(
    ("kind", "part"),
    [(kind, part) for kind in NEEDED for part in PARTS if part not in NEEDED[kind] | ALLOWED[kind]],
)
@each
def test_a_part_that_its_kind_does_not_know_is_refused(
    version: Version, kind: int, part: str
) -> None:
    """MS-ASCAL R53916 to R53919."""
    with pytest.raises(Unconvertible):
        said(data(rule(kind, NEEDED[kind] | {part})), a_device(version))


@each
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=times().flatmap(lambda when: st.tuples(st.just(when), rules(when))))
def test_a_rule_is_told_with_what_its_kind_needs_and_no_more(
    version: Version, drawn: tuple[When, Recurrence]
) -> None:
    """MS-ASCAL R143 to R14313, R19011 to R19514, R20411 to R204114, R32311 to R32814,
    R47311 to R478114, R52523."""
    when, stored = drawn
    item = shown(an_appointment(when=when, recurrence=stored), a_device(version))

    told = item.find("calendar:Recurrence")

    assert told is not None
    names = [child.name.partition(":")[2] for child in told]
    assert len(names) == len(set(names))
    assert NEEDED[stored.kind] <= set(names)
    assert set(names) <= NEEDED[stored.kind] | ALLOWED[stored.kind] | EVERY_KIND
    assert not {"Occurrences", "Until"} <= set(names)
    if version >= Version.V14_0:
        assert ("CalendarType" in names) == (stored.kind not in (DAILY, WEEKLY))
    if version >= Version.V14_1 and stored.kind == WEEKLY:
        assert "FirstDayOfWeek" in names


def test_a_daily_rule_on_some_weekdays_says_when_its_weeks_begin() -> None:
    """It counts in weeks (MS-ASCAL R3892312), which phones else let begin as they like."""
    other = Recurrence(DAILY, interval=2, days=2 | 8)
    told = shown(an_appointment(recurrence=other), a_device()).find("calendar:Recurrence")

    assert told is not None
    assert told.text_of("calendar:FirstDayOfWeek") == "1"
