"""A phone deletes everything, or rewrites it (tine20 #1614, cozy-calendar #396; pain 16): what one
phone did since a moment is undone, and what others did since then stands."""

from __future__ import annotations

from datetime import datetime

import pytest

from adapters.wbxml import E
from app.log.undo import meant, of_phone, undo
from tests.app.cli_runner import Cli
from tests.app.handset import (
    Handset,
    an_event,
    changing,
    commanding,
    daily,
    deleting,
    first_name,
    id_of,
    is_live,
    last_name,
    values_of,
)
from tests.app.house import House, texts

BEFORE = ("Bea", "Carl", "Dora", "Emil")


@pytest.fixture
def contacts(house: House) -> list[str]:
    """What was there the day before."""
    other = Handset(house, device="OTHER")
    other.begin(other.contacts)
    ids = [
        other.add(other.contacts, first_name(n), last_name("Example"), client_id=n) for n in BEFORE
    ]
    house.clock.advance(days=1)
    return ids


@pytest.fixture
def mad(house: House, contacts: list[str]) -> Handset:
    phone = Handset(house)
    phone.catch_up(phone.contacts)
    phone.begin(phone.calendar)
    return phone


def undone(house: House, since: datetime) -> dict[str, int]:
    house.clock.advance(minutes=1)
    editions = meant(house.groupware, of_phone(house.phone()), since)
    return dict(undo(house.groupware, house.admin, editions))


def edit(phone: Handset, id: str, **names: str) -> None:
    tags = {"first": first_name, "last": last_name}
    said = [tags[name](text) for name, text in names.items()]
    whole = [*said, *(() if "last" in names else (last_name("Example"),))]
    phone.told(phone.contacts, commanding(changing(id, *whole)))


def test_undo_device(house: House, contacts: list[str], mad: Handset) -> None:
    """It deletes two, rewrites one, adds one: all is as it was, for every phone."""
    since = house.clock()
    before = {id: values_of(house, id_of(id)) for id in contacts}
    mad.told(mad.contacts, commanding(deleting(contacts[0]), deleting(contacts[1])))
    edit(mad, contacts[2], first="???")
    edit(mad, contacts[2], first="!!!")
    added = mad.add(mad.contacts, first_name("Nobody"), client_id="new")
    assert undone(house, since) == {"brought back": 2, "taken away": 1, "put back": 1}
    assert {id: values_of(house, id_of(id)) for id in contacts} == before
    assert all(is_live(house, id) for id in contacts)
    assert not is_live(house, added)
    told = mad.catch_up(mad.contacts)
    assert sorted(texts(E("airsync:All", *told), "contacts:FirstName")) == ["Bea", "Carl", "Dora"]
    fresh = Handset(house, device="FRESH")
    assert len(fresh.catch_up(fresh.contacts)) == len(BEFORE)


def test_what_others_did_since_stands(house: House, contacts: list[str], mad: Handset) -> None:
    since = house.clock()
    edit(mad, contacts[0], first="Mad", last="Mad")
    house.revise(id_of(contacts[0]), first_name="Beatrice")
    mad.told(mad.contacts, commanding(deleting(contacts[1])))
    house.restore(id_of(contacts[1]))
    house.remove(id_of(contacts[1]))
    added = mad.add(mad.contacts, first_name("Zoe"), client_id="new")
    house.revise(id_of(added), job_title="Baker")
    assert undone(house, since) == {"put back": 1}
    values = values_of(house, id_of(contacts[0]))
    assert (values["first_name"], values["last_name"]) == ("Beatrice", "Example")
    assert not is_live(house, contacts[1])
    assert is_live(house, added)


def test_what_it_did_before_that_moment_stands(
    house: House, contacts: list[str], mad: Handset
) -> None:
    edit(mad, contacts[0], first="Right")
    house.clock.advance(hours=1)
    since = house.clock()
    edit(mad, contacts[0], first="Wrong")
    assert undone(house, since) == {"put back": 1}
    assert values_of(house, id_of(contacts[0]))["first_name"] == "Right"


def test_occurrences_and_folders_come_back(house: House, mad: Handset) -> None:
    mad.folder_sync("0")
    folder = mad.make_folder("Friends")
    mad.begin(folder)
    friend = mad.add(folder, first_name("Bea"), client_id="friend")
    series = mad.add(mad.calendar, *an_event("Standup"), daily(), client_id="series")
    house.clock.advance(hours=1)
    since = house.clock()
    mad.told(mad.calendar, commanding(deleting(series, instance="20260312T090000Z")))
    mad.folder_command("FolderDelete", ServerId=folder)
    assert not is_live(house, friend)
    assert undone(house, since) == {"brought back": 2, "put back": 1}
    assert not values_of(house, id_of(series)).get("occurrences")
    other = Handset(house, device="ANOTHER")
    assert "Friends" in texts(other.folder_sync("0"), "folderhierarchy:DisplayName")
    assert len(other.catch_up(folder)) == 1


def test_twice_is_once(house: House, contacts: list[str], mad: Handset) -> None:
    since = house.clock()
    mad.told(mad.contacts, commanding(*map(deleting, contacts)))
    assert undone(house, since) == {"brought back": 4}
    assert undone(house, since) == {}


def test_an_administrator_says_which_phone_and_since_when(
    house: House, contacts: list[str], mad: Handset
) -> None:
    mad.told(mad.contacts, commanding(*map(deleting, contacts)))
    cli = Cli(house.settings.home)
    (phone,) = (row for row in cli.rows("device", "list") if row[2] == mad.device)
    said = cli.done("device", "undo", phone[0], "--since", "2026-03-03")
    assert said == "4 brought back, 0 taken away, 0 put back\n"
    assert all(is_live(house, id) for id in contacts)
