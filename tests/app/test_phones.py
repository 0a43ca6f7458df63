"""What is decided about phones, and by whom."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.ids import by_id
from app.devices import access, phones
from app.devices.access import LONGEST_PATTERN, MOST_RULES
from app.devices.phones import LONGEST_LABEL
from domain.base import Authorship
from domain.partnership import Partnership
from domain.refused import Refused
from projections import deeds
from projections import lines as kept
from tests.app.handset import Handset, id_of
from tests.app.house import House, a_request


@pytest.fixture
def mine(house: House) -> House:
    """Ada's house, with a phone that was here."""
    house.admit(a_request())
    return house


def ada(house: House) -> Authorship:
    return house.groupware.author("user:ada", "test")


def test_a_person_names_a_phone_and_takes_the_name_back(mine: House) -> None:
    assert mine.phone().name == "iPhone14C5", "as its agent tells"
    phones.describe(mine.groupware, mine.admin, mine.phone().id, {"name": "Ada’s iPhone"})
    assert mine.phone().name == "Ada’s iPhone"
    phones.call_it(mine.groupware, ada(mine), mine.phone().id, "  The   old one ")
    assert mine.phone().name == "The old one"
    phones.call_it(mine.groupware, ada(mine), mine.phone().id, "")
    assert mine.phone().name == "Ada’s iPhone"


@pytest.mark.parametrize("name", ["x" * (LONGEST_LABEL + 1), "a\x00b", "a\u202eb"])
def test_what_cannot_be_a_name_is_refused(mine: House, name: str) -> None:
    with pytest.raises(Refused, match="characters at most"):
        phones.call_it(mine.groupware, ada(mine), mine.phone().id, name)


def test_a_person_removes_a_phone_but_no_block(mine: House) -> None:
    id = mine.phone().id
    phones.block(mine.groupware, mine.admin, id, "lost")
    with pytest.raises(Refused, match="only an administrator"):
        phones.forget(mine.groupware, ada(mine), id)
    phones.unblock(mine.groupware, mine.admin, id)
    phones.forget(mine.groupware, ada(mine), id)
    assert mine.groupware.load(Partnership, id).forgotten


def test_what_is_so_already_is_no_event(mine: House) -> None:
    id, facts = mine.phone().id, (mine.groupware, mine.admin)
    for act in (phones.approve, phones.except_from_policy):
        act(*facts, id)
    phones.call_it(*facts, id, "A")
    phones.set_ceiling(*facts, id, "14.1")
    length = mine.log_length()
    for act in (phones.approve, phones.except_from_policy):
        act(*facts, id)
    phones.call_it(*facts, id, "A")
    phones.set_ceiling(*facts, id, "14.1")
    assert mine.log_length() == length


def test_each_decision_has_its_author_and_time(mine: House) -> None:
    id = mine.phone().id
    phones.block(mine.groupware, mine.admin, id)
    mine.clock.advance(hours=1)
    phones.approve(mine.groupware, mine.admin, id)
    phones.call_it(mine.groupware, ada(mine), id, "Mine")
    with mine.groupware.reading() as connection:
        decided = deeds.of_phone(connection, id)
    assert decided[deeds.BLOCKED].by == decided[deeds.APPROVED].by == "admin:root"
    assert (decided[deeds.LABELLED].by, decided[deeds.INTRODUCED].by) == (
        "user:ada",
        by_id("device", id),
    )
    assert (decided[deeds.APPROVED].at - decided[deeds.BLOCKED].at).seconds == 3600


def test_which_folders_a_phone_keeps_in_step_is_known(mine: House) -> None:
    phone = Handset(mine)
    phone.folder_sync("0")
    phone.catch_up(phone.calendar)
    with mine.groupware.reading() as connection:
        found = kept.synced(connection, mine.phone().id)
    assert id_of(phone.calendar) in found
    assert id_of(phone.contacts) not in found


def test_a_phone_that_calls_itself_this_and_that_is_written_down_once_an_hour(mine: House) -> None:
    length = mine.log_length()
    for minute in range(120):
        mine.clock.advance(minutes=1)
        with_agent = Handset(mine, facts={"user_agent": f"agent {minute % 2}"})
        with_agent.ask("Settings", None)
    assert mine.log_length() - length <= 2
    assert mine.phone().agent.startswith("agent")


@pytest.mark.parametrize(
    ("about", "pattern", "word"),
    [
        ("type", "", "block"),
        ("type", "x" * (LONGEST_PATTERN + 1), "block"),
        ("type", "a\nb", "block"),
        ("colour", "red", "block"),
        ("type", "iPhone", "maybe"),
    ],
)
def test_what_is_no_rule_is_refused(house: House, about: Any, pattern: str, word: Any) -> None:
    with pytest.raises(Refused):
        access.put_rule(house.groupware, house.admin, about, pattern, word)


def test_there_are_not_too_many_rules(house: House) -> None:
    with house.groupware.acting(house.admin):
        for number in range(MOST_RULES):
            access.put_rule(house.groupware, house.admin, "model", f"M{number}", "block")
        with pytest.raises(Refused, match=str(MOST_RULES)):
            access.put_rule(house.groupware, house.admin, "model", "One more", "block")
        access.put_rule(house.groupware, house.admin, "model", "m7", "allow")
