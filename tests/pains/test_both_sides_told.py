"""Edits on both sides (pain 15): who lost what is told to the field; the lost side comes back, and
to undo one side leaves the other."""

from __future__ import annotations

import pytest

from adapters.wbxml import E
from tests.app.handset import Handset, changing, commanding, first_name, last_name
from tests.app.reader import signed_in, with_password
from tests.pains.desk import Desk


@pytest.fixture
def loser(desk: Desk) -> Handset:
    """It had the contact first, and heard of nothing since."""
    phone = Handset(desk.house)
    phone.begin(phone.contacts)
    return phone


@pytest.fixture
def winner(desk: Desk) -> Handset:
    return Handset(desk.house, device="WINNER", facts={"device_type": "Pixel", "user_agent": "x"})


@pytest.fixture
def since(desk: Desk, contact: str) -> str:
    """From when on both have edited."""
    return desk.since


@pytest.fixture
def contact(desk: Desk, loser: Handset, winner: Handset) -> str:
    """Both know it."""
    id = loser.add(loser.contacts, first_name("Bea"), last_name("Old"))
    winner.catch_up(winner.contacts)
    desk.house.clock.advance(minutes=1)
    return id


@pytest.fixture
def told(desk: Desk, contact: str, since: str, loser: Handset, winner: Handset) -> str:
    """One sets first name and title; then the other, which had not heard of it, both names."""
    title = E("contacts:JobTitle", "Judge")
    winner.told(
        winner.contacts,
        commanding(changing(contact, first_name("Beatrice"), last_name("Old"), title)),
    )
    desk.house.clock.advance(minutes=1)
    mine = commanding(changing(contact, first_name("Bibi"), last_name("New")))
    loser.told(loser.contacts, mine)
    desk.house.clock.advance(minutes=1)
    return contact


def names(phone: Handset, contact: str) -> tuple[str, str, str]:
    values = phone.values(contact)
    return values["first_name"], values["last_name"], values.get("job_title", "")


def test_the_history_says_who_lost_what_to_whom(desk: Desk, told: str) -> None:
    _, won, lost, merged = desk.life(told)
    assert won[0].startswith("The phone Pixel of Ada Example changed the contact")
    assert won[1] == "First name: Bea → Beatrice; Job title: Judge"
    assert lost[0].startswith("The phone iPhone14C5 of Ada Example made an edit of")
    assert lost[0].endswith("that gave way to another and was set aside: First name.")
    assert lost[1] == "First name: Bibi → Beatrice"
    assert merged[1] == "Last name: Old → New"


def test_which_version_each_had_before_them_is_told(desk: Desk, told: str) -> None:
    facts = desk.history(told)
    revised = [each for each in facts if each["kind"] == "contact.revised"]
    assert [(each["fields"]["base"], each["merged"]) for each in revised] == [(1, False), (1, True)]


def test_why_the_phone_was_sent_it_back_is_told(desk: Desk, told: str, loser: Handset) -> None:
    verb, rule, why = desk.why(loser, told)
    assert (verb, rule) == ("Change", "merged")
    assert why == "The phone's own edit was joined with what stands here."


def test_the_lost_side_is_put_in_force_on_its_owners_page(
    desk: Desk, told: str, loser: Handset
) -> None:
    with_password(desk.house)
    reader = signed_in(desk.house)
    assert "Bibi" in reader.get("/my/conflicts").text
    (row,) = desk.cli.rows("conflict", "list", "-u", "ada")
    assert row[4] == "first_name: Bibi (stands: Beatrice)"
    assert reader.post(f"/my/conflicts/{row[0]}/restore").status == 303
    assert names(loser, told) == ("Bibi", "New", "Judge")
    sentence, changed = desk.life(told)[-1]
    assert sentence.startswith("Ada Example put in force an edit")
    assert changed == "First name: Beatrice → Bibi"
    assert desk.cli.rows("conflict", "list", "-u", "ada") == []


def undone(desk: Desk, phone: Handset, since: str, *more: str) -> str:
    return desk.cli.done("undo", "--device", desk.id(phone), "--from", since, *more)


def test_to_undo_who_won_leaves_the_other(
    desk: Desk, told: str, since: str, winner: Handset, loser: Handset
) -> None:
    review = undone(desk, winner, since, "--dry-run")
    assert "first_name: Bea → Beatrice; Beatrice → Bea" in review
    assert "last_name" not in review
    undone(desk, winner, since)
    assert names(loser, told) == ("Bea", "New", "")
    (row,) = desk.cli.rows("conflict", "list", "-u", "ada")
    desk.cli.done("conflict", "restore", row[0])
    assert names(loser, told) == ("Bibi", "New", "")


def test_to_undo_who_lost_leaves_the_other(
    desk: Desk, told: str, since: str, winner: Handset, loser: Handset
) -> None:
    undone(desk, loser, since)
    assert names(winner, told) == ("Beatrice", "Old", "Judge")


def test_a_review_does_not_say_that_somebody_else_added_it(
    desk: Desk, told: str, loser: Handset
) -> None:
    """It was the phone that did; it only stays because of who edited it since."""
    review = undone(desk, loser, "2020-01-01", "--dry-run")
    assert "added " in review
    assert "; stays, by device:" in review.partition("added ")[2]
