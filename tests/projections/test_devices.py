"""Rows of phones, policies, people and the directory are a fold of the log."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.eas.status import Refusal
from adapters.eas.version import Version
from app import people
from app.devices import access as use
from app.devices import phones, wiping
from domain.access import ABOUT, ACCESSES
from domain.account import OutOfOffice
from domain.partnership import Partnership
from domain.patch import CLEARED
from domain.refused import Refused
from projections import access, accounts, deeds, devices, directory, policies, sightings
from tests.app.house import House, a_request

MINE = (accounts, devices, deeds, access, policies, directory)
TABLES = (
    *("account", "partnership", "device_deed", "access_rule", "access_default"),
    *("policy", "directory_entry"),
)

SPOKEN = (Version.V14_1, Version.V16_1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


def _rows(house: House) -> dict[str, list[Any]]:
    with house.groupware.reading() as connection:
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in TABLES
        }


def _rebuild(house: House) -> None:
    with house.groupware.pool.writing() as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table}")
        for position, event in house.groupware.replay():
            for module in MINE:
                module.project(connection, event, position)


class Life:
    """Things that happen to Ada, her phone, her policy and her contacts."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.random = house, random.Random(seed)
        self.account = house.person().id
        house.under_policy(DevicePasswordEnabled="1")
        house.admit(a_request("Ping"))
        self.phone = house.phone().id
        self.contacts: list[Any] = []

    def step(self, number: int) -> None:
        self.house.clock.advance(seconds=self.random.choice((1, 45, 90, 5000)))
        acts: tuple[Callable[[], object], ...] = (
            lambda: self._phone(phones.block, "lost"),
            lambda: self._phone(phones.unblock),
            lambda: self._phone(phones.describe, {"model": str(number)}),
            lambda: self._phone(wiping.request_wipe, "account"),
            lambda: self._phone(wiping.cancel_wipe),
            lambda: self._phone(wiping.acknowledge_wipe, 1),
            lambda: self._phone(phones.forget),
            lambda: self._offer(number),
            lambda: self._phone(phones.acknowledge_policy, number, 9_000 + number, 2),
            lambda: self._phone(phones.refuse_policy, 3),
            lambda: self._phone(phones.approve),
            lambda: self._phone(phones.except_from_policy),
            lambda: self._phone(phones.end_exception),
            lambda: self._phone(phones.call_it, f"phone {number}"),
            lambda: self._phone(phones.set_ceiling, self.random.choice(("", "14.1"))),
            lambda: self._rules(use.choose_default, self.random.choice(ACCESSES)),
            lambda: self._rules(use.put_rule, *self._rule(), self.random.choice(ACCESSES)),
            lambda: self._rules(use.remove_rule, *self._rule()),
            lambda: self.house.admit(a_request("Ping", version=self.random.choice(SPOKEN))),
            lambda: self.house.admit(a_request("Provision")),
            lambda: self._person(people.set_ceiling, self.random.choice(("", "16.0"))),
            lambda: self._person(people.disable),
            lambda: self._person(people.enable),
            lambda: self._person(people.assign_policy, self.random.choice(("", "strict"))),
            lambda: self._person(people.set_out_of_office, OutOfOffice(state=number % 2)),
            lambda: self.house.under_policy(MinDevicePasswordLength=str(1 + number % 16)),
            self._add,
            self._revise,
            self._remove_or_restore,
        )
        with suppress(Refused, Refusal):
            acts[number % len(acts)]()

    def _phone(self, act: Callable[..., object], *facts: object) -> None:
        act(self.house.groupware, self.house.admin, self.phone, *facts)

    def _rules(self, act: Callable[..., object], *facts: object) -> None:
        act(self.house.groupware, self.house.admin, *facts)

    def _rule(self) -> tuple[str, str]:
        return self.random.choice(ABOUT), self.random.choice(("iphone*", "IPHONE*", "*", "Zune"))

    def _person(self, act: Callable[..., object], *facts: object) -> None:
        act(self.house.groupware, self.house.admin, self.account, *facts)

    def _offer(self, number: int) -> None:
        demand = phones.demand_on(self.house.groupware, self.house.account(), None)
        self._phone(phones.offer_policy, demand, number + 1)

    def _add(self) -> None:
        name = self.random.choice(("Ann", "Bob"))
        self.contacts.append(self.house.contact(first_name=name, picture=b"jpeg"))

    def _revise(self) -> None:
        for contact in self.contacts[-1:]:
            name = self.random.choice(("Cem", CLEARED, "Ann"))
            photo = self.random.choice((CLEARED, b"png"))
            self.house.revise(contact, first_name=name, picture=photo, company_name="Ö & Co")

    def _remove_or_restore(self) -> None:
        for contact in self.contacts:
            self.random.choice((self.house.remove, self.house.restore))(contact)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.integers(0, 200), min_size=20, max_size=60))
