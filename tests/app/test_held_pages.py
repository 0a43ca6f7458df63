"""Held bursts on the pages and by mail: shown to whose phone it was and to administrators, and
decided there."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest

from adapters.ids import server_id
from app import burst_mail, bursts, people
from domain.brake import Limits
from projections import brakes, holds
from tests.app.handset import Handset, changing, commanding, deleting, last_name, verbs
from tests.app.house import House
from tests.app.post import Post
from tests.app.reader import Answer, Reader, pages, with_administrator, with_password


@pytest.fixture
def house(house: House) -> House:
    """Ada's address book has six contacts; five deletions are much here."""
    for number in range(6):
        house.contact(first_name=f"Name {number}", last_name="Example")
    with_password(house)
    with_administrator(house)
    house.person("bob", "Bob Example")
    with_password(house, "bob")
    bursts.set_house_limits(house.groupware, house.admin, Limits(4, 4, 50))
    return house


@pytest.fixture
def phone(house: House) -> Handset:
    """It deletes five at once."""
    phone = Handset(house)
    ids = [id for _, id in verbs(phone.catch_up(phone.contacts))]
    phone.told(phone.contacts, commanding(*map(deleting, ids[:5])))
    return phone


def burst(house: House) -> UUID:
    with house.groupware.reading() as connection:
        (found,) = holds.bursts(connection)
    return found.id


def waiting(house: House) -> int:
    with house.groupware.reading() as connection:
        return len(holds.bursts(connection))


def live(house: House) -> int:
    query = "SELECT count(*) FROM item WHERE kind = 'contacts' AND NOT removed"
    with house.groupware.reading() as connection:
        return int(connection.execute(query).fetchone()[0])


def signed_in(house: House, name: str) -> Reader:
    reader = Reader(pages(house))
    reader.sign_in(name)
    reader.get("/my")
    return reader


