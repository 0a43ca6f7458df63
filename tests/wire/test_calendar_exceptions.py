"""Phones up to 14.1 tell of occurrences inside the series, each of them whole."""

from __future__ import annotations

import pytest

from adapters.eas.dialect import Unconvertible
from adapters.eas.version import Version
from adapters.wbxml import E
from domain.body import Body
from domain.calendar import Attendee, Location
from domain.patch import CANCELLED, CLEARED, INHERITED, apply
from tests.wire.calendar_cases import (
    BRUNO,
    OLDER,
    a_device,
    a_series,
    at,
    edited,
    replaced,
    said,
    shown,
    unstamped,
    without,
)
from tests.wire.series_cases import (
    MOVED,
    NEXT_MONDAY,
    NEXT_MONDAY_TEXT,
    WEDNESDAY,
    WEDNESDAY_TEXT,
    exception,
    sent_exceptions,
    with_exceptions,
)

each_older = pytest.mark.parametrize("version", OLDER, ids=lambda version: version.text)


@each_older
def test_an_older_phone_moves_an_occurrence(version: Version) -> None:
    times = (
        E("calendar:StartTime", "20260910T130000Z"),
        E("calendar:EndTime", "20260910T140000Z"),
    )

    patch = with_exceptions(a_series(), a_device(version), exception(WEDNESDAY_TEXT, *times))

    assert patch == {"occurrences": {WEDNESDAY: {"when": MOVED}}}


@pytest.mark.parametrize("version", [Version.V14_0, Version.V14_1], ids=lambda v: v.text)
def test_a_changed_occurrence_gets_attendees_of_its_own(version: Version) -> None:
    device, values = a_device(version), a_series(occurrences={WEDNESDAY: {"when": MOVED}})
    [before] = sent_exceptions(values, device)
    bruno = E("calendar:Attendee", E("calendar:Email", BRUNO), E("calendar:Name", "Bruno"))

    told = E(before.name, *before, E("calendar:Attendees", bruno))
    patch = with_exceptions(values, device, told)

    assert patch == {"occurrences": {WEDNESDAY: {"attendees": (Attendee(BRUNO, "Bruno"),)}}}


@each_older
def test_no_supported_list_makes_missing_exceptions_vanish(version: Version) -> None:
    """MS-ASCAL R54111."""
    device = a_device(version, supported=frozenset({"calendar:Exceptions", "calendar:Subject"}))
    values = a_series(occurrences={WEDNESDAY: CANCELLED})
    request = replaced(
        without(shown(values, device), "calendar:Exceptions"), E("calendar:Subject", "Lunch")
    )

    assert unstamped(said(request, device, values).patch) == {"subject": "Lunch"}


@each_older
def test_what_only_the_server_says_is_not_taken_of_an_occurrence(version: Version) -> None:
    """MS-ASCAL R92, R349, R356, R404."""
    told = exception(
        WEDNESDAY_TEXT,
        E("calendar:Subject", "Lunch"),
        E("calendar:AppointmentReplyTime", "20260901T080000Z"),
        E("calendar:ResponseType", 3),
        E("calendar:OnlineMeetingConfLink", "sip:a"),
        E("calendar:OnlineMeetingExternalLink", "https://meet.example.org"),
    )

    patch = with_exceptions(a_series(), a_device(version), told)

    assert patch == {"occurrences": {WEDNESDAY: {"subject": "Lunch"}}}


@each_older
def test_an_older_phone_cancels_an_occurrence(version: Version) -> None:
    gone = exception(WEDNESDAY_TEXT, E("calendar:Deleted", 1))

    patch = with_exceptions(a_series(), a_device(version), gone)

    assert patch == {"occurrences": {WEDNESDAY: CANCELLED}}


@each_older
def test_deleted_0_is_a_mere_change(version: Version) -> None:
    changed = exception(WEDNESDAY_TEXT, E("calendar:Deleted", 0), E("calendar:Subject", "Lunch"))

    patch = with_exceptions(a_series(), a_device(version), changed)

    assert patch == {"occurrences": {WEDNESDAY: {"subject": "Lunch"}}}


@each_older
def test_exceptions_that_are_not_named_stay(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: CANCELLED})
    changed = exception(NEXT_MONDAY_TEXT, E("calendar:Subject", "Lunch"))

    patch = with_exceptions(values, a_device(version), changed)

    assert patch == {"occurrences": {NEXT_MONDAY: {"subject": "Lunch"}}}


@each_older
def test_no_exceptions_element_keeps_them_and_an_empty_one_drops_them(version: Version) -> None:
    device, values = a_device(version), a_series(occurrences={WEDNESDAY: CANCELLED})
    absent = without(shown(values, device), "calendar:Exceptions")

    assert said(absent, device, values).patch == {}
    assert with_exceptions(values, device) == {"occurrences": {WEDNESDAY: CLEARED}}


