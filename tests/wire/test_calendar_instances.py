"""Since 16.0 a command with an InstanceId tells what changed of one occurrence."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.eas.calendar import NoRecurrence
from adapters.eas.dialect import Unconvertible
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.calendar import Attendee
from domain.patch import CANCELLED, CLEARED
from domain.recurrence import DAILY, Recurrence
from domain.when import AllDay, Timed
from tests.wire.calendar_cases import (
    BRUNO,
    MODERN,
    NEW_YORK,
    ROME,
    a_device,
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
from tests.wire.series_cases import (
    MOVED,
    NEXT_MONDAY,
    WEDNESDAY,
    WEDNESDAY_TEXT,
    instance,
)

each_modern = pytest.mark.parametrize("version", MODERN, ids=lambda version: version.text)


@each_modern
def test_an_instance_change_says_only_what_changed(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: {"when": MOVED}})

    found = instance(values, a_device(version), WEDNESDAY_TEXT, E("calendar:Subject", "Lunch"))

    assert found.patch == {"occurrences": {WEDNESDAY: {"subject": "Lunch"}}}


@each_modern
def test_a_changed_occurrence_gets_attendees_of_its_own(version: Version) -> None:
    values = a_series(occurrences={WEDNESDAY: {"when": MOVED}})
    bruno = E("calendar:Attendee", E("calendar:Email", BRUNO), E("calendar:Name", "Bruno"))

    found = instance(
        values, a_device(version), WEDNESDAY_TEXT, E("calendar:Attendees", bruno)
    ).patch

    assert found == {"occurrences": {WEDNESDAY: {"attendees": (Attendee(BRUNO, "Bruno"),)}}}


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
def test_the_second_half_past_two_of_an_autumn_night_is_an_instance(version: Version) -> None:
    second = at(25, 2, 30, month=10).replace(fold=1)
    values = an_appointment(when=Timed(second, second, ROME), recurrence=Recurrence(DAILY))

    found = instance(values, a_device(version), "20261025T013000Z", delete=True)

    [original] = found.patch["occurrences"]
    assert original.fold == 1


@each_modern
@pytest.mark.parametrize("text", ["16010102T000000Z", "45001230T230000Z", "45010101T000000Z"])
def test_an_instance_at_the_end_of_the_calendar_is_refused(version: Version, text: str) -> None:
    days = a_series(when=AllDay(date(2026, 9, 7), date(2026, 9, 8)))

    for values in (a_series(), days):
        with pytest.raises(Unconvertible):
            instance(values, a_device(version), text, delete=True)


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
