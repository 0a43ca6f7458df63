"""Ping: which folders have news, the moment they have (MS-ASCMD 2.2.1.13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from adapters.eas.reply import Failure
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from app import people
from app.commands import ping as ping_command
from app.context import Context
from app.devices import phones, wiping
from app.push.parking import superseded
from app.push.stay import Stay
from app.push.wake import Waiter
from domain.house import FULL_WIPE_ALLOWED
from tests.app.handset import (
    EVERY,
    Handset,
    adding,
    an_event,
    changing,
    commanding,
    deleting,
    first_name,
    options,
    status_of,
)
from tests.app.house import House, Waiting, a_request, names, texts


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[House]:
    """A house in which time passes."""
    house = House(tmp_path, hub=True)
    house.person()
    yield house
    house.close()


def ready(house: House, version: Version = Version.V16_1, device: str = "PHONE") -> Handset:
    """A phone that has all there is."""
    phone = Handset(house, version, device=device)
    phone.folder_sync()
    phone.catch_up(phone.contacts)
    phone.catch_up(phone.calendar)
    return phone


def asking(*folders: str, interval: object = 600) -> Element:
    listed = [
        E("ping:Folder", E("ping:Id", folder), E("ping:Class", "Email")) for folder in folders
    ]
    return E(
        "ping:Ping",
        None if interval is None else E("ping:HeartbeatInterval", str(interval)),
        E("ping:Folders", *listed) if folders else None,
    )


def ping(phone: Handset, *folders: str, interval: object = 600) -> Element:
    named = folders or (phone.contacts, phone.calendar)
    return phone.answer("Ping", asking(*named, interval=interval))


def parked(house: House, phone: Handset, *folders: str) -> Waiting:
    return Waiting(house, lambda: ping(phone, *folders))


def told(answer: Element) -> tuple[int, list[str]]:
    return status_of(answer), texts(answer, "ping:Folder")


@pytest.mark.parametrize("version", EVERY)
def test_without_news_it_ends_with_its_time(house: House, version: Version) -> None:
    phone = ready(house, version)
    answer = ping(phone, interval=900)
    assert (told(answer), names(answer)) == ((1, []), ["Status"])
    assert house.hub.waited == [900], "not a second later: phones give up five seconds after"


@pytest.mark.parametrize("version", EVERY)
def test_news_from_before_is_told_at_once(house: House, version: Version) -> None:
    phone = ready(house, version)
    house.contact(first_name="Bea")
    assert told(ping(phone)) == (2, [phone.contacts])
    assert house.hub.waited == []


def test_news_is_told_the_moment_it_happens(open_house: House) -> None:
    phone = ready(open_house)
    request = parked(open_house, phone)
    open_house.appointment(subject="Dentist")
    assert told(request.answer()) == (2, [phone.calendar])


def test_every_kind_of_change_is_news(open_house: House) -> None:
    id = open_house.contact(first_name="Bea")
    phone = ready(open_house)
    for act in (
        lambda: open_house.revise(id, first_name="Bice"),
        lambda: open_house.remove(id),
        lambda: open_house.restore(id),
    ):
        request = parked(open_house, phone)
        act()
        assert told(request.answer()) == (2, [phone.contacts])
        phone.catch_up(phone.contacts)


def test_news_is_told_until_it_was_fetched_and_then_no_more(house: House) -> None:
    phone = ready(house)
    house.contact(first_name="Bea")
    assert told(ping(phone)) == told(ping(phone)) == (2, [phone.contacts])
    phone.sync(phone.contacts)
    assert told(ping(phone)) == (1, []), "an answered round counts, even if it was not confirmed"


def test_a_ping_confirms_nothing(house: House) -> None:
    phone = ready(house)
    key = phone.keys[phone.contacts]
    house.contact(first_name="Bea")
    lost = phone.told(phone.contacts, key=key)
    ping(phone)
    assert phone.told(phone.contacts, key=key) == lost


def test_the_rest_of_a_paged_download_is_news(house: House) -> None:
    phone = ready(house)
    for name in ("Bea", "Carl"):
        house.contact(first_name=name)
    phone.told(phone.contacts, E("airsync:WindowSize", 1))
    assert told(ping(phone)) == (2, [phone.contacts])


def test_the_edits_of_the_phone_itself_are_no_news(house: House) -> None:
    phone = ready(house)
    id = phone.add(phone.contacts, first_name("Bea"))
    assert told(ping(phone)) == (1, [])
    phone.told(phone.contacts, commanding(changing(id, first_name("Bice"))))
    assert told(ping(phone)) == (1, [])
    phone.told(phone.contacts, commanding(deleting(id)))
    assert told(ping(phone)) == (1, [])


def test_they_do_not_end_a_ping_that_is_parked(open_house: House) -> None:
    """Phones edit on one connection while they wait on another."""
    phone, other = ready(open_house), ready(open_house, device="OTHER")
    request = parked(open_house, phone)
    phone.told(phone.contacts, commanding(adding(first_name("Bea"))))
    phone.make_folder("Club")
    assert request.parked
    other.told(other.calendar, commanding(adding(*an_event())))
    assert told(request.answer()) == (2, [phone.calendar])


def test_what_the_phone_does_not_ask_about_does_not_end_it(open_house: House) -> None:
    phone = ready(open_house)
    request = parked(open_house, phone, phone.calendar)
    open_house.contact(first_name="Bea")
    assert request.parked
    open_house.appointment(subject="Dentist")
    assert told(request.answer()) == (2, [phone.calendar])


def test_a_change_outside_the_window_is_no_news(house: House) -> None:
    phone = Handset(house)
    phone.folder_sync()
    phone.begin(phone.calendar, options(4))
    phone.catch_up(phone.calendar)
    house.appointment(subject="Today")
    phone.catch_up(phone.calendar)
    house.clock.advance(days=10)
    assert told(ping(phone, phone.calendar)) == (1, [])
    house.clock.advance(days=10)
    assert told(ping(phone, phone.calendar)) == (2, [phone.calendar]), "it leaves the window"


# What is asked


@pytest.mark.parametrize("version", EVERY)
@pytest.mark.parametrize(
    ("asked", "bound"), [(0, "60"), (59, "60"), (3541, "3540"), (10**12, "3540")]
)
def test_an_interval_out_of_range_is_answered_with_the_nearest(
    house: House, version: Version, asked: int, bound: str
) -> None:
    answer = ping(ready(house, version), interval=asked)
    assert names(answer) == ["Status", "HeartbeatInterval"]
    assert [child.value for child in answer] == ["5", bound]


@pytest.mark.parametrize("asked", [60, 480, 1680, 3540])
def test_what_phones_ask_for_is_granted(house: House, asked: int) -> None:
    assert status_of(ping(ready(house), interval=asked)) == 1
    assert house.hub.waited == [asked]


def test_too_many_folders_are_answered_with_the_limit(house: House) -> None:
    house.settings = replace(house.settings, max_folders=1)
    answer = ping(ready(house))
    assert names(answer) == ["Status", "MaxFolders"]
    assert [child.value for child in answer] == ["6", "1"]


@pytest.mark.parametrize("version", EVERY)
def test_without_a_ping_before_an_empty_one_is_incomplete(house: House, version: Version) -> None:
    phone = ready(house, version)
    assert told(phone.answer("Ping", None)) == (3, [])
    assert told(phone.answer("Ping", E("ping:Ping"))) == (3, [])
    assert told(phone.answer("Ping", asking(interval=600))) == (3, [])


def test_what_is_left_out_is_as_in_the_last_ping(house: House) -> None:
    phone = ready(house)
    ping(phone, phone.contacts, interval=300)
    assert told(phone.answer("Ping", None)) == (1, [])
    assert told(phone.answer("Ping", asking(interval=700))) == (1, [])
    assert told(phone.answer("Ping", asking(phone.calendar, interval=None))) == (1, [])
    assert house.hub.waited == [300, 300, 700, 700]
    house.contact(first_name="Bea")
    assert told(phone.answer("Ping", None)) == (1, []), "the calendar only, since the last"
    house.appointment(subject="Dentist")
    house.restart()
    assert told(phone.answer("Ping", None)) == (2, [phone.calendar])


WRONG = {
    "an interval that is no number": asking("x", interval="long"),
    "a folder without a name": E("ping:Ping", E("ping:Folders", E("ping:Folder"))),
    "another document": E("airsync:Sync"),
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_what_is_no_ping_is_a_syntax_error(house: House, body: Element) -> None:
    assert told(ready(house).answer("Ping", body)) == (4, [])


def test_the_class_of_a_folder_is_passed_over(house: House) -> None:
    """Some clients call every folder Email."""
    phone = ready(house)
    house.contact(first_name="Bea")
    assert told(ping(phone, phone.contacts)) == (2, [phone.contacts])


def test_a_folder_named_twice_is_told_once(house: House) -> None:
    phone = ready(house)
    house.contact(first_name="Bea")
    assert told(ping(phone, phone.contacts, phone.contacts)) == (2, [phone.contacts])


# Folders


def test_a_folder_that_was_never_synced_is_passed_over(house: House) -> None:
    phone = Handset(house)
    phone.folder_sync()
    phone.catch_up(phone.contacts)
    house.appointment(subject="Dentist")
    assert told(ping(phone, phone.contacts, phone.calendar)) == (1, [])


@pytest.mark.parametrize("version", EVERY)
def test_where_no_folder_was_ever_synced_there_is_nothing_to_wait_for(
    house: House, version: Version
) -> None:
    phone = Handset(house, version)
    phone.folder_sync()
    assert told(ping(phone)) == (3, [])


def test_a_folder_that_got_its_first_key_has_news_if_anything_is_in_it(house: House) -> None:
    phone = Handset(house)
    phone.folder_sync()
    phone.begin(phone.contacts)
    assert told(ping(phone, phone.contacts)) == (1, [])
    house.contact(first_name="Bea")
    assert told(ping(phone, phone.contacts)) == (2, [phone.contacts])


@pytest.mark.parametrize("version", EVERY)
def test_a_folder_that_is_unknown_asks_for_the_hierarchy(house: House, version: Version) -> None:
    phone = ready(house, version)
    house.person("bob")
    for folder in ("nowhere", "a" * 26, Handset(house, name="bob").contacts):
        assert told(ping(phone, phone.contacts, folder)) == (7, [])


def test_folders_that_changed_before_ask_for_the_hierarchy(house: House) -> None:
    phone, other = ready(house), ready(house, device="OTHER")
    other.make_folder("Club")
    assert told(ping(phone)) == (7, [])
    assert told(ping(other)) == (1, []), "its own folder is no news to it"
    phone.folder_sync()
    assert told(ping(phone)) == (1, [])


@pytest.mark.parametrize("act", ["made", "renamed", "deleted"])
def test_folders_that_change_meanwhile_end_it(open_house: House, act: str) -> None:
    other = ready(open_house, device="OTHER")
    club = other.make_folder("Club")
    phone = ready(open_house)
    request = parked(open_house, phone)
    if act == "made":
        other.make_folder("Board")
    elif act == "renamed":
        how = {"ServerId": club, "ParentId": "0", "DisplayName": "Old club"}
        other.folder_command("FolderUpdate", **how)
    else:
        other.folder_command("FolderDelete", ServerId=club)
    assert told(request.answer()) == (7, [])


# Who else ends it


def test_a_newer_ping_ends_the_older(open_house: House) -> None:
    phone = ready(open_house)
    older = parked(open_house, phone)
    newer = parked(open_house, phone)
    assert told(older.answer()) == (1, [])
    assert newer.parked
    open_house.contact(first_name="Bea")
    assert told(newer.answer()) == (2, [phone.contacts])


def test_what_was_found_is_not_told_where_a_newer_ping_came_meanwhile(
    open_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be what the newer request did, and nobody listens any more."""
    phone = ready(open_house)

    def news(context: Context, ids: tuple[str, ...]) -> ping_command.News:
        superseded(replace(context, stay=Stay()), a_request("Ping"))
        return ping_command.News(2, ids)

    monkeypatch.setattr(ping_command, "_news", news)
    assert told(ping(phone)) == (1, [])


