"""A fault stays with its entry, long files pass through little memory, and no bytes do harm."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import ical
from tests.wire.file_cases import ROME, TODAY, event, fixture, read_ics, wrapped

BROKEN = {
    "a line without a colon": "SUMMARY broken",
    "a second start": "DTSTART:yesterday",
    "an end before the start": "DTEND:20200101T000000Z",
    "an impossible date": "DTEND:20261341T000000Z",
    "a rule of nonsense": "RRULE:FREQ=OFTEN",
    "a duration of nonsense": "DURATION:P1Y",
    "an inner component without an end": "BEGIN:VALARM",
    "an end without its beginning": "END:VALARM",
}


def _many(count: int, *broken: str) -> list[str]:
    """`count` events of five lines; the 50th has a further line."""
    lines: list[str] = []
    for at in range(count):
        lines += ["BEGIN:VEVENT", f"UID:{at}"]
        lines += broken if at == 50 else []
        lines += [] if at == 50 and "DTSTART" in str(broken) else ["DTSTART:20261201T080000Z"]
        lines += [f"SUMMARY:Event {at}", "END:VEVENT"]
    return lines


@pytest.mark.parametrize("line", BROKEN.values(), ids=list(BROKEN))
def test_one_broken_entry_among_a_hundred_leaves_ninety_nine_and_says_its_line(line: str) -> None:
    found = read_ics(wrapped(*_many(100, line)))
    good = [entry.values["uid"] for entry in found if isinstance(entry, ical.Entry)]
    (bad,) = [entry for entry in found if isinstance(entry, ical.BadEntry)]
    assert good == [str(at) for at in range(100) if at != 50]
    assert bad.line == 3 + 50 * 5
    assert bad.reason


def test_an_event_that_never_ends_is_reported_and_the_next_goes_in() -> None:
    data = wrapped("BEGIN:VEVENT", "UID:a", "DTSTART:20261201T080000Z", *_many(1))
    bad, good = sorted(read_ics(data), key=lambda entry: entry.line)
    assert isinstance(bad, ical.BadEntry)
    assert (bad.line, bad.reason) == (3, "has no END:VEVENT")
    assert isinstance(good, ical.Entry)


def test_a_file_that_ends_in_the_middle_reports_its_last_entry() -> None:
    data = wrapped(*_many(3)).partition(b"SUMMARY:Event 2")[0]
    *good, bad = read_ics(data)
    assert [entry.line for entry in good] == [3, 8]
    assert bad == ical.BadEntry(13, "has no END:VEVENT")


def test_a_broken_series_does_not_take_its_changed_occurrences_along() -> None:
    override = event("RECURRENCE-ID:20261208T080000Z", "DTSTART:20261208T090000Z", "SUMMARY:x")
    data = event("RRULE:FREQ=DAILY") + override
    bad, good = read_ics(data)
    assert bad == ical.BadEntry(3, "has no DTSTART")
    assert isinstance(good, ical.Entry)
    assert good.values["uid"] == "u#20261208T080000"


@pytest.mark.parametrize(
    ("kind", "word"),
    [("VTODO", "tasks"), ("VJOURNAL", "journals"), ("VFREEBUSY", "free/busy lists")],
)
def test_what_is_not_served_is_named_once_for_each_component(kind: str, word: str) -> None:
    data = wrapped(f"BEGIN:{kind}", "UID:1", f"END:{kind}", f"BEGIN:{kind}", "UID:2", f"END:{kind}")
    reason = f"{word} are not kept here"
    assert read_ics(data) == [ical.NotServed(3, reason), ical.NotServed(6, reason)]


@pytest.mark.parametrize("data", [b"", b"hello\nworld\n", b"\x00\xff" * 100])
def test_a_file_that_is_no_calendar_says_so(data: bytes) -> None:
    assert read_ics(data) == [ical.BadEntry(1, "this file has no calendar entries")]


def test_the_same_uid_twice_keeps_the_newer_and_says_so() -> None:
    old = event("DTSTART:20261201T080000Z", "SEQUENCE:3", "SUMMARY:new")
    new = event("DTSTART:20261201T080000Z", "SEQUENCE:1", "SUMMARY:old")
    bad, good = read_ics(old + new)
    assert isinstance(good, ical.Entry)
    assert good.values["subject"] == "new"
    assert bad.line == 3 + 9


def _stream(count: int) -> Iterator[bytes]:
    """A file in chunks that know nothing of lines, four kilobytes an event."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for at in range(count):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{at}",
            "DTSTART:20261201T080000Z",
            "RRULE:FREQ=DAILY;COUNT=3",
        ]
        lines += [f"DESCRIPTION:{'x' * 4000}", "END:VEVENT"]
        yield "".join(f"{line}\r\n" for line in lines).encode()
        lines = []
    yield b"END:VCALENDAR\r\n"


