# ruff: noqa: DTZ001 (wall times have no zone of their own)
"""/my: phones, setting one up, calendar, contacts, and edits that were set aside."""

from __future__ import annotations

import plistlib
import re
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.ids import server_id
from app import items as use
from app import people
from app.devices import phones
from domain.body import Body
from domain.calendar import Attendee, Location
from domain.item import Item
from domain.patch import CANCELLED
from domain.recurrence import DAILY, WEEKLY, YEARLY, Recurrence
from domain.when import AllDay, Timed
from domain.zone import Zone
from tests.app.handset import Handset
from tests.app.house import House
from tests.app.reader import Answer, Reader, in_rome, pages, signed_in, with_password

ROME = Zone("Europe/Rome")
MONDAY = date(2026, 3, 2)
"""Today, by the clock of the house."""


@pytest.fixture
def house(house: House) -> House:
    return in_rome(house)


@pytest.fixture
def reader(house: House) -> Reader:
    return signed_in(house)


def stored(house: House, id: UUID) -> Item:
    with house.groupware.reading() as connection:
        return use.load(house.groupware, connection, id)


def made(house: House, answer: Answer) -> Item:
    """The item whose page somebody was sent to."""
    from adapters.ids import uuid_of

    assert answer.status == 303, answer.text
    id = uuid_of(answer["Location"].rpartition("/")[2].partition("?")[0])
    assert id is not None
    return stored(house, id)


def at(day: date, hour: int, minutes: int = 60, zone: Zone = ROME) -> Timed:
    start = datetime(day.year, day.month, day.day, hour)
    return Timed(start, start + timedelta(minutes=minutes), zone)


# Phones


def test_without_phones_the_page_says_how_to_begin(reader: Reader) -> None:
    text = reader.get("/my/phones").text
    assert "No phone yet" in text
    assert 'href="/my/phones/set-up"' in text


def test_a_phone_is_there_once_it_came_and_says_how_it_is(
    reader: Reader, house: House, phone: Handset
) -> None:
    house.ask("FolderSync", phone_body())
    text = reader.get("/my/phones").text
    assert "in step" in text
    assert "just now" in text
    house.clock.advance(days=100)
    reader.sign_in()
    assert "silent" in reader.get("/my/phones").text


def phone_body() -> Any:
    from adapters.wbxml import E

    return E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))


@pytest.fixture
def device(house: House) -> str:
    """The address of the page of Ada's phone."""
    house.ask("FolderSync", phone_body())
    return f"/my/phones/{server_id(house.phone().id)}"


def test_a_phone_is_renamed_by_its_person(reader: Reader, house: House, device: str) -> None:
    reader.get(device)
    reader.post(device, {"label": "My <old> phone"})
    assert house.phone().label == "My <old> phone"
    assert "My &lt;old&gt; phone" in reader.get("/my/phones").text


def test_a_phone_is_removed_by_its_person(reader: Reader, device: str) -> None:
    reader.get(device)
    assert reader.post(f"{device}/remove")["Location"] == "/my/phones?said=phone_removed"
    assert "No phone yet" in reader.get("/my/phones").text
    assert reader.get(device).status == 404


def test_nobody_gets_rid_of_a_block_by_removing_the_phone(
    reader: Reader, house: House, device: str
) -> None:
    phones.block(house.groupware, house.admin, house.phone().id, "lost")
    text = reader.get(device).text
    assert "blocked" in text
    assert "/remove" not in text
    assert reader.post(f"{device}/remove").status == 409
    assert house.phone().blocked == "lost"


def test_what_keeps_all_phones_out_is_said(reader: Reader, house: House, device: str) -> None:
    people.disable(house.groupware, house.admin, house.account().id)
    reader.sign_in()
    assert "refused: not enabled" in reader.get("/my/phones").text
    assert "ActiveSync is not enabled for you yet" in reader.get("/my").text


# Setting one up


def test_the_four_values_are_there(house: House) -> None:
    reader = Reader(pages(house), host="sync.example.org", scheme="https")
    reader.sign_in()
    text = reader.get("/my/phones/set-up").text
    for value in ("sync.example.org", "leave it empty", "ada", "the password you sign in with"):
        assert value in text
    assert "without encryption" not in text


