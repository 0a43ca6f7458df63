"""Series: rules phones know, rules they do not, and the dates beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ical import Entry
from adapters.ical.rrule_text import text
from domain.patch import CANCELLED
from domain.recurrence import Recurrence, occurrences
from domain.when import AllDay, Timed
from domain.zone import UTC_ZONE
from tests.wire.file_cases import event, patterns, read_ics, values, written

MONDAY = "DTSTART;TZID=Europe/Rome:20261130T090000"


def found(*lines: str) -> list[Entry]:
    entries = read_ics(event(*lines))
    assert all(isinstance(entry, Entry) for entry in entries), entries
    return [entry for entry in entries if isinstance(entry, Entry)]


def starts(entries: list[Entry]) -> list[date]:
    """All days on which something takes place, of series up to their hundredth occurrence."""
    days = []
    for entry in entries:
        recurrence, when = entry.values.get("recurrence"), entry.values["when"]
        states = entry.values.get("occurrences", {})
        each = islice(occurrences(recurrence, when), 100) if recurrence else [when.start]
        days += [start for start in each if states.get(start) is not CANCELLED]
    return sorted(day.date() if isinstance(day, datetime) else day for day in days)


@pytest.mark.parametrize(
    ("rule", "recurrence"),
    [
        ("FREQ=DAILY", Recurrence(0)),
        ("FREQ=DAILY;INTERVAL=3;COUNT=4", Recurrence(0, 3, count=4)),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", Recurrence(1, days=62)),
        ("FREQ=WEEKLY", Recurrence(1, days=2)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", Recurrence(1, 2, days=3, first_day=1)),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", Recurrence(1, 2, days=2, first_day=0)),
        ("FREQ=MONTHLY;BYDAY=-1MO", Recurrence(3, days=2, week=5)),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", Recurrence(3, days=6, week=5)),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", Recurrence(3, days=127, week=5)),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", Recurrence(2, day_of_month=30)),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD", Recurrence(2, day_of_month=30)),
        ("FREQ=YEARLY", Recurrence(5, day_of_month=30, month=11)),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=-1MO", Recurrence(6, days=2, week=5, month=11)),
        ("FREQ=YEARLY;BYMONTH=2,5,8,11;BYDAY=-1MO", Recurrence(3, 3, days=2, week=5)),
        (
            "FREQ=WEEKLY;UNTIL=20261214T080000Z",
            Recurrence(1, days=2, until=datetime(2026, 12, 14, 8, tzinfo=UTC)),
        ),
        (
            "FREQ=WEEKLY;UNTIL=20261214",
            Recurrence(1, days=2, until=datetime(2026, 12, 14, 8, tzinfo=UTC)),
        ),
        (
            "FREQ=WEEKLY;UNTIL=20261214T075959Z",
            Recurrence(1, days=2, until=datetime(2026, 12, 13, 8, tzinfo=UTC)),
        ),
        (
            "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=5",
            Recurrence(5, day_of_month=5, month=5, calendar_type=15, leap_month=True),
        ),
    ],
)
def test_a_rule_phones_know_is_a_pattern(rule: str, recurrence: Recurrence) -> None:
    (entry,) = found(MONDAY, f"RRULE:{rule}")
    assert entry.values["recurrence"] == recurrence
    assert entry.notes == ()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_written_rule_means_the_days_of_its_pattern(data: st.DataObject) -> None:
    day = data.draw(st.dates(date(1990, 1, 1), date(2040, 1, 1)))
    when = AllDay(day, day + timedelta(1))
    pattern = data.draw(patterns(when))
    start = next(occurrences(pattern, when))
    series = AllDay(start, start + timedelta(1))
    rule = rrulestr(text(pattern, series), dtstart=datetime.combine(start, datetime.min.time()))
    theirs = [moment.date() for moment in islice(rule, 30)]
    assert theirs == list(islice(occurrences(pattern, series), 30))


def test_until_of_a_pattern_holds_all_of_its_last_day() -> None:
    nine = datetime(2026, 11, 30, 9)  # noqa: DTZ001 - wall time
    recurrence = Recurrence(0, until=datetime(2026, 12, 3, tzinfo=UTC))
    item = {"uid": "u", "when": Timed(nine, nine, UTC_ZONE), "recurrence": recurrence}
    assert "UNTIL=20261203T090000Z" in written(item)


def test_a_31st_that_ends_is_exact_by_cancelled_occurrences() -> None:
    entries = found("DTSTART;VALUE=DATE:20260131", "RRULE:FREQ=MONTHLY;COUNT=4")
    assert starts(entries) == [date(2026, month, 31) for month in (1, 3, 5, 7)]
    (entry,) = entries
    assert entry.values["recurrence"].day_of_month == 31
    assert set(entry.values["occurrences"].values()) == {CANCELLED}


def test_an_endless_31st_is_taken_as_it_is_with_a_note() -> None:
    (entry,) = found("DTSTART;VALUE=DATE:20260131", "RRULE:FREQ=MONTHLY")
    assert entry.values["recurrence"] == Recurrence(2, day_of_month=31)
    assert "occurrences" not in entry.values
    assert "last day" in entry.notes[0]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYDAY=1MO,3MO;COUNT=9",
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO;COUNT=6",
        "FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=5",
        "FREQ=YEARLY;BYMONTH=1,2;BYMONTHDAY=10;COUNT=4",
        "FREQ=MONTHLY;BYDAY=-2MO;UNTIL=20270601T000000Z",
    ],
)
def test_a_rule_that_ends_is_exact_however_odd_it_is(rule: str) -> None:
    nine = datetime(2026, 11, 30, 9)  # noqa: DTZ001 - wall time
    wanted = [moment.date() for moment in rrulestr(rule.replace("T000000Z", ""), dtstart=nine)]
    first = wanted[0]
    entries = found(f"DTSTART:{first:%Y%m%d}T090000", f"RRULE:{rule}")
    assert starts(entries) == wanted
    assert len(entries) == 1


def test_an_endless_rule_no_phone_knows_becomes_single_events_for_a_year() -> None:
    entries = found("DTSTART;VALUE=DATE:20200106", "RRULE:FREQ=MONTHLY;BYDAY=1MO,3MO")
    assert len(entries) == 24
    assert entries[0].values["uid"] == "u#20261207"
    assert "recurrence" not in entries[0].values
    assert "single dates taken: 24" in entries[0].notes[0]
    assert all(entry.notes == () for entry in entries[1:])
    assert starts(entries)[-1] < date(2027, 11, 27)


def test_single_events_are_at_most_two_hundred() -> None:
    assert len(found(MONDAY, "RRULE:FREQ=HOURLY")) == 200


def test_single_events_carry_their_changes_and_leave_out_excluded_dates() -> None:
    rule = "RRULE:FREQ=MONTHLY;BYDAY=1MO,3MO"
    lines = ("DTSTART:20261207T090000", rule, "EXDATE:20261221T090000", "SUMMARY:x")
    change = event("RECURRENCE-ID:20270104T090000", "DTSTART:20270105T100000", "SUMMARY:moved")
    entries = read_ics(event(*lines) + change)
    by_uid = {entry.values["uid"]: entry.values for entry in entries if isinstance(entry, Entry)}
    assert "u#20261221T090000" not in by_uid
    assert by_uid["u#20270104T090000"]["subject"] == "moved"
    assert by_uid["u#20270104T090000"]["when"].start.day == 5


def test_added_dates_are_single_events_beside_the_series() -> None:
    rdate = "RDATE;TZID=Europe/Rome:20261202T150000,20261130T090000"
    series, extra = found(MONDAY, "RRULE:FREQ=WEEKLY;COUNT=3", rdate)
    assert series.values["recurrence"].count == 3
    assert extra.values["uid"] == "u#20261202T150000"
    assert extra.values["when"].start.hour == 15
    assert "recurrence" not in extra.values


def test_a_start_that_does_not_follow_its_rule_stands_alone_and_counts() -> None:
    series, alone = found(MONDAY, "RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=3")
    assert alone.values["uid"] == "u#20261130T090000"
    assert series.values["when"].start.day == 2
    assert series.values["recurrence"].count == 2
    assert series.notes


@pytest.mark.parametrize(
    "exdate",
    [
        "EXDATE;TZID=Europe/Rome:20261207T090000",
        "EXDATE:20261207T080000Z",
        "EXDATE;VALUE=DATE:20261207",
        "EXDATE:20261207T090000",
        "EXDATE;TZID=Europe/Rome:20261207T100000",
    ],
)
def test_an_excluded_date_is_found_by_its_time_or_its_day(exdate: str) -> None:
    (entry,) = found(MONDAY, "RRULE:FREQ=WEEKLY", exdate)
    seventh = datetime(2026, 12, 7, 9)  # noqa: DTZ001 - wall time
    assert entry.values["occurrences"] == {seventh: CANCELLED}


def test_an_excluded_date_that_is_none_is_left_out() -> None:
    (entry,) = found(MONDAY, "RRULE:FREQ=WEEKLY", "EXDATE;VALUE=DATE:20261208")
    assert "occurrences" not in entry.values


def test_a_changed_occurrence_that_is_none_becomes_a_single_event() -> None:
    change = event("RECURRENCE-ID:20261208T090000", "DTSTART:20261208T090000", "SUMMARY:y")
    series, single = read_ics(event(MONDAY, "RRULE:FREQ=WEEKLY", "SUMMARY:x") + change)
    assert isinstance(series, Entry)
    assert isinstance(single, Entry)
    assert "occurrences" not in series.values
    assert (single.values["uid"], single.values["subject"]) == ("u#20261208T090000", "y")


def test_an_occurrence_without_its_series_is_an_event_of_its_own() -> None:
    found = values(event("RECURRENCE-ID:20261208T090000", "DTSTART:20261208T100000"))
    assert found["uid"] == "u#20261208T090000"


def test_a_cancelled_occurrence_may_be_told_by_its_status() -> None:
    change = event("RECURRENCE-ID:20261207T090000", "DTSTART:20261207T090000", "STATUS:CANCELLED")
    (entry,) = read_ics(event(MONDAY, "RRULE:FREQ=WEEKLY") + change)
    assert isinstance(entry, Entry)
    assert list(entry.values["occurrences"].values()) == [CANCELLED]


def test_an_exported_occurrence_repeats_what_it_inherits() -> None:
    lines = (MONDAY, "RRULE:FREQ=WEEKLY", "SUMMARY:x", "LOCATION:Hall", "URL:https://x.example")
    change = event("RECURRENCE-ID:20261207T090000", "DTSTART:20261207T110000", "SUMMARY:y",
                   "LOCATION:Hall", "X-OWN:1")  # fmt: skip
    (entry,) = read_ics(event(*lines) + change)
    assert isinstance(entry, Entry)
    override = written(entry.values).split("BEGIN:VEVENT")[2]
    for line in ("SUMMARY:y", "LOCATION:Hall", "URL:https://x.example", "X-OWN:1", "UID:u"):
        assert f"\n{line}\n" in override
    assert "RRULE" not in override
