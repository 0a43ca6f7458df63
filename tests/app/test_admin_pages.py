"""/admin: people and phones, for administrators and nobody else."""

from __future__ import annotations

import re

import pytest

from adapters.ids import server_id
from adapters.wbxml import E
from app import people, routes
from app.devices import phones
from app.identity import credentials
from domain.house import FULL_WIPE_ALLOWED, PASSWORDS_VIEWABLE, SECOND_FACTOR_REQUIRED
from projections import house as rules
from tests.app.house import House
from tests.app.reader import (
    PASSWORD,
    Reader,
    administrator,
    pages,
    with_administrator,
    with_password,
)

ID = "a" * 26
ADMIN = [page for page in routes.PAGES if page.address.startswith("/admin")]
HIERARCHY = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))


@pytest.fixture
def house(house: House) -> House:
    """Ada has a phone, and there is an administrator."""
    with_password(house)
    with_administrator(house)
    house.ask("FolderSync", HIERARCHY)
    return house


@pytest.fixture
def reader(house: House) -> Reader:
    """The administrator."""
    return administrator(house)


@pytest.fixture
def ada(house: House) -> str:
    return f"/admin/users/{server_id(house.account().id)}"


@pytest.fixture
def device(house: House) -> str:
    return f"/admin/devices/{server_id(house.phone().id)}"


def test_every_page_below_admin_is_for_administrators() -> None:
    assert {page.who for page in ADMIN} == {"administrator"}


@pytest.mark.parametrize("address", [page.address.replace("{id}", ID) for page in ADMIN])
def test_others_are_told_that_it_is_not_for_them(house: House, address: str) -> None:
    reader = Reader(pages(house))
    reader.sign_in()
    assert "/admin" not in reader.get("/my").text
    for answer in (reader.get(address), reader.post(address, {"act": "enable"})):
        assert answer.status in (403, 405)
    assert "Not for you" in reader.get(address).text


def test_whoever_is_an_administrator_no_longer_is_none_at_once(
    reader: Reader, house: House
) -> None:
    house.person("eve", administrator=True)
    assert reader.get("/admin/users").status == 200
    people.withdraw_administrator(house.groupware, house.admin, house.account("root").id)
    assert reader.get("/admin/users").status == 403


# People


def test_people_are_listed_searched_and_paged(reader: Reader, house: House) -> None:
    for number in range(55):
        people.open_account(
            house.groupware, house.admin, f"p{number:02}", f"p{number}@example.org", "Person"
        )
    first, second = reader.get("/admin/users").text, reader.get("/admin/users?page=2").text
    assert "57 people" in first
    assert "ada@example.org" in first
    assert "p54" in second
    assert "p54" not in first
    assert "One person" in reader.get("/admin/users?q=ADA@").text
    assert "One person" in reader.get("/admin/users?q=p07").text
    assert "55 people" in reader.get("/admin/users?q=person").text
    assert "Nobody found" in reader.get("/admin/users?q=%25").text


def test_somebody_new_can_sign_in_and_sync(reader: Reader, house: House) -> None:
    form = {"name": "new", "mail": "new@example.org", "full_name": "New <One>"}
    form |= {"password": PASSWORD, "enable": "1"}
    answer = reader.post("/admin/users/new", form)
    page = reader.get(answer["Location"])
    assert "New &lt;One&gt;" in page.text
    assert "Hand over name and password" in page.text
    assert house.account("new").enabled
    assert Reader(reader.app).sign_in("new").status == 303


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"name": "ADA"}, "belongs to somebody else"),
        ({"mail": "ada@example.org"}, "belongs to somebody else"),
        ({"name": "a@b"}, "cannot be used"),
        ({"mail": "nowhere"}, "cannot be used"),
        ({"password": "short"}, "at least 8 characters"),
    ],
)
def test_what_is_wrong_makes_nobody(
    reader: Reader, house: House, facts: dict[str, str], told: str
) -> None:
    form = {"name": "new", "mail": "new@example.org", "full_name": "New", "password": PASSWORD}
    before = house.log_length()
    answer = reader.post("/admin/users/new", {**form, **facts})
    assert answer.status == 422
    assert told in answer.text
    assert answer.field("full_name") == "New"
    assert house.log_length() == before


def test_a_person_is_disabled_and_enabled(reader: Reader, house: House, ada: str) -> None:
    reader.get(ada)
    reader.post(ada, {"act": "disable"})
    assert not house.account().enabled
    assert "Enable ActiveSync" in reader.get(ada).text
    reader.post(ada, {"act": "enable"})
    assert house.account().enabled


def test_a_person_gets_another_login_password(reader: Reader, house: House, ada: str) -> None:
    reader.get(ada)
    assert reader.post(ada, {"act": "password", "password": "short"}).status == 422
    reader.post(ada, {"act": "password", "password": "handed over to Ada"})
    assert Reader(reader.app).sign_in().status == 422
    assert Reader(reader.app).sign_in(password="handed over to Ada").status == 303


def test_the_last_administrator_stays_one(reader: Reader, house: House, ada: str) -> None:
    me = f"/admin/users/{server_id(house.account('root').id)}"
    reader.get(me)
    assert reader.post(me, {"act": "demote"}).status == 422
    reader.post(ada, {"act": "promote"})
    assert reader.post(me, {"act": "demote"}).status == 303
    assert not house.account("root").administrator


def test_who_changes_the_own_password_stays_signed_in(reader: Reader, house: House) -> None:
    me = f"/admin/users/{server_id(house.account('root').id)}"
    reader.get(me)
    reader.post(me, {"act": "password", "password": "another one for me"})
    assert reader.get("/my").status == 200