def test_the_qr_code_is_a_picture_of_its_own(reader: Reader) -> None:
    answer = reader.get("/my/phones/set-up/qr.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.body.startswith(b"<?xml")
    assert b"<script" not in answer.body


def test_the_profile_is_what_an_iphone_takes(house: House) -> None:
    reader = Reader(pages(house), host="sync.example.org", scheme="https")
    reader.sign_in()
    answer = reader.get("/my/phones/set-up/taccuino.mobileconfig")
    assert answer["Content-Type"] == "application/x-apple-aspen-config"
    assert answer["Content-Disposition"] == 'attachment; filename="taccuino.mobileconfig"'
    profile = plistlib.loads(answer.body)
    assert profile["PayloadType"] == "Configuration"
    (exchange,) = profile["PayloadContent"]
    assert exchange["PayloadType"] == "com.apple.eas.account"
    assert exchange["Host"] == "sync.example.org"
    assert exchange["UserName"] == "ada"
    assert exchange["EmailAddress"] == "ada@example.org"
    assert exchange["SSL"] is True
    assert "Password" not in exchange
    for part in (profile, exchange):
        assert part["PayloadVersion"] == 1
        assert str(UUID(part["PayloadUUID"])).upper() == part["PayloadUUID"]
    assert profile["PayloadUUID"] != exchange["PayloadUUID"]
    assert exchange["PayloadIdentifier"].startswith(profile["PayloadIdentifier"])


def test_the_profile_is_the_same_each_time_and_another_for_others(
    reader: Reader, house: House
) -> None:
    path = "/my/phones/set-up/taccuino.mobileconfig"
    house.person("bob")
    with_password(house, "bob")
    bob = Reader(reader.app)
    bob.sign_in("bob")
    mine, again, theirs = (plistlib.loads(each.get(path).body) for each in (reader, reader, bob))
    assert mine == again
    assert mine["PayloadUUID"] != theirs["PayloadUUID"]


# Calendar


def event(**facts: str) -> dict[str, str]:
    plain = {
        "subject": "Lunch",
        "start_day": "2026-03-05",
        "start_time": "12:30",
        "end_day": "2026-03-05",
        "end_time": "13:30",
    }
    return {**plain, **facts}


def test_an_event_that_is_made_is_in_the_calendar_and_its_maker_is_known(
    reader: Reader, house: House
) -> None:
    form = event(location="Bar", reminder="15", text="Bring\r\nthe plan")
    item = made(house, reader.post("/my/calendar/new", form))
    assert item.values["when"] == Timed(
        datetime(2026, 3, 5, 12, 30), datetime(2026, 3, 5, 13, 30), ROME
    )
    assert item.values["subject"] == "Lunch"
    assert item.values["location"] == Location("Bar")
    assert item.values["reminder"] == 15
    assert item.values["body"] == Body("Bring\nthe plan")
    assert "12:30 – 13:30" in reader.get("/my/calendar").text
    (begun, *_) = house.groupware.repository.event_store.get(item.id)
    assert begun.actor == "user:ada"  # type: ignore[attr-defined]


def test_whole_days_include_the_last_one(reader: Reader, house: House) -> None:
    form = event(all_day="1", end_day="2026-03-06")
    item = made(house, reader.post("/my/calendar/new", form))
    assert item.values["when"] == AllDay(date(2026, 3, 5), date(2026, 3, 7))
    text = reader.get(f"/my/calendar/{server_id(item.id)}").text
    assert "Thursday 5 March 2026 – Friday 6 March 2026" in text


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"start_day": "soon"}, "Choose a day"),
        ({"start_day": "2026-02-30"}, "Choose a day"),
        ({"start_time": "25:00"}, "Choose a time"),
        ({"end_time": "11:00"}, "It ends before it begins"),
        ({"end_day": "9999-12-31"}, "It ends before it begins"),
        ({"repeats": "day", "until": "2026-03-01"}, "The last day lies before the first"),
        ({"repeats": "fortnight"}, "Choose one of the ways to repeat"),
        ({"reminder": "-5"}, "Choose one of the reminders"),
        ({"subject": "x" * 256}, "Shorten this"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    reader: Reader, facts: dict[str, str], told: str
) -> None:
    answer = reader.post("/my/calendar/new", event(**{"location": "Here & there", **facts}))
    assert answer.status == 422
    assert told in answer.text
    assert answer.field("location") == "Here & there"


