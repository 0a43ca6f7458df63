"""An item that "changes" every minute drains the batteries of every phone (pain 8): a feed that
stamps its events anew at each look, and one that really rewrites them."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.ids import by_id
from projections.findings import FLAPPING, KINDS, findings
from tests.app.cli_runner import Cli
from tests.app.handset import Handset, changing, commanding, first_name
from tests.app.house import House

OFTEN = KINDS[FLAPPING].often

VOLATILE = {
    "DTSTAMP": "DTSTAMP:202603{day:02}T{hour:02}0000Z",
    "LAST-MODIFIED": "LAST-MODIFIED:202603{day:02}T{hour:02}0000Z",
    "a broken LAST-MODIFIED": "LAST-MODIFIED:00010101T0000{hour:02}Z",
    "SEQUENCE": "SEQUENCE:{hour}",
    "CREATED": "CREATED:202603{day:02}T{hour:02}0000Z",
    "all of them": "DTSTAMP:20260301T{hour:02}0000Z\nLAST-MODIFIED:20260301T{hour:02}0000Z\n"
    "SEQUENCE:{hour}\nCREATED:20260301T{hour:02}0000Z",
}


def feed(stamp: str, subject: str = "Market day") -> str:
    event = (
        f"BEGIN:VEVENT\nUID:market\n{stamp}\nSUMMARY:{subject}\nDTSTART;VALUE=DATE:20260307\n"
        "RRULE:FREQ=WEEKLY\nEND:VEVENT\n"
        f"BEGIN:VEVENT\nUID:fair\n{stamp}\nSUMMARY:Fair\nDTSTART:20260401T090000Z\n"
        "DTEND:20260401T100000Z\nEND:VEVENT\n"
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//A feed//EN\n{event}END:VCALENDAR\n"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "home")
    cli.person()
    return cli


def log_length(cli: Cli) -> int:
    with cli.groupware() as groupware:
        return groupware.recorder.max_notification_id() or 0


@pytest.mark.parametrize("stamp", VOLATILE.values(), ids=list(VOLATILE))
def test_feed_with_volatile_dtstamp(cli: Cli, stamp: str) -> None:
    """Twenty-four looks at the same events under other stamps: nothing has happened."""
    said = cli.done("import", "-", "-u", "ada", stdin=feed(stamp.format(day=1, hour=0)))
    assert said == "2 added\n"
    before = log_length(cli)
    for hour in range(24):
        said = cli.done("import", "-", "-u", "ada", stdin=feed(stamp.format(day=2, hour=hour)))
        assert said == "0 added, 2 unchanged\n"
    assert log_length(cli) == before
    assert cli.rows("findings") == []


def test_flapping_item_is_braked(cli: Cli) -> None:
    """What a feed rewrites all the time is named, with who does it."""
    for number in range(2 * OFTEN + 1):
        text = feed("DTSTAMP:20260301T000000Z", f"Market day, seen {number} times")
        cli.done("import", "-", "-u", "ada", stdin=text)
    (finding,) = cli.rows("findings")
    event = next(row for row in cli.rows("event", "list", "-u", "ada") if "Market" in row[2])
    assert finding[:3] == [FLAPPING, "ada", event[0]]
    assert "over and over" in finding[-1]
    assert finding[-1].startswith("the administrator ")
    assert "every row is what it says" in cli.done("verify")


def edit(house: House, phone: Handset, item: str, times: int, **pause: float) -> int:
    """How many findings there are after so many edits of one item by one phone."""
    for number in range(times):
        said = changing(item, first_name(f"{pause}, {number}"))
        phone.told(phone.contacts, commanding(said))
        house.clock.advance(**pause)
    with house.groupware.reading() as connection:
        return len(findings(connection, house.clock()))


def test_a_phone_that_changes_an_item_without_end_is_named_too(house: House) -> None:
    phone = Handset(house)
    phone.begin(phone.contacts)
    item = phone.add(phone.contacts, first_name("Grace"))
    assert edit(house, phone, item, OFTEN - 1, minutes=1) == 0
    assert edit(house, phone, item, OFTEN + 1, minutes=1) == 1
    with house.groupware.reading() as connection:
        (found,) = findings(connection, house.clock())
    assert found.detail == by_id("device", house.phone(device=phone.device).id)


def test_somebody_who_edits_now_and_then_is_left_in_peace(house: House) -> None:
    phone = Handset(house)
    phone.begin(phone.contacts)
    item = phone.add(phone.contacts, first_name("Grace"))
    assert edit(house, phone, item, 3 * OFTEN, minutes=5) == 0


def test_a_finding_of_last_month_is_told_no_more(house: House) -> None:
    phone = Handset(house)
    phone.begin(phone.contacts)
    item = phone.add(phone.contacts, first_name("Grace"))
    assert edit(house, phone, item, 2 * OFTEN + 2, minutes=1) == 1
    house.clock.advance(days=31)
    assert edit(house, phone, item, 0) == 0
