"""A mail app that takes a new DeviceId at every start (Z-Push #167): it is served under each, the
administrator sees one phone, and no limit is ever reached (pain 6)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.devices import phones
from app.devices.admission import TOO_MANY
from projections.findings import RENAMED, findings
from projections.successors import successors
from tests.app.cli_runner import Cli
from tests.app.handset import Handset
from tests.app.house import House
from tests.app.test_provision import about, initial

LIMIT = 5


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, devices_per_user=LIMIT)
    house.person()
    yield house
    house.close()


def start(house: House, device: str, **facts: str) -> Handset:
    """A start of the app: it sets itself up and fetches what there is."""
    phone = Handset(house, device=device, facts=facts)
    phone.folder_sync("0")
    phone.catch_up(phone.contacts)
    return phone


def churn(house: House, starts: int) -> list[Handset]:
    names = []
    for number in range(starts):
        house.clock.advance(minutes=10)
        names.append(start(house, f"NEW{number:04}"))
    return names


def listed(house: House, *options: str) -> list[list[str]]:
    return Cli(house.settings.home).rows("device", "list", *options)


def test_device_id_churn(house: House) -> None:
    """Forty starts: the person's contacts are there after each, the list has one line."""
    house.contact(first_name="Grace")
    for phone in churn(house, 40):
        assert phone.keys[phone.contacts] != "0"
    (line,) = listed(house)
    assert line[2] == "NEW0039"
    assert line[-1].endswith(f"(other names before: {LIMIT - 1})")
    assert [row[2] for row in listed(house, "--all")] == [f"NEW{n:04}" for n in range(35, 40)]
    older = {row[-1] for row in listed(house, "--all")[:-1]}
    assert older == {"goes by a newer name, NEW0039"}
    assert "every row is what it says" in Cli(house.settings.home).done("verify")


def test_the_administrator_is_told_once(house: House) -> None:
    churn(house, 40)
    with house.groupware.reading() as connection:
        (finding,) = findings(connection, house.clock())
    assert (finding.kind, finding.detail, finding.times) == (RENAMED, "iPhone", 40)
    assert finding.about == house.account().id


def test_a_name_that_is_used_again_is_a_phone_again(house: House) -> None:
    first, _, last = churn(house, 3)
    house.clock.advance(minutes=10)
    first.catch_up(first.contacts)
    assert [row[2] for row in listed(house)] == [first.device, last.device]


def test_two_phones_of_one_kind_are_two(house: House) -> None:
    one, other = churn(house, 2)
    for _ in range(3):
        house.clock.advance(minutes=10)
        for phone in (one, other):
            phone.catch_up(phone.contacts)
    assert len(listed(house)) == 2


def test_another_kind_of_phone_supersedes_nobody(house: House) -> None:
    churn(house, 1)
    house.clock.advance(minutes=10)
    start(house, "OTHER", user_agent="Android/14")
    assert len(listed(house)) == 2


def test_phones_that_say_they_are_different_are_two(house: House) -> None:
    for phone, model in zip(churn(house, 2), ("iPhone 14", "iPhone 15"), strict=True):
        phone.answer("Provision", initial(about(Model=model)))
    assert len(listed(house)) == 2


def test_a_block_outlives_the_name_it_was_for(house: House) -> None:
    """One that is kept out is never forgotten for the sake of a newer name."""
    churn(house, 1)
    blocked = house.phone(device="NEW0000").id
    phones.block(house.groupware, house.admin, blocked)
    for number in range(LIMIT + 2):
        house.clock.advance(minutes=10)
        start(house, f"MORE{number}")
    (line,) = [row for row in listed(house, "--all") if row[2] == "NEW0000"]
    assert line[-1] == "blocked by admin:root: blocked"


def test_phones_that_all_live_still_reach_the_limit(house: House) -> None:
    phones_ = [start(house, f"LIVE{number}") for number in range(LIMIT)]
    house.clock.advance(minutes=10)
    for phone in phones_:
        phone.catch_up(phone.contacts)
    with house.groupware.reading() as connection:
        assert successors(connection, house.account().id) == {}
    reply = house.ask("FolderSync", device="ONEMORE")
    assert getattr(reply, "status", None) == TOO_MANY