@pytest.mark.parametrize(
    ("choice", "until", "rule"),
    [
        ("day", "", Recurrence(DAILY)),
        ("week", "", Recurrence(WEEKLY, days=16)),
        ("year", "", Recurrence(YEARLY, day_of_month=5, month=3)),
        ("day", "2026-03-08", Recurrence(DAILY, until=datetime(2026, 3, 8, 22, 59, 59))),
    ],
)
def test_a_series_repeats_as_chosen(
    reader: Reader, house: House, choice: str, until: str, rule: Recurrence
) -> None:
    item = made(house, reader.post("/my/calendar/new", event(repeats=choice, until=until)))
    found = item.values["recurrence"]
    assert (found.kind, found.days, found.day_of_month) == (rule.kind, rule.days, rule.day_of_month)
    assert (found.until and found.until.replace(tzinfo=None)) == rule.until
    form = reader.get(f"/my/calendar/{server_id(item.id)}/edit")
    assert f'<option value="{choice}" selected>' in form.text
    assert form.field("until") == until


def edited(reader: Reader, address: str, on: str = "", **facts: str) -> Answer:
    """The form of an event sent back as it was shown, but for some fields; `on` is the query
    that asks for one time of a series."""
    page = reader.get(f"{address}/edit?{on}")
    names = ("subject", "start_day", "start_time", "end_day", "end_time", "location")
    form = {name: page.field(name) for name in (*names, "edition", "on" if on else "until")}
    for name in ("repeats", "reminder"):
        chosen = re.search(rf'id="{name}".*?value="(\w*)" selected', page.text, re.DOTALL)
        form[name] = chosen[1] if chosen else ""
    for name in ("text", "guests"):
        told = re.search(rf'<textarea id="{name}"[^>]*>(.*?)</textarea>', page.text, re.DOTALL)
        form[name] = unescape(told[1]) if told else ""
    if 'name="all_day" value="1" checked' in page.text:
        form["all_day"] = "1"
    return reader.post(f"{address}/edit", {**form, **facts})


@pytest.mark.parametrize(
    "values",
    [
        {"when": AllDay(MONDAY, MONDAY + timedelta(days=2)), "subject": "Trip"},
        {
            "when": at(MONDAY, 9, zone=Zone("Asia/Tokyo")),
            "subject": "Call",
            "location": Location("Room", street="Via Roma 1"),
            "body": Body("<p>Hello <b>you</b></p>", html=True),
            "reminder": 7,
            "attendees": (Attendee("bob@example.org", status=3), Attendee("c@x.org", 'Rossi, "C"')),
        },
        {
            "when": at(MONDAY, 9),
            "recurrence": Recurrence(WEEKLY, interval=2, days=42, count=10),
            "occurrences": {datetime(2026, 3, 4, 9): CANCELLED},
        },
        {"when": at(MONDAY, 9), "recurrence": Recurrence(DAILY)},
    ],
    ids=["days", "abroad", "odd series", "series"],
)
def test_a_form_that_is_sent_back_as_it_was_changes_nothing(
    reader: Reader, house: House, values: dict[str, Any]
) -> None:
    id = house.appointment(**values)
    before = stored(house, id)
    answer = edited(reader, f"/my/calendar/{server_id(id)}")
    assert answer.status == 303, answer.text
    assert stored(house, id).edition == before.edition


def test_a_series_that_is_moved_by_an_hour_keeps_its_cancelled_days(
    reader: Reader, house: House
) -> None:
    gone = datetime(2026, 3, 4, 9)
    rule = Recurrence(DAILY)
    id = house.appointment(when=at(MONDAY, 9), recurrence=rule, occurrences={gone: CANCELLED})
    edited(reader, f"/my/calendar/{server_id(id)}", start_time="10:00", end_time="11:00")
    assert stored(house, id).values["occurrences"] == {datetime(2026, 3, 4, 10): CANCELLED}


def test_one_time_of_a_series_is_removed_and_the_others_stay(reader: Reader, house: House) -> None:
    id = house.appointment(when=at(MONDAY, 9), recurrence=Recurrence(DAILY), subject="Walk")
    address = f"/my/calendar/{server_id(id)}"
    assert "Wednesday 4 March 2026" in reader.get(f"{address}?on=2026-03-04T09:00").text
    reader.post(f"{address}/remove", {"on": "2026-03-04T09:00", "once": "1"})
    assert stored(house, id).values["occurrences"] == {datetime(2026, 3, 4, 9): CANCELLED}
    assert reader.get(f"{address}?on=2026-03-04T09:00").status == 404
    assert reader.get(f"{address}?on=nonsense").status == 404
    reader.get("/my")
    reader.post(f"{address}/remove")
    assert stored(house, id).removed