def test_a_ping_of_another_phone_does_not(open_house: House) -> None:
    phone, other = ready(open_house), ready(open_house, device="OTHER")
    one, two = parked(open_house, phone), parked(open_house, other)
    assert one.parked
    open_house.contact(first_name="Bea")
    assert told(one.answer()) == told(two.answer()) == (2, [phone.contacts])


def test_whoever_is_disabled_is_told_at_once(open_house: House) -> None:
    phone = ready(open_house)
    request = Waiting(open_house, lambda: phone.ask("Ping", asking(phone.contacts)))
    people.disable(open_house.groupware, open_house.admin, open_house.account().id)
    assert request.answer() == Failure(126)


@pytest.mark.parametrize("version", [Version.V14_1, Version.V16_1])
def test_a_wipe_is_told_at_once(open_house: House, version: Version) -> None:
    waiting = ready(open_house, version)
    request = Waiting(open_house, lambda: waiting.ask("Ping", asking(waiting.contacts)))
    phone = open_house.phone(device="PHONE")
    open_house.allow(FULL_WIPE_ALLOWED)
    wiping.request_wipe(open_house.groupware, open_house.admin, phone.id, "device", phone.name)
    assert request.answer() == Failure(140)


def test_a_block_is_told_at_once(open_house: House) -> None:
    phone = ready(open_house)
    request = Waiting(open_house, lambda: phone.ask("Ping", asking(phone.contacts)))
    phones.block(open_house.groupware, open_house.admin, open_house.phone(device="PHONE").id)
    assert request.answer() == Failure(129)


