# ruff: noqa: DTZ001 (wall times have no zone of their own)
"""/my/calendar: one time of a series, several calendars, and guests."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ids import server_id
from app import folders
from app import items as use
from app.my.guests import read, written
from domain.body import Body
from domain.calendar import Attendee, Location
from domain.folder import USER_CALENDAR
from domain.patch import CANCELLED, CLEARED
from domain.recurrence import DAILY, Recurrence
from domain.when import AllDay, Timed
from tests.app.handset import Handset, verbs
from tests.app.house import House, texts, walk
from tests.app.reader import Reader, in_rome, signed_in
from tests.app.test_my_pages import MONDAY, ROME, at, edited, event, made, stored

TUESDAY = datetime(2026, 3, 3, 9)
ON = "on=2026-03-03T09:00"


@pytest.fixture
def house(house: House) -> House:
    return in_rome(house)


@pytest.fixture
def reader(house: House) -> Reader:
    return signed_in(house)


# One time of a series


def series(house: House, **values: Any) -> UUID:
    plain = {"subject": "Walk", "when": at(MONDAY, 9), "recurrence": Recurrence(DAILY)}
    return house.appointment(**{**plain, **values})


def state(house: House, id: UUID) -> Any:
    """What the second day of the series has for itself."""
    return stored(house, id).values.get("occurrences", {}).get(TUESDAY)


def test_the_page_of_one_time_offers_it_and_the_series(reader: Reader, house: House) -> None:
    address = f"/my/calendar/{server_id(series(house))}"
    once = reader.get(f"{address}?{ON}").text
    assert "Edit this time" in once
    assert "Edit the series" in once
    assert "Edit this time" not in reader.get(address).text


def test_one_time_is_changed_and_the_others_stay(reader: Reader, house: House) -> None:
    id = series(house, location=Location("Park"))
    address = f"/my/calendar/{server_id(id)}"
    form = reader.get(f"{address}/edit?{ON}")
    assert "Only Tuesday 3 March 2026, 09:00 – 10:00 changes" in form.text
    assert 'name="repeats"' not in form.text
    answer = edited(reader, address, ON, subject="Swim", start_time="11:00", end_time="12:00")
    assert answer["Location"] == f"{address}?on=2026-03-03T09:00&said=saved"
    swim = Timed(datetime(2026, 3, 3, 11), datetime(2026, 3, 3, 12), ROME)
    assert state(house, id) == {"subject": "Swim", "when": swim}
    assert stored(house, id).values["subject"] == "Walk"
    month = reader.get("/my/calendar").text
    assert month.count(">Swim<") == 1
    assert "11:00 – 12:00" in reader.get(f"{address}?{ON}").text


def test_a_phone_hears_of_the_one_time_that_was_changed(
    reader: Reader, house: House, phone: Handset
) -> None:
    id = series(house)
    phone.catch_up(phone.calendar)
    edited(reader, f"/my/calendar/{server_id(id)}", ON, subject="Swim")
    (change,) = phone.catch_up(phone.calendar)
    assert change.name == "airsync:Change"
    (exception,) = [each for each in walk(change) if each.name == "calendar:Exception"]
    assert exception.text_of("airsyncbase:InstanceId") == "20260303T080000Z"
    assert exception.text_of("calendar:Subject") == "Swim"
    assert texts(change, "calendar:Subject") == ["Walk", "Swim"]


@pytest.mark.parametrize("whole_days", [False, True])
def test_the_form_of_one_time_sent_back_as_it_was_changes_nothing(
    reader: Reader, house: House, whole_days: bool
) -> None:
    values: dict[str, Any] = {"body": Body("<b>x</b>", html=True), "reminder": 7}
    if whole_days:
        values["when"] = AllDay(MONDAY, MONDAY + timedelta(days=1))
    id = series(house, attendees=(Attendee("bob@example.org", status=3),), **values)
    before = stored(house, id)
    answer = edited(reader, f"/my/calendar/{server_id(id)}", ON)
    assert answer.status == 303, answer.text
    assert stored(house, id).edition == before.edition


def test_what_is_as_in_the_series_again_follows_it_again(reader: Reader, house: House) -> None:
    id = series(house)
    address = f"/my/calendar/{server_id(id)}"
    edited(reader, address, ON, subject="Swim", location="Lake")
    edited(reader, address, ON, subject="Walk")
    assert state(house, id) == {"location": Location("Lake")}
    edited(reader, address, ON, location="")
    assert state(house, id) is None


def test_what_is_emptied_for_one_time_is_empty_that_time_only(reader: Reader, house: House) -> None:
    id = series(house, location=Location("Park"), body=Body("Boots"), reminder=15)
    address = f"/my/calendar/{server_id(id)}"
    edited(reader, address, ON, location="", text="", reminder="")
    assert state(house, id) == dict.fromkeys(("location", "body", "reminder"), CLEARED)
    once, whole = reader.get(f"{address}?{ON}").text, reader.get(address).text
    for words in ("Park", "Boots", "A quarter of an hour before"):
        assert words not in once
        assert words in whole
    assert reader.get("/my").status == reader.get("/my/calendar").status == 200


def test_what_is_wrong_with_one_time_is_said_and_it_stays_one_time(
    reader: Reader, house: House
) -> None:
    id = series(house)
    answer = edited(reader, f"/my/calendar/{server_id(id)}", ON, start_day="soon")
    assert answer.status == 422
    assert answer.field("on") == "2026-03-03T09:00"
    assert state(house, id) is None


def test_two_edits_of_one_time_are_merged_and_a_cancelled_one_stays_cancelled(
    reader: Reader, house: House
) -> None:
    id = series(house)
    address = f"/my/calendar/{server_id(id)}"
    old = reader.get(f"{address}/edit?{ON}").field("edition")
    house.revise(id, occurrences={TUESDAY: {"location": Location("Lake")}})
    edited(reader, address, ON, edition=old, location="", subject="Swim")
    assert state(house, id) == {"location": Location("Lake"), "subject": "Swim"}
    house.revise(id, occurrences={TUESDAY: CANCELLED})
    reader.get("/my")
    form = {**event(subject="Run", start_day="2026-03-03", end_day="2026-03-03"), "edition": old}
    answer = reader.post(f"{address}/edit", {**form, "on": "2026-03-03T09:00"})
    assert answer["Location"] == "/my/calendar?said=set_aside"
    assert state(house, id) is CANCELLED
    assert "Run" in reader.get("/my/conflicts").text


@pytest.mark.parametrize("on", ["2026-03-01T09:00", "nonsense", "2026-03-04T09:00"])
def test_what_is_no_time_of_the_series_cannot_be_edited(
    reader: Reader, house: House, on: str
) -> None:
    id = series(house, occurrences={datetime(2026, 3, 4, 9): CANCELLED})
    address = f"/my/calendar/{server_id(id)}/edit"
    assert reader.get(f"{address}?on={on}").status == 404
    assert reader.post(address, {**event(), "edition": "1", "on": on}).status == 404


def test_one_time_of_what_is_no_series_any_more_is_gone(reader: Reader, house: House) -> None:
    id = series(house)
    house.revise(id, recurrence=CLEARED)
    form = {**event(), "edition": "1", "on": "2026-03-03T09:00"}
    assert reader.post(f"/my/calendar/{server_id(id)}/edit", form).status == 404
    assert "occurrences" not in stored(house, id).values


# Several calendars


@pytest.fixture
def club(house: House) -> UUID:
    """A second calendar of Ada's."""
    return calendar(house, "ada", "Club")


