"""A feed that was made anew is not a change; a change is."""

from __future__ import annotations

import pytest

from adapters.ical import content_hash
from tests.wire.file_cases import event, values

START = "DTSTART;TZID=Europe/Rome:20261201T090000"
LINES = (
    *(START, "DTSTAMP:20261101T000000Z", "LAST-MODIFIED:20261101T000000Z", "SUMMARY:x"),
    *("CATEGORIES:a,b", "ATTENDEE:mailto:a@b.example", "ATTENDEE:mailto:c@d.example"),
    *("RRULE:FREQ=DAILY", "EXDATE;TZID=Europe/Rome:20261202T090000", "URL:https://x.example"),
)


def hashed(*lines: str) -> str:
    return content_hash(values(event(*lines)))


def test_other_stamps_sequence_and_order_are_the_same_content() -> None:
    again = [line.replace("20261101T000000Z", "20261124T101112Z") for line in reversed(LINES)]
    again = [line.replace("a,b", "b,a") for line in again]
    assert hashed(*again, "SEQUENCE:7", "CREATED:20250101T000000Z") == hashed(*LINES)


@pytest.mark.parametrize("line", ["TRANSP:OPAQUE", "CLASS:PUBLIC"])
def test_a_default_said_aloud_is_the_same_content(line: str) -> None:
    assert hashed(*LINES, line) == hashed(*LINES)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SUMMARY:x", "SUMMARY:y"),
        ("20261201T090000", "20261201T090001"),
        ("FREQ=DAILY", "FREQ=DAILY;COUNT=9"),
        ("EXDATE;TZID=Europe/Rome:20261202", "EXDATE;TZID=Europe/Rome:20261203"),
        ("CATEGORIES:a,b", "CATEGORIES:a"),
        ("a@b.example", "a@b2.example"),
        ("https://x.example", "https://y.example"),
        ("Europe/Rome", "Europe/Malta"),
    ],
)
def test_a_change_is_other_content(before: str, after: str) -> None:
    assert hashed(*(line.replace(before, after) for line in LINES)) != hashed(*LINES)


def test_a_feed_read_24_times_is_always_the_same() -> None:
    stamped = (
        hashed(*LINES, f"X-MOZ-LASTACK:202611{day:02}T000000Z").strip() for day in range(1, 25)
    )
    assert len(set(stamped)) == 1
