"""Which zone a TZID is, and how a zone is written."""

from __future__ import annotations

import pytest

from domain.zone import UTC_ZONE, Zone
from tests.wire.file_cases import ODD, ROME, event, read_ics, values, wrapped, written


@pytest.mark.parametrize(
    ("tzid", "name"),
    [
        ("Europe/Rome", "Europe/Rome"),
        ("europe/rome", "Europe/Rome"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Rome", "Europe/Rome"),
        ("/mozilla.org/20050126_1/America/Argentina/Salta", "America/Argentina/Salta"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("UTC", "Etc/UTC"),
        ("GMT", "Etc/UTC"),
    ],
)
def test_a_tzid_is_known_by_any_of_its_names(tzid: str, name: str) -> None:
    assert values(event(f"DTSTART;TZID={tzid}:20261201T090000"))["when"].zone == Zone(name)


def _custom(*lines: str, rule: str = "BYDAY=-1SU;BYMONTH") -> bytes:
    zone = (
        *("BEGIN:VTIMEZONE", "TZID:Mine", *lines),
        *("BEGIN:STANDARD", "DTSTART:19701025T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100"),
        *(f"RRULE:FREQ=YEARLY;{rule}=10", "END:STANDARD"),
        *("BEGIN:DAYLIGHT", "DTSTART:19700329T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200"),
        *(f"RRULE:FREQ=YEARLY;{rule}=3", "END:DAYLIGHT", "END:VTIMEZONE"),
    )
    one = ("BEGIN:VEVENT", "UID:u", "DTSTART;TZID=Mine:20261201T090000", "END:VEVENT")
    return wrapped(*one, *zone)


@pytest.mark.parametrize(
    "rule",
    [
        "BYDAY=-1SU;BYMONTH",
        "BYDAY=SU;BYSETPOS=-1;BYMONTH",
        "BYDAY=SU;BYMONTHDAY=25,26,27,28,29,30,31;BYMONTH",
    ],
)
def test_a_zone_with_the_persons_own_rule_is_the_persons_zone(rule: str) -> None:
    assert values(_custom(rule=rule))["when"].zone == ROME


def test_a_zone_names_itself_in_x_lic_location() -> None:
    data = _custom("X-LIC-LOCATION:Europe/Malta")
    assert values(data, zone=UTC_ZONE)["when"].zone == Zone("Europe/Malta")


def test_a_zone_with_a_rule_of_the_world_gets_a_name_with_that_rule() -> None:
    zone = values(_custom(), zone=Zone("Asia/Tokyo"))["when"].zone
    assert zone.name.startswith("Europe/")


def test_a_zone_with_a_rule_of_its_own_keeps_it() -> None:
    zone = values(_custom(rule="BYDAY=2WE;BYMONTH"))["when"].zone
    assert zone.name == ""
    assert (zone.rule.to_daylight.month, zone.rule.to_daylight.weekday) == (3, 3)
    assert (zone.rule.bias, zone.rule.daylight_bias) == (-60, -60)


def test_daylight_time_that_was_given_up_is_gone() -> None:
    data = _custom().replace(b"=3\r\n", b"=3;UNTIL=20101231T000000Z\r\n")
    zone = values(data)["when"].zone
    assert zone.rule is None or zone.rule.to_daylight is None


def test_a_zone_is_written_once_and_before_its_first_use() -> None:
    first = values(event("DTSTART;TZID=Europe/Rome:20261201T090000"))
    text = written(
        first, first, {**first, "when": values(event("DTSTART:20261201T090000Z"))["when"]}
    )
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert text.index("BEGIN:VTIMEZONE") < text.index("TZID=Europe/Rome")
    assert "DTSTART:20261201T090000Z" in text


def test_a_rule_is_written_as_a_zone_that_reads_back() -> None:
    when = values(event("DTSTART;TZID=Europe/Rome:20261201T090000"))["when"]
    moved = type(when)(when.start, when.end, ODD)
    (entry,) = read_ics(written({"uid": "u", "when": moved}).encode())
    assert entry.values["when"] == moved  # type: ignore[union-attr]
