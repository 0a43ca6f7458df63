"""Two phones under one DeviceId: cloned profiles, phones set up from a copy (EAS-4-TbSync #277;
pain 6). Each would throw the other out for ever; here both come to rest, and it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E
from app.devices import phones
from projections.findings import SHARED, findings
from tests.app.cli_runner import Cli
from tests.app.handset import (
    Handset,
    adding,
    changing,
    commanding,
    commands,
    data_of,
    first_name,
    only,
    responses,
    status_of,
)
from tests.app.house import House, texts
from tests.app.test_ping import parked
from tests.app.test_ping import told as ping_told
from tests.app.test_provision import admitted, provisioned


@dataclass
class Twin:
    """One of the two, with what it holds; `begun` counts how often it had to start over."""

    handset: Handset
    held: dict[str, str] = field(default_factory=dict)
    begun: int = 0
    edits: int = 0

    def sync(self, *edits: E) -> None:
        """One visit: what it has edited, and all there is to fetch."""
        phone = self.handset
        for _ in range(9):
            content = [commanding(*edits)] if edits else []
            told = phone.send(phone.request(phone.about(phone.contacts, *content)))
            if told is None:
                return
            collection = only(told)
            if status_of(collection) == 3:
                self.begun += 1
                self.held.clear()
                phone.begin(phone.contacts)
                continue
            assert status_of(collection) == 1
            self._read(collection)
            if not commands(collection) and not edits:
                return
            edits = ()
        raise AssertionError("it does not come to rest")

    def _read(self, collection: E) -> None:
        for response in responses(collection):
            if response.name == "airsync:Add":
                self.held[response.text_of("airsync:ServerId", "")] = "own"
        for command in commands(collection):
            id = command.text_of("airsync:ServerId", "")
            if command.name in ("airsync:Delete", "airsync:SoftDelete"):
                self.held.pop(id, None)
            else:
                self.held[id] = texts(data_of(command), "contacts:FirstName")[0]

    def add(self, name: str) -> None:
        self.edits += 1
        self.sync(adding(first_name(name), client_id=f"{name}-{self.edits}"))

    def rename(self, id: str, name: str) -> None:
        self.held[id] = name
        self.sync(changing(id, first_name(name)))


def twins(house: House, version: Version = Version.V16_1, copied: bool = False) -> list[Twin]:
    """Two that were set up by hand under one id, or one and its copy, keys and all."""
    one = Twin(Handset(house, version))
    one.handset.begin(one.handset.contacts)
    one.sync()
    if copied:
        keys = dict(one.handset.keys)
        return [one, Twin(replace(one.handset, keys=keys), dict(one.held))]
    house.clock.advance(days=1)
    other = Twin(Handset(house, version))
    other.handset.begin(other.handset.contacts)
    other.sync()
    return [one, other]


def found_out(house: House) -> list[Twin]:
    """Two that have met often enough."""
    both = twins(house)
    for number in range(3):
        for twin in both:
            house.clock.advance(minutes=5)
            twin.add(f"Added {number}")
    return both


def told(house: House) -> list[str]:
    with house.groupware.reading() as connection:
        return [each.kind for each in findings(connection, house.clock())]


@pytest.mark.parametrize("copied", [False, True])
@pytest.mark.parametrize("version", [Version.V12_1, Version.V14_1, Version.V16_1])
def test_cloned_device_id(house: House, version: Version, copied: bool) -> None:
    """Forty visits each: every edit of either arrives at the other, after few new starts."""
    for number in range(5):
        house.contact(first_name=f"Contact {number}")
    both = twins(house, version, copied)
    for number in range(40):
        house.clock.advance(minutes=5)
        one, other = both if number % 2 else both[::-1]
        one.add(f"Added {number}")
        other.sync()
        one.sync()
        assert len(one.held) == len(other.held) == 6 + number
    assert sum(each.begun for each in both) <= 4
    assert told(house) == [SHARED]
    assert "every row is what it says" in Cli(house.settings.home).done("verify")


@pytest.mark.parametrize("seed", range(6))
def test_both_come_to_rest_whatever_they_do(house: House, seed: int) -> None:
    """They take turns by the dice, edit the same things, and are up to date at the end."""
    dice, both = Random(seed), twins(house, copied=seed % 2 == 0)
    for number in range(60):
        house.clock.advance(minutes=dice.choice([0, 1, 30]))
        twin = dice.choice(both)
        if dice.random() < 0.3:
            twin.add(f"Added {number}")
        elif twin.held and dice.random() < 0.4:
            twin.rename(dice.choice(sorted(twin.held)), f"Renamed {number}")
        elif dice.random() < 0.2:
            house.contact(first_name=f"Server {number}")
        else:
            twin.sync()
    for twin in both * 2:
        twin.sync()
    fresh = Twin(Handset(house, device="FRESH"))
    fresh.handset.begin(fresh.handset.contacts)
    fresh.sync()
    assert both[0].held.keys() == both[1].held.keys() == fresh.held.keys()
    assert sum(each.begun for each in both) <= 5


def test_the_list_of_phones_says_so_until_it_is_mended(house: House) -> None:
    both = found_out(house)
    (row,) = Cli(house.settings.home).rows("device", "list")
    assert row[-1].endswith("(two phones by one name)")
    assert both[0].begun + both[1].begun <= 4
    phones.forget(house.groupware, house.admin, house.phone().id)
    assert told(house) == []


def test_neither_is_answered_what_the_other_asked(house: House) -> None:
    """An empty request means the last one, and nobody knows whose that was: Status 13."""
    both = found_out(house)
    root = both[0].handset.answer("Sync", None)
    assert status_of(root) == 13


def test_both_keep_one_policy_under_one_key(house: House) -> None:
    """Or the key of each would make that of the other stale, without end."""
    found_out(house)
    house.under_policy(DevicePasswordEnabled="1")
    keys, provisions = [0, 0], 0
    for _ in range(10):
        for place in range(2):
            house.clock.advance(minutes=5)
            if admitted(house, keys[place]):
                keys[place], provisions = provisioned(house), provisions + 1
    assert provisions == 2
    assert keys[0] == keys[1]


def test_folders_are_told_to_both(house: House) -> None:
    both = [Handset(house) for _ in range(2)]
    known: list[set[str]] = [set(), set()]
    for number in range(6):
        house.clock.advance(hours=1)
        for phone, names in zip(both, known, strict=True):
            told = phone.folder_sync()
            if status_of(told) == 9:
                told = phone.folder_sync("0")
            names.update(texts(told, "folderhierarchy:DisplayName"))
            house.clock.advance(minutes=5)
        both[number % 2].make_folder(f"Folder {number}")
        known[number % 2].add(f"Folder {number}")
    for phone, names in zip(both, known, strict=True):
        told = phone.folder_sync()
        assert status_of(told) == 1
        assert len(names | set(texts(told, "folderhierarchy:DisplayName"))) == 7 + 6


def test_one_phone_that_starts_over_is_one(house: House) -> None:
    """Also if a request from before comes late, or it was brought back from a copy once."""
    phone = Twin(Handset(house))
    phone.handset.begin(phone.handset.contacts)
    phone.sync()
    for _ in range(5):
        house.clock.advance(minutes=5)
        phone.add("Somebody")
    old = dict(phone.handset.keys)
    phone.handset.begin(phone.handset.contacts)
    phone.sync()
    phone.add("Somebody else")
    late = Twin(replace(phone.handset, keys=old))
    assert status_of(late.handset.told(late.handset.contacts)) == 3
    phone.add("And another")
    assert phone.begun == 0
    assert told(house) == []


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[House]:
    """A house in which time passes."""
    house = House(tmp_path, hub=True)
    house.person()
    yield house
    house.close()


def test_both_wait_side_by_side_and_hear_of_what_happens(open_house: House) -> None:
    """Or each Ping would end the other's, as fast as the network carries them."""
    both = found_out(open_house)
    for twin in both:
        twin.handset.folder_sync()
    for number in range(3):
        waiting = [parked(open_house, twin.handset, twin.handset.contacts) for twin in both]
        assert all(each.parked for each in waiting)
        open_house.contact(first_name=f"Server {number}")
        assert [ping_told(each.answer())[0] for each in waiting] == [2, 2]
        for twin in both:
            twin.sync()


def test_one_that_waits_is_not_told_for_ever_of_what_the_other_has_missed(
    open_house: House,
) -> None:
    here, away = found_out(open_house)
    here.handset.folder_sync()
    away.handset.folder_sync()
    open_house.contact(first_name="Server")
    here.sync()
    waiting = parked(open_house, here.handset, here.handset.contacts)
    assert waiting.parked
    open_house.contact(first_name="Server again")
    assert ping_told(waiting.answer())[0] == 2
    here.sync()
    assert parked(open_house, here.handset, here.handset.contacts).parked
    before = away.begun
    away.sync()
    assert away.begun == before
    assert "Server again" in away.held.values()