def test_times_are_told_on_the_reader_s_clocks_and_on_those_of_the_place(
    reader: Reader, house: House
) -> None:
    id = house.appointment(when=at(MONDAY, 18, zone=Zone("Asia/Tokyo")), subject="Call")
    text = reader.get(f"/my/calendar/{server_id(id)}").text
    assert "Monday 2 March 2026, 10:00 – 11:00" in text
    assert "18:00 – 19:00, Asia/Tokyo, where it takes place" in text


@pytest.mark.parametrize("month", ["2026-03", "", "nonsense", "0001-01", "9999-12", "2026-13"])
def test_the_calendar_shows_a_month_whatever_is_asked_for(reader: Reader, month: str) -> None:
    answer = reader.get(f"/my/calendar?month={month}")
    assert answer.status == 200
    assert "March 2026" in answer.text


# Contacts


def test_contacts_are_listed_by_name_searched_and_paged(reader: Reader, house: House) -> None:
    for number in range(60):
        house.contact(first_name=f"Person{number:02}", email1=f"p{number}@example.org")
    first, second = reader.get("/my/contacts").text, reader.get("/my/contacts?page=2").text
    assert "60 contacts" in first
    assert "Page 1 of 2" in first
    assert "Person00" in first
    assert "Person55" not in first
    assert "Person55" in second
    found = reader.get("/my/contacts?q=person5").text
    assert "10 contacts" in found
    assert "Nobody found" in reader.get("/my/contacts?q=zzz").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "²"])
def test_any_page_number_is_some_page(reader: Reader, page: str) -> None:
    assert reader.get(f"/my/contacts?page={page}").status == 200


def test_nobody_finds_the_contacts_of_others(reader: Reader, house: House) -> None:
    house.person("bob", "Bob Private")
    id = house.contact("bob", first_name="Hidden")
    appointment = house.appointment("bob", subject="Hidden")
    assert "Hidden" not in reader.get("/my/contacts").text
    assert "Nobody found" in reader.get("/my/contacts?q=hidden").text
    for kind, item in (("contacts", id), ("calendar", appointment)):
        for page in ("", "/edit", "/picture" if kind == "contacts" else ""):
            assert reader.get(f"/my/{kind}/{server_id(item)}{page}").status == 404
        assert reader.post(f"/my/{kind}/{server_id(item)}/remove").status == 404
        assert reader.post(f"/my/{kind}/{server_id(item)}/edit", {"edition": "1"}).status == 404
        assert not stored(house, item).removed


def test_a_contact_is_made_shown_and_changed(reader: Reader, house: House) -> None:
    form = {"first_name": "Ada", "last_name": "Rossi", "email1": "ada@rossi.example"}
    form |= {"birth_day": "29", "birth_month": "2", "birth_year": ""}
    item = made(house, reader.post("/my/contacts/new", form))
    assert item.values["birthday"] == date(1604, 2, 29)
    assert item.values["file_as"] == "Rossi, Ada"
    address = f"/my/contacts/{server_id(item.id)}"
    assert "29 February<" in reader.get(address).text
    page = reader.get(f"{address}/edit")
    form |= {"edition": page.field("edition"), "last_name": "Bianchi", "text": "A friend"}
    assert reader.post(f"{address}/edit", form)["Location"] == f"{address}?said=saved"
    changed = stored(house, item.id).values
    assert (changed["last_name"], changed["file_as"]) == ("Bianchi", "Bianchi, Ada")
    assert changed["body"] == Body("A friend")


def test_fields_that_no_form_shows_are_left_alone(reader: Reader, house: House) -> None:
    id = house.contact(first_name="Ada", spouse="Bob", body=Body("<i>x</i>", html=True))
    before = stored(house, id).values
    address = f"/my/contacts/{server_id(id)}"
    edition = reader.get(f"{address}/edit").field("edition")
    reader.post(f"{address}/edit", {"edition": edition, "first_name": "Eva", "text": "x"})
    assert stored(house, id).values == {**before, "first_name": "Eva"}


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Type at least a name"),
        ({"first_name": "x" * 256}, "This is too long"),
        ({"first_name": "Ada", "birth_day": "31", "birth_month": "2"}, "This day does not exist"),
        ({"first_name": "Ada", "birth_day": "x", "birth_month": "2"}, "This day does not exist"),
    ],
)
def test_a_contact_that_cannot_be_is_refused_in_words(
    reader: Reader, form: dict[str, str], told: str
) -> None:
    answer = reader.post("/my/contacts/new", form)
    assert answer.status == 422
    assert told in answer.text


