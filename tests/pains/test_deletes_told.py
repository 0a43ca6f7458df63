"""A phone deletes everything (pain 16): what left a phone and what was deleted are told apart, a
burst is shown to whoever decides, and it all comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.ids import server_id
from domain.when import AllDay
from tests.app.handset import Handset, commanding, deleting, is_live, options, verbs
from tests.app.house import House
from tests.app.reader import Reader, administrator, signed_in, with_administrator, with_password
from tests.pains.desk import Desk

MANY = 25
"""Of thirty contacts: more than twenty, and more than half."""

AWAY = "What the phone did to it was held: until somebody decides, it is out of its sight."


@pytest.fixture
def mad(desk: Desk) -> Handset:
    return Handset(desk.house)


# A narrower window


@pytest.fixture
def old(house: House, desk: Desk) -> str:
    """An event of two months ago."""
    day = house.clock().date() - timedelta(days=60)
    when = AllDay(day, day + timedelta(days=1))
    return server_id(house.appointment(subject="Fair", when=when))


@pytest.fixture
def narrowed(desk: Desk, old: str, mad: Handset) -> str:
    """The phone wanted everything, and then two weeks."""
    mad.begin(mad.calendar)
    mad.catch_up(mad.calendar)
    assert verbs(mad.catch_up(mad.calendar, options(4))) == [("SoftDelete", old)]
    return old


def test_what_left_the_window_is_said_to_stay(desk: Desk, mad: Handset, narrowed: str) -> None:
    here = ("--folder", mad.calendar)
    assert desk.why(mad, narrowed, *here) == (
        "SoftDelete",
        "left_window",
        "It left the stretch of time the phone wants; here it stays.",
    )
    since = (desk.house.clock().date() - timedelta(days=14)).isoformat()
    wants = desk.standing(mad, *here)["wants"]
    assert (wants["filter_type"], wants["since"]) == (4, f"{since}T00:00:00+00:00")
    assert "asked for\tevents since " in desk.explained(mad, *here)
    assert desk.log("--kind", "appointment.cancelled") == []
    assert [each["kind"] for each in desk.history(narrowed)] == ["appointment.scheduled"]


def test_it_is_said_so_long_after(desk: Desk, mad: Handset, narrowed: str) -> None:
    """Whatever else happened since: it is not on the phone, and that was no deletion."""
    for subject in ("One", "Two"):
        desk.house.appointment(subject=subject)
        mad.catch_up(mad.calendar)
    told = desk.why(mad, narrowed, "--folder", mad.calendar)
    assert told == (None, "outside", "It lies outside the stretch of time the phone wants.")


def test_what_was_deleted_is_said_to_be_gone_and_by_whom(desk: Desk, mad: Handset) -> None:
    here = ("--folder", mad.calendar)
    id = desk.house.appointment(subject="Lunch")
    mad.catch_up(mad.calendar)
    desk.house.remove(id)
    mad.catch_up(mad.calendar)
    gone = server_id(id)
    assert desk.why(mad, gone, *here) == ("Delete", "deleted", "The phone had it, and it is gone.")
    happened = desk.standing(mad, *here, "--item", gone)["happened"]
    assert happened == "The administrator root deleted the event “Lunch” of Ada Example."
    desk.house.appointment(subject="Another")
    mad.catch_up(mad.calendar)
    assert desk.why(mad, gone, *here)[:2] == (None, "gone")


# A burst


@pytest.fixture
def contacts(desk: Desk, mad: Handset) -> list[str]:
    with desk.house.groupware.acting(desk.house.admin):
        for number in range(30):
            desk.house.contact(first_name=f"Name {number:02}")
    return [id for _, id in verbs(mad.catch_up(mad.contacts))]


@pytest.fixture
def held(desk: Desk, mad: Handset, contacts: list[str]) -> list[str]:
    """The phone deleted these all at once."""
    desk.house.clock.advance(minutes=1)
    mad.told(mad.contacts, commanding(*map(deleting, contacts[:MANY])))
    desk.house.clock.advance(minutes=1)
    return contacts[:MANY]


@pytest.fixture
def ada(desk: Desk) -> Reader:
    with_password(desk.house)
    return signed_in(desk.house)


def burst(desk: Desk) -> str:
    ((id, *_),) = desk.cli.rows("burst", "list")
    return id


def test_a_burst_is_shown_to_everybody_who_may_decide(
    desk: Desk, ada: Reader, mad: Handset, held: list[str]
) -> None:
    with_administrator(desk.house)
    root, id = administrator(desk.house), burst(desk)
    for reader, place in ((ada, "/my/held"), (root, "/admin/held")):
        assert f"{place}/{id}" in reader.get(place).text
        assert "Name 00" in reader.get(f"{place}/{id}").text
    shown = desk.cli.rows("burst", "show", id)
    assert sorted(row[0] for row in shown) == sorted(held)
    assert {row[2] for row in shown} == {"deleted it"}
    (finding,) = desk.cli.rows("findings")
    assert f"`taccuino burst show {id}`" in finding[-1]


def test_while_it_waits_its_phone_is_explained(desk: Desk, mad: Handset, held: list[str]) -> None:
    assert desk.why(mad, held[0]) == (None, "held", AWAY)
    standing = desk.standing(mad)
    assert (standing["held_edits"], len(standing["holds"])) == (MANY, 30 - MANY)
    assert desk.life(held[0])[-1][0] == (
        "The phone iPhone14C5 of Ada Example changed so much at once that its edit of “Name 00” of"
        " Ada Example waits until somebody has looked: deletion."
    )


def test_discarded_the_phone_is_said_to_get_all_of_it_back(
    desk: Desk, ada: Reader, mad: Handset, held: list[str]
) -> None:
    place = f"/my/held/{burst(desk)}"
    ada.get(place)
    assert ada.post(place, {"act": "discard"}).status == 303
    standing = desk.standing(mad)
    assert standing["held_edits"] == 0
    pending = [(each["told"], each["item"]) for each in standing["pending"]]
    assert sorted(pending) == sorted(("Add", id) for id in held)
    assert desk.life(held[0])[-1][0].startswith("Ada Example discarded the edit of “Name 00”")
    assert sorted(verbs(mad.catch_up(mad.contacts))) == sorted(pending)
    assert desk.why(mad, held[0])[0] == "Add"
    assert desk.cli.rows("findings") == []


def test_released_it_is_said_who_did_what_and_undone_it_is_all_back(
    desk: Desk, mad: Handset, held: list[str]
) -> None:
    """It counts as the phone's, whoever released it."""
    since = (desk.house.clock() - timedelta(minutes=1)).astimezone().strftime("%Y-%m-%dT%H:%M")
    desk.cli.done("burst", "release", burst(desk))
    waits, released, removed = (sentence for sentence, _ in desk.life(held[0])[-3:])
    assert waits.startswith("The phone iPhone14C5 of Ada Example changed so much at once")
    assert released.startswith("The administrator root released the edit of “Name 00”")
    assert removed == "The administrator root deleted the contact “Name 00” of Ada Example."
    assert desk.standing(mad)["held_edits"] == 0
    assert not any(is_live(desk.house, id) for id in held)
    review = desk.cli.rows("undo", "--device", desk.id(mad), "--from", since, "--dry-run")
    assert sorted(row[0] for row in review) == sorted(held)
    assert {row[2] for row in review} == {"brought back"}
    done = desk.cli.done("undo", "--device", desk.id(mad), "--from", since)
    assert done == f"{MANY} brought back, 0 taken away, 0 put back\n"
    assert all(is_live(desk.house, id) for id in held)
    assert sorted(each["item"] for each in desk.standing(mad)["pending"]) == sorted(held)


def test_who_looks_for_what_is_gone_finds_it_and_brings_it_back(
    desk: Desk, ada: Reader, mad: Handset, held: list[str]
) -> None:
    desk.cli.done("burst", "release", burst(desk))
    assert len(desk.cli.rows("item", "removed", "-u", "ada")) == MANY
    assert "Name 00" in ada.get("/my/removed").text
    assert ada.post(f"/my/removed/{held[0]}/restore").status == 303
    assert is_live(desk.house, held[0])
    assert desk.life(held[0])[-1][0].startswith("Ada Example brought back the contact “Name 00”")
