"""Sync: a fault stays where it is: one item, one collection (DESIGN law 9)."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from adapters.eas import calendar, contact
from adapters.store.pool import StoreBusy, StoreUnavailable
from adapters.wbxml import E, Element
from app import items as use
from app.engine import exchange
from app.engine.conversation import Conversation
from app.engine.desk import ItemDesk
from domain.body import Body
from projections import lines
from tests.app.handset import (
    Handset,
    adding,
    an_event,
    changing,
    commanding,
    commands,
    data_of,
    deleting,
    fetching,
    first_name,
    id_of,
    is_live,
    responses,
    status_of,
    verbs,
)
from tests.app.house import House, texts


class Fault(Exception):
    """What nobody expects."""


def failing_for(name: str, times: int = 10**6, why: Exception | None = None) -> Any:
    """A contact renderer that fails on the contact of this name, so many times."""
    left = [times]

    def render(values: Any, dialect: Any) -> list[Element]:
        if values.get("first_name") == name and left[0]:
            left[0] -= 1
            raise why or Fault
        return honest(values, dialect)

    honest = contact.render
    return render


def quarantined(house: House, phone: Handset) -> list[tuple[bool, bool]]:
    """Of what the phone is spared: whether it has an older edition, and whether reduced."""
    with house.groupware.reading() as connection:
        kept = lines.quarantined(connection, house.phone().id, id_of(phone.contacts))
    return [(each.held, each.reduced) for each in kept.values()]


def test_an_item_that_cannot_be_shown_is_left_out_and_noted(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Bea", "Bad", "Carl"):
        house.contact(first_name=name)
    monkeypatch.setattr(contact, "render", failing_for("Bad"))
    phone.begin(phone.contacts)
    key = phone.keys[phone.contacts]
    told = phone.told(phone.contacts)
    assert texts(told, "contacts:FirstName") == ["Bea", "Carl"]
    assert quarantined(house, phone) == [(False, False)]
    assert phone.told(phone.contacts, key=key) == told, "the same when asked again"
    assert phone.catch_up(phone.contacts) == []


def test_its_next_edition_is_offered_again(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = house.contact(first_name="Bad")
    monkeypatch.setattr(contact, "render", failing_for("Bad"))
    assert phone.catch_up(phone.contacts) == []
    house.revise(id, first_name="Good")
    (told,) = phone.catch_up(phone.contacts)
    assert told.name == "airsync:Add"
    assert texts(told, "contacts:FirstName") == ["Good"]


def test_a_change_that_cannot_be_shown_leaves_the_phone_what_it_has(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = house.contact(first_name="Good")
    phone.catch_up(phone.contacts)
    monkeypatch.setattr(contact, "render", failing_for("Bad"))
    house.revise(id, first_name="Bad")
    assert phone.catch_up(phone.contacts) == []
    assert quarantined(house, phone) == [(True, False)]
    house.revise(id, first_name="Better")
    (told,) = phone.catch_up(phone.contacts)
    assert told.name == "airsync:Change"


def test_what_only_fails_whole_is_shown_reduced(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.contact(first_name="Bad", body=Body("Heavy"), picture=b"none of a kind")
    monkeypatch.setattr(contact, "render", failing_for("Bad", times=1))
    (told,) = phone.catch_up(phone.contacts)
    assert texts(told, "contacts:FirstName") == ["Bad"]
    assert data_of(told).find("airsyncbase:Body") is None
    assert quarantined(house, phone) == [(False, True)]


def test_a_deletion_of_what_could_not_be_shown_is_not_told(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = house.contact(first_name="Bad")
    monkeypatch.setattr(contact, "render", failing_for("Bad"))
    phone.catch_up(phone.contacts)
    house.remove(id)
    assert phone.catch_up(phone.contacts) == []


def test_a_fetch_that_cannot_be_shown_is_status_6(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bad"))
    monkeypatch.setattr(contact, "render", failing_for("Bad"))
    (response,) = responses(phone.told(phone.contacts, commanding(fetching(id))))
    assert status_of(response) == 6


def failing_command(monkeypatch: pytest.MonkeyPatch, name: str, after: bool = True) -> None:
    """A use case that fails for a contact of this name, after it wrote all it writes."""
    honest = use.add

    def add(groupware: Any, connection: Any, collection: Any, kind: str, values: Any, *a: Any):  # type: ignore[no-untyped-def]
        made = honest(groupware, connection, collection, kind, values, *a)
        if values.get("first_name") == name:
            raise Fault
        return made

    monkeypatch.setattr(use, "add", add)


def test_a_command_that_fails_unexpectedly_damages_only_its_item(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.begin(phone.contacts)
    failing_command(monkeypatch, "Bad")
    names = ("Bea", "Bad", "Carl")
    adds = [adding(first_name(name), client_id=name) for name in names]
    told = phone.told(phone.contacts, commanding(*adds))
    assert [status_of(each) for each in responses(told)] == [1, 6, 1]
    other = Handset(house, device="OTHER")
    assert texts(_all(other), "contacts:FirstName") == ["Bea", "Carl"], "it left no trace"
    assert phone.sync(phone.contacts) is None


def _all(phone: Handset) -> Element:
    return Element("airsync:Commands", list(phone.catch_up(phone.contacts)))


@pytest.mark.parametrize("method", ["change", "delete"])
def test_changes_and_deletions_fail_one_by_one_too(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    phone.begin(phone.contacts)
    good, bad = (phone.add(phone.contacts, first_name(n), client_id=n) for n in ("Good", "Bad"))
    honest = getattr(ItemDesk, method)

    def act(self: ItemDesk, command: Any, *rest: Any) -> Any:
        verdict = honest(self, command, *rest)
        if command.item == id_of(bad):
            raise Fault
        return verdict

    monkeypatch.setattr(ItemDesk, method, act)
    edit = deleting if method == "delete" else lambda id: changing(id, first_name("New"))
    told = phone.told(phone.contacts, commanding(edit(bad), edit(good)))
    assert [(e.text_of("airsync:ServerId"), status_of(e)) for e in responses(told)] == [(bad, 6)]
    assert is_live(house, bad)
    assert phone.values(bad)["first_name"] == "Bad"
    changed = phone.values(good)["first_name"] == "New"
    assert changed if method == "change" else not is_live(house, good)


def test_a_failed_command_asked_again_fails_again(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = phone.begin(phone.contacts)
    add = commanding(adding(first_name("Bad")))
    with monkeypatch.context() as patch:
        failing_command(patch, "Bad")
        lost = phone.told(phone.contacts, add, key=key)
    assert phone.told(phone.contacts, add, key=key) == lost


def test_a_fault_in_one_collection_is_status_5_there_and_the_others_are_served(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.begin(phone.contacts)
    phone.begin(phone.calendar)
    house.contact(first_name="Bea")
    house.appointment(subject="Dentist")
    honest = Conversation.respond

    def respond(self: Conversation, *rest: Any) -> Any:
        answer = honest(self, *rest)
        if self.collection.id == id_of(phone.calendar):
            raise Fault
        return answer

    monkeypatch.setattr(Conversation, "respond", respond)
    key = phone.keys[phone.calendar]
    both = phone.request(phone.about(phone.calendar), phone.about(phone.contacts))
    told = phone.send(both)
    assert told is not None
    (collections,) = told
    assert [status_of(each) for each in collections] == [5, 1]
    assert [len(commands(each)) for each in collections] == [0, 1]
    assert phone.keys[phone.calendar] == key
    monkeypatch.undo()
    assert len(phone.catch_up(phone.calendar)) == 1, "nothing was lost"


@pytest.mark.parametrize(
    "trouble",
    [StoreBusy("busy"), StoreUnavailable("full"), sqlite3.OperationalError("locked"), OSError()],
    ids=lambda trouble: type(trouble).__name__,
)
@pytest.mark.parametrize("where", ["rendering", "a command", "a collection"])
def test_trouble_of_the_store_is_the_whole_requests(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch, trouble: Exception, where: str
) -> None:
    """Then the phone is to come again later (503), with the same key; no item is to blame."""
    phone.begin(phone.contacts)
    house.contact(first_name="Bad")

    def fail(*_: Any, **__: Any) -> Any:
        raise trouble

    if where == "rendering":
        monkeypatch.setattr(contact, "render", fail)
    elif where == "a command":
        monkeypatch.setattr(use, "add", fail)
    else:
        monkeypatch.setattr(exchange, "desk_for", fail)
    with pytest.raises((type(trouble), StoreUnavailable)):
        phone.sync(phone.contacts, commanding(adding(first_name("Bea"))))
    monkeypatch.undo()
    assert quarantined(house, phone) == []


def test_calendars_are_guarded_alike(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.begin(phone.calendar)
    honest = calendar.read

    def read(data: Element, *rest: Any) -> Any:
        if data.text_of("calendar:Subject") == "Bad":
            raise Fault
        return honest(data, *rest)

    monkeypatch.setattr(calendar, "read", read)
    adds = [adding(*an_event(name), client_id=name) for name in ("Good", "Bad")]
    told = phone.told(phone.calendar, commanding(*adds))
    assert [status_of(each) for each in responses(told)] == [1, 6]


@pytest.mark.parametrize("arrived", ["the first answer", "the second answer"])
def test_an_add_that_fails_in_other_words_leaves_the_phone_the_first_ones(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch, arrived: str
) -> None:
    """The item is there, so the phone hears of it, whichever of the answers it reads."""
    key = phone.begin(phone.contacts)
    first = phone.add(phone.contacts, first_name("Bea"))
    after_first = phone.keys[phone.contacts]
    with monkeypatch.context() as patch:
        patch.setattr(ItemDesk, "change", failing)
        told = phone.told(phone.contacts, commanding(adding(first_name("Bice"))), key=key)
    assert [status_of(each) for each in responses(told)] == [6]
    assert verbs(commands(told)) == [("Add", first)]
    if arrived == "the first answer":
        phone.keys[phone.contacts] = after_first
    later = Element("airsync:Commands", list(phone.catch_up(phone.contacts)))
    assert set(texts(later, "contacts:FirstName")) <= {"Bea"}
    assert phone.values(first)["first_name"] == "Bea"


def failing(*_: Any) -> Any:
    raise Fault


def test_an_add_in_other_words_of_what_somebody_else_edited_is_done(
    house: House, phone: Handset
) -> None:
    key = phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    house.revise(id_of(id), first_name="Berta")
    told = phone.told(phone.contacts, commanding(adding(first_name("Bice"))), key=key)
    assert [(status_of(e), e.text_of("airsync:ServerId")) for e in responses(told)] == [(1, id)]
    (told,) = phone.catch_up(phone.contacts)
    assert texts(told, "contacts:FirstName") == ["Berta"]


def test_an_item_shown_reduced_keeps_what_was_not_shown_when_the_phone_edits_it(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Phones send an empty note for an item without one: here it was only not shown."""
    id = house.contact(first_name="Bad", body=Body("Heavy"))
    with monkeypatch.context() as patch:
        patch.setattr(contact, "render", failing_for("Bad", times=1))
        ((_, name),) = verbs(phone.catch_up(phone.contacts))
    emptied = E("airsyncbase:Body", E("airsyncbase:Type", 1), E("airsyncbase:Data"))
    told = phone.told(phone.contacts, commanding(changing(name, first_name("Good"), emptied)))
    assert responses(told) == []
    assert phone.values(name) == {"uid": str(id), "first_name": "Good", "body": Body("Heavy")}