def told(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_whose_phone_it_was_is_led_to_it_and_decides(house: House, phone: Handset) -> None:
    reader = signed_in(house, "ada")
    assert "/my/held" in reader.get("/my").text
    assert "5 deletions" in told(reader.get("/my/held"))
    place = f"/my/held/{server_id(burst(house))}"
    text = told(reader.get(place))
    assert text.count("deleted") >= 5
    assert "Name 0" in text
    answer = reader.post(place, {"act": "discard"})
    assert "gets everything back" in reader.get(answer["Location"]).text
    assert (waiting(house), live(house)) == (0, 6)
    assert [verb for verb, _ in verbs(phone.catch_up(phone.contacts))] == ["Add"] * 5
    assert "/my/held" not in reader.get("/my").text


def test_an_administrator_sees_everybodys_and_releases(house: House, phone: Handset) -> None:
    reader = signed_in(house, "root")
    assert "/admin/held" in reader.get("/admin/users").text
    listed = told(reader.get("/admin/held"))
    assert "Ada Example" in listed
    place = f"/admin/held/{server_id(burst(house))}"
    assert reader.get(place).status == 200
    answer = reader.post(place, {"act": "release"})
    assert "It happened" in reader.get(answer["Location"]).text
    assert (waiting(house), live(house)) == (0, 1)
    assert "Nothing is held back" in told(reader.get("/admin/held"))
    assert reader.get(place).status == 404
    assert reader.post(place, {"act": "release"}).status == 404


def test_edits_are_told_field_by_field(house: House) -> None:
    phone = Handset(house)
    ids = [id for _, id in verbs(phone.catch_up(phone.contacts))]
    phone.told(phone.contacts, commanding(*(changing(id, last_name("Mad")) for id in ids)))
    text = told(signed_in(house, "ada").get(f"/my/held/{server_id(burst(house))}"))
    assert "6 edits" in text
    assert text.count("Last name: Example → Mad") == 6


def test_the_burst_of_somebody_else_is_not_there(house: House, phone: Handset) -> None:
    reader = signed_in(house, "bob")
    place = f"/my/held/{server_id(burst(house))}"
    assert "Nothing is held back" in told(reader.get("/my/held"))
    assert reader.get(place).status == 404
    assert reader.post(place, {"act": "discard"}).status == 404
    assert waiting(house) == 1


def test_what_is_held_is_nothing_to_undo_until_it_is_released(house: House, phone: Handset) -> None:
    reader = signed_in(house, "ada")
    place = f"/my/phones/{server_id(house.phone().id)}/undo?from=2026-03-02T00:00"
    house.clock.advance(minutes=1)
    assert "Nothing to undo" in told(reader.get(place))
    bursts.release(house.groupware, house.admin, burst(house))
    house.clock.advance(minutes=1)
    assert "5 things were changed" in told(reader.get(place))
    assert told(reader.get(place)).count("comes back") == 5


def test_what_no_button_says_decides_nothing(house: House, phone: Handset) -> None:
    reader = signed_in(house, "ada")
    assert reader.post(f"/my/held/{server_id(burst(house))}", {"act": "erase"}).status == 404
    assert waiting(house) == 1


def test_limits_are_set_on_pages_for_everybody_and_for_one(house: House) -> None:
    reader = signed_in(house, "root")
    assert reader.get("/admin/held").field("deletions") == "4"
    reader.post("/admin/held", {"deletions": "7", "edits": "8", "share": "90"})
    place = f"/admin/users/{server_id(house.account().id)}/held"
    assert "So it holds for everybody" in reader.get(place).text
    assert reader.get(place).field("deletions") == "7"
    reader.post(place, {"deletions": "70", "edits": "80", "share": "90"})
    assert limits(house) == Limits(70, 80, 90)
    assert "for this person alone" in reader.get(place).text
    assert limits(house, "bob") == Limits(7, 8, 90)
    reader.get(place)
    reader.post(place, {"default": "1"})
    assert limits(house) == Limits(7, 8, 90)


@pytest.mark.parametrize("typed", ["0", "-1", "many", "", "99999999999"])
def test_limits_that_cannot_be_are_said_and_stay_in_the_form(house: House, typed: str) -> None:
    reader = signed_in(house, "root")
    reader.get("/admin/held")
    form = {"deletions": typed, "edits": "8", "share": "90"}
    answer = reader.post("/admin/held", form)
    assert answer.status == 422
    assert "whole number from 1 on" in told(answer)
    assert answer.field("deletions") == typed
    place = f"/admin/users/{server_id(house.account().id)}/held"
    assert reader.post(place, form).status == 422
    assert limits(house) == Limits(4, 4, 50)


def limits(house: House, name: str = "ada") -> Limits | None:
    with house.groupware.reading() as connection:
        return brakes.limits(connection, house.account(name).id)


# Mails


def look(house: House, post: Post, url: str = "") -> list[tuple[str, str, str]]:
    """The mails that one look sends."""
    before = len(post.sent)
    settings = replace(house.settings, public_url=url)
    burst_mail.tell(house.groupware, settings, post)
    return post.sent[before:]


def test_the_person_and_each_administrator_are_told_once(house: House, phone: Handset) -> None:
    post = Post()
    people.choose_language(house.groupware, house.admin, house.account("root").id, "it")
    house.clock.advance(seconds=30)
    sent = {to: (subject, body) for to, subject, body in look(house, post, "https://mail.example")}
    assert sent.keys() == {"ada@example.org", "root@example.org"}
    id = server_id(burst(house))
    assert "deleted 5 and changed 0 things in Contacts" in sent["ada@example.org"][1]
    assert f"https://mail.example/my/held/{id}" in sent["ada@example.org"][1]
    assert "di Ada Example ha eliminato 5" in sent["root@example.org"][1]
    assert f"https://mail.example/admin/held/{id}" in sent["root@example.org"][1]
    house.clock.advance(days=30)
    assert look(house, post) == []


def test_a_burst_that_goes_on_is_not_told_again(house: House, phone: Handset) -> None:
    post = Post()
    house.clock.advance(seconds=30)
    assert len(look(house, post)) == 2
    left = verbs(Handset(house, device="OTHER").catch_up(phone.contacts))[-1][1]
    phone.told(phone.contacts, commanding(deleting(left)))
    assert look(house, post) == []


def test_an_administrator_with_a_mad_phone_gets_one_mail(house: House, phone: Handset) -> None:
    people.make_administrator(house.groupware, house.admin, house.account().id)
    sent = look(house, Post())
    assert [to for to, _, _ in sent].count("ada@example.org") == 1


def test_a_mail_that_is_not_taken_is_tried_again_in_an_hour(house: House, phone: Handset) -> None:
    post = Post(closed="the post office is closed")
    assert look(house, post) == []
    post.closed = ""
    assert look(house, post) == []
    house.clock.advance(minutes=61)
    assert len(look(house, post)) == 2


def test_what_was_decided_is_told_nobody(house: House, phone: Handset) -> None:
    bursts.discard(house.groupware, house.admin, burst(house))
    assert look(house, Post()) == []