def test_a_picture_is_shown_only_if_it_is_one(reader: Reader, house: House) -> None:
    png = b"\x89PNG\r\n\x1a\nrest"
    seen = house.contact(first_name="Ada", picture=png)
    evil = house.contact(first_name="Eve", picture=b"<svg onload=alert(1)>")
    answer = reader.get(f"/my/contacts/{server_id(seen)}/picture")
    assert (answer["Content-Type"], answer.body) == ("image/png", png)
    assert reader.get(f"/my/contacts/{server_id(evil)}/picture").status == 404


# Both edits survive


def test_two_edits_of_different_fields_are_merged(reader: Reader, house: House) -> None:
    id = house.appointment(when=at(MONDAY, 9), subject="Lunch")
    address = f"/my/calendar/{server_id(id)}"
    page = reader.get(f"{address}/edit")
    house.revise(id, location=Location("Elsewhere"))
    form = {name: page.field(name) for name in (*event(), "edition")}
    answer = reader.post(f"{address}/edit", {**form, "subject": "Dinner"})
    assert answer["Location"].endswith("said=saved")
    values = stored(house, id).values
    assert (values["subject"], values["location"]) == ("Dinner", Location("Elsewhere"))


def test_the_edit_that_loses_is_kept_in_words_and_comes_back_with_one_click(
    reader: Reader, house: House
) -> None:
    id = house.appointment(when=at(MONDAY, 9), subject="Lunch")
    address = f"/my/calendar/{server_id(id)}"
    page = reader.get(f"{address}/edit")
    house.revise(id, subject="Breakfast")
    form = {name: page.field(name) for name in (*event(), "edition")}
    answer = reader.post(f"{address}/edit", {**form, "subject": "Dinner"})
    assert answer["Location"].endswith("said=set_aside")
    assert stored(house, id).values["subject"] == "Breakfast"
    assert "One edit gave way" in reader.get("/my").text
    kept = reader.get("/my/conflicts")
    assert "<td>Dinner</td><td>Breakfast</td>" in kept.text
    assert "By ada, on these pages" in kept.text
    path = re.search(r'action="(/my/conflicts/\w+/restore)"', kept.text)
    assert path
    assert reader.post(path[1]).status == 303
    assert stored(house, id).values["subject"] == "Dinner"
    assert "Nothing is set aside" in reader.get("/my/conflicts").text


def test_nobody_restores_what_is_not_theirs(reader: Reader, house: House) -> None:
    house.person("bob")
    id = house.appointment("bob", subject="Lunch")
    edit = uuid4()
    with house.groupware.acting(house.admin) as connection:
        item = use.load(house.groupware, connection, id)
        item.set_aside(edit, {"subject": "Dinner"}, {"subject": "Lunch"}, "both sides")
        house.groupware.save(item)
    assert reader.post(f"/my/conflicts/{server_id(edit)}/restore").status == 404
    assert stored(house, id).values["subject"] == "Lunch"


@pytest.mark.parametrize("edition", ["", "0", "x", "99", "-1"])
def test_an_edition_that_never_was_changes_nothing(
    reader: Reader, house: House, edition: str
) -> None:
    id = house.appointment(when=at(MONDAY, 9), subject="Lunch")
    answer = reader.post(f"/my/calendar/{server_id(id)}/edit", event(edition=edition))
    assert answer.status == (303 if edition == "0" else 404)


def test_somebody_without_folders_is_told_why_nothing_can_be_made(house: House) -> None:
    people.open_account(house.groupware, house.admin, "new", "new@example.org")
    with_password(house, "new")
    reader = Reader(pages(house))
    reader.sign_in("new")
    for page in ("/my", "/my/calendar", "/my/contacts"):
        assert "ActiveSync is not enabled for you yet" in reader.get(page).text
    answer = reader.post("/my/calendar/new", event())
    assert answer.status == 409
    assert "Ask your administrator to enable ActiveSync" in answer.text
