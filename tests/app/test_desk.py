"""What a phone's commands become: statuses, joins, and what is set aside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.eas.dialect import Unconvertible
from app import items as use
from app.composition import CODEC
from app.engine.conversation import Command, Conversation
from app.engine.desk import FRESH, ItemDesk, Meaning
from app.folders import make
from domain.folder import USER_CALENDAR
from domain.patch import Values
from projections import conflicts
from tests.builders import (
    Caller,
    House,
    a_contact,
    a_house,
    add,
    an_appointment,
    change,
    delete,
    patch,
    statuses,
    told,
)

ONE = an_appointment("One", uid="u1", reminder=5)


@pytest.fixture
def house() -> Iterator[House]:
    with a_house() as house:
        yield house


def live(house: House, kind: str = "calendar") -> list[UUID]:
    rows = house.rows("SELECT id FROM item WHERE kind = ? AND NOT removed ORDER BY id", kind)
    return [UUID(bytes=id) for (id,) in rows]


def aside(house: House) -> list[tuple[dict[str, Any], str]]:
    with house.groupware.reading() as connection:
        waiting = conflicts.waiting(connection, house.account)
    return [(CODEC.decode(each.lost), each.reason) for each in waiting]


def elsewhere(house: House) -> UUID:
    with house.editing() as connection:
        return make(house.groupware, connection, house.account, "Other", USER_CALENDAR).id


# Add


def test_an_item_without_a_uid_gets_one_of_its_own(house: House) -> None:
    phone = Caller(house)
    answer = phone.sync(phone.start(), add("c", an_appointment("Mine")))
    item = answer.verdicts[0].item
    assert item is not None
    assert house.load(item).values["uid"] == str(item)


@pytest.mark.parametrize("later", [0, FRESH * 100])
def test_an_item_with_a_uid_that_is_here_is_that_item_at_any_time(house: House, later: int) -> None:
    phone = Caller(house)
    ids = house.fill([ONE])
    key = phone.begin()
    house.clock.advance(later)
    answer = phone.sync(key, add("c", {**ONE, "subject": "Copy"}))
    assert answer.verdicts[0].item == ids[0]
    assert live(house) == ids
    assert house.load(ids[0]).values["subject"] == "One"
    assert aside(house) == [({"subject": "Copy"}, "a copy that was uploaded again differed")]
    assert told(answer.entries) == [("Change", ids[0])], "it hears what stands"


def test_the_uid_that_the_phone_gave_itself_is_known_as_well(house: House) -> None:
    """From 16.0 on a phone names its own in ClientUid, and the server makes another."""
    phone = Caller(house)
    values = an_appointment("Mine", client_uid="phone-7")
    first = phone.sync(phone.start(), add("c", values))
    again = phone.sync(phone.begin(), add("d", {**values, "subject": "Renamed"}))
    assert again.verdicts[0].item == first.verdicts[0].item


@pytest.mark.parametrize(("later", "joined"), [(FRESH - 1, True), (FRESH + 1, False)])
def test_a_copy_without_a_uid_is_known_by_its_looks_for_ten_minutes(
    house: House, later: int, joined: bool
) -> None:
    phone = Caller(house)
    ids = house.fill([ONE])
    key = phone.begin()
    house.clock.advance(later)
    answer = phone.sync(key, add("c", an_appointment("one ")))
    assert (answer.verdicts[0].item == ids[0]) == joined
    assert len(live(house)) == (1 if joined else 2)


def test_a_copy_that_knows_less_denies_nothing(house: House) -> None:
    phone = Caller(house, "contacts")
    ids = house.fill([a_contact(job_title="Astronomer")], "contacts")
    answer = phone.sync(phone.begin(), add("c", a_contact()))
    assert answer.verdicts[0].item == ids[0]
    assert house.load(ids[0], "contacts").values["job_title"] == "Astronomer"
    assert aside(house) == []
    assert told(answer.entries) == [("Change", ids[0])], "it is told the rest"


def test_two_copies_that_look_alike_are_two_items(house: House) -> None:
    """A line meets an item once: what it uploads beside that is something of its own."""
    phone = Caller(house)
    house.fill([an_appointment("Same")])
    commands = (add("c", an_appointment("Same")), add("d", an_appointment("Same")))
    answer = phone.sync(phone.begin(), *commands)
    assert answer.verdicts[0].item != answer.verdicts[1].item
    assert len(live(house)) == 2


def test_an_item_is_met_in_its_own_folder_only(house: House) -> None:
    house.fill([ONE])
    phone = Caller(house, collection=elsewhere(house))
    phone.sync(phone.begin(), add("c", ONE))
    assert len(live(house)) == 2


def test_what_was_deleted_and_is_uploaded_again_is_a_new_item(house: House) -> None:
    phone = Caller(house)
    (old,) = house.fill([ONE])
    house.remove(old)
    answer = phone.sync(phone.begin(), add("c", ONE))
    assert answer.verdicts[0].item not in (old, None)
    assert house.load(old).removed


# Change


def test_a_change_of_nothing_that_ever_was_is_not_found(house: House) -> None:
    phone = Caller(house)
    answer = phone.sync(phone.start(), change(uuid4(), ONE))
    assert statuses(answer.verdicts) == [8]


def test_a_change_of_an_item_of_another_kind_is_not_found(house: House) -> None:
    (contact,) = house.fill([a_contact()], "contacts")
    phone = Caller(house)
    assert statuses(phone.sync(phone.start(), patch(contact, subject="x")).verdicts) == [8]
    assert statuses(phone.sync(phone.start(), delete(contact)).verdicts) == [8]
    assert live(house, "contacts") == [contact]


@pytest.mark.parametrize("seen", [False, True])
def test_an_edit_of_what_is_gone_is_set_aside(house: House, seen: bool) -> None:
    """Whether or not the phone was told already that it is."""
    phone = Caller(house)
    (id,) = house.fill([ONE])
    key = phone.start()
    house.remove(id)
    key = phone.sync(key).key if seen else key
    answer = phone.sync(key, patch(id, subject="Mine"))
    assert statuses(answer.verdicts) == [8]
    assert aside(house) == [({"subject": "Mine"}, "the item was no longer there")]


def test_an_edit_of_what_moved_away_is_set_aside(house: House) -> None:
    phone = Caller(house)
    (id,) = house.fill([ONE])
    key = phone.start()
    other = elsewhere(house)
    with house.editing():
        use.move(house.groupware, house.load(id), other)
    answer = phone.sync(key, patch(id, subject="Mine"))
    assert statuses(answer.verdicts) == [8]
    assert told(answer.entries) == [("Delete", id)]
    assert [lost for lost, _ in aside(house)] == [{"subject": "Mine"}]


def test_the_same_edit_is_set_aside_once(house: House) -> None:
    phone = Caller(house)
    (id,) = house.fill([ONE])
    key = phone.start()
    house.remove(id)
    for _ in range(2):
        key = phone.sync(key, patch(id, subject="Mine")).key
    assert len(aside(house)) == 1


# Delete


def test_two_phones_may_delete_the_same(house: House) -> None:
    phones = [Caller(house), Caller(house)]
    (id,) = house.fill([ONE])
    keys = [phone.start() for phone in phones]
    for phone, key in zip(phones, keys, strict=True):
        answer = phone.sync(key, delete(id))
        assert (statuses(answer.verdicts), answer.entries) == ([1], ())
        assert phone.sync(answer.key).empty


def test_deleting_what_was_never_here_is_not_found(house: House) -> None:
    phone = Caller(house)
    assert statuses(phone.sync(phone.start(), delete(uuid4())).verdicts) == [8]


def test_deleting_what_moved_away_leaves_it_where_it_is(house: House) -> None:
    phone = Caller(house)
    (id,) = house.fill([ONE])
    key = phone.start()
    other = elsewhere(house)
    with house.editing():
        use.move(house.groupware, house.load(id), other)
    answer = phone.sync(key, delete(id))
    assert (statuses(answer.verdicts), answer.entries) == ([1], ()), "it is gone from here"
    assert not house.load(id).removed
    with house.editing():
        use.move(house.groupware, house.load(id), house.folder().id)
    assert told(phone.sync(answer.key).entries) == [("Add", id)]


# What cannot be read


class Stern(Caller):
    """Its items have to have a subject, and their `foreign` parts cannot be kept."""

    def desk(self, conversation: Conversation) -> ItemDesk:
        house = self.house

        def read(command: Command, base: Values | None) -> Meaning:
            if "subject" not in command.data:
                raise Unconvertible("no subject")
            said = {name: v for name, v in command.data.items() if name != "foreign"}
            return Meaning(said, refused=("20260302",) if "foreign" in command.data else ())

        place = (conversation.connection, conversation.collection)
        return ItemDesk(house.groupware, *place, self.kind, read)


def test_what_cannot_be_read_is_refused_alone(house: House) -> None:
    (id,) = house.fill([ONE])
    phone = Stern(house)
    key = phone.start()
    commands = (
        add("bad", {"reminder": 5}),
        add("good", an_appointment("Good", 3)),
        patch(id, reminder=7),
    )
    answer = phone.sync(key, *commands)
    assert statuses(answer.verdicts) == [6, 1, 6]
    assert house.load(id).values["reminder"] == 5
    assert len(live(house)) == 2


def test_occurrences_that_cannot_be_kept_are_named(house: House) -> None:
    phone = Stern(house)
    answer = phone.sync(phone.start(), add("c", an_appointment("Good", foreign=("x",))))
    assert statuses(answer.verdicts) == [184]
    assert answer.verdicts[0].refused == ("20260302",)
