"""Notes sent cut (pain 17): the history shows that none was saved cut, the whole one is there as of
any moment, and what the phone asked for is said."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.ids import server_id
from adapters.wbxml import E, Element
from domain.body import Body
from tests.app.handset import (
    Handset,
    body_preference,
    changing,
    commanding,
    first_name,
    options,
    verbs,
)
from tests.app.house import texts
from tests.pains.desk import Desk

NOTE = "First line\nSecond line\n" + "Third line, which is long. " * 40
FLAT = " ".join(NOTE.split())


@pytest.fixture
def contact(desk: Desk) -> str:
    return server_id(desk.house.contact(first_name="Bea", body=Body(NOTE)))


@pytest.fixture
def phone(desk: Desk) -> Handset:
    """It asks for ten bytes of each note."""
    phone = Handset(desk.house, Version.V14_1)
    phone.begin(phone.contacts, options(None, None, body_preference(1, 10)))
    return phone


@pytest.fixture
def seen(phone: Handset, contact: str) -> str:
    (told,) = phone.catch_up(phone.contacts)
    assert verbs([told]) == [("Add", contact)]
    (text,) = texts(told, "airsyncbase:Data")
    assert text == NOTE[:10]
    return text


def body(text: str) -> Element:
    return E("airsyncbase:Body", E("airsyncbase:Type", 1), E("airsyncbase:Data", text))


def edit(phone: Handset, contact: str, *said: Element) -> None:
    phone.house.clock.advance(minutes=1)
    phone.told(phone.contacts, commanding(changing(contact, *said)))


def note_at(desk: Desk, contact: str, place: int) -> str:
    rows = dict(desk.cli.rows("as-of", str(place), "item", contact))
    return rows["body"]


def test_its_history_shows_that_it_was_not_cut(
    desk: Desk, contact: str, phone: Handset, seen: str
) -> None:
    edit(phone, contact, first_name("Bice"), body(seen))
    begun, revised = desk.life(contact)
    assert begun[1].startswith("Notes: First line Second line Third line")
    assert f"… ({len(FLAT)} characters in all)" in begun[1], "only what is shown of it is cut"
    assert revised == (
        "The phone iPhone14C5 of Ada Example changed the contact “Bice” of Ada Example:"
        " First name.",
        "First name: Bea → Bice",
    )
    assert "body" not in desk.history(contact)[-1]["changed"]


def test_the_whole_note_is_there_as_of_any_moment(
    desk: Desk, contact: str, phone: Handset, seen: str
) -> None:
    before = desk.house.log_length()
    edit(phone, contact, first_name("Bice"), body(seen))
    edit(phone, contact, first_name("Bice"), body("Another"))
    after = desk.house.log_length()
    assert note_at(desk, contact, before) == FLAT
    assert note_at(desk, contact, after) == FLAT.replace("First line", "Another")
    assert NOTE.partition("\n")[2].strip() in phone.values(contact)["body"].text
    card = desk.cli.done("as-of", str(before), "item", contact, "--vcf")
    assert "First line\\nSecond line\\nThird line" in card


def test_how_much_of_it_was_changed_can_be_told(
    desk: Desk, contact: str, phone: Handset, seen: str
) -> None:
    edit(phone, contact, first_name("Bea"), body("Another"))
    (changed,) = desk.history(contact)[-1]["changed"].values()
    assert changed["was"]["text"] == NOTE
    assert changed["is"]["text"] == NOTE.replace("First line", "Another")
    assert f"({len(FLAT) - 3} characters in all)" in desk.life(contact)[-1][1]


def test_it_is_said_that_the_phone_asked_for_so_little(
    desk: Desk, contact: str, phone: Handset, seen: str
) -> None:
    assert "asked for\ttexts up to about 10 characters\n" in desk.explained(phone)
    assert desk.standing(phone)["wants"]["bodies"] == [[1, 10, False, None]]
    assert desk.why(phone, contact)[:2] == ("Add", "new")


def test_one_that_was_emptied_comes_back_whole(
    desk: Desk, contact: str, phone: Handset, seen: str
) -> None:
    """That is an edit, though the phone never had all of it; and it is undone."""
    desk.house.clock.advance(minutes=1)
    since = desk.since
    edit(phone, contact, first_name("Bea"), body(""))
    assert "body" not in phone.values(contact)
    assert desk.life(contact)[-1][1].endswith("→ (empty)")
    desk.cli.done("undo", "--device", desk.id(phone), "--from", since)
    assert phone.values(contact)["body"] == Body(NOTE)
