"""One life in one collection at a time, told by events that each have an author."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import Context
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.appointment import (
    Appointment,
    AppointmentCancelled,
    AppointmentRevised,
    OccurrenceCancelled,
    OccurrenceChanged,
)
from domain.base import Authorship, acting
from domain.item import NO_ECHO, Echo, EditSetAside, Item, ItemReoffered
from domain.patch import CANCELLED, CLEARED, OCCURRENCES, Patch
from domain.person import Contact

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = date(2026, 3, 2)
OWNER, CALENDAR = uuid4(), uuid4()
PHONE = uuid4()


@pytest.fixture(autouse=True)
def author() -> Iterator[None]:
    with acting(Authorship("device:phone", "request 7", AT, PHONE)):
        yield


def an_item(**values: Any) -> Appointment:
    return Appointment.begin(uuid4(), OWNER, CALENDAR, {"subject": "Dentist", **values})


def last(item: Item) -> Any:
    return item.pending_events[-1]


def test_every_event_says_who_when_and_why() -> None:
    item = an_item()
    item.revise({"subject": "Doctor"})
    item.set_aside(uuid4(), {"subject": "A"}, {"subject": "B"}, "both changed it")
    item.remove()
    item.restore()
    item.move(uuid4())
    item.reoffer("withdrawn", NO_ECHO)
    assert len(item.pending_events) == 7
    for event in item.pending_events:
        facts = (event.actor, event.request, event.partnership, event.timestamp)
        assert facts == ("device:phone", "request 7", PHONE, AT)
        assert event.subject == OWNER


def test_without_an_author_nothing_happens() -> None:
    with pytest.raises(LookupError):
        Context().run(an_item)


def test_the_edition_changes_with_value_and_life_and_with_nothing_else() -> None:
    item = an_item()
    edit = uuid4()
    seen = []
    for act in (
        lambda: item.revise({"subject": "B"}),
        lambda: item.set_aside(edit, {"subject": "C"}, {"subject": "B"}, "lost"),
        lambda: item.reoffer("joined", Echo(1, True, True)),
        lambda: item.restore_edit(edit),
        lambda: item.remove(),
        lambda: item.restore(),
        lambda: item.move(uuid4()),
    ):
        act()
        seen.append((item.version, item.edition))
    assert seen == [(2, 2), (3, 2), (4, 2), (5, 5), (6, 6), (7, 7), (8, 8)]


def test_a_revision_names_the_edition_it_was_made_on() -> None:
    item = an_item()
    item.revise({"subject": "B"})
    item.revise({"reminder": 5}, base=1)
    assert [event.base for event in item.pending_events[1:]] == [1, 1]


def test_an_edit_set_aside_can_be_put_in_force_once() -> None:
    item, edit = an_item(), uuid4()
    item.set_aside(edit, {"subject": "Lost", "reminder": CLEARED}, {}, "lost")
    item.restore_edit(edit)
    assert item.values["subject"] == "Lost"
    assert not item.aside
    with pytest.raises(KeyError):
        item.restore_edit(edit)


def test_a_removed_item_keeps_its_values_for_the_day_it_is_restored() -> None:
    item = an_item(reminder=5)
    item.remove()
    assert (item.removed, item.values["reminder"]) == (True, 5)
    item.restore()
    assert (item.removed, item.values["reminder"]) == (False, 5)


def test_a_move_changes_nothing_but_the_place() -> None:
    item, elsewhere = an_item(), uuid4()
    item.move(elsewhere)
    assert (item.collection, item.values) == (elsewhere, {"subject": "Dentist"})
    assert last(item).source == CALENDAR


@pytest.mark.parametrize("place", [None, uuid4()])
def test_an_offer_says_to_whom_and_for_which_folder(place: UUID | None) -> None:
    item = an_item()
    item.reoffer("released", Echo(7, False, None), place)
    event = last(item)
    assert isinstance(event, ItemReoffered)
    assert (event.line, event.collection) == (7, place or CALENDAR)


@pytest.mark.parametrize(
    ("patch", "event"),
    [
        ({"subject": "B"}, AppointmentRevised),
        ({OCCURRENCES: {DAY: CANCELLED}}, OccurrenceCancelled),
        ({OCCURRENCES: {DAY: {"subject": "B"}}}, OccurrenceChanged),
        ({OCCURRENCES: {DAY: CANCELLED, DAY.replace(day=9): {"subject": "B"}}}, OccurrenceChanged),
        ({OCCURRENCES: {DAY: CANCELLED}, "subject": "B"}, AppointmentRevised),
        ({OCCURRENCES: CLEARED}, AppointmentRevised),
    ],
)
def test_an_event_has_the_name_that_fits_best(patch: Patch, event: type) -> None:
    item = an_item()
    item.revise(patch)
    assert type(last(item)) is event


def test_a_removal_is_told_in_the_words_of_its_kind() -> None:
    item = an_item()
    item.remove()
    assert type(last(item)) is AppointmentCancelled


def test_an_appointment_is_sealed_under_its_owner_and_a_contact_under_itself() -> None:
    id = uuid4()
    assert Appointment.begin(id, OWNER, CALENDAR, {}).subject == OWNER
    contact = Contact.begin(id, OWNER, CALENDAR, {"first_name": "Ada"})
    assert contact.subject == id
    contact.set_aside(uuid4(), {"first_name": "Eva"}, {}, "lost")
    event = last(contact)
    assert isinstance(event, EditSetAside)
    assert event.subject == id
    assert set(event.personal) == {"lost", "kept"}