def test_every_row_can_be_rebuilt_from_the_log(
    tmp_path_factory: pytest.TempPathFactory, seed: int, numbers: list[int]
) -> None:
    house = House(tmp_path_factory.mktemp("home"))
    life = Life(house, seed)
    for number in numbers:
        life.step(number)
    before = _rows(house)
    _rebuild(house)
    assert _rows(house) == before
    house.close()


def test_a_row_says_what_its_aggregate_says(house: House) -> None:
    life = Life(house, 1)
    for number in range(60):
        life.step(number)
        phone = house.groupware.load(Partnership, life.phone)
        if phone.forgotten:
            continue
        row = house.phone()
        assert (row.blocked, row.wipe, row.wiped) == (phone.blocked, phone.wipe, phone.wiped)
        assert (row.offered_key, row.offered_at) == (phone.offered_key, phone.offered_at)
        assert (row.policy_key, row.policy_status) == (phone.policy_key, phone.policy_status)
        assert (row.policy, row.edition) == (phone.policy or ("", 0))
        assert row.about == phone.about
        told = (phone.agent, phone.model, phone.os, phone.speaks)
        assert (row.agent, row.model, row.os, row.version) == told
        assert (row.label, row.ceiling) == (phone.label, phone.ceiling)
        assert (row.approved, row.excepted, row.silent) == (
            phone.approved,
            phone.excepted,
            phone.silent,
        )


def test_a_forgotten_phone_is_in_no_list_and_comes_back_as_a_new_one(house: House) -> None:
    house.person()
    first = house.admit(a_request())
    assert first is not None
    phones.describe(house.groupware, house.admin, first.id, {"model": "iPhone"})
    phones.block(house.groupware, house.admin, first.id, "lost")
    phones.forget(house.groupware, house.admin, first.id)
    with house.groupware.reading() as connection:
        assert devices.all_devices(connection) == []
        assert devices.count(connection, first.account) == 0
    again = house.admit(a_request())
    assert again is not None
    assert (again.id, again.about, again.blocked) == (first.id, {}, "")
    assert again.created > first.created


def test_the_time_a_phone_was_seen_is_written_once_a_minute(house: House) -> None:
    house.person()
    seen = []
    for seconds in (0, 59, 2):
        house.clock.advance(seconds=seconds)
        house.admit(a_request())
        with house.groupware.reading() as connection:
            row = sightings.seen(connection, house.phone().id)
        assert row is not None
        seen.append(row.last_seen)
    assert seen[1] == seen[0]
    assert seen[2] == house.clock()
    assert (row.agent, row.version) == ("Apple-iPhone14C5/2302.1", "16.1")


def test_being_seen_is_no_event(house: House) -> None:
    house.person()
    house.admit(a_request())
    before = house.log_length()
    for _ in range(10):
        house.clock.advance(minutes=2)
        house.admit(a_request())
    assert house.log_length() == before


def test_a_policy_remembers_all_it_ever_demanded(house: House) -> None:
    house.person()
    house.under_policy(AllowCamera="0")
    house.under_policy(DevicePasswordEnabled="1")
    with house.groupware.reading() as connection:
        policy = policies.find(connection, "STRICT")
        assert policies.all_policies(connection) == [policy]
    assert policy is not None
    assert (policy.name, policy.edition) == ("strict", 2)
    assert policy.settings == {"DevicePasswordEnabled": "1"}
    assert policy.ever == {"DevicePasswordEnabled", "AllowCamera"}
