"""One VEVENT at a time: what its properties become, and what is kept for the way back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from adapters.ical import Entry
from domain.body import Body
from domain.calendar import Attendee, Location
from domain.patch import CANCELLED, CLEARED
from domain.when import AllDay, Timed
from domain.zone import UTC_ZONE, Zone
from tests.wire.file_cases import ROME, event, fixture, read_ics, values, wrapped, written

NINE = datetime(2026, 12, 1, 9)  # noqa: DTZ001 - wall time
TEN = datetime(2026, 12, 1, 10)  # noqa: DTZ001
START = "DTSTART;TZID=Europe/Rome:20261201T090000"
HOUR = (START, "DTEND;TZID=Europe/Rome:20261201T100000")


def entries(path: str, **rest: object) -> list[Entry]:
    return [entry for entry in read_ics(fixture(path), **rest) if isinstance(entry, Entry)]


@pytest.mark.parametrize(
    ("lines", "when"),
    [
        (HOUR, Timed(NINE, TEN, ROME)),
        ((START, "DURATION:PT1H"), Timed(NINE, TEN, ROME)),
        ((START,), Timed(NINE, NINE, ROME)),
        (("DTSTART:20261201T090000", "DTEND:20261201T100000"), Timed(NINE, TEN, ROME)),
        (("DTSTART:20261201T090000Z", "DURATION:PT60M"), Timed(NINE, TEN, UTC_ZONE)),
        ((START, "DTEND:20261201T090000Z"), Timed(NINE, TEN, ROME)),
        ((START, "DTEND;TZID=America/New_York:20261201T040000"), Timed(NINE, TEN, ROME)),
        (("DTSTART;VALUE=DATE:20261201",), AllDay(date(2026, 12, 1), date(2026, 12, 2))),
        (
            ("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261201"),
            AllDay(date(2026, 12, 1), date(2026, 12, 2)),
        ),
        (
            ("DTSTART;VALUE=DATE:20261201", "DURATION:P3D"),
            AllDay(date(2026, 12, 1), date(2026, 12, 4)),
        ),
    ],
)
def test_a_time_is_read_as_it_was_meant(lines: tuple[str, ...], when: object) -> None:
    assert values(event(*lines))["when"] == when


def test_a_day_of_duration_is_a_day_on_the_clock_and_24_hours_are_not() -> None:
    night = "DTSTART;TZID=Europe/Rome:20261024T120000"
    assert values(event(night, "DURATION:P1D"))["when"].end.hour == 12
    assert values(event(night, "DURATION:PT24H"))["when"].end.hour == 11


def test_an_unknown_zone_is_taken_as_local_and_noted_never_as_gmt() -> None:
    (entry,) = read_ics(event("DTSTART;TZID=Atlantis:20261201T090000"))
    assert isinstance(entry, Entry)
    assert entry.values["when"].zone == ROME
    assert "Atlantis" in entry.notes[0]


def test_an_outlook_meeting_arrives_whole() -> None:
    meeting, holiday = entries("ics/outlook.ics")
    found = meeting.values
    assert found["uid"] == "foreign-uid@example.com"
    assert found["when"].zone == ROME
    assert found["body"] == Body(
        "<html><body><p>Ordine del giorno</p><p>1. Conti</p></body></html>", html=True
    )
    assert found["attendees"] == (
        Attendee("mario@example.com", "Rossi, Mario"),
        Attendee("sala2@example.com", "Sala 2", kind=3),
    )
    assert (found["organizer_email"], found["busy_status"]) == ("anna@example.com", 3)
    assert (found["sensitivity"], found["reminder"]) == (2, 15)
    assert found["stamp"] == datetime(2026, 9, 2, 8, tzinfo=UTC)
    nine_thirty = datetime(2026, 11, 9, 9, 30)  # noqa: DTZ001 - wall time
    assert found["occurrences"] == {nine_thirty: CANCELLED}
    assert holiday.values["when"] == AllDay(date(2026, 12, 24), date(2026, 12, 27))


def test_an_apple_series_finds_its_change_though_that_stands_before_it() -> None:
    (entry,) = entries("ics/apple.ics")
    original = datetime(2026, 12, 11, 18, 30)  # noqa: DTZ001 - wall time
    change = entry.values["occurrences"][original]
    assert change["subject"] == "Yoga (spostato)"
    assert change["location"] is CLEARED
    assert change["reminder"] is CLEARED
    assert change["when"].start == datetime(2026, 12, 12, 19, 30)  # noqa: DTZ001
    assert entry.values["location"].latitude == 45.4642
    assert entry.values["reminder"] == 60


def test_an_alarm_keeps_what_it_says_besides_its_time() -> None:
    (entry,) = entries("ics/apple.ics")
    text = written({**entry.values, "reminder": 45})
    alarm = text.partition("BEGIN:VALARM\nTRIGGER:-PT45M\n")[2].partition("END:VALARM")[0]
    assert "X-WR-ALARMUID:F00D" in alarm
    assert text.count("ALARMUID:BEEF") == 1
    gone = {name: value for name, value in entry.values.items() if name != "reminder"}
    assert "F00D" not in written(gone)


def test_whose_meeting_it_is_depends_on_whose_calendar_it_becomes() -> None:
    google, _ = entries("ics/google.ics", addresses=["Anna@example.com"])
    assert google.values["meeting_status"] == 1
    assert google.values["response_type"] == 1
    invited, _ = entries("ics/google.ics", addresses=["mario@example.com"])
    assert invited.values["meeting_status"] == 3
    assert invited.values["response_type"] == 5
    stranger, _ = entries("ics/google.ics")
    assert stranger.values["meeting_status"] == 3


def test_the_organizer_is_no_attendee_but_the_line_is_given_back() -> None:
    google, _ = entries("ics/google.ics")
    assert [each.email for each in google.values["attendees"]] == ["mario@example.com"]
    text = written(google.values)
    assert text.count("X-NUM-GUESTS=0") == 1
    assert text.count("X-NUM-GUESTS=2") == 1


def test_a_line_kept_beside_a_field_is_gone_when_the_field_changes() -> None:
    google, _ = entries("ics/google.ics")
    accepted = {**google.values, "attendees": (Attendee("mario@example.com", "Mario", 3),)}
    text = written(accepted)
    assert "X-NUM-GUESTS=2" not in text
    assert "PARTSTAT=ACCEPTED" in text
    assert "mario@example.com" not in written({**google.values, "attendees": ()})


def test_thunderbird_says_html_categories_and_an_absolute_alarm_in_its_own_way() -> None:
    dentist, floating = entries("ics/thunderbird.ics")
    assert dentist.values["body"] == Body("<b>Importante</b>", html=True)
    assert dentist.values["categories"] == ("Salute", "Famiglia", "Milano, centro")
    assert dentist.values["reminder"] == 60
    assert dentist.values["location"] == Location("Studio", latitude=45.5, longitude=9.25)
    assert floating.values["when"].zone == ROME


@pytest.mark.parametrize(
    ("lines", "minutes"),
    [
        (("TRIGGER:-PT15M",), 15),
        (("TRIGGER:-P1DT2H",), 26 * 60),
        (("TRIGGER;RELATED=END:-PT90M",), 30),
        (("TRIGGER:PT10M",), 0),
        (("TRIGGER;VALUE=DATE-TIME:20261201T070000Z",), 60),
    ],
)
def test_a_trigger_is_minutes_before_the_start(lines: tuple[str, ...], minutes: int) -> None:
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", *lines, "END:VALARM")
    assert values(event(*HOUR, *alarm))["reminder"] == minutes


@pytest.mark.parametrize("action", ["EMAIL", "NONE", "PROCEDURE"])
def test_an_alarm_nobody_sees_is_no_reminder_but_is_kept(action: str) -> None:
    alarm = ("BEGIN:VALARM", f"ACTION:{action}", "TRIGGER:-PT15M", "END:VALARM")
    found = values(event(*HOUR, *alarm))
    assert "reminder" not in found
    assert f"ACTION:{action}\nTRIGGER:-PT15M" in written(found)


@pytest.mark.parametrize(
    ("lines", "busy"),
    [
        (("TRANSP:TRANSPARENT",), 0),
        (("TRANSP:OPAQUE",), 2),
        (("STATUS:TENTATIVE",), 1),
        (("TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"), 3),
        (("TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"), 4),
    ],
)
def test_how_busy_somebody_is(lines: tuple[str, ...], busy: int) -> None:
    assert values(event(START, *lines))["busy_status"] == busy


@pytest.mark.parametrize(
    ("word", "sensitivity"), [("PUBLIC", 0), ("PRIVATE", 2), ("CONFIDENTIAL", 3), ("X-OWN", 2)]
)
def test_a_class_is_a_sensitivity(word: str, sensitivity: int) -> None:
    assert values(event(START, f"CLASS:{word}"))["sensitivity"] == sensitivity


def test_a_cancelled_meeting_has_the_bit_for_it() -> None:
    found = values(event(START, "STATUS:CANCELLED", "ATTENDEE:mailto:a@b.example"))
    assert found["meeting_status"] == 5
    assert "STATUS:CANCELLED" in written(found)


def test_an_inline_attachment_is_taken_and_a_linked_one_kept() -> None:
    inline = "ATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=a.txt:aGk="
    found = values(event(START, inline, "ATTACH:https://files.example/b.pdf"))
    (attachment,) = found["attachments"]
    assert (attachment.name, attachment.content) == ("a.txt", b"hi")
    assert "ATTACH:https://files.example/b.pdf" in written(found)


def test_lines_nobody_knows_come_out_as_they_went_in() -> None:
    lines = ("URL:https://x.example/a,b", 'X-ODD;P="a:b";Q=1,2:v\\,w', "COMMENT:one\\; two")
    found = values(event(START, *lines, "BEGIN:VLOCATION", "NAME:Hall", "END:VLOCATION"))
    text = written(found)
    assert all(f"{line}\n" in text for line in lines)
    assert "BEGIN:VLOCATION\nNAME:Hall\nEND:VLOCATION\n" in text


def test_a_text_with_a_line_break_cannot_smuggle_a_line_into_an_export() -> None:
    found = values(event(START))
    hostile = Attendee("a@b.example\nX-EVIL:1", "n\r\nX-EVIL:2")
    text = written({**found, "subject": "s\r\nX-EVIL:3", "attendees": (hostile,)})
    assert "\nX-EVIL" not in text


def test_old_windows_text_and_a_byte_order_mark_are_read() -> None:
    data = b"\xef\xbb\xbf" + event(START, "SUMMARY:Caff\xe8").decode().encode("cp1252")
    assert values(data)["subject"] == "Caff\xe8"


def test_an_event_without_uid_gets_the_same_one_each_time() -> None:
    data = wrapped("BEGIN:VEVENT", START, "SUMMARY:x", "END:VEVENT")
    assert values(data)["uid"] == values(data)["uid"] != ""


def test_the_second_half_past_two_of_an_autumn_night_stays_the_second() -> None:
    zone = Zone("Europe/Rome")
    moment = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    night = Timed.at(moment, moment, zone)
    again = values(written({"uid": "u", "when": night}).encode())
    assert again["when"].start_instant == moment
