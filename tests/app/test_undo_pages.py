"""Undo on the pages: for an administrator whose and when, for everybody their own phones."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import gevent
import pytest

from adapters.ids import server_id
from app import items as use
from domain.folder import CONTACTS, default_folder
from projections import items
from tests.app.handset import (
    Handset,
    changing,
    commanding,
    deleting,
    first_name,
    id_of,
    is_live,
    last_name,
    values_of,
)
from tests.app.house import House
from tests.app.reader import Answer, Reader, pages, with_administrator, with_password

FROM = "2026-03-02T10:00:00"


@pytest.fixture
def house(house: House) -> House:
    """Ada has a phone, and there is an administrator."""
    with_password(house)
    with_administrator(house)
    return house


@pytest.fixture
def ids(house: House) -> list[str]:
    """At eleven the phone renamed one, deleted one and added one; somebody put the first name of
    the one right since."""
    bea, carl = (house.contact(first_name=name, last_name="Example") for name in ("Bea", "Carl"))
    house.clock.advance(hours=2)
    phone = Handset(house)
    phone.catch_up(phone.contacts)
    ids = [server_id(bea), server_id(carl)]
    edit = changing(ids[0], first_name("?"), last_name("?"))
    phone.told(phone.contacts, commanding(edit, deleting(ids[1])))
    ids.append(phone.add(phone.contacts, first_name("Nobody"), client_id="n"))
    house.clock.advance(minutes=1)
    house.revise(bea, first_name="Beatrice")
    house.clock.advance(minutes=1)
    return ids


def signed_in(house: House, name: str) -> Reader:
    reader = Reader(pages(house))
    reader.sign_in(name)
    reader.get("/my")
    return reader


def hidden(answer: Answer) -> dict[str, Any]:
    """What the form that undoes all of it carries."""
    form = re.search(r'<form method="post".*?</form>', answer.text, re.DOTALL)
    assert form
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    return {name: value.replace("&#43;", "+") for name, value in found if name != "mark"}


def look(reader: Reader, place: str, **asked: str) -> Answer:
    answer = reader.get(f"{place}?{urlencode({'from': FROM, **asked})}")
    assert answer.status == 200
    return answer


def told(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_an_administrator_sees_each_field_and_who_wrote_it_later(
    house: House, ids: list[str]
) -> None:
    text = told(look(signed_in(house, "root"), "/admin/undo", person="ada"))
    assert "3 things were changed" in text
    assert "Last name Example ? ? Example" in text
    assert re.search(r"First name Bea \? Beatrice .*root.* stays", text)
    assert "comes back" in text
    assert "is taken away" in text
    assert values_of(house, id_of(ids[0]))["last_name"] == "?", "nothing is done yet"


def test_confirmed_it_is_undone_by_the_administrator(house: House, ids: list[str]) -> None:
    reader = signed_in(house, "root")
    answer = reader.post("/admin/undo", hidden(look(reader, "/admin/undo", person="ada")))
    assert answer.status == 303
    after = reader.get(answer["Location"])
    assert "Undone." in after.text
    values = values_of(house, id_of(ids[0]))
    assert (values["first_name"], values["last_name"]) == ("Beatrice", "Example")
    assert [is_live(house, id) for id in ids] == [True, True, False]
    assert "stays" in told(after)
    last = list(house.groupware.events.get(id_of(ids[1])))[-1]
    assert last.actor == "admin:root"


def test_an_undo_can_be_undone(house: House, ids: list[str]) -> None:
    reader = signed_in(house, "root")
    reader.post("/admin/undo", hidden(look(reader, "/admin/undo", person="ada")))
    house.clock.advance(minutes=1)
    since = f"{house.clock() - timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}"
    again = reader.get(f"/admin/undo?{urlencode({'person': 'root', 'from': since})}")
    reader.post("/admin/undo", hidden(again))
    assert [is_live(house, id) for id in ids] == [True, False, True]
    assert values_of(house, id_of(ids[0]))["last_name"] == "?"


def test_one_thing_can_be_undone_by_itself(house: House, ids: list[str]) -> None:
    reader = signed_in(house, "root")
    form = hidden(look(reader, "/admin/undo", person="ada"))
    reader.post("/admin/undo", {**form, "item": ids[1]})
    assert [is_live(house, id) for id in ids] == [True, True, True]
    assert values_of(house, id_of(ids[0]))["last_name"] == "?"


def test_where_all_of_it_stays_nothing_is_offered(house: House) -> None:
    """What a connector added, somebody else went on with."""
    house.clock.advance(hours=2)
    with house.groupware.acting(house.groupware.author("connector:crm", "feed")) as connection:
        book = items.collection(connection, default_folder(house.account().id, CONTACTS))
        assert book
        made = use.add(house.groupware, connection, book, "contacts", {"first_name": "Bea"})
    house.clock.advance(minutes=1)
    reader = signed_in(house, "root")
    assert "Undo all of it" in look(reader, "/admin/undo", connector="crm").text
    house.revise(made.id, first_name="Beatrice")
    house.clock.advance(minutes=1)
    answer = look(reader, "/admin/undo", connector="crm").text
    assert answer.count('<h2 id="i-') == 1
    assert "Undo all of it" not in answer


def test_what_was_written_after_the_review_is_not_undone_with_it(
    house: House, ids: list[str]
) -> None:
    reader = signed_in(house, "root")
    form = hidden(look(reader, "/admin/undo", person="ada"))
    house.clock.advance(minutes=1)
    with house.groupware.acting(house.groupware.author("user:ada", "t")) as connection:
        item = use.load(house.groupware, connection, id_of(ids[0]))
        use.revise(house.groupware, connection, item, {"job_title": "Judge"})
    reader.post("/admin/undo", form)
    values = values_of(house, id_of(ids[0]))
    assert (values["job_title"], values["last_name"]) == ("Judge", "Example")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"person": "nobody"}, "Nobody here is called like this"),
        ({"person": "ada", "phone": "a" * 26}, "Nobody here is called like this"),
        ({"person": "ada", "to": "2026-03-01T10:00"}, "no stretch of time"),
        ({"person": "ada", "from": "yesterday"}, "no stretch of time"),
        ({"connector": "crm"}, "Nothing to undo"),
    ],
)
def test_what_cannot_be_meant_is_said(house: House, asked: dict[str, str], said: str) -> None:
    assert said in told(look(signed_in(house, "root"), "/admin/undo", **asked))


def test_a_form_that_says_nobody_does_nothing(house: House, ids: list[str]) -> None:
    reader = signed_in(house, "root")
    assert reader.post("/admin/undo", {"from": FROM}).status == 404
    assert reader.post("/admin/undo", {"person": "ada"}).status == 303
    assert not is_live(house, ids[1])


def test_a_phones_edits_are_chosen_by_the_phone(house: House, ids: list[str]) -> None:
    phone = server_id(house.phone().id)
    answer = look(signed_in(house, "root"), "/admin/undo", phone=phone)
    assert "3 things were changed" in told(answer)
    assert answer.field("person") == "ada"


def test_everybody_can_undo_what_their_own_phone_did(house: House, ids: list[str]) -> None:
    reader = signed_in(house, "ada")
    place = f"/my/phones/{server_id(house.phone().id)}"
    assert f"{place}/undo" in reader.get(place).text
    answer = reader.post(f"{place}/undo", hidden(look(reader, f"{place}/undo")))
    assert "Undone." in reader.get(answer["Location"]).text
    assert [is_live(house, id) for id in ids] == [True, True, False]
    last = list(house.groupware.events.get(id_of(ids[1])))[-1]
    assert last.actor == "user:ada"


def test_the_phone_of_somebody_else_is_not_there(house: House, ids: list[str]) -> None:
    house.person("bob", "Bob Example")
    with_password(house, "bob")
    reader = signed_in(house, "bob")
    place = f"/my/phones/{server_id(house.phone().id)}/undo"
    assert reader.get(place).status == 404
    form = {"from": FROM, "upto": "2027-01-01T00:00:00+00:00"}
    assert reader.post(place, form).status == 404
    assert not is_live(house, ids[1])


@pytest.fixture
def made(house: House) -> list[UUID]:
    """Forty-five contacts, each of which a connector has made a judge."""
    made = [house.contact(first_name=f"N{number:02}") for number in range(45)]
    house.clock.advance(hours=2)
    author = house.groupware.author("connector:crm", "feed")
    for id in made:
        with house.groupware.acting(author) as connection:
            item = use.load(house.groupware, connection, id)
            use.revise(house.groupware, connection, item, {"job_title": "Judge"})
    house.clock.advance(minutes=1)
    return made


def judges(house: House, made: list[UUID]) -> int:
    return sum(values_of(house, id).get("job_title") == "Judge" for id in made)


def test_a_long_change_set_is_shown_page_by_page(house: House, made: list[UUID]) -> None:
    reader = signed_in(house, "root")
    first = look(reader, "/admin/undo", connector="crm")
    last = look(reader, "/admin/undo", connector="crm", page="3")
    assert (first.text.count('<h2 id="i-'), last.text.count('<h2 id="i-')) == (20, 5)
    reader.post("/admin/undo", hidden(first))
    assert judges(house, made) == 0


def test_others_have_their_turn_while_a_long_change_set_is_undone(
    house: House, made: list[UUID]
) -> None:
    seen: list[int] = []
    reader = signed_in(house, "root")
    form = hidden(look(reader, "/admin/undo", connector="crm"))
    other = gevent.spawn(lambda: seen.append(judges(house, made)))
    reader.post("/admin/undo", form)
    other.join()
    assert 0 < seen[0] < len(made)
    assert judges(house, made) == 0