def test_a_server_that_ends_answers_what_is_parked(open_house: House) -> None:
    phone = ready(open_house)
    request = parked(open_house, phone)
    open_house.hub.release_all()
    assert told(request.answer()) == (1, [])


def test_a_phone_that_began_anew_is_not_told_for_ever_of_what_it_never_had(house: House) -> None:
    """The deletion is pending for the keys it had before; with the new one nothing is."""
    id = house.contact(first_name="Bea")
    phone = ready(house)
    house.remove(id)
    phone.begin(phone.contacts)
    assert phone.sync(phone.contacts) is None
    assert told(ping(phone)) == (1, [])
    house.contact(first_name="Carl")
    assert told(ping(phone)) == (2, [phone.contacts])


def test_what_is_decided_while_a_phone_is_let_in_counts_as_if_it_waited(
    open_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The block comes after admission and before there is anybody to ring for."""
    phone = ready(open_house)
    register, blocked = open_house.hub.register, []

    def late(topics: Iterable[UUID]) -> Waiter:
        if not blocked:
            blocked.append(open_house.phone(device="PHONE").id)
            phones.block(open_house.groupware, open_house.admin, blocked[0])
        return register(topics)

    monkeypatch.setattr(open_house.hub, "register", late)
    assert phone.ask("Ping", asking(phone.contacts)) == Failure(129)