def calendar(house: House, name: str, title: str) -> UUID:
    with house.groupware.acting(house.admin) as connection:
        owner = house.account(name).id
        return folders.make(house.groupware, connection, owner, title, USER_CALENDAR).id


def test_who_has_one_calendar_is_not_asked_for_it(reader: Reader, house: House) -> None:
    id = server_id(series(house))
    for address in ("/my/calendar", "/my/calendar/new", f"/my/calendar/{id}"):
        assert 'name="calendar"' not in reader.get(address).text
        assert "hue-" not in reader.get(address).text


def test_a_new_event_goes_into_the_calendar_that_is_chosen(
    reader: Reader, house: House, club: UUID
) -> None:
    form = reader.get("/my/calendar/new").text
    assert re.search(rf'<option value="{server_id(club)}">Club</option>', form)
    there = made(house, reader.post("/my/calendar/new", event(calendar=server_id(club))))
    assert there.collection == club
    assert "Club" in reader.get(f"/my/calendar/{server_id(there.id)}").text
    other = made(house, reader.post("/my/calendar/new", event()))
    assert other.collection != club


def test_nothing_goes_into_the_calendar_of_somebody_else(reader: Reader, house: House) -> None:
    house.person("bob")
    theirs = event(calendar=server_id(calendar(house, "bob", "Theirs")))
    assert reader.post("/my/calendar/new", theirs).status == 404
    own = made(house, reader.post("/my/calendar/new", event()))
    form = {**theirs, "edition": "1"}
    assert reader.post(f"/my/calendar/{server_id(own.id)}/edit", form).status == 404
    assert stored(house, own.id).collection == own.collection


def test_an_event_goes_to_another_calendar_and_phones_follow(
    reader: Reader, house: House, club: UUID
) -> None:
    there = made(house, reader.post("/my/calendar/new", event()))
    phone, id = Handset(house), server_id(there.id)
    phone.catch_up(phone.calendar)
    edit = f"/my/calendar/{id}/edit"
    assert f'<option value="{server_id(there.collection)}" selected>' in reader.get(edit).text
    form = {**event(subject="Match"), "edition": "1"}
    reader.post(edit, {**form, "calendar": server_id(club)})
    moved = stored(house, there.id)
    assert (moved.collection, moved.values["subject"]) == (club, "Match")
    assert verbs(phone.catch_up(phone.calendar)) == [("Delete", id)]
    assert verbs(phone.catch_up(server_id(club))) == [("Add", id)]


