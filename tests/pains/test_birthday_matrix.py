"""Birthdays one day early (tine20 #1385, #5285, #7416; SOGo #3518)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.eas import contact
from adapters.eas.birthday import understood, written
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.quirks import EARLY_IOS, IOS, ORDINARY, Quirks, quirks_for
from adapters.eas.version import Version
from adapters.wbxml import E
from domain.patch import CLEARED
from domain.zone import Zone
from tests.wire.contact_cases import NAME, sent

ZONES = (
    *("Pacific/Pago_Pago", "Pacific/Honolulu", "America/Los_Angeles", "America/New_York"),
    *("America/St_Johns", "Atlantic/Azores", "Etc/UTC", "Europe/London", "Europe/Rome"),
    *("Europe/Moscow", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Australia/Adelaide"),
    *("Pacific/Auckland", "Pacific/Chatham", "Pacific/Tongatapu", "Pacific/Kiritimati"),
)
DAYS = (
    *(date(1904, 2, 29), date(1955, 6, 15), date(1969, 12, 31), date(1970, 1, 1)),
    *(date(2000, 2, 29), date(1985, 1, 1), date(1985, 7, 31), date(2024, 12, 31)),
)
AGENTS = (
    *("Apple-iPhone14C5/2007.75", "Apple-iPhone7C2/1202.466", "Android/6.0.1-EAS-2.0"),
    *("SAMSUNG-SM-G991B/101.9", "Android-Mail/2025.01.12", "BlackBerry", "MSFT-WP/8.10"),
    *("Thunderbird ActiveSync", "Outlook/15.0", "Nine-4.9"),
)


def spoken(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}".join((f"{moment.date().isoformat()}T", ".000Z"))


def local_midnight(day: date, zone: str) -> str:
    return spoken(datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("quirks", [IOS, EARLY_IOS], ids=lambda quirks: quirks.name)
def test_an_iphone_may_write_midnight_of_its_own_zone(zone: str, quirks: Quirks) -> None:
    dialect = Dialect(zone=Zone(zone), quirks=quirks)
    for day in DAYS:
        assert understood(local_midnight(day, zone), dialect) == day


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("agent", AGENTS)
def test_what_a_client_was_sent_comes_back_as_no_change_in_any_zone(agent: str, zone: str) -> None:
    dialect = Dialect(zone=Zone(zone), quirks=quirks_for(agent, ""))
    for day in DAYS:
        values = {"birthday": day, "anniversary": day}
        assert contact.read(sent(values, dialect), dialect, values) == {}


@pytest.mark.parametrize("zone", ZONES)
def test_the_zone_of_a_person_never_moves_the_date_of_other_clients(zone: str) -> None:
    for hour in (0, 1, 8, 11, 12):
        for day in DAYS:
            text = f"{day.isoformat()}T{hour:02}:00:00.000Z"
            assert understood(text, Dialect(zone=Zone(zone))) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1985-02-03T00:00:00.000Z", date(1985, 2, 3)),
        ("1985-02-03T08:00:00.000Z", date(1985, 2, 3)),
        ("1985-02-03T11:59:00.000Z", date(1985, 2, 3)),
        ("1985-02-03T12:00:00.000Z", date(1985, 2, 3)),
        ("1985-02-03T12:00:01.000Z", date(1985, 2, 4)),
        ("1985-02-02T22:00:00.000Z", date(1985, 2, 3)),
        ("2000-02-28T23:00:00.000Z", date(2000, 2, 29)),
        ("1985-02-03", date(1985, 2, 3)),
        ("19850203T000000Z", date(1985, 2, 3)),
        ("1985-02-03T00:00:00Z", date(1985, 2, 3)),
        ("1601-01-01T00:00:00.000Z", None),
    ],
)
def test_the_nearest_date_is_meant(text: str, day: date | None) -> None:
    assert understood(text, Dialect()) == day


@pytest.mark.parametrize(
    ("agent", "hour"),
    [
        ("Apple-iPhone14C5/2007.75", "00"),
        ("Android/6.0.1-EAS-2.0", "08"),
        ("SAMSUNG-SM-G991B/101.9", "00"),
        ("Android-Mail/2025.01.12", "00"),
        ("BlackBerry", "11"),
        ("", "00"),
    ],
)
def test_a_birthday_goes_out_at_the_hour_its_client_expects(agent: str, hour: str) -> None:
    dialect = Dialect(quirks=quirks_for(agent, ""))
    assert written(date(1955, 6, 15), dialect) == f"1955-06-15T{hour}:00:00.000Z"


@settings(deadline=None)
@given(
    st.dates(date(1605, 1, 1), date(4500, 12, 29)),
    st.integers(-12 * 3600 + 1, 12 * 3600),
    st.sampled_from([0, 8, 11]),
)
def test_half_a_day_around_the_stored_date_is_no_change(day: date, off: int, hour: int) -> None:
    moment = datetime.fromtimestamp(datetime.combine(day, time(), UTC).timestamp() + off, tz=UTC)
    data = E(NAME, E("contacts:Birthday", spoken(moment)))
    dialect = Dialect(Version.V14_1, quirks=Quirks(birthday_hour=hour))
    assert contact.read(data, dialect, {"birthday": day}) == {}


def test_the_day_before_at_noon_is_another_birthday() -> None:
    data = E(NAME, E("contacts:Birthday", "1985-02-02T12:00:00.000Z"))
    patch = contact.read(data, Dialect(), {"birthday": date(1985, 2, 3)})
    assert patch == {"birthday": date(1985, 2, 2)}


def test_a_birthday_without_a_year_goes_to_apple_only() -> None:
    values = {"first_name": "Ada", "birthday": date(1604, 2, 29)}
    apple, other = Dialect(quirks=IOS), Dialect(quirks=ORDINARY)
    assert sent(values, apple).text_of("contacts:Birthday") == "1604-02-29T00:00:00.000Z"
    assert sent(values, other).find("contacts:Birthday") is None
    assert contact.read(sent(values, apple), apple, None)["birthday"] == date(1604, 2, 29)


@pytest.mark.parametrize("version", [Version.V14_1, Version.V16_1])
def test_who_was_not_shown_a_birthday_cannot_remove_it(version: Version) -> None:
    values = {"first_name": "Ada", "birthday": date(1604, 2, 29)}
    dialect = Dialect(version, supported=frozenset({"contacts:Birthday"}))
    assert contact.read(sent(values, dialect), dialect, values) == {}
    with_empty = E(NAME, E("contacts:FileAs", "Ada"), E("contacts:Birthday"))
    assert contact.read(with_empty, dialect, values) == {}


def test_the_zero_of_windows_clocks_removes_a_date_and_is_never_sent() -> None:
    data = E(NAME, E("contacts:Birthday", "1601-01-01T00:00:00.000Z"))
    dialect = Dialect(Version.V14_1)
    assert contact.read(data, dialect, {"birthday": date(1985, 2, 3)}) == {"birthday": CLEARED}
    assert sent({"birthday": date(1601, 1, 1)}, dialect).find("contacts:Birthday") is None


@pytest.mark.parametrize(
    "text", ["soon", "1985-02-30T00:00:00Z", "1985-13-01", "1985-02-03T25:00:00Z"]
)
def test_a_date_that_does_not_exist_refuses_the_item(text: str) -> None:
    with pytest.raises(Unconvertible):
        understood(text, Dialect())
