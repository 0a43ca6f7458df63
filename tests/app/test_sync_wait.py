"""Sync that waits: answered the moment something is news (MS-ASCMD 2.2.3.91.1, 2.2.3.197)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.eas.reply import Failure
from adapters.eas.version import Version
from adapters.store.sqlite import iterate
from adapters.wbxml import E, Element
from app import people
from app.devices import phones, wiping
from domain.base import Authorship
from domain.round import RoundAnswered
from tests.app.handset import (
    SINCE_12_1,
    SINCE_14,
    UP_TO_12_0,
    Handset,
    adding,
    commanding,
    commands,
    first_name,
    is_live,
    only,
    options,
    responses,
    status_of,
    verbs,
)
from tests.app.house import House, Waiting, texts


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[House]:
    """A house in which time passes."""
    house = House(tmp_path, hub=True)
    house.person()
    yield house
    house.close()


def waiting(phone: Handset, *folders: str, **whole: object) -> Element:
    collections = [phone.about(each) for each in folders or (phone.contacts, phone.calendar)]
    return phone.request(*collections, **(whole or {"HeartbeatInterval": 3000}))


def ready(house: House, version: Version = Version.V16_1) -> Handset:
    """A phone that has all there is."""
    phone = Handset(house, version)
    phone.folder_sync()
    phone.catch_up(phone.contacts)
    phone.catch_up(phone.calendar)
    return phone


OUT_OF_RANGE = [
    ("Wait", 0, "1"),
    ("Wait", 60, "59"),
    ("HeartbeatInterval", 59, "60"),
    ("HeartbeatInterval", 3541, "3540"),
    ("HeartbeatInterval", 0, "60"),
    ("HeartbeatInterval", 9999999999, "3540"),
]


@pytest.mark.parametrize(("unit", "length", "limit"), OUT_OF_RANGE)
def test_a_time_out_of_range_is_answered_with_the_nearest_in_the_same_unit(
    house: House, unit: str, length: int, limit: str
) -> None:
    told = (phone := ready(house)).send(waiting(phone, **{unit: length}))
    assert told is not None
    assert (status_of(told), told.text_of("airsync:Limit")) == (14, limit)
    assert house.hub.waited == []


@pytest.mark.parametrize(
    ("unit", "length", "seconds"),
    [("Wait", 1, 60), ("Wait", 59, 3540), ("HeartbeatInterval", 60, 60)],
)
def test_it_waits_so_long_and_no_longer(house: House, unit: str, length: int, seconds: int) -> None:
    phone = ready(house)
    assert phone.send(waiting(phone, **{unit: length})) is None
    assert house.hub.waited == [seconds]


@pytest.mark.parametrize("version", SINCE_14)
def test_two_times_at_once_are_a_protocol_error(house: House, version: Version) -> None:
    phone = ready(house, version)
    told = phone.send(waiting(phone, Wait=5, HeartbeatInterval=300))
    assert told is not None
    assert status_of(told) == 4


def test_a_time_that_is_no_number_is_a_protocol_error(house: House) -> None:
    phone = ready(house)
    told = phone.send(waiting(phone, Wait="soon"))
    assert told is not None
    assert status_of(told) == 4


@pytest.mark.parametrize("version", UP_TO_12_0)
def test_older_phones_cannot_wait(house: House, version: Version) -> None:
    phone = ready(house, version)
    assert phone.send(waiting(phone, Wait=5)) is not None
    assert house.hub.waited == []


def test_seconds_are_counted_since_14_0(house: House) -> None:
    phone = ready(house, Version.V12_1)
    assert phone.send(waiting(phone, HeartbeatInterval=300)) is None
    assert house.hub.waited == []


def test_news_on_arrival_is_told_at_once(house: House) -> None:
    phone = ready(house)
    house.contact(first_name="Bea")
    told = phone.send(waiting(phone))
    assert told is not None
    assert len(commands(only(told))) == 1
    assert house.hub.waited == []


def test_commands_are_answered_at_once(house: House) -> None:
    phone = ready(house)
    add = phone.about(phone.contacts, commanding(adding(first_name("Bea"))))
    told = phone.send(phone.request(add, HeartbeatInterval=3000))
    assert told is not None
    assert [status_of(each) for each in responses(only(told))] == [1]
    assert house.hub.waited == []


def test_an_error_is_told_at_once(house: House) -> None:
    phone = ready(house)
    told = phone.send(waiting(phone, phone.contacts, "nowhere"))
    assert told is not None
    assert status_of(only(told)) == 12
    assert house.hub.waited == []


def test_what_is_told_in_the_end_is_dated_by_then(open_house: House) -> None:
    """A request may be an hour old when it is answered; the log tells when that was."""
    phone = ready(open_house)
    request = waiting(phone)
    parked = Waiting(open_house, lambda: phone.send(request))
    open_house.clock.advance(minutes=40)
    open_house.contact(first_name="Bea")
    assert parked.answer() is not None
    groupware = open_house.groupware
    *_, (_, last) = iterate(groupware.recorder, groupware.mapper)
    assert isinstance(last, RoundAnswered)
    assert last.timestamp == open_house.clock()


@pytest.mark.parametrize("version", SINCE_12_1)
def test_a_change_of_somebody_else_ends_the_wait(open_house: House, version: Version) -> None:
    phone = ready(open_house, version)
    request = waiting(phone, Wait=50)
    parked = Waiting(open_house, lambda: phone.send(request))
    open_house.contact(first_name="Bea")
    assert len(commands(only(parked.answer()))) == 1


def test_changes_and_deletions_end_it_too(open_house: House) -> None:
    id = open_house.contact(first_name="Bea")
    phone = ready(open_house)
    for act in (lambda: open_house.revise(id, first_name="Bice"), lambda: open_house.remove(id)):
        request = waiting(phone)
        parked = Waiting(open_house, lambda request=request: phone.send(request))
        act()
        assert len(commands(only(parked.answer()))) == 1


def test_the_edit_of_the_phone_itself_does_not_end_it_but_its_newer_request_does(
    open_house: House,
) -> None:
    phone = ready(open_house)
    request = waiting(phone)
    parked = Waiting(open_house, lambda: phone.send(request))
    assert phone.add(phone.contacts, first_name("Bea"))
    assert parked.answer() is None, "overtaken: nothing is told where nobody listens"


def test_a_newer_waiting_request_ends_the_older(open_house: House) -> None:
    phone = ready(open_house)
    request = waiting(phone)
    older = Waiting(open_house, lambda: phone.send(request))
    newer = Waiting(open_house, lambda: phone.send(request))
    assert older.answer() is None
    assert newer.parked
    open_house.contact(first_name="Bea")
    assert len(commands(only(newer.answer()))) == 1


def test_folders_that_change_meanwhile_are_status_12(open_house: House) -> None:
    phone, other = ready(open_house), Handset(open_house, device="OTHER")
    other.folder_sync()
    request = waiting(phone)
    parked = Waiting(open_house, lambda: phone.send(request))
    other.make_folder("Club")
    told = parked.answer()
    assert (told.name, status_of(told)) == ("airsync:Sync", 12)
    phone.folder_sync()
    assert Waiting(open_house, lambda: phone.send(request)).parked


def test_a_folder_of_its_own_making_does_not_end_it(house: House) -> None:
    phone = ready(house)
    phone.make_folder("Club")
    assert phone.send(waiting(phone)) is None


def test_the_folder_waited_for_is_deleted(open_house: House) -> None:
    phone, other = ready(open_house), Handset(open_house, device="OTHER")
    club = phone.make_folder("Club")
    phone.catch_up(club)
    other.folder_sync()
    request = waiting(phone, club)
    parked = Waiting(open_house, lambda: phone.send(request))
    other.folder_command("FolderDelete", ServerId=club)
    assert texts(parked.answer(), "airsync:Status") == ["12"]


def test_whoever_is_disabled_meanwhile_is_told_at_once(open_house: House) -> None:
    phone = ready(open_house)
    request = waiting(phone)
    parked = Waiting(open_house, lambda: phone.ask("Sync", request))
    people.disable(open_house.groupware, open_house.admin, open_house.account().id)
    assert parked.answer() == Failure(126)


def test_a_wipe_is_told_at_once(open_house: House) -> None:
    phone = ready(open_house)
    request = waiting(phone)
    parked = Waiting(open_house, lambda: phone.ask("Sync", request))
    wiping.request_wipe(open_house.groupware, open_house.admin, open_house.phone().id)
    assert parked.answer() == Failure(140)


def test_a_policy_that_comes_meanwhile_is_told_at_once(open_house: House) -> None:
    phone = ready(open_house)
    request = waiting(phone)
    parked = Waiting(open_house, lambda: phone.ask("Sync", request))
    open_house.under_policy(DevicePasswordEnabled="1")
    assert parked.answer() == Failure(142)


def test_a_policy_that_is_written_anew_is_told_at_once(open_house: House) -> None:
    """Its name and its key are the same; what it demands is not."""
    phone = ready(open_house)
    open_house.under_policy(DevicePasswordEnabled="1")
    key = acknowledged(open_house)
    request = waiting(phone)
    parked = Waiting(open_house, lambda: phone.ask("Sync", request, key=key))
    open_house.under_policy(DevicePasswordEnabled="1", MinDevicePasswordLength="6")
    assert parked.answer() == Failure(144)


def acknowledged(house: House) -> int:
    """The key of a phone that keeps what is demanded of it now."""
    phone, now = house.phone(), house.clock()
    author = Authorship(f"device:{phone.device}", "test", now, phone.id)
    demand = phones.demand_on(house.groupware, house.account(), phone)
    offered = phones.offer_policy(house.groupware, author, phone.id, demand, 7)
    key = phones.acknowledge_policy(house.groupware, author, phone.id, offered, 8, 1)
    assert key is not None
    return key


def test_a_window_that_moves_with_the_days_is_news(house: House) -> None:
    """An appointment that leaves the window is taken away, not deleted."""
    phone = Handset(house)
    phone.folder_sync()
    phone.begin(phone.calendar, options(4))
    house.appointment(subject="Today")
    ((_, id),) = verbs(phone.catch_up(phone.calendar))
    assert phone.send(waiting(phone, phone.calendar)) is None
    house.clock.advance(days=20)
    told = phone.send(waiting(phone, phone.calendar))
    assert told is not None
    assert verbs(commands(only(told))) == [("SoftDelete", id)]
    assert is_live(house, id)


def test_an_empty_collections_element_is_kept_waiting(house: House) -> None:
    phone = ready(house)
    nothing = E("airsync:Sync", E("airsync:Collections"), E("airsync:HeartbeatInterval", 480))
    assert phone.send(nothing) is None
    assert house.hub.waited == [480]
