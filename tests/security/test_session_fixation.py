"""A token that somebody else knows, or has made, is never one by which somebody is signed in."""

from __future__ import annotations

import pyotp
import pytest

from app.identity import secondfactor
from app.identity.proof import Proof, Prover
from tests.app.house import House
from tests.app.reader import PASSWORD, Reader, pages, with_password

pytestmark = pytest.mark.usefixtures("cheap_hashes")

COOKIE = "taccuino"
PHONES = "a password for phones"


@pytest.fixture
def totp(house: House) -> pyotp.TOTP:
    """Ada's authenticator app; it is her second factor from now on."""
    ada, prover = house.account(), Prover(house.groupware)
    offer = secondfactor.begin(prover, house.admin, ada.id, Proof(PASSWORD), "app")
    totp = pyotp.TOTP(offer.secret)
    secondfactor.enrol(prover, house.admin, ada.id, totp.at(house.clock()), PHONES)
    house.clock.advance(minutes=2)
    return totp


def comes_in(reader: Reader, token: str) -> bool:
    """Whether somebody with this token, and nothing else, is signed in."""
    return Reader(reader.app, cookies={COOKIE: token}).get("/my").status == 200


def test_the_token_from_before_signing_in_opens_nothing_after(reader: Reader) -> None:
    reader.get("/sign-in")
    planted = reader.cookies[COOKIE]
    reader.sign_in()
    assert reader.cookies[COOKIE] != planted
    assert comes_in(reader, reader.cookies[COOKIE])
    assert not comes_in(reader, planted)


@pytest.mark.parametrize("planted", ["planted", "A" * 43, "", "\x00", "é", "x" * 8000])
def test_a_token_that_somebody_made_up_never_becomes_a_session(
    reader: Reader, planted: str
) -> None:
    reader.cookies = {COOKIE: planted}
    reader.sign_in()
    assert reader.cookies[COOKIE] != planted
    assert not comes_in(reader, planted)


def test_a_token_of_somebody_elses_session_is_left_when_another_signs_in(
    reader: Reader, house: House
) -> None:
    """Mallory's browser cookie, planted in Ada's, leaves Mallory where he was."""
    house.person("mallory", "Mallory Example")
    with_password(house, "mallory")
    mallory = Reader(reader.app)
    mallory.sign_in("mallory")
    planted = mallory.cookies[COOKIE]
    victim = Reader(reader.app, cookies={COOKIE: planted})
    assert "Mallory Example" in victim.get("/my").text
    page = victim.get("/my")
    victim.post("/sign-in", {"mark": page.mark, "name": "ada", "password": PASSWORD})
    assert victim.cookies[COOKIE] != planted
    assert "Ada Example" in victim.get("/my").text
    assert not comes_in(reader, planted), "and it is nobody's any more"


def test_the_token_between_password_and_code_is_not_the_one_after(
    reader: Reader, house: House, totp: pyotp.TOTP
) -> None:
    reader.sign_in()
    halfway = reader.cookies[COOKIE]
    watching = Reader(reader.app, cookies={COOKIE: halfway})
    reader.get("/sign-in/code")
    reader.post("/sign-in/code", {"code": totp.at(house.clock())})
    assert reader.get("/my").status == 200
    assert watching.get("/my").status == 303
    assert not comes_in(reader, halfway)


def test_a_wrong_password_or_code_leaves_the_token_without_rights(
    reader: Reader, house: House, totp: pyotp.TOTP
) -> None:
    reader.sign_in(password="not the password")
    assert not comes_in(reader, reader.cookies[COOKIE])
    reader.sign_in()
    reader.get("/sign-in/code")
    reader.post("/sign-in/code", {"code": "000000"})
    assert not comes_in(reader, reader.cookies[COOKIE])


def test_after_an_act_on_secrets_the_token_is_another_one(reader: Reader) -> None:
    reader.sign_in()
    before = reader.cookies[COOKIE]
    reader.get("/my/passwords/new")
    form = {"proof": PASSWORD, "password": PHONES, "again": PHONES}
    assert reader.post("/my/passwords/new", form).status == 200
    assert reader.cookies[COOKIE] != before
    assert comes_in(reader, reader.cookies[COOKIE])
    assert not comes_in(reader, before)


def test_signing_out_ends_the_token_and_not_only_the_cookie(reader: Reader) -> None:
    reader.sign_in()
    token = reader.cookies[COOKIE]
    reader.get("/my")
    assert reader.post("/sign-out")["Location"] == "/sign-in?said=signed_out"
    assert COOKIE not in reader.cookies
    assert not comes_in(reader, token)


def test_a_token_counts_in_its_cookie_and_nowhere_else(reader: Reader) -> None:
    reader.sign_in()
    token = reader.cookies[COOKIE]
    for target in (f"/my?{COOKIE}={token}", f"/my;{COOKIE}={token}", f"/my?token={token}"):
        assert Reader(reader.app).get(target).status in (303, 404)
    other = Reader(reader.app)
    assert other.get("/my", Authorization=f"Bearer {token}").status == 303
    assert other.get("/my", Cookie=f"__Host-{COOKIE}={token}").status == 303


def test_a_cookie_that_is_there_twice_is_nobodys(reader: Reader) -> None:
    """A neighbour's page can add one of the same name, not take ours away."""
    reader.sign_in()
    token = reader.cookies[COOKIE]
    for both in (f"{COOKIE}=planted; {COOKIE}={token}", f"{COOKIE}={token}; {COOKIE}=planted"):
        assert Reader(reader.app).get("/my", Cookie=both).status == 303


def test_over_https_a_cookie_without_its_prefix_is_none(house: House) -> None:
    """Only this host, over HTTPS, can have set one that begins with __Host- (RFC 6265bis 4.1.3)."""
    reader = Reader(pages(house), host="sync.example.org", scheme="https")
    reader.sign_in()
    token = reader.cookies[f"__Host-{COOKIE}"]
    other = Reader(reader.app, reader.host, reader.scheme, cookies={COOKIE: token})
    assert other.get("/my").status == 303


def test_the_store_knows_no_token(reader: Reader, house: House) -> None:
    reader.sign_in()
    token = reader.cookies[COOKIE]
    with house.groupware.reading() as connection:
        dump = "\n".join(connection.iterdump())
    assert token not in dump
    assert token.encode().hex() not in dump.lower()
