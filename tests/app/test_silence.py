"""Phones that are not heard of for long do not count; should one come back, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.eas.reply import Failure
from adapters.eas.version import Version
from adapters.ids import server_id
from app.cli.device_shown import sentence
from app.devices import phones
from app.devices.admission import TOO_MANY
from domain.partnership import SILENT_AFTER
from projections import lines
from projections.standing import portrait
from tests.app.handset import Handset, an_event, first_name, status_of, verbs
from tests.app.house import House, a_request
from tests.pains.test_upgrade import expect_sound

LIMIT = 3
"""Phones of one person."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, devices_per_user=LIMIT)
    house.person()
    yield house
    house.close()


def set_up(house: House, device: str) -> Handset:
    """Each of another kind, or they would be taken for one with many names."""
    phone = Handset(house, device=device, facts={"user_agent": f"agent of {device}"})
    phone.folder_sync("0")
    phone.catch_up(phone.contacts)
    phone.catch_up(phone.calendar)
    return phone


def three(house: House) -> list[Handset]:
    return [set_up(house, device) for device in ("ONE", "TWO", "THREE")]


def words(house: House, device: str) -> str:
    with house.groupware.reading() as connection:
        shown = portrait(connection, house.clock(), house.phone(device=device).id)
    assert shown is not None
    return sentence(shown.standing)


def test_the_limit_is_for_phones_that_live(house: House) -> None:
    three(house)
    house.clock.advance(days=SILENT_AFTER.days - 1)
    reply = house.ask("FolderSync", device="FOUR")
    assert reply == Failure(TOO_MANY)
    house.clock.advance(days=2)
    set_up(house, "FOUR")
    assert [house.phone(device=name).silent for name in ("ONE", "TWO", "THREE")] == [True] * 3


def test_who_was_heard_of_lately_still_counts(house: House) -> None:
    one, *_ = three(house)
    house.clock.advance(days=SILENT_AFTER.days - 1)
    one.catch_up(one.contacts)
    house.clock.advance(days=2)
    set_up(house, "FOUR")
    set_up(house, "FIVE")
    assert house.ask("FolderSync", device="SIX") == Failure(TOO_MANY)
    assert not house.phone(device="ONE").silent


def test_while_there_is_room_nobody_has_to_begin_anew(house: House) -> None:
    """As after a clock that was set years ahead, and back."""
    one = set_up(house, "ONE")
    house.clock.advance(days=1000)
    set_up(house, "TWO")
    house.clock.advance(days=-1000)
    ada = house.contact(first_name="Ada")
    assert verbs(one.catch_up(one.contacts)) == [("Add", server_id(ada))]
    assert not house.phone(device="ONE").silent


def test_it_is_said_since_when_a_phone_is_silent(house: House) -> None:
    three(house)
    assert words(house, "ONE") == "in step"
    house.clock.advance(days=SILENT_AFTER.days + 1)
    assert words(house, "ONE").startswith("silent since 2026-03-02")


def test_one_that_comes_back_begins_anew_and_finds_everything_under_its_name(
    house: House,
) -> None:
    one, *_ = three(house)
    ada = one.add(one.contacts, first_name("Ada"))
    event = one.add(one.calendar, *an_event())
    phones.call_it(house.groupware, house.admin, house.phone(device="ONE").id, "Old one")
    house.clock.advance(days=SILENT_AFTER.days + 1)
    set_up(house, "FOUR")
    with house.groupware.reading() as connection:
        assert lines.synced(connection, house.phone(device="ONE").id) == set()
    told = one.told(one.contacts)
    assert status_of(told) == 3
    one.keys.clear()
    one.folder_sync("0")
    assert verbs(one.catch_up(one.contacts)) == [("Add", ada)]
    assert verbs(one.catch_up(one.calendar)) == [("Add", event)]
    row = house.phone(device="ONE")
    assert (row.silent, row.name) == (False, "Old one")
    expect_sound(house)


def test_what_it_has_from_before_is_not_doubled(house: House) -> None:
    """Phones that begin anew upload what they have."""
    one, *_ = three(house)
    ada = one.add(one.contacts, first_name("Ada"), client_id="before")
    house.clock.advance(days=SILENT_AFTER.days + 1)
    set_up(house, "FOUR")
    one.keys.clear()
    one.folder_sync("0")
    one.catch_up(one.contacts)
    assert one.add(one.contacts, first_name("Ada"), client_id="after") in (ada,)


def test_silence_lifts_no_block_and_ends_no_approval(house: House) -> None:
    three(house)
    blocked, approved = (house.phone(device=name).id for name in ("ONE", "TWO"))
    phones.block(house.groupware, house.admin, blocked)
    phones.approve(house.groupware, house.admin, approved)
    house.clock.advance(days=SILENT_AFTER.days + 1)
    set_up(house, "FOUR")
    assert house.ask("FolderSync", device="ONE") == Failure(129)
    house.admit(a_request(device="TWO", version=Version.V16_1))
    assert house.phone(device="TWO").approved