def test_an_administrator_sees_when_passwords_were_used_and_never_a_password(
    reader: Reader, house: House, ada: str
) -> None:
    secret = "for phones and nobody else"
    id = house.account().id
    credentials.reset_activesync_password(house.groupware, house.admin, id, secret)
    text = reader.get(ada).text
    assert "Not used yet." in text
    assert secret not in text


def test_a_deed_that_is_none_is_not_found(reader: Reader, ada: str, device: str) -> None:
    for address in (ada, device):
        reader.get(address)
        assert reader.post(address, {"act": "explode"}).status == 404


# Phones


def test_phones_are_found_by_state_and_by_what_they_are_called(
    reader: Reader, house: House
) -> None:
    assert "One phone" in reader.get("/admin/devices").text
    for query in ("ada", "iphone", "16.1", "Ada+Example"):
        assert "One phone" in reader.get(f"/admin/devices?q={query}").text, query
    assert "No such phone" in reader.get("/admin/devices?q=nokia").text
    assert "No such phone" in reader.get("/admin/devices?state=blocked").text
    phones.block(house.groupware, house.admin, house.phone().id, "lost")
    assert "One phone" in reader.get("/admin/devices?state=blocked").text


def test_a_phone_is_blocked_with_a_reason_and_let_in_again(
    reader: Reader, house: House, device: str
) -> None:
    reader.get(device)
    reader.post(device, {"act": "block", "reason": "left in a <taxi>"})
    text = reader.get(device).text
    assert "left in a &lt;taxi&gt;" in text
    assert "the administrator root" in text
    assert house.phone().blocked == "left in a <taxi>"
    reader.post(device, {"act": "unblock"})
    assert not house.phone().blocked


def test_a_wipe_erases_what_came_from_here_and_can_be_taken_back(
    reader: Reader, house: House, device: str
) -> None:
    reader.get(device)
    reader.post(device, {"act": "wipe"})
    assert house.phone().wipe == "account"
    assert reader.post(device, {"act": "forget"}).status == 422
    reader.post(device, {"act": "spare"})
    assert house.phone().wipe is None


def test_a_phone_is_taken_off_the_list(reader: Reader, device: str) -> None:
    reader.get(device)
    assert reader.post(device, {"act": "forget"})["Location"] == "/admin/devices?said=saved_only"
    assert "stands here" in reader.get("/admin/devices").text


@pytest.mark.parametrize("state", ["nonsense", "<b>", ""])
def test_any_state_may_be_asked_for(reader: Reader, state: str) -> None:
    assert reader.get(f"/admin/devices?state={state}").status == 200
    assert not re.search(r"<b>", reader.get(f"/admin/devices?state={state}").text)


# What holds for everybody

SETTINGS = "/admin/settings"


class NoPost:
    """Somebody who would send mails."""

    def send(self, to: str, subject: str, body: str) -> None:
        """Nobody reads them here."""


@pytest.fixture
def posted(house: House) -> Reader:
    """The administrator, in a house from which mails can be sent."""
    reader = Reader(pages(house, NoPost()))
    reader.sign_in("root")
    reader.get(SETTINGS)
    return reader


def rule(house: House, name: str) -> bool:
    with house.groupware.reading() as connection:
        return rules.holds(connection, name)


@pytest.mark.parametrize("name", [PASSWORDS_VIEWABLE, FULL_WIPE_ALLOWED])
def test_a_rule_is_turned_on_and_off(reader: Reader, house: House, name: str) -> None:
    reader.get(SETTINGS)
    for holds in (True, False):
        reader.post(SETTINGS, {"rule": name, "holds": "yes" if holds else "no"})
        assert rule(house, name) is holds


def test_before_a_second_factor_is_required_the_phones_that_stop_are_named(
    posted: Reader, house: House
) -> None:
    form = {"rule": SECOND_FACTOR_REQUIRED, "holds": "yes"}
    asked = posted.post(SETTINGS, form)
    assert "This phone stops until its person" in asked.text
    assert not rule(house, SECOND_FACTOR_REQUIRED)
    assert posted.post(SETTINGS, {**form, "sure": "1"}).status == 303
    assert rule(house, SECOND_FACTOR_REQUIRED)
    assert posted.get(SETTINGS).status == 200, "who decides it stays signed in"
    assert Reader(posted.app).sign_in()["Location"] == "/sign-in/code"


def test_a_second_factor_is_not_required_where_nobody_could_get_a_code(
    reader: Reader, house: House
) -> None:
    assert "No mail can be sent from here yet" in reader.get(SETTINGS).text
    form = {"rule": SECOND_FACTOR_REQUIRED, "holds": "yes", "sure": "1"}
    assert reader.post(SETTINGS, form).status == 422
    assert not rule(house, SECOND_FACTOR_REQUIRED)


@pytest.mark.parametrize("form", [{"rule": "x", "holds": "yes"}, {"access": "maybe"}, {}])
def test_what_is_no_rule_is_not_found(reader: Reader, form: dict[str, str]) -> None:
    reader.get(SETTINGS)
    assert reader.post(SETTINGS, form).status == 404


def test_new_phones_wait_until_one_is_approved(reader: Reader, house: House) -> None:
    reader.get(SETTINGS)
    reader.post(SETTINGS, {"access": "quarantine"})
    house.ask("FolderSync", HIERARCHY, device="NEWCOMER")
    page = f"/admin/devices/{server_id(house.phone(device='NEWCOMER').id)}"
    assert "waits for approval" in reader.get(page).text
    reader.post(page, {"act": "approve"})
    assert "in step" in reader.get(page).text
