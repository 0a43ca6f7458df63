"""One hour off (pain 10): every zone of the world through the blob that phones send, in the shapes
in which they send it. What no zone follows is kept as it is, and the administrator is told."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from struct import pack
from zoneinfo import ZoneInfo, available_timezones

import pytest

from adapters.eas.recognition import recognise
from adapters.eas.timezone import read_blob, write_blob
from adapters.eas.zone_rules import yearly_rule
from adapters.windows_zones import ZONE_OF
from domain.when import Timed
from domain.zone import Zone
from projections.findings import ZONE, findings
from tests.app.handset import Handset, adding, an_event, changing, commanding, responses
from tests.app.house import House

YEARS = range(2000, 2036)
WINDOWS = sorted(set(ZONE_OF.values()))
NAMES = sorted(available_timezones() - {"localtime", "Factory"})
STEP = 6
"""Each zone is looked at in every sixth year, so that together all years are seen."""

LAST_SUNDAYS = ((0, 10, 0, 5, 3, 0, 0, 0), (0, 3, 0, 5, 2, 0, 0, 0))
US_SUNDAYS = ((0, 11, 0, 1, 2, 0, 0, 0), (0, 3, 0, 2, 2, 0, 0, 0))
NEVER = ((0,) * 8, (0,) * 8)
SUMMER, WINTER = datetime(2026, 7, 1, 9, tzinfo=UTC), datetime(2026, 1, 15, 9, tzinfo=UTC)


def blob(
    bias: int,
    names: tuple[str, str] = ("", ""),
    turns: tuple[tuple[int, ...], tuple[int, ...]] = NEVER,
    daylight_bias: int = 0,
) -> str:
    standard, daylight = (name.encode("utf-16-le") for name in names)
    first = pack("<i64s8Hi", bias, standard, *turns[0], 0)
    return b64encode(first + pack("<64s8Hi", daylight, *turns[1], daylight_bias)).decode()


def looked_at(number: int) -> range:
    return range(YEARS[0] + number % STEP, YEARS[-1] + 1, STEP)


def days(name: str, year: int) -> list[date]:
    """Where a year has its two turns, the blob tells all of it; else the day it was sent for."""
    if yearly_rule(name, year) is None:
        return [date(year, 1, 15)]
    return [date(year, month, day) for month in (1, 3, 4, 6, 9, 10, 11, 12) for day in (2, 29)]


@pytest.mark.parametrize("part", range(STEP))
def test_every_zone_keeps_its_clocks_through_the_blob(part: int) -> None:
    """Nothing is known but the rule: no name, and nobody who is expected to be there."""
    for number, name in enumerate(NAMES[part::STEP]):
        for year in looked_at(number):
            for day in days(name, year):
                noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
                sent = read_blob(write_blob(Zone(name), day)).nameless
                shown = Timed.at(noon, noon, recognise(sent, day, [])).start
                expected = noon.astimezone(ZoneInfo(name)).replace(tzinfo=None)
                assert shown == expected, (name, day)


def test_every_windows_zone_is_itself_in_all_years() -> None:
    """With its Windows name on it; in odd years, where a rule fits several, the name decides."""
    for number, name in enumerate(WINDOWS):
        for year in looked_at(number):
            day = date(year, 7, 1)
            found = recognise(read_blob(write_blob(Zone(name), day)), day, [Zone(name)])
            assert found == Zone(name), (name, year)


@pytest.mark.parametrize(
    ("sent", "zone"),
    [
        pytest.param(blob(-60, turns=LAST_SUNDAYS, daylight_bias=-60), "Europe/Berlin", id="iOS"),
        pytest.param(
            blob(
                -60,
                ("W. Europe Standard Time", "W. Europe Daylight Time"),
                LAST_SUNDAYS,
                -60,
            ),
            "Europe/Berlin",
            id="Outlook 2013",
        ),
        pytest.param(
            blob(
                -60,
                ("W. Europe Standard Time", "(UTC+01:00) Amsterdam, Berlin, B"),
                LAST_SUNDAYS,
                -60,
            ),
            "Europe/Berlin",
            id="Exchange, a name cut short",
        ),
        pytest.param(
            blob(
                -60,
                ("Central European Time", "Central European Summer Time"),
                LAST_SUNDAYS,
                -60,
            ),
            "Europe/Berlin",
            id="Android, names for people",
        ),
        pytest.param(
            blob(-180, ("(UTC+03:00) Moscow, St. Petersbu", "Customized Time Zone")),
            "Europe/Moscow",
            id="Outlook, no summer time",
        ),
        pytest.param(
            blob(-120, daylight_bias=-60),
            "Africa/Johannesburg",
            id="a summer time that never comes",
        ),
        pytest.param(
            blob(300, ("Eastern Standard Time", "Eastern Daylight Time"), US_SUNDAYS, -60),
            "America/New_York",
            id="the east of America",
        ),
        pytest.param(
            blob(-330, ("IST", "IST")), "Asia/Kolkata", id="Samsung, India by an abbreviation"
        ),
        pytest.param(
            blob(-120, ("EET", "EEST"), ((0, 10, 0, 5, 4, 0, 0, 0), (0, 3, 0, 5, 3, 0, 0, 0)), -60),
            "Europe/Helsinki",
            id="Samsung, Finland by abbreviations",
        ),
    ],
)
@pytest.mark.parametrize("moment", [SUMMER, WINTER], ids=["summer", "winter"])
def test_the_shapes_that_phones_send_keep_the_hour(sent: str, zone: str, moment: datetime) -> None:
    for expected in ([], [Zone("Europe/Rome")], [Zone("America/New_York")]):
        found = recognise(read_blob(sent), moment.date(), expected)
        shown = Timed.at(moment, moment, found).start
        assert shown == moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


CAMP = blob(-47, ("Camp Time", ""), LAST_SUNDAYS, -60)


def test_an_unknown_zone_is_kept_and_told(house: House, phone: Handset) -> None:
    """Never GMT: the event keeps its hour and its zone, and the finding names both."""
    phone.begin(phone.calendar)
    event = [e for e in an_event() if e.name != "calendar:Timezone"]
    zone = an_event()[0]
    zone.text = CAMP
    told = phone.told(phone.calendar, commanding(adding(zone, *event)))
    id = responses(told)[0].text_of("airsync:ServerId", "")
    when = phone.values(id)["when"]
    assert when.zone.name == ""
    assert when.start - datetime(2026, 3, 10, 9) == timedelta(minutes=47)  # noqa: DTZ001
    assert write_blob(when.zone, date(2026, 3, 10)) == CAMP
    phone.told(phone.calendar, commanding(changing(id, zone, *event[:-1])))
    with house.groupware.reading() as connection:
        (finding,) = findings(connection, house.clock())
    assert (finding.kind, finding.detail) == (ZONE, "UTC+00:47/+01:47")
    assert finding.about == house.account().id


def test_a_zone_of_a_city_is_no_finding(house: House, phone: Handset) -> None:
    phone.begin(phone.calendar)
    phone.add(phone.calendar, *an_event())
    with house.groupware.reading() as connection:
        assert findings(connection, house.clock()) == []
