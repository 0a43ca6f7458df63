"""Moved, changed and cancelled occurrences that came back, doubled or lost their title.

Two dialects, one model: up to 14.1 exceptions travel whole inside the series, since 16.0 each
is a command of its own, and both end in the same state.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.eas.calendar import NoRecurrence, Reading, read_instance
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from domain.calendar import Attendee, Location
from domain.patch import CANCELLED, CLEARED, INHERITED, apply
from domain.recurrence import DAILY, WEEKLY, Recurrence, occurrences
from domain.when import AllDay, Original, Timed
from tests.wire.calendar_cases import (
    ANNA,
    BRUNO,
    MODERN,
    NEW_YORK,
    OLDER,
    ROME,
    VERSIONS,
    a_device,
    a_meeting,
    a_series,
    an_appointment,
    at,
    data,
    edited,
    replaced,
    said,
    shown,
    timed,
    unstamped,
    without,
)

each = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.text)
each_older = pytest.mark.parametrize("version", OLDER, ids=lambda version: version.text)
each_modern = pytest.mark.parametrize("version", MODERN, ids=lambda version: version.text)

WEDNESDAY, NEXT_MONDAY = at(9, 10), at(14, 10)
WEDNESDAY_TEXT, NEXT_MONDAY_TEXT = "20260909T080000Z", "20260914T080000Z"
MOVED = Timed(at(10, 15), at(10, 16), ROME)


def instance(
    values: dict[str, Any], device: Dialect, text: str, *news: Element, delete: bool = False
) -> Reading:
    """A Change, or Delete, with this InstanceId."""
    numbers = count(1)
    request = None if delete else data(*news)
    return read_instance(request, text, device, values, lambda: f"file-{next(numbers)}")


def exception(text: str, *news: Element) -> Element:
    return E("calendar:Exception", E("calendar:ExceptionStartTime", text), *news)


def with_exceptions(
    values: dict[str, Any], device: Dialect, *exceptions: Element
) -> dict[str, Any]:
    """The patch of an older phone that sends the series with these exceptions."""
    return edited(values, device, E("calendar:Exceptions", *exceptions))


def sent_exceptions(values: dict[str, Any], device: Dialect) -> list[Element]:
    container = shown(values, device).find("calendar:Exceptions")
    return container.find_all("calendar:Exception") if container is not None else []


def texts(element: Element) -> dict[str, str]:
    return {child.name.partition(":")[2]: child.value for child in element}


# What devices are told


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


# Older phones: exceptions inside the series


@each_older
def test_an_older_phone_moves_an_occurrence(version: Version) -> None:
    times = (
        E("calendar:StartTime", "20260910T130000Z"),
        E("calendar:EndTime", "20260910T140000Z"),
    )

    patch = with_exceptions(a_series(), a_device(version), exception(WEDNESDAY_TEXT, *times))

    assert patch == {"occurrences": {WEDNESDAY: {"when": MOVED}}}


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


# 16.x: one command for one occurrence


@each_modern
def test_an_instance_change_says_only_what_changed(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: {"when": MOVED}})

    found = instance(values, a_device(version), WEDNESDAY_TEXT, E("calendar:Subject", "Lunch"))

    assert found.patch == {"occurrences": {WEDNESDAY: {"subject": "Lunch"}}}


@each_modern
def test_an_instance_change_moves_an_occurrence(version: Version) -> None:
    times = (
        E("calendar:StartTime", "20260910T130000Z"),
        E("calendar:EndTime", "20260910T140000Z"),
    )

    found = instance(a_series(), a_device(version), WEDNESDAY_TEXT, *times)

    assert found.patch == {"occurrences": {WEDNESDAY: {"when": MOVED}}}


@each_modern
@pytest.mark.parametrize("blob", ["", "AAAA", "garbage"])
def test_the_zone_of_an_instance_change_is_that_of_the_series(version: Version, blob: str) -> None:
    values = a_series(when=timed(zone=NEW_YORK))
    times = E("calendar:StartTime", "20260909T150000Z"), E("calendar:EndTime", "20260909T160000Z")

    found = instance(
        values, a_device(version), "20260909T140000Z", E("calendar:Timezone", blob), *times
    )

    assert found.patch["occurrences"] == {
        WEDNESDAY: {"when": Timed(at(9, 11), at(9, 12), NEW_YORK)}
    }


@each_modern
def test_an_instance_delete_replaces_what_was_changed(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: {"when": MOVED}})

    found = instance(values, a_device(version), WEDNESDAY_TEXT, delete=True)

    assert found.patch == {"occurrences": {WEDNESDAY: CANCELLED}}


@each_modern
def test_an_instance_change_without_a_change_is_none(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: {"when": MOVED}})
    same = E("calendar:StartTime", "20260910T130000Z"), E("calendar:Subject", "Standup")

    assert instance(values, a_device(version), WEDNESDAY_TEXT, *same).patch == {}


@each_modern
def test_an_empty_element_removes_it_from_the_occurrence(version: Version) -> None:
    values = a_series(reminder=15)

    found = instance(values, a_device(version), WEDNESDAY_TEXT, E("calendar:Reminder"))

    assert found.patch == {"occurrences": {WEDNESDAY: {"reminder": CLEARED}}}


@each_modern
def test_an_occurrence_goes_back_to_its_series(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: {"subject": "Lunch"}})

    found = instance(values, a_device(version), WEDNESDAY_TEXT, E("calendar:Subject", "Standup"))

    assert found.patch == {"occurrences": {WEDNESDAY: CLEARED}}


@each_modern
@pytest.mark.parametrize(
    "text", ["2026-09-09T08:00:00.000Z", "20260909T080000Z", "20260909T080000"]
)
def test_an_instance_is_an_instant_not_a_text(version: Version, text: str) -> None:
    found = instance(a_series(), a_device(version), text, delete=True)

    assert found.patch == {"occurrences": {WEDNESDAY: CANCELLED}}


@each_modern
@pytest.mark.parametrize("text", ["20260909T000000Z", "20260910T000000Z"])
def test_an_instance_of_days_is_a_date(version: Version, text: str) -> None:
    when = AllDay(date(2026, 9, 7), date(2026, 9, 8))
    values = a_series(when=when) | {"recurrence": Recurrence(DAILY)}

    found = instance(values, a_device(version), text, delete=True)

    assert found.patch["occurrences"] == {date(2026, 9, int(text[6:8])): CANCELLED}


@each_modern
@pytest.mark.parametrize("text", ["20260909T090000Z", "20260910T080000Z", "soon", ""])
def test_an_unknown_instance_is_refused(version: Version, text: str) -> None:
    with pytest.raises(Unconvertible):
        instance(a_series(), a_device(version), text, delete=True)


@each_modern
def test_an_instance_of_something_that_does_not_repeat_is_refused(version: Version) -> None:
    with pytest.raises(NoRecurrence):
        instance(an_appointment(), a_device(version), "20260907T080000Z", delete=True)


@each_modern
@pytest.mark.parametrize(
    "misplaced", [E("calendar:Deleted", 1), E("airsyncbase:InstanceId", WEDNESDAY_TEXT)]
)
def test_marks_of_instances_have_no_place_in_the_data(version: Version, misplaced: Element) -> None:
    with pytest.raises(Unconvertible):
        instance(a_series(), a_device(version), WEDNESDAY_TEXT, misplaced)
    with pytest.raises(Unconvertible):
        said(data(misplaced), a_device(version), a_series())


@each_modern
def test_an_occurrence_cannot_be_all_day_alone(version: Version) -> None:
    with pytest.raises(Unconvertible):
        instance(a_series(), a_device(version), WEDNESDAY_TEXT, E("calendar:AllDayEvent", 1))


@each_modern
@pytest.mark.parametrize(
    "news",
    [
        E("calendar:StartTime", "20260907T073000Z"),
        E("calendar:EndTime", "20260907T093000Z"),
        E("calendar:Recurrence", E("calendar:Type", 1), E("calendar:DayOfWeek", 2)),
        E("calendar:Recurrence"),
    ],
)
def test_a_new_time_or_pattern_drops_all_exceptions_since_16(
    version: Version, news: Element
) -> None:
    values = a_series(occurrences={NEXT_MONDAY: CANCELLED})

    assert edited(values, a_device(version), news)["occurrences"] == {NEXT_MONDAY: CLEARED}


@each_modern
def test_a_pattern_that_is_only_repeated_drops_nothing(version: Version) -> None:
    device, values = a_device(version), a_series(occurrences={NEXT_MONDAY: CANCELLED})
    whole = shown(values, device)
    repeated = without(whole, "calendar:Exceptions", "calendar:Subject")

    patch = said(data(*repeated, E("calendar:Subject", "Lunch")), device, values).patch

    assert unstamped(patch) == {"subject": "Lunch"}


@each_modern
def test_exceptions_in_a_change_are_passed_over_since_16(version: Version) -> None:
    values = a_series(occurrences={NEXT_MONDAY: CANCELLED})

    assert edited(values, a_device(version), E("calendar:Exceptions")) == {}


@each_modern
def test_an_add_names_the_exceptions_that_mean_nothing(version: Version) -> None:
    device = a_device(version)
    good = E(
        "calendar:Exception", E("airsyncbase:InstanceId", WEDNESDAY_TEXT), E("calendar:Deleted", 1)
    )
    bad = E("calendar:Exception", E("airsyncbase:InstanceId", "20260910T080000Z"))
    request = replaced(shown(a_series(), device), E("calendar:Exceptions", good, bad))

    found = said(request, device)

    assert found.refused == ("20260910T080000Z",)
    assert found.patch["occurrences"] == {WEDNESDAY: CANCELLED}


# Both


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
