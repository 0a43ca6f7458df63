"""Provisioning that loops or is refused: two thousand Provision calls of one phone, Gmail that
refuses a policy, iPhones that ask again and again, clients that give up on "no policy".

By default nobody is asked for anything; whoever asks gets the same answer for a minute, and
nothing is written; a phone that acknowledged once is never sent back to the start.
"""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from tests.app.house import House, texts
from tests.app.test_provision import (
    about,
    acknowledgement,
    admitted,
    demanded,
    initial,
    key_of,
    provisioned,
)


@pytest.mark.parametrize("policy", [False, True])
def test_a_phone_that_provisions_in_a_loop_writes_once_a_minute(house: House, policy: bool) -> None:
    if policy:
        house.under_policy(DevicePasswordEnabled="1")
    keys, body = set(), initial(about(Model="iPhone14C5"))
    lengths = []
    for _ in range(100):
        offered = key_of(house.answer("Provision", body))
        keys.add((offered, key_of(house.answer("Provision", acknowledgement(offered)))))
        house.clock.advance(seconds=0.5)
        lengths.append(house.log_length())
    assert len(keys) == 1
    assert len(set(lengths)) == 1


@pytest.mark.parametrize("version", list(Version)[1:])
def test_whoever_provisions_when_told_to_is_not_told_again(house: House, version: Version) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    key, asked = 0, 0
    for _ in range(30):
        house.clock.advance(minutes=7)
        if admitted(house, key, version=version):
            key, asked = provisioned(house, version=version), asked + 1
    assert asked == 1


def test_a_phone_that_shows_no_key_with_ping_is_not_sent_back(house: House) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    key = provisioned(house)
    for _ in range(5):
        assert admitted(house, None, "Ping") == 0
        assert admitted(house, key) == 0


def test_by_default_nobody_is_asked_to_provision(house: House) -> None:
    assert admitted(house, None) == 0
    assert admitted(house, 0) == 0


def test_nobody_is_told_that_there_is_no_policy(house: House) -> None:
    root = house.answer("Provision", initial())
    assert texts(root, "provision:Status") == ["1", "1"]
    assert demanded(root)["DevicePasswordEnabled"] == "0"


def test_a_lost_reply_in_either_phase_costs_one_repeat(house: House) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    lost = house.answer("Provision", initial())
    assert house.answer("Provision", initial()) == lost
    final = house.answer("Provision", acknowledgement(key_of(lost)))
    assert house.answer("Provision", acknowledgement(key_of(lost))) == final
    assert admitted(house, key_of(final)) == 0


def test_a_late_acknowledgement_of_an_earlier_offer_does_not_undo_a_later_one(
    house: House,
) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    first = key_of(house.answer("Provision", initial()))
    early = key_of(house.answer("Provision", acknowledgement(first)))
    house.clock.advance(minutes=2)
    second = key_of(house.answer("Provision", initial()))
    assert key_of(house.answer("Provision", acknowledgement(first))) == early
    late = key_of(house.answer("Provision", acknowledgement(second)))
    assert admitted(house, late) == 0
    again = house.answer("Provision", acknowledgement(first))
    assert texts(again, "provision:Status") == ["1", "5"]
    assert admitted(house, late) == 0
