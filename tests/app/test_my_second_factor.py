"""/my/second-factor: the dialog, with the password for phones in it."""

from __future__ import annotations

import re

import pyotp
import pytest

from adapters.wbxml import E
from app import people
from tests.app.house import House
from tests.app.reader import PASSWORD, Answer, Reader, let_in, pages, signed_in, with_password

HIERARCHY = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))
CHOSEN = "sunny weather today"


@pytest.fixture
def house(house: House) -> House:
    """Ada has a phone, which comes in by the login password."""
    with_password(house)
    house.ask("FolderSync", HIERARCHY)
    return house


@pytest.fixture
def reader(house: House) -> Reader:
    return signed_in(house)


def begun(reader: Reader, **form: str) -> Answer:
    reader.get("/my/second-factor/on?factor=app")
    return reader.post("/my/second-factor/on", {"factor": "app", "proof": PASSWORD, **form})


def shown_app(answer: Answer) -> pyotp.TOTP:
    """An authenticator app into which somebody typed what the page shows."""
    found = re.search(r'class="code">([A-Z2-7]{32})<', answer.text)
    assert found, answer.text
    return pyotp.TOTP(found[1])


def enrolled(reader: Reader, house: House, **form: str) -> tuple[pyotp.TOTP, Answer]:
    totp = shown_app(begun(reader))
    answer = reader.post("/my/second-factor/confirm", {"code": totp.at(house.clock()), **form})
    house.clock.advance(minutes=2)
    return totp, answer


def test_the_dialog_names_the_phones_that_will_stop_and_what_is_needed(reader: Reader) -> None:
    text = reader.get("/my/second-factor/on?factor=app").text
    assert "requires a dedicated ActiveSync password" in text
    assert "This phone stops until the new password is typed there" in text
    assert "Cancel" in text


def test_nothing_has_changed_before_the_first_code(reader: Reader, house: House) -> None:
    begun(reader)
    assert house.account().factor == "off"
    assert let_in(house, PASSWORD)


def test_with_the_first_code_it_is_on_and_phones_have_their_password(
    reader: Reader, house: House
) -> None:
    _, answer = enrolled(reader, house, password=CHOSEN)
    assert CHOSEN in answer.text
    assert len(re.findall(r"<li>[a-z0-9]{5}-[a-z0-9]{5}</li>", answer.text)) == 10
    assert house.account().factor == "app"
    assert (let_in(house, CHOSEN), let_in(house, PASSWORD)) == (True, False)
    assert "10 recovery codes are left" in reader.get("/my/second-factor").text


def test_without_a_choice_a_password_is_made_up_and_shown(reader: Reader, house: House) -> None:
    _, answer = enrolled(reader, house)
    made = re.search(r'class="secret code">([^<]+)<', answer.text)
    assert made
    assert let_in(house, made[1])


def test_who_has_no_phones_to_come_needs_no_password(house: House) -> None:
    people.disable(house.groupware, house.admin, house.account().id)
    reader = Reader(pages(house))
    reader.sign_in()
    assert "dedicated" not in reader.get("/my/second-factor/on?factor=app").text
    _, answer = enrolled(reader, house)
    assert answer.status == 200
    assert not house.account().has_activesync_password


@pytest.mark.parametrize(
    "form", [{"proof": "not the password"}, {"proof": ""}], ids=["wrong", "none"]
)
def test_it_is_begun_only_by_who_knows_the_password(reader: Reader, form: dict[str, str]) -> None:
    answer = begun(reader, **form)
    assert answer.status == 422
    assert "<svg viewBox" not in answer.text
    assert reader.post("/my/second-factor/confirm", {"code": "123456"}).status in (303, 422)


def test_a_wrong_first_code_turns_nothing_on_and_the_same_key_is_shown_again(
    reader: Reader, house: House
) -> None:
    first = begun(reader)
    again = reader.post("/my/second-factor/confirm", {"code": "000000"})
    assert again.status == 422
    assert shown_app(again).secret == shown_app(first).secret
    assert house.account().factor == "off"
    assert not house.account().has_activesync_password


def test_the_key_stands_at_no_address(reader: Reader) -> None:
    secret = shown_app(begun(reader)).secret
    for page in ("/my/second-factor", "/my/second-factor/on?factor=app"):
        assert secret not in reader.get(page).text
    assert reader.get("/my/second-factor/confirm").status == 405


def test_new_recovery_codes_and_the_end_ask_for_password_and_code(
    reader: Reader, house: House
) -> None:
    totp, _ = enrolled(reader, house, password=CHOSEN)
    for act in ("codes", "off"):
        path = f"/my/second-factor/{act}"
        reader.get(path)
        assert reader.post(path, {"proof": PASSWORD}).status == 422
        assert reader.post(path, {"proof": "no", "code": totp.at(house.clock())}).status == 422
        answer = reader.post(path, {"proof": PASSWORD, "code": totp.at(house.clock())})
        assert answer.status == (200 if act == "codes" else 303)
        house.clock.advance(seconds=60)
    assert house.account().factor == "off"
    assert reader.get("/my").status == 200, "who did it stays signed in"


@pytest.mark.parametrize("factor", ["", "off", "sms"])
def test_no_other_factor_can_be_begun(reader: Reader, factor: str) -> None:
    assert reader.get(f"/my/second-factor/on?factor={factor}").status == 404
    assert reader.post("/my/second-factor/on", {"factor": factor, "proof": PASSWORD}).status == 404
