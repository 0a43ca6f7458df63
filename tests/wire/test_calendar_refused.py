"""What means nothing is Status 6 for the one item (MS-ASCAL 3.2.5.3), never a guess."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.eas.dialect import Unconvertible
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.recurrence import DAILY, MONTHLY, WEEKLY, Recurrence
from tests.wire.calendar_cases import (
    MODERN,
    OLDER,
    VERSIONS,
    a_device,
    a_series,
    an_appointment,
    data,
    edited,
    said,
)

each = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.text)


def rule(**parts: int | str) -> Element:
    return E("calendar:Recurrence", *(E(f"calendar:{tag}", value) for tag, value in parts.items()))


@pytest.mark.parametrize(
    "element",
    [
        E("calendar:BusyStatus", 5),
        E("calendar:BusyStatus", "busy"),
        E("calendar:Sensitivity", 4),
        E("calendar:Sensitivity", "-1"),
        E("calendar:Reminder", "soon"),
        E("calendar:Reminder", "-5"),
        E("calendar:Reminder", "1.5"),
        E("calendar:MeetingStatus", 16),
        E("calendar:AllDayEvent", "maybe"),
        E("calendar:StartTime", "tomorrow"),
        E("calendar:Categories", *(E("calendar:Category", f"c{n}") for n in range(301))),
        rule(Type=4),
        rule(Type=7),
        rule(Type="weekly"),
        rule(Type=0, DayOfMonth=3),
        rule(Type=0, WeekOfMonth=3),
        rule(Type=0, MonthOfYear=3),
        rule(Type=1, DayOfWeek=2, DayOfMonth=3),
        rule(Type=1, DayOfWeek=2, WeekOfMonth=1),
        rule(Type=1, DayOfWeek=128),
        rule(Type=2, DayOfMonth=3, DayOfWeek=2),
        rule(Type=2, DayOfMonth=32),
        rule(Type=2, DayOfMonth=3, MonthOfYear=3),
        rule(Type=3, DayOfWeek=2),
        rule(Type=3, DayOfWeek=2, WeekOfMonth=6),
        rule(Type=5, DayOfMonth=3, MonthOfYear=13),
        rule(Type=5, DayOfMonth=3, MonthOfYear=3, WeekOfMonth=1),
        rule(Type=0, Interval=1000),
        rule(Type=0, Occurrences=0),
        rule(Type=0, Occurrences=1000),
        rule(Type=0, Until="never"),
    ],
    ids=lambda element: repr(element)[:60],
)
@each
def test_an_element_that_means_nothing_is_refused(version: Version, element: Element) -> None:
    with pytest.raises(Unconvertible):
        said(data(element), a_device(version))
    with pytest.raises(Unconvertible):
        edited(an_appointment(), a_device(version), element)


@pytest.mark.parametrize(
    "element",
    [
        rule(Type=1, DayOfWeek=2, FirstDayOfWeek=7),
        rule(Type=2, DayOfMonth=3, CalendarType=13),
        rule(Type=2, DayOfMonth=3, CalendarType=24),
        E(
            "calendar:Recurrence",
            E("calendar:Type", 2),
            E("calendar:DayOfMonth", 3),
            E("calendar:CalendarType", 1),
            E("calendar:CalendarType", 1),
        ),
    ],
)
@pytest.mark.parametrize("version", [Version.V14_1, *MODERN], ids=lambda version: version.text)
def test_a_calendar_that_is_none_is_refused(version: Version, element: Element) -> None:
    with pytest.raises(Unconvertible):
        said(data(element), a_device(version))


@pytest.mark.parametrize("version", OLDER, ids=lambda version: version.text)
def test_a_rule_without_a_type_is_refused_up_to_14(version: Version) -> None:
    with pytest.raises(Unconvertible):
        edited(a_series(), a_device(version), rule(DayOfWeek=2))


@pytest.mark.parametrize("version", MODERN, ids=lambda version: version.text)
def test_a_rule_without_a_type_keeps_the_type_since_16(version: Version) -> None:
    patch = edited(a_series(), a_device(version), rule(DayOfWeek=2))

    assert patch["recurrence"].kind == WEEKLY
    assert patch["recurrence"].days == 2
    with pytest.raises(Unconvertible):
        said(data(rule(DayOfWeek=2)), a_device(version))


@each
@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (rule(Type=0, Interval=0), Recurrence(DAILY)),
        (rule(Type=0, Occurrences=3, Until="20270101T000000Z"), Recurrence(DAILY, count=3)),
    ],
)
def test_what_can_only_mean_one_thing_is_taken_so(
    version: Version, told: Element, meant: Recurrence
) -> None:
    assert said(data(told), a_device(version)).patch["recurrence"] == meant


@each
@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (Recurrence(WEEKLY, days=127), rule(Type=0)),
        (Recurrence(WEEKLY, days=62), rule(Type=0, DayOfWeek=62)),
        (Recurrence(DAILY, interval=1), rule(Type=0, Interval=0)),
    ],
)
def test_an_equal_rule_in_other_words_is_no_change(
    version: Version, stored: Recurrence, told: Element
) -> None:
    assert edited(an_appointment(recurrence=stored), a_device(version), told) == {}


@each
def test_an_end_at_another_hour_of_the_same_day_is_no_change(version: Version) -> None:
    stored = Recurrence(WEEKLY, days=2, until=datetime(2026, 10, 26, 9, tzinfo=UTC))
    told = rule(Type=1, DayOfWeek=2, Until="20261026T225959Z")

    assert edited(an_appointment(recurrence=stored), a_device(version), told) == {}


@each
def test_what_a_version_cannot_say_of_a_rule_stays(version: Version) -> None:
    weekly = Recurrence(WEEKLY, interval=2, days=2, first_day=3)
    monthly = Recurrence(MONTHLY, day_of_month=7, calendar_type=5)
    device = a_device(version)

    sooner = edited(
        an_appointment(recurrence=weekly), device, rule(Type=1, Interval=3, DayOfWeek=2)
    )
    later = edited(
        an_appointment(recurrence=monthly), device, rule(Type=2, Interval=3, DayOfMonth=7)
    )

    assert sooner["recurrence"].first_day == (3 if version < Version.V14_1 else None)
    assert later["recurrence"].calendar_type == (5 if version < Version.V14_0 else None)
