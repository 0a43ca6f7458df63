"""One hour off: a zone nobody knows must not become GMT, and half a blob must not lose an event."""

from base64 import b64encode
from datetime import UTC, date, datetime
from struct import pack

import pytest

from adapters.eas.recognition import recognise
from adapters.eas.timezone import read_blob, write_blob
from domain.when import Timed
from domain.zone import Zone

SUMMER = date(2026, 7, 1)
NINE = datetime(2026, 7, 1, 9, tzinfo=UTC)
ROME = Zone("Europe/Rome")
NO_TURN = (0,) * 8
OCTOBER, MARCH = (0, 10, 0, 5, 3, 0, 0, 0), (0, 3, 0, 5, 2, 0, 0, 0)


def blob(
    bias: int = 0,
    name: str = "",
    to_standard: tuple[int, ...] = NO_TURN,
    to_daylight: tuple[int, ...] = NO_TURN,
    daylight_bias: int = 0,
) -> str:
    """A Timezone element as a phone packs it."""
    standard = pack("<i64s8Hi", bias, name.encode("utf-16-le"), *to_standard, 0)
    return b64encode(standard + pack("<64s8Hi", b"", *to_daylight, daylight_bias)).decode()


def test_a_rule_that_no_zone_follows_is_kept_and_keeps_its_wall_time() -> None:
    sent = blob(-47, "Camp Time", OCTOBER, MARCH, -60)
    zone = recognise(read_blob(sent), SUMMER, [ROME])
    assert zone.name == ""
    assert Timed.at(NINE, NINE, zone).start == datetime(2026, 7, 1, 10, 47)  # noqa: DTZ001
    assert write_blob(zone, SUMMER) == sent


@pytest.mark.parametrize(
    ("sent", "hour"),
    [
        (blob(-60), 10),
        (blob(-60, daylight_bias=-60), 10),
        (blob(-60, "W. Europe Standard Time"), 10),
        (blob(-60, "Unheard Of", OCTOBER), 10),
        (blob(-60, "", NO_TURN, MARCH, -60), 10),
        (blob(-60, "", OCTOBER, MARCH, 0), 10),
        (blob(-60, "", OCTOBER, MARCH, -60), 11),
        (blob(-60, "", (2026, 10, 0, 25, 3, 0, 0, 0), (2026, 3, 0, 29, 2, 0, 0, 0), -60), 11),
        (blob(-60, "", OCTOBER, (0, 3, 5, 0, 2, 0, 0, 0), -60), 10),
        (blob(0, "W. Europe Standard Time"), 11),
        (blob(0, "Europe/Vienna"), 11),
        (blob(300, "Australia/Sydney"), 4),
    ],
)
def test_half_a_blob_is_read_for_what_it_says(sent: str, hour: int) -> None:
    for expected in ([], [ROME]):
        zone = recognise(read_blob(sent), SUMMER, expected)
        assert Timed.at(NINE, NINE, zone).start.hour == hour


def test_a_blob_of_zeros_is_utc() -> None:
    assert recognise(read_blob(blob()), SUMMER, [ROME]) == Zone("Etc/UTC")


def test_the_same_blob_twice_makes_the_same_zone() -> None:
    sent = blob(-47, "Camp Time", OCTOBER, MARCH, -60)
    first = recognise(read_blob(sent), SUMMER, [])
    assert recognise(read_blob(sent), SUMMER, [first]) == first
