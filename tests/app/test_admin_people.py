"""/admin/users/…: what is decided about one person, and what is said of why phones stay out."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from adapters.ids import server_id
from app import people
from app.devices import access, phones
from app.identity import credentials
from projections import findings
from tests.app.house import House, a_request
from tests.app.post import Post
from tests.app.reader import (
    PASSWORD,
    Answer,
    Reader,
    let_in,
    pages,
    with_administrator,
    with_password,
)
from tests.app.test_admin_pages import HIERARCHY

SECRET = "for phones and nobody else"
LDAP = {"ldap_servers": ("ldaps://ldap.example.org",), "ldap_base": "dc=example,dc=org"}


@pytest.fixture
def house(house: House) -> House:
    """Ada has a phone, and there is an administrator."""
    with_password(house)
    with_administrator(house)
    house.ask("FolderSync", HIERARCHY)
    return house


@pytest.fixture
def reader(house: House) -> Reader:
    """The administrator, where mails can be sent."""
    return administrator(house, Post())


@pytest.fixture
def ada(house: House) -> str:
    return f"/admin/users/{server_id(house.account().id)}"


def administrator(house: House, post: Post | None = None, **settings: object) -> Reader:
    reader = Reader(pages(house, post, **settings))
    reader.sign_in("root")
    reader.get("/my")
    return reader


def ada_reads(reader: Reader) -> Reader:
    """Ada in a browser of her own."""
    hers = Reader(reader.app)
    hers.sign_in()
    return hers


# Name, address, version


def test_a_person_gets_another_name_address_and_version(
    reader: Reader, house: House, ada: str
) -> None:
    form = reader.get(f"{ada}/edit")
    assert form.field("full_name") == "Ada Example"
    facts = {"full_name": "Ada <Bianchi>", "mail": "bianchi@example.org", "ceiling": "14.1"}
    page = reader.get(reader.post(f"{ada}/edit", facts)["Location"]).text
    assert "Ada &lt;Bianchi&gt;" in page
    assert "bianchi@example.org" in page
    assert "at most 14.1" in page
    row = house.account()
    assert (row.full_name, row.mail, row.ceiling) == tuple(facts.values())


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"mail": "root@example.org"}, "belongs to somebody else"),
        ({"mail": "nowhere"}, "cannot be used"),
        ({"full_name": "a\u2028b"}, "cannot be used"),
        ({"ceiling": "99"}, "could not be done"),
    ],
)
def test_what_is_wrong_about_a_person_changes_nothing(
    reader: Reader, house: House, ada: str, facts: dict[str, str], told: str
) -> None:
    reader.get(f"{ada}/edit")
    before = house.log_length()
    form = {"full_name": "Somebody else", "mail": "other@example.org", "ceiling": ""}
    answer = reader.post(f"{ada}/edit", {**form, **facts})
    assert answer.status == 422
    assert told in answer.text
    assert house.log_length() == before


def test_saving_what_stood_there_is_no_event(reader: Reader, house: House, ada: str) -> None:
    reader.get(f"{ada}/edit")
    before = house.log_length()
    same = {"full_name": "Ada Example", "mail": "ada@example.org", "ceiling": ""}
    assert reader.post(f"{ada}/edit", same).status == 303
    assert house.log_length() == before


# The directory


def test_without_a_directory_nobody_is_left_to_it(reader: Reader, house: House, ada: str) -> None:
    assert "Let the directory know" not in reader.get(ada).text
    answer = reader.post(ada, {"act": "to_directory"})
    assert answer.status == 422
    assert "No directory is set up here" in answer.text
    assert not house.account().directory


def test_a_person_is_left_to_the_directory_and_taken_back(house: House, ada: str) -> None:
    reader = administrator(house, **LDAP)
    assert "The one set here opens nothing any more" in reader.get(ada).text
    reader.post(ada, {"act": "to_directory"})
    assert house.account().directory
    page = reader.get(ada).text
    assert "The directory of your organisation" in page
    assert 'name="password"' not in page
    assert "replaces them at the next sign-in" in reader.get(f"{ada}/edit").text
    reader.get(ada)
    reader.post(ada, {"act": "from_directory"})
    assert not house.account().directory
    assert let_in(house, PASSWORD)


def test_a_directory_that_is_set_up_no_longer_is_told(house: House, ada: str) -> None:
    people.leave_login_to_directory(house.groupware, house.admin, house.account().id)
    assert "none is set up here (ldap_servers)" in administrator(house).get(ada).text


# Why phones stay out


def test_nothing_is_said_where_phones_come_in(reader: Reader, ada: str) -> None:
    assert "No phone is let in" not in reader.get(ada).text


def test_a_page_says_why_no_phone_is_let_in(reader: Reader, house: House, ada: str) -> None:
    people.disable(house.groupware, house.admin, house.account().id)
    assert "ActiveSync is not enabled for this person" in reader.get(ada).text
    new = house.person("new")
    assert "no login password yet" in reader.get(f"/admin/users/{server_id(new.id)}").text


def test_a_page_says_why_one_phone_is_not_let_in(reader: Reader, house: House, ada: str) -> None:
    id = house.phone().id
    phones.block(house.groupware, house.admin, id, "left in a taxi")
    assert "Blocked: left in a taxi" in reader.get(ada).text
    phones.unblock(house.groupware, house.admin, id)
    people.set_ceiling(house.groupware, house.admin, house.account().id, "14.1")
    assert "It speaks 16.1, and at most 14.1 is allowed" in reader.get(ada).text
    people.set_ceiling(house.groupware, house.admin, house.account().id, "")
    house.under_policy(DevicePasswordEnabled="1")
    page = reader.get(ada).text
    assert "It has not acknowledged its policy yet" in page
    assert "strict" in page


# The second factor


def dialog(reader: Reader, ada: str) -> Answer:
    return reader.get(f"{ada}/second-factor")


def turn_on(reader: Reader, ada: str, **form: str) -> Answer:
    dialog(reader, ada)
    return reader.post(f"{ada}/second-factor", form)


def test_the_dialog_names_the_phones_that_stop_and_cancel_changes_nothing(
    reader: Reader, house: House, ada: str
) -> None:
    house.admit(a_request(device="TABLET"))
    before = house.log_length()
    page = dialog(reader, ada).text
    assert "requires a dedicated ActiveSync password" in page
    assert "These 2 phones stop" in page
    assert "ada@example.org" in page
    assert re.search(rf'<a class="button" href="{ada}">Cancel</a>', page)
    assert reader.get(ada).status == 200
    assert house.log_length() == before
    assert let_in(house, PASSWORD)


def test_a_password_chosen_in_the_dialog_is_shown_once_and_lets_phones_in(
    reader: Reader, house: House, ada: str
) -> None:
    answer = turn_on(reader, ada, by="us", password=SECRET)
    assert SECRET in answer.text
    assert SECRET not in reader.get(ada).text
    assert house.account().factor == "mail"
    assert let_in(house, SECRET)
    assert not let_in(house, PASSWORD)
    assert ada_reads(reader).get("/my")["Location"].startswith("/sign-in")


def test_one_is_made_up_where_none_is_chosen(reader: Reader, house: House, ada: str) -> None:
    answer = turn_on(reader, ada, by="us", password="")
    made = re.search(r'class="secret code">([^<]+)<', answer.text)
    assert made
    assert let_in(house, made[1])


def test_the_person_may_be_left_to_set_one_and_no_phone_comes_in_until_then(
    reader: Reader, house: House, ada: str
) -> None:
    answer = turn_on(reader, ada, by="person", password="typed and then left alone")
    page = reader.get(answer["Location"]).text
    assert "the person has not set an ActiveSync password yet" in page
    assert house.account().lacks_password
    assert not let_in(house, PASSWORD)


def test_a_password_that_will_not_do_turns_nothing_on(
    reader: Reader, house: House, ada: str
) -> None:
    for password, told in (("short", "at least 8"), (PASSWORD, "a password you use already")):
        answer = turn_on(reader, ada, by="us", password=password)
        assert answer.status == 422
        assert told in answer.text
        assert house.account().factor == "off"


def test_phones_that_send_an_activesync_password_go_on(
    reader: Reader, house: House, ada: str
) -> None:
    credentials.reset_activesync_password(house.groupware, house.admin, house.account().id, SECRET)
    page = dialog(reader, ada).text
    assert "Phones go on" in page
    assert "dedicated ActiveSync password" not in page
    assert turn_on(reader, ada).status == 303
    assert let_in(house, SECRET)


def test_without_mail_nothing_can_be_turned_on(house: House, ada: str) -> None:
    reader = administrator(house)
    page = dialog(reader, ada).text
    assert "smtp_host" in page
    assert '<button class="main"' not in page
    assert turn_on(reader, ada, by="us").status == 422
    assert house.account().factor == "off"


def test_who_has_one_is_not_asked(reader: Reader, ada: str) -> None:
    turn_on(reader, ada, by="us")
    assert dialog(reader, ada)["Location"] == ada


def test_who_turns_it_on_for_themselves_stays_signed_in(reader: Reader, house: House) -> None:
    me = f"/admin/users/{server_id(house.account('root').id)}"
    assert turn_on(reader, me).status == 303
    assert house.account("root").factor == "mail"
    assert reader.get("/admin/users").status == 200


def test_the_dialog_is_italian_for_who_reads_italian(
    reader: Reader, house: House, ada: str
) -> None:
    root = house.account("root").id
    people.choose_language(house.groupware, house.admin, root, "it")
    page = dialog(reader, ada).text
    assert "richiede una password ActiveSync dedicata" in page
    assert "Questo telefono si ferma" in page


# Signed in


def test_a_person_is_signed_out_everywhere(reader: Reader, house: House, ada: str) -> None:
    hers = [ada_reads(reader) for _ in range(2)]
    assert all(each.get("/my").status == 200 for each in hers)
    reader.get(ada)
    assert reader.post(ada, {"act": "sign_out"}).status == 303
    assert all(each.get("/my").status == 303 for each in hers)
    assert reader.get("/admin/users").status == 200
    assert let_in(house, PASSWORD), "phones go on"


# All phones


def test_phones_that_wait_are_told_of_first_and_until_they_are_let_in(
    reader: Reader, house: House
) -> None:
    assert "waits until somebody" not in reader.get("/admin/devices").text
    access.choose_default(house.groupware, house.admin, "quarantine")
    house.admit(a_request(device="TABLET"))
    page = reader.get("/admin/devices").text
    assert "One phone waits until somebody lets it in." in page
    assert 'href="/admin/devices?state=waits"' in page
    with house.groupware.reading() as connection:
        (finding,) = findings.findings(connection, house.clock())
    assert (finding.kind, finding.about) == (findings.WAITING, house.phone(device="TABLET").id)
    phones.approve(house.groupware, house.admin, finding.about)
    assert "waits until somebody" not in reader.get("/admin/devices").text
    with house.groupware.reading() as connection:
        assert findings.findings(connection, house.clock()) == []


def test_a_phone_with_a_password_of_no_use_is_told_of_with_its_person(
    reader: Reader, house: House, ada: str
) -> None:
    id = house.account().id
    people.set_password(house.groupware, house.admin, id, "another one by now")
    assert not let_in(house, PASSWORD)
    page = reader.get("/admin/devices").text
    assert f'<a href="{ada}">Ada Example</a>: ' in page
    assert "still sends a password that was right before" in page


def test_phones_are_listed_a_page_at_a_time(reader: Reader, house: House) -> None:
    house.settings = replace(house.settings, devices_per_user=100)
    for number in range(60):
        house.clock.advance(seconds=1)
        agent = f"agent {number}"
        house.admit(replace(a_request(device=f"P{number:02}"), user_agent=agent))
    first = reader.get("/admin/devices?q=ada&version=16.1&seen=day")
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    second = reader.get("/admin/devices" + unescape(following[1])).text
    assert first.text.count("/admin/devices/") + second.count("/admin/devices/") == 61
    assert "From the start" in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize("query", ["seen=never", "version=99", "after=x", "state=x&seen=%00"])
def test_what_there_is_not_to_ask_for_is_not_asked(reader: Reader, query: str) -> None:
    assert "/admin/devices/" in reader.get(f"/admin/devices?{query}").text


def test_one_phone_is_held_to_an_older_version(reader: Reader, house: House) -> None:
    device = f"/admin/devices/{server_id(house.phone().id)}"
    reader.get(f"{device}/ceiling")
    assert reader.post(f"{device}/ceiling", {"ceiling": "99"}).status == 422
    assert reader.post(f"{device}/ceiling", {"ceiling": "14.1"})["Location"].startswith(device)
    assert house.phone().ceiling == "14.1"
    page = reader.get(device).text
    assert "at most 14.1" in page
    assert "refused: too new a version" in page
    assert reader.post(f"{device}/ceiling", {"ceiling": ""}).status == 303
    assert house.phone().ceiling == ""