def _peak(count: int) -> int:
    tracemalloc.start()
    found = sum(
        isinstance(e, ical.Entry) for e in ical.read(_stream(count), zone=ROME, today=TODAY)
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == count
    return peak


def test_a_long_file_needs_hardly_more_memory_than_a_short_one() -> None:
    _peak(1)
    assert _peak(1500) < 1.25 * _peak(500)


def test_an_export_is_made_item_by_item() -> None:
    asked = []

    def items() -> Iterator[tuple[str, dict]]:
        for at in range(3):
            asked.append(at)
            yield str(at), {"when": entry.values["when"]}

    (entry,) = read_ics(event("DTSTART:20261201T080000Z"))
    chunks = ical.write(items())
    next(chunks)
    assert asked == []
    next(chunks)
    assert asked == [0]


_WORDS = [
    *(b"BEGIN:VEVENT", b"END:VEVENT", b"BEGIN:VALARM", b"END:VALARM", b"BEGIN:VTIMEZONE"),
    *(b"END:VTIMEZONE", b"BEGIN:STANDARD", b"END:STANDARD", b"BEGIN:DAYLIGHT", b"END:DAYLIGHT"),
    *(b"UID:u", b"TZID:Z", b"DTSTART;TZID=Z:", b"DTSTART:20261201T080000Z", b"DTEND:", b"EXDATE:"),
    *(b"RDATE;VALUE=PERIOD:", b"RECURRENCE-ID:20261202T080000Z", b"TRIGGER:-PT5M", b"TRIGGER:"),
    *(
        b"RRULE:FREQ=MONTHLY;BYMONTHDAY=31;",
        b"RRULE:FREQ=DAILY;COUNT=",
        b"RRULE:FREQ=WEEKLY;BYDAY=",
    ),
    *(b"RRULE:FREQ=YEARLY;RSCALE=HEBREW;", b"UNTIL=20270101", b"INTERVAL=9999;", b"BYSETPOS=-1;"),
    *(
        b"DURATION:P",
        b"GEO:1;",
        b"ATTACH;ENCODING=BASE64;VALUE=BINARY:",
        b'ATTENDEE;CN="a:b":mailto:',
    ),
    *(
        b"X-MICROSOFT-LOCATIONS:[",
        b"TZOFFSETTO:+0100",
        b"TZOFFSETFROM:",
        b"DTSTART:19700101T030000",
    ),
    *(
        b"00010101T000000Z",
        b"99991231T235959Z",
        b"20261201",
        b"4500",
        b"-",
        b";",
        b",",
        b"\\",
        b" ",
    ),
]
_soup = st.lists(st.sampled_from(_WORDS) | st.sampled_from([b"\r\n"] * 8) | st.binary(max_size=6))


@settings(max_examples=400, deadline=None)
@given(_soup.map(b"".join) | st.binary(max_size=200))
def test_any_bytes_give_entries_or_bad_entries(data: bytes) -> None:
    for entry in read_ics(b"BEGIN:VEVENT\r\nDTSTART:20261201T080000Z\r\n" + data):
        assert isinstance(entry, ical.Entry | ical.BadEntry)
        if isinstance(entry, ical.Entry):
            b"".join(ical.write([("name", entry.values)]))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_file_gives_entries_or_bad_entries(data: st.DataObject) -> None:
    flavour = data.draw(st.sampled_from(["outlook", "apple", "google", "thunderbird"]))
    whole = fixture(f"ics/{flavour}.ics")
    at = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(0, 30))
    damaged = whole[:at] + data.draw(st.binary(max_size=5)) + whole[at + cut :]
    assert all(isinstance(entry, ical.Entry | ical.BadEntry) for entry in read_ics(damaged))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYMONTH=5",
        "FREQ=WEEKLY;BYSETPOS=366",
        "FREQ=WEEKLY;BYSETPOS=2",
        "FREQ=MONTHLY;BYSETPOS=-2",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;INTERVAL=10000",
        "FREQ=DAILY;COUNT=10000;BYSECOND=" + ",".join(map(str, range(60))),
    ],
)
def test_a_rule_that_never_fits_or_never_rests_is_soon_done_with(rule: str) -> None:
    started = process_time()
    first, *_ = read_ics(event("DTSTART:19700101T000000Z", f"RRULE:{rule}"))
    assert isinstance(first, ical.Entry)
    assert first.notes
    assert process_time() - started < 1
