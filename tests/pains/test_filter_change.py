"""Narrowing what a phone sees can never delete anything (pain 16)."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from adapters.eas.version import Version
from adapters.ids import server_id
from domain.when import AllDay
from tests.app.handset import (
    EVERY,
    Handset,
    adding,
    an_event,
    commanding,
    daily,
    deleting,
    id_of,
    is_live,
    options,
    responses,
    verbs,
)
from tests.app.house import House

WINDOWS = (0, 4, 5, 6, 7)
AGES = (1, 20, 40, 100, 200)
SEEN = {0: 5, 4: 1, 5: 2, 6: 3, 7: 4}
"""How many of these ages are inside each window."""


@pytest.fixture
def calendar(house: House) -> list[str]:
    """Appointments of several ages, in days."""
    today = house.clock().date()
    ids = []
    for age in AGES:
        day = today - timedelta(days=age)
        when = AllDay(day, day + timedelta(days=1))
        ids.append(server_id(house.appointment(subject=f"{age} days", when=when)))
    return ids


@pytest.mark.parametrize(("before", "after"), list(permutations(WINDOWS, 2)))
def test_filter_change_never_deletes(
    house: House, phone: Handset, calendar: list[str], before: int, after: int
) -> None:
    phone.begin(phone.calendar)
    assert len(phone.catch_up(phone.calendar, options(before))) == SEEN[before]
    told = verbs(phone.catch_up(phone.calendar, options(after)))
    difference = SEEN[after] - SEEN[before]
    assert [verb for verb, _ in told] == ["Add" if difference > 0 else "SoftDelete"] * abs(
        difference
    )
    assert all(is_live(house, id) for id in calendar)
    assert phone.catch_up(phone.calendar) == []


@pytest.mark.parametrize("version", EVERY)
def test_as_time_goes_by_old_appointments_leave_the_phone_only(
    house: House, version: Version, calendar: list[str]
) -> None:
    phone = Handset(house, version)
    phone.begin(phone.calendar)
    phone.catch_up(phone.calendar, options(5))
    house.clock.advance(days=25)
    told = verbs(phone.catch_up(phone.calendar))
    assert told == [
        ("SoftDelete", calendar[1]),
    ] or set(told) == {("SoftDelete", calendar[1])}
    assert all(is_live(house, id) for id in calendar)


def test_what_comes_back_into_the_window_is_new_to_the_phone(
    house: House, phone: Handset, calendar: list[str]
) -> None:
    phone.begin(phone.calendar)
    phone.catch_up(phone.calendar, options(4))
    today = house.clock().date()
    house.revise(id_of(calendar[-1]), when=AllDay(today, today + timedelta(days=1)))
    assert verbs(phone.catch_up(phone.calendar)) == [("Add", calendar[-1])]


def test_a_series_without_end_stays(house: House, phone: Handset) -> None:
    phone.begin(phone.calendar, options(4))
    endless = daily(1)
    endless.children = endless.children[:2]
    id = phone.add(phone.calendar, *an_event(), endless)
    short = phone.add(phone.calendar, *an_event("Short"), daily(3), client_id="c2")
    house.clock.advance(days=100)
    assert verbs(phone.catch_up(phone.calendar)) == [("SoftDelete", short)]
    assert is_live(house, id)


def test_an_own_edit_that_leaves_the_window_is_taken_off_the_phone(
    house: House, phone: Handset
) -> None:
    phone.begin(phone.calendar, options(4))
    told = phone.told(phone.calendar, commanding(adding(*an_event(day="20250110"))))
    (response,) = responses(told)
    id = response.text_of("airsync:ServerId", "")
    gone = [
        *verbs(list(told.find("airsync:Commands") or ())),
        *verbs(phone.catch_up(phone.calendar)),
    ]
    assert gone == [("SoftDelete", id)]
    assert is_live(house, id)


def test_a_phone_that_deletes_what_was_soft_deleted_asks_for_a_deletion(
    house: House, phone: Handset, calendar: list[str]
) -> None:
    """It no longer has the item: a late Delete of its own is one from before the narrowing."""
    phone.begin(phone.calendar)
    phone.catch_up(phone.calendar, options(0))
    told = phone.told(phone.calendar, options(4), commanding(deleting(calendar[0])))
    assert responses(told) == []
    assert not is_live(house, calendar[0])
    assert all(is_live(house, id) for id in calendar[1:])
