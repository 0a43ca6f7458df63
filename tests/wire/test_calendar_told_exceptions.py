"""What devices are told of single occurrences of a series (MS-ASCAL 2.2.2.21)."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E
from domain.calendar import Attendee
from domain.patch import CANCELLED, CLEARED
from domain.recurrence import WEEKLY, Recurrence
from domain.when import AllDay
from tests.wire.calendar_cases import (
    ANNA,
    BRUNO,
    MODERN,
    NOW,
    VERSIONS,
    a_device,
    a_meeting,
    a_series,
    an_appointment,
    shown,
)
from tests.wire.series_cases import (
    MOVED,
    WEDNESDAY,
    WEDNESDAY_TEXT,
    sent_exceptions,
    texts,
)

each = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.text)


@each
def test_a_series_without_exceptions_says_so(version: Version) -> None:
    assert shown(a_series(), a_device(version)).children[-1] == E("calendar:Exceptions")


@each
def test_a_single_event_never_has_exceptions(version: Version) -> None:
    values = an_appointment(occurrences={WEDNESDAY: CANCELLED})

    assert shown(values, a_device(version)).find("calendar:Exceptions") is None


@each
def test_a_cancelled_occurrence_is_a_name_and_a_mark(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: CANCELLED})
    name = "InstanceId" if version in MODERN else "ExceptionStartTime"

    [told] = sent_exceptions(values, a_device(version))

    assert texts(told) == {"Deleted": "1", name: WEDNESDAY_TEXT}


@each
def test_a_moved_occurrence_always_has_subject_and_times(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: {"when": MOVED}})
    name = "InstanceId" if version in MODERN else "ExceptionStartTime"

    [told] = sent_exceptions(values, a_device(version))

    assert texts(told) == {
        name: WEDNESDAY_TEXT,
        "StartTime": "20260910T130000Z",
        "EndTime": "20260910T140000Z",
        "AllDayEvent": "0",
        "Subject": "Standup",
    }


@each
def test_what_an_occurrence_lost_is_an_empty_element(version: Version) -> None:
    values = a_series(reminder=15, occurrences={WEDNESDAY: {"reminder": CLEARED}})

    [told] = sent_exceptions(values, a_device(version))

    assert told.find("calendar:Reminder") == E("calendar:Reminder")


@each
def test_times_that_an_occurrence_lost_are_not_told(version: Version) -> None:
    state = {"when": MOVED, "stamp": CLEARED, "reply_time": CLEARED}

    [told] = sent_exceptions(a_series(occurrences={WEDNESDAY: state}), a_device(version))

    assert told.find("calendar:DtStamp") is None
    assert told.find("calendar:AppointmentReplyTime") is None


@pytest.mark.parametrize(("response", "told"), [(3, True), (2, True), (5, False), (None, False)])
def test_a_reply_time_is_told_only_of_an_occurrence_that_was_answered(
    response: int | None, told: bool
) -> None:
    """MS-ASCAL R525221, R52522111."""
    answer = {} if response is None else {"response_type": response}
    values = a_meeting(
        recurrence=Recurrence(WEEKLY, days=2 | 8),
        occurrences={WEDNESDAY: {"reply_time": NOW, **answer}},
    )

    for version in (Version.V14_0, Version.V16_1):
        [found] = sent_exceptions(values, a_device(version))
        assert (found.find("calendar:AppointmentReplyTime") is not None) == told


@each
def test_attendees_of_an_occurrence_are_told_since_14(version: Version) -> None:
    state = {"attendees": (Attendee(ANNA), Attendee(BRUNO))}
    values = a_series(attendees=(Attendee(ANNA),), occurrences={WEDNESDAY: state})

    [told] = sent_exceptions(values, a_device(version))

    assert (told.find("calendar:Attendees") is not None) == (version >= Version.V14_0)


@each
def test_occurrences_of_an_all_day_series_are_named_like_its_start(version: Version) -> None:
    values = a_series(
        when=AllDay(date(2026, 9, 7), date(2026, 9, 8)), occurrences={date(2026, 9, 9): CANCELLED}
    )

    [told] = sent_exceptions(values, a_device(version))

    expected = "20260909T000000Z" if version in MODERN else "20260908T220000Z"
    assert expected in texts(told).values()


def test_since_16_an_occurrence_is_all_day_only_with_its_series() -> None:
    state = {"when": AllDay(date(2026, 9, 9), date(2026, 9, 10))}
    values = a_series(occurrences={WEDNESDAY: state})

    [old] = sent_exceptions(values, a_device(Version.V14_1))
    [new] = sent_exceptions(values, a_device(Version.V16_1))

    assert old.text_of("calendar:AllDayEvent") == "1"
    assert new.text_of("calendar:AllDayEvent") == "0"
    assert texts(new)["StartTime"] == texts(old)["StartTime"] == "20260908T220000Z"
