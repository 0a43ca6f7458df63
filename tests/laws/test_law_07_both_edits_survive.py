"""Law 7, through the engine: merged where they differ, decided and kept where they collide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app import items as use
from app.composition import CODEC
from domain.calendar import Attendee
from domain.patch import CLEARED
from projections import conflicts
from projections.conflicts import SetAside
from tests.builders import (
    Caller,
    House,
    a_contact,
    an_appointment,
    delete,
    patch,
    statuses,
    told,
)
from tests.domain.test_conflict import COLLIDING, TESTED, fields_of, samples


def value(kind: str, name: str, n: int) -> Any:
    return samples(name, fields_of(kind)[name], n)


def waiting(house: House) -> list[SetAside]:
    with house.groupware.reading() as connection:
        return conflicts.waiting(connection, house.account)


@pytest.fixture
def whole(house: House) -> dict[str, UUID]:
    """An appointment and a contact that have a value in every field."""
    made = {}
    for kind, base in (("calendar", an_appointment()), ("contacts", a_contact())):
        values = {n: value(k, n, 1) for k, n in TESTED if k == kind and n != "recurrence"}
        (made[kind],) = house.fill([base | values], kind)
    return made


FIELDS = [(kind, name) for kind, name in TESTED if name not in ("uid", "recurrence")]
PAIRS = list(zip(FIELDS, FIELDS[1:] + FIELDS[:1], strict=True))


@pytest.mark.parametrize("kind", ["calendar", "contacts"])
def test_each_field_is_merged_beside_an_edit_of_another(
    house: House, whole: dict[str, UUID], kind: str
) -> None:
    phone = Caller(house, kind)
    key, item = phone.start(), whole[kind]
    for number, ((k, mine), (other, theirs)) in enumerate(PAIRS):
        if k != kind or other != kind:
            continue
        said, edited = value(kind, mine, 2 + number % 7), value(kind, theirs, 3 + number % 11)
        house.revise(item, kind, **{theirs: edited})
        answer = phone.sync(key, patch(item, **{mine: said}))
        assert statuses(answer.verdicts) == [1], (mine, theirs)
        now = house.load(item, kind).values
        assert now[mine] == said or mine in ("stamp", "categories", "children", "foreign")
        assert now[theirs] == edited or theirs in ("stamp",)
        key = phone.drain(answer.key)[0]
    assert waiting(house) == []


@pytest.mark.parametrize("client_wins", [False, True])
@pytest.mark.parametrize("kind", ["calendar", "contacts"])
def test_a_collision_in_any_field_is_decided_kept_and_restorable(
    house: House, whole: dict[str, UUID], kind: str, client_wins: bool
) -> None:
    phone = Caller(house, kind, client_wins=client_wins)
    key, item = phone.start(), whole[kind]
    for k, name in COLLIDING:
        if k != kind or name in ("uid", "recurrence"):
            continue
        mine, theirs = value(kind, name, 20), value(kind, name, 21)
        winner, loser = (mine, theirs) if client_wins else (theirs, mine)
        house.revise(item, kind, **{name: theirs})
        answer = phone.sync(key, patch(item, **{name: mine}))
        assert statuses(answer.verdicts) == [1 if client_wins else 7], name
        assert told(answer.entries) == [("Change", item)]
        assert house.load(item, kind).values[name] == winner
        (aside,) = waiting(house)
        assert CODEC.decode(aside.lost) == {name: loser}
        assert CODEC.decode(aside.kept) == {name: winner}
        with house.editing():
            use.restore_edit(house.groupware, house.load(item, kind), aside.edit)
        assert house.load(item, kind).values[name] == loser
        assert waiting(house) == []
        key = phone.drain(answer.key)[0]


def test_a_restored_edit_is_told_to_the_phone_that_lost(
    house: House, whole: dict[str, UUID]
) -> None:
    phone, item = Caller(house), whole["calendar"]
    key = phone.start()
    house.revise(item, subject="Theirs")
    answer = phone.sync(key, patch(item, subject="Mine"))
    (aside,) = waiting(house)
    with house.editing():
        use.restore_edit(house.groupware, house.load(item), aside.edit)
    assert told(phone.sync(answer.key).entries) == [("Change", item)]


def test_an_edit_of_what_was_deleted_is_kept_and_brings_it_back(
    house: House, whole: dict[str, UUID]
) -> None:
    phone, item = Caller(house), whole["calendar"]
    key = phone.start()
    house.remove(item)
    answer = phone.sync(key, patch(item, subject="Mine"))
    assert statuses(answer.verdicts) == [8]
    assert told(answer.entries) == [("Delete", item)]
    (aside,) = waiting(house)
    with house.editing():
        use.restore_edit(house.groupware, house.load(item), aside.edit)
    assert house.load(item).values["subject"] == "Mine"
    assert told(phone.sync(answer.key).entries) == [("Add", item)]


def test_a_deletion_beats_an_edit_that_the_phone_had_not_seen(
    house: House, whole: dict[str, UUID]
) -> None:
    phone, item = Caller(house), whole["calendar"]
    key = phone.start()
    house.revise(item, subject="Theirs")
    answer = phone.sync(key, delete(item))
    assert statuses(answer.verdicts) == [1]
    assert house.load(item).removed
    house.restore(item)
    assert house.load(item).values["subject"] == "Theirs", "nothing was lost with it"


def test_two_phones_that_invite_different_people_invite_both(
    house: House, whole: dict[str, UUID]
) -> None:
    item = whole["calendar"]
    before = house.load(item).values["attendees"]
    phones = [Caller(house), Caller(house)]
    keys = [phone.start() for phone in phones]
    for name, phone, key in zip("bc", phones, keys, strict=True):
        people = (*before, Attendee(f"{name}@example.org"))
        assert statuses(phone.sync(key, patch(item, attendees=people)).verdicts) == [1]
    emails = {attendee.email for attendee in house.load(item).values["attendees"]}
    assert emails == {"a@example.org", "b@example.org", "c@example.org"}


def test_an_edit_is_never_given_up_for_its_age(house: House, whole: dict[str, UUID]) -> None:
    """Made on an edition of a hundred editions ago, in another field than all of those."""
    phone, item = Caller(house), whole["calendar"]
    key = phone.start()
    for n in range(100):
        house.revise(item, subject=f"Theirs {n}")
    house.clock.advance(86_400 * 365)
    answer = phone.sync(key, patch(item, reminder=CLEARED))
    assert statuses(answer.verdicts) == [1]
    values = house.load(item).values
    assert ("reminder" in values, values["subject"]) == (False, "Theirs 99")