@each_older
def test_a_child_left_out_follows_the_series_again(version: Version) -> None:
    device = a_device(version)
    values = a_series(occurrences={WEDNESDAY: {"when": MOVED, "location": Location("Room 2")}})
    [told] = sent_exceptions(values, device)

    patch = with_exceptions(values, device, without(told, "calendar:Location"))

    assert patch == {"occurrences": {WEDNESDAY: {"location": INHERITED}}}


@each_older
def test_notes_left_out_are_kept(version: Version) -> None:
    device = a_device(version)
    values = a_series(occurrences={WEDNESDAY: {"body": Body("bring cake")}})
    [told] = sent_exceptions(values, device)

    patch = with_exceptions(values, device, without(told, "calendar:Body", "airsyncbase:Body"))

    assert patch == {}


@each_older
def test_an_exception_with_the_values_of_the_series_is_none(version: Version) -> None:
    device = a_device(version)
    values = a_series(occurrences={WEDNESDAY: {"when": MOVED, "subject": "Lunch"}})
    natural = exception(
        WEDNESDAY_TEXT,
        E("calendar:StartTime", WEDNESDAY_TEXT),
        E("calendar:EndTime", "20260909T090000Z"),
        E("calendar:Subject", "Standup"),
    )

    patch = with_exceptions(values, device, natural)

    assert patch == {"occurrences": {WEDNESDAY: CLEARED}}


@each_older
def test_a_cancelled_occurrence_can_come_back(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: CANCELLED})

    patch = with_exceptions(values, a_device(version), exception(WEDNESDAY_TEXT))

    assert patch == {"occurrences": {WEDNESDAY: CLEARED}}


@each_older
def test_a_renamed_series_renames_occurrences_that_only_copied_the_name(version: Version) -> None:
    device, values = a_device(version), a_series(occurrences={WEDNESDAY: {"when": MOVED}})

    patch = edited(values, device, E("calendar:Subject", "Daily"))

    assert patch == {"subject": "Daily"}
    [told] = sent_exceptions(apply(values, patch), device)
    assert told.text_of("calendar:Subject") == "Daily"


@each_older
@pytest.mark.parametrize("text", ["20260909T100000Z", "20260909T000000Z", "20260908T223000Z"])
def test_a_wrong_time_on_the_right_day_names_the_occurrence(version: Version, text: str) -> None:
    gone = exception(text, E("calendar:Deleted", 1))

    patch = with_exceptions(a_series(), a_device(version), gone)

    assert patch == {"occurrences": {WEDNESDAY: CANCELLED}}


@each_older
def test_an_exception_of_no_occurrence_is_passed_over(version: Version) -> None:
    gone = exception("20260910T080000Z", E("calendar:Deleted", 1))

    assert with_exceptions(a_series(), a_device(version), gone) == {}


@each_older
def test_a_series_moved_by_an_older_phone_keeps_its_exceptions(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: CANCELLED, NEXT_MONDAY: {"subject": "Lunch"}})
    later = (
        E("calendar:StartTime", "20260907T100000Z"),
        E("calendar:EndTime", "20260907T110000Z"),
    )

    patch = edited(values, a_device(version), *later)

    assert apply(values, patch)["occurrences"] == {
        at(9, 12): CANCELLED,
        at(14, 12): {"subject": "Lunch"},
    }


@each_older
def test_a_new_pattern_drops_only_what_fits_no_more(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: CANCELLED, NEXT_MONDAY: CANCELLED})
    mondays = E("calendar:Recurrence", E("calendar:Type", 1), E("calendar:DayOfWeek", 2))

    patch = edited(values, a_device(version), mondays)

    assert patch["occurrences"] == {WEDNESDAY: CLEARED}


@each_older
def test_a_series_that_becomes_single_has_no_exceptions(version: Version) -> None:
    device, values = a_device(version), a_series(occurrences={WEDNESDAY: CANCELLED})
    request = without(shown(values, device), "calendar:Recurrence")

    patch = unstamped(said(request, device, values).patch)

    assert patch == {"recurrence": CLEARED, "occurrences": {WEDNESDAY: CLEARED}}


@each_older
def test_an_add_may_bring_its_exceptions(version: Version) -> None:
    device = a_device(version)
    values = a_series(occurrences={WEDNESDAY: CANCELLED, NEXT_MONDAY: {"when": MOVED}})

    added = said(shown(values, device), device).patch

    assert added["occurrences"] == values["occurrences"]


@each_older
def test_too_many_exceptions_are_refused(version: Version) -> None:
    with pytest.raises(Unconvertible):
        with_exceptions(a_series(), a_device(version), *[exception(WEDNESDAY_TEXT)] * 1001)
