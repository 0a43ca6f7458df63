"""Who gets in, and how long they stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyotp
import pytest

from app import people
from app.identity import credentials, onetime, secondfactor
from app.identity.proof import Proof, Prover
from projections import sessions as rows
from tests.app.house import House
from tests.app.reader import PASSWORD, Reader, pages, with_password


@pytest.fixture
def house(house: House) -> House:
    with_password(house)
    return house


@pytest.fixture
def reader(house: House) -> Reader:
    return Reader(pages(house))


@pytest.fixture
def signed_in(reader: Reader) -> Reader:
    assert reader.sign_in().status == 303
    return reader


def enrol(house: House) -> pyotp.TOTP:
    """Ada's authenticator app; it is the second factor from now on."""
    ada, prover = house.account(), Prover(house.groupware)
    author = house.groupware.author("user:ada", "test")
    offer = secondfactor.begin(prover, author, ada.id, Proof(PASSWORD), "app", None)
    totp = pyotp.parse_uri(offer.uri)
    assert isinstance(totp, pyotp.TOTP)
    first = totp.at(house.clock())
    secondfactor.enrol(prover, author, ada.id, first, "a password for phones")
    house.clock.advance(minutes=2)
    return totp


# The password


@pytest.mark.parametrize("name", ["ada", "ADA", "ada@example.org", "EXAMPLE\\ada"])
def test_the_name_is_understood_as_phones_may_write_it(reader: Reader, name: str) -> None:
    assert reader.sign_in(name)["Location"] == "/my"
    assert reader.get("/my").status == 200


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_a_wrong_password_and_an_unknown_name_are_told_the_same(reader: Reader, name: str) -> None:
    answer = reader.sign_in(name, "not the password")
    assert answer.status == 422
    assert "The name or the password is not right." in answer.text
    assert reader.get("/my").status == 303


def test_what_was_typed_as_a_name_stands_there_again_and_the_password_does_not(
    reader: Reader,
) -> None:
    answer = reader.sign_in('"><script>alert(1)</script>', "not the password")
    assert answer.field("name") == '"><script>alert(1)</script>'
    assert "<script" not in answer.text
    assert "not the password" not in answer.text


# The session


def test_a_session_ends_when_it_is_not_used_for_two_hours(signed_in: Reader, house: House) -> None:
    for _ in range(3):
        house.clock.advance(minutes=100)
        assert signed_in.get("/my").status == 200
    house.clock.advance(minutes=121)
    assert signed_in.get("/my").status == 303


def test_a_session_ends_after_half_a_day_however_much_it_is_used(
    signed_in: Reader, house: House
) -> None:
    for _ in range(11):
        house.clock.advance(hours=1)
        assert signed_in.get("/my").status == 200
    house.clock.advance(hours=1)
    assert signed_in.get("/my").status == 303


def test_a_session_does_not_outlive_a_clock_that_is_set_back(
    signed_in: Reader, house: House
) -> None:
    house.clock.advance(hours=-1)
    assert signed_in.get("/my").status == 303


def new_password(house: House) -> None:
    people.set_password(house.groupware, house.admin, house.account().id, "another password")


def disabled(house: House) -> None:
    people.disable(house.groupware, house.admin, house.account().id)


def activesync_password(house: House) -> None:
    ada = house.account().id
    credentials.reset_activesync_password(house.groupware, house.admin, ada, "for phones only")


@pytest.mark.parametrize("change", [new_password, disabled, activesync_password])
def test_a_session_ends_at_once_when_the_secrets_of_its_person_change(
    signed_in: Reader, house: House, change: Any
) -> None:
    change(house)
    assert signed_in.get("/my").status == 303


def test_signing_out_everywhere_reaches_other_browsers_and_other_people_not(
    signed_in: Reader, house: House
) -> None:
    house.person("bob")
    with_password(house, "bob")
    other, bob = Reader(signed_in.app), Reader(pages(house))
    other.sign_in()
    bob.sign_in("bob")
    signed_in.get("/my/settings")
    signed_in.post("/sign-out", {"everywhere": "1"})
    assert [each.get("/my").status for each in (signed_in, other, bob)] == [303, 303, 200]


def test_sessions_that_are_over_are_not_kept(signed_in: Reader, house: House) -> None:
    house.clock.advance(hours=13)
    Reader(signed_in.app).sign_in()
    with house.groupware.reading() as connection:
        assert rows.count(connection, house.account().id) == 1


# The second factor


def test_the_password_alone_opens_nothing_where_there_is_a_second_factor(
    reader: Reader, house: House
) -> None:
    enrol(house)
    assert reader.sign_in()["Location"] == "/sign-in/code"
    for page in ("/my", "/my/contacts", "/my/settings"):
        assert reader.get(page)["Location"] == "/sign-in/code"
    assert "authenticator app" in reader.get("/sign-in/code").text


def test_the_code_opens_it_under_a_new_token(reader: Reader, house: House) -> None:
    totp = enrol(house)
    reader.sign_in()
    halfway = reader.cookies["taccuino"]
    reader.get("/sign-in/code")
    answer = reader.post("/sign-in/code", {"code": totp.at(house.clock()), "back": "/my/contacts"})
    assert answer["Location"] == "/my/contacts"
    assert reader.get("/my").status == 200
    assert reader.cookies["taccuino"] != halfway
    assert Reader(reader.app, cookies={"taccuino": halfway}).get("/my").status == 303


def test_whoever_does_not_show_the_code_soon_begins_anew(reader: Reader, house: House) -> None:
    enrol(house)
    reader.sign_in()
    house.clock.advance(minutes=11)
    assert reader.get("/sign-in/code")["Location"] == "/sign-in?back=/sign-in/code"


class Letters:
    """A post that keeps what it was given."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send(self, to: str, subject: str, body: str) -> None:
        self.bodies.append(body)

    @property
    def code(self) -> str:
        words = self.bodies[-1].split()
        return next(word for word in words if word.isdecimal() and len(word) == onetime.DIGITS)


@pytest.fixture
def letters(house: House) -> Iterator[Letters]:
    letters = Letters()
    ada, author = house.account(), house.groupware.author("user:ada", "test")
    prover = Prover(house.groupware)
    secondfactor.begin(prover, author, ada.id, Proof(PASSWORD), "mail", letters)
    secondfactor.enrol(prover, author, ada.id, letters.code, "a password for phones")
    house.clock.advance(minutes=2)
    return letters


def test_a_code_by_mail_is_sent_when_the_password_was_right(house: House, letters: Letters) -> None:
    reader = Reader(pages(house, letters))
    sent = len(letters.bodies)
    reader.sign_in(password="not the password")
    assert len(letters.bodies) == sent
    reader.sign_in()
    assert len(letters.bodies) == sent + 1
    reader.get("/sign-in/code")
    assert reader.post("/sign-in/code", {"code": letters.code}).status == 303
    assert reader.get("/my").status == 200


def test_another_code_is_sent_on_demand_but_not_at_once(house: House, letters: Letters) -> None:
    reader = Reader(pages(house, letters))
    reader.sign_in()
    sent = len(letters.bodies)
    reader.get("/sign-in/code")
    soon = reader.post("/sign-in/code", {"again": "1"})
    assert (soon.status, len(letters.bodies)) == (429, sent)
    assert "ask again in 30 seconds" in soon.text
    house.clock.advance(seconds=31)
    later = reader.post("/sign-in/code", {"again": "1"})
    assert (later.status, len(letters.bodies)) == (200, sent + 1)
    assert "Another code is on its way." in later.text