def test_who_did_not_touch_the_calendar_leaves_it_where_others_moved_it(
    reader: Reader, house: House, club: UUID
) -> None:
    there = made(house, reader.post("/my/calendar/new", event()))
    with house.groupware.acting(house.admin) as connection:
        use.move(house.groupware, use.load(house.groupware, connection, there.id), club)
    form = {**event(subject="Match"), "edition": "1", "calendar": server_id(there.collection)}
    reader.post(f"/my/calendar/{server_id(there.id)}/edit", form)
    moved = stored(house, there.id)
    assert (moved.collection, moved.values["subject"]) == (club, "Match")


def test_calendars_are_told_apart_and_those_are_shown_that_are_chosen(
    reader: Reader, house: House, club: UUID
) -> None:
    reader.post("/my/calendar/new", event(subject="Match", calendar=server_id(club)))
    reader.get("/my")
    reader.post("/my/calendar/new", event(subject="Office"))
    both = reader.get("/my/calendar").text
    assert re.search(r'class="event hue-0".{0,200}Office', both, re.DOTALL)
    assert re.search(r'class="event hue-1".{0,200}Match', both, re.DOTALL)
    one = reader.get(f"/my/calendar?month=2026-03&calendar={server_id(club)}").text
    assert "Match" in one
    assert "Office" not in one
    assert len(re.findall('name="calendar" value="[a-z0-9]+" checked', one)) == 1
    assert f"month=2026-04&amp;calendar={server_id(club)}" in one, "the choice goes along"
    for nonsense in ("calendar=x", "calendar=", f"calendar={'a' * 26}"):
        assert "Office" in reader.get(f"/my/calendar?{nonsense}").text


# Guests


def guests(house: House, id: UUID) -> list[tuple[str, str, int]]:
    found = stored(house, id).values.get("attendees", ())
    return [(each.email, each.name, each.status) for each in found]


def test_guests_are_a_list_of_addresses_and_their_host_is_who_invites(
    reader: Reader, house: House
) -> None:
    typed = 'Bob <bob@example.org>\r\neva@example.org; "Rossi, C" <c@example.org>,BOB@example.org'
    item = made(house, reader.post("/my/calendar/new", event(guests=typed)))
    assert guests(house, item.id) == [
        ("bob@example.org", "Bob", 0),
        ("eva@example.org", "", 0),
        ("c@example.org", "Rossi, C", 0),
    ]
    host = ("organizer_email", "organizer_name", "meeting_status")
    assert [item.values[name] for name in host] == ["ada@example.org", "Ada Example", 1]
    form = reader.get(f"/my/calendar/{server_id(item.id)}/edit").text
    assert "Bob &lt;bob@example.org&gt;\neva@example.org\n&#34;Rossi, C&#34; &lt;c@" in form


def test_who_was_a_guest_before_keeps_the_answer(reader: Reader, house: House) -> None:
    known = Attendee("bob@example.org", "Bob", status=3)
    id = house.appointment(when=at(MONDAY, 9), attendees=(known,))
    address = f"/my/calendar/{server_id(id)}"
    edited(reader, address, guests="Bob@example.org\neva@example.org")
    assert guests(house, id) == [("bob@example.org", "Bob", 3), ("eva@example.org", "", 0)]
    edited(reader, address, guests="Robert <bob@example.org>")
    assert guests(house, id) == [("bob@example.org", "Robert", 3)]
    edited(reader, address, guests="")
    assert guests(house, id) == []
    assert "meeting_status" not in stored(house, id).values


def test_a_guest_of_one_time_is_a_guest_of_that_time(reader: Reader, house: House) -> None:
    id = series(house)
    edited(reader, f"/my/calendar/{server_id(id)}", ON, guests="eva@example.org")
    assert state(house, id)["attendees"] == (Attendee("eva@example.org"),)
    assert guests(house, id) == []


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "))))
def test_whatever_guests_are_called_the_list_says_who_they_are(called: list[str]) -> None:
    known = tuple(
        Attendee(f"g{number}@example.org", " ".join(name.split()))
        for number, name in enumerate(called)
    )
    assert read(written(known)) == known


@pytest.mark.parametrize("typed", ["Eva", "eva@", "a@b, nobody", "@x", "a b@c d"])
def test_what_is_no_address_is_said_so(reader: Reader, typed: str) -> None:
    answer = reader.post("/my/calendar/new", event(guests=typed))
    assert answer.status == 422
    assert "Write one address a line" in answer.text


def test_the_guests_of_somebody_elses_meeting_are_theirs_to_choose(
    reader: Reader, house: House
) -> None:
    known = (Attendee("ada@example.org"), Attendee("eva@example.org"))
    id = house.appointment(
        when=at(MONDAY, 9), attendees=known, meeting_status=3, organizer_email="bob@example.org"
    )
    address = f"/my/calendar/{server_id(id)}"
    assert 'name="guests"' not in reader.get(f"{address}/edit").text
    edited(reader, address, guests="", subject="Mine")
    assert stored(house, id).values["attendees"] == known
    assert stored(house, id).values["subject"] == "Mine"
