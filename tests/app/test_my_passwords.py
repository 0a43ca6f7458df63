"""/my/passwords: set, looked at, changed and removed, and never without the login password."""

from __future__ import annotations

import re
from typing import Any

import pyotp
import pytest

from adapters.ids import server_id
from app import rules
from app.groupware import Groupware
from app.identity import secondfactor
from app.identity.proof import Proof, Prover
from domain.house import PASSWORDS_VIEWABLE
from projections import credentials
from tests.app.house import House
from tests.app.reader import PASSWORD, Answer, Reader, let_in, pages, signed_in, with_password

CHOSEN = "sunny weather today"


@pytest.fixture
def house(house: House) -> House:
    with_password(house)
    return house


@pytest.fixture
def reader(house: House) -> Reader:
    return signed_in(house)


def act(reader: Reader, path: str, **form: str) -> Answer:
    """Open the form, and send it with the login password."""
    assert reader.get(path).status == 200
    return reader.post(path, {"proof": PASSWORD, **form})


def only(house: House) -> Any:
    with house.groupware.reading() as connection:
        (row,) = credentials.of_account(connection, house.account().id)
    return row


def test_a_password_that_is_set_is_shown_and_is_the_only_one_for_phones(
    reader: Reader, house: House
) -> None:
    answer = act(reader, "/my/passwords/new", password=CHOSEN)
    assert answer.status == 200
    assert CHOSEN in answer.text
    assert (let_in(house, CHOSEN), let_in(house, PASSWORD)) == (True, False)
    assert "your login password does not work there" in reader.get("/my/passwords").text


def test_without_a_choice_one_is_made_up(reader: Reader, house: House) -> None:
    answer = act(reader, "/my/passwords/new")
    made = re.search(r'class="secret code"[^>]*>([^<]+)<', answer.text)
    assert made
    assert let_in(house, made[1])


def test_the_person_stays_signed_in_here_and_nowhere_else(reader: Reader) -> None:
    other, before = Reader(reader.app), reader.cookies["taccuino"]
    other.sign_in()
    act(reader, "/my/passwords/new")
    assert reader.get("/my").status == 200
    assert reader.cookies["taccuino"] != before
    assert other.get("/my").status == 303


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"proof": "not the password"}, "The name or the password is not right"),
        ({"proof": ""}, "The name or the password is not right"),
        ({"password": "short"}, "at least 8 characters"),
        ({"password": PASSWORD}, "choose another one"),
    ],
)
def test_what_is_not_right_changes_nothing_and_is_said(
    reader: Reader, house: House, form: dict[str, str], told: str
) -> None:
    answer = act(reader, "/my/passwords/new", **form)
    assert answer.status == 422
    assert told in answer.text
    assert not house.account().has_activesync_password


def test_it_is_looked_at_changed_and_removed(reader: Reader, house: House) -> None:
    act(reader, "/my/passwords/new", password=CHOSEN)
    here = f"/my/passwords/{server_id(only(house).id)}"
    assert CHOSEN in act(reader, f"{here}/view").text
    assert CHOSEN not in act(reader, f"{here}/view", proof="not the password").text
    act(reader, f"{here}/change", password="another one for phones")
    assert (let_in(house, CHOSEN), let_in(house, "another one for phones")) == (False, True)
    assert act(reader, f"{here}/remove")["Location"] == "/my/passwords?said=password_removed"
    assert let_in(house, PASSWORD)
    assert reader.get(f"{here}/view").status == 404


def test_further_ones_have_a_name(reader: Reader) -> None:
    act(reader, "/my/passwords/new", password=CHOSEN)
    act(reader, "/my/passwords/new", password="for the tablet only", label="The <tablet>")
    text = reader.get("/my/passwords").text
    assert "All phones" in text
    assert "The &lt;tablet&gt;" in text


def test_where_viewing_is_off_nothing_can_be_viewed(reader: Reader, house: House) -> None:
    rules.decide(house.groupware, house.admin, PASSWORDS_VIEWABLE, False)
    assert "It is shown only now" in act(reader, "/my/passwords/new", password=CHOSEN).text
    here = f"/my/passwords/{server_id(only(house).id)}"
    assert "/view" not in reader.get("/my/passwords").text
    answer = act(reader, f"{here}/view")
    assert answer.status == 422
    assert CHOSEN not in answer.text


def test_nobody_reaches_the_passwords_of_others(reader: Reader, house: House) -> None:
    act(reader, "/my/passwords/new", password=CHOSEN)
    here = f"/my/passwords/{server_id(only(house).id)}"
    house.person("bob")
    with_password(house, "bob")
    bob = Reader(reader.app)
    bob.sign_in("bob")
    bob.get("/my/passwords")
    for deed in ("view", "change", "remove"):
        assert bob.get(f"{here}/{deed}").status == 404
        assert bob.post(f"{here}/{deed}", {"proof": PASSWORD}).status == 404
    assert let_in(house, CHOSEN)


def test_the_login_password_is_changed_by_who_knows_it(reader: Reader, house: House) -> None:
    form = {"password": "quite another one", "again": "quite another"}
    assert act(reader, "/my/passwords/login", **form).status == 422
    form["again"] = form["password"]
    assert act(reader, "/my/passwords/login", **form).status == 303
    assert reader.get("/my").status == 200
    assert Reader(reader.app).sign_in().status == 422
    assert Reader(reader.app).sign_in(password="quite another one").status == 303


# With a second factor


def app_of(groupware: Groupware, house: House) -> pyotp.TOTP:
    prover, author = Prover(groupware), groupware.author("user:ada", "test")
    ada = house.account().id
    offer = secondfactor.begin(prover, author, ada, Proof(PASSWORD), "app")
    totp = pyotp.parse_uri(offer.uri)
    assert isinstance(totp, pyotp.TOTP)
    secondfactor.enrol(prover, author, ada, totp.at(house.clock()), CHOSEN)
    house.clock.advance(minutes=2)
    return totp


def test_with_a_second_factor_the_code_is_asked_for_each_time(house: House) -> None:
    totp = app_of(house.groupware, house)
    reader = Reader(pages(house))
    reader.sign_in()
    reader.get("/sign-in/code")
    reader.post("/sign-in/code", {"code": totp.at(house.clock())})
    here = f"/my/passwords/{server_id(only(house).id)}/view"
    assert CHOSEN not in act(reader, here).text
    used = act(reader, here, code=totp.at(house.clock()))
    assert CHOSEN not in used.text, "a code works once, and this one let them in"
    house.clock.advance(seconds=30)
    assert CHOSEN in act(reader, here, code=totp.at(house.clock())).text
