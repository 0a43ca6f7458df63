"""What is exported and imported again is the same."""

from __future__ import annotations

import icalendar
import pytest
from hypothesis import given, settings

from adapters import ical
from tests.wire.file_cases import appointments, fixture, read_ics


@settings(max_examples=150, deadline=None)
@given(appointments)
def test_an_exported_appointment_is_imported_as_it_was(values: dict) -> None:
    (entry,) = read_ics(b"".join(ical.write([("name", values)])))
    assert isinstance(entry, ical.Entry)
    assert entry.values == values


@settings(max_examples=60, deadline=None)
@given(appointments)
def test_an_export_is_a_calendar_that_another_program_reads(values: dict) -> None:
    calendar = icalendar.Calendar.from_ical(b"".join(ical.write([("name", values)])))
    assert calendar.errors == []
    master = next(event for event in calendar.walk("VEVENT") if "RECURRENCE-ID" not in event)
    assert master.errors == []
    assert str(master["SUMMARY"]) == values["subject"]
    assert {"UID", "DTSTAMP", "DTSTART", "DTEND"} <= set(master)


@pytest.mark.parametrize("flavour", ["outlook", "apple", "google", "thunderbird"])
def test_what_other_programs_wrote_survives_an_export(flavour: str) -> None:
    first = [x for x in read_ics(fixture(f"ics/{flavour}.ics")) if isinstance(x, ical.Entry)]
    again = read_ics(b"".join(ical.write((str(at), x.values) for at, x in enumerate(first))))
    assert [entry.values for entry in again] == [entry.values for entry in first]
