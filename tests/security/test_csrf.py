"""No page elsewhere makes a browser do anything here: every form is one that a page of the same
session has shown. The routes are asked for from the framework, so no page can be forgotten."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from app.web import forms
from tests.app.reader import PASSWORD, Reader
from tests.security.grounds import GETS, POSTS, Grounds, parsed, routed

FORMS = {"name": "ada", "password": PASSWORD, "proof": PASSWORD, "act": "enable", "theme": "dark"}
"""Words that some form has, so that there would be something to do."""


@pytest.fixture
def ada(grounds: Grounds) -> Reader:
    """Signed in, with a page of hers open."""
    ada = Reader(grounds.app, headers=grounds.ada.headers, cookies=dict(grounds.ada.cookies))
    assert ada.get("/my").status == 200
    return ada


def state(grounds: Grounds) -> object:
    """What a request might have changed: the log, and who is signed in."""
    with grounds.house.groupware.reading() as connection:
        sessions = connection.execute("SELECT digest FROM web_session ORDER BY 1").fetchall()
    return grounds.house.log_length(), sessions


def test_the_table_is_what_the_framework_answers() -> None:
    found = routed()
    assert {address for address in found if "POST" in found[address]} == set(POSTS)
    assert {address for address in found if "GET" in found[address]} - set(GETS) == {
        "/static/{name}"
    }
    others = {method for methods in found.values() for method in methods}
    assert others <= {"GET", "HEAD", "POST", "OPTIONS"}
    assert len(POSTS) > 20


@pytest.mark.parametrize("address", POSTS)
def test_a_form_without_the_mark_of_its_session_does_nothing(
    grounds: Grounds, ada: Reader, address: str
) -> None:
    other, bystander = grounds.stranger(), grounds.stranger()
    other.sign_in()
    marks = {
        "none": None,
        "empty": "",
        "made up": "0" * 48,
        "of another session of hers": other.get("/my").mark,
        "of a stranger": bystander.get("/sign-in").mark,
        "not even letters": "é\x7f",
    }
    before = state(grounds)
    for why, mark in marks.items():
        form = {**FORMS, "mark": mark} if mark is not None else dict(FORMS)
        body = forms_body(form)
        answer = ada.ask("POST", grounds.at(address), body, Content_Type=forms.URLENCODED)
        assert answer.status in (400, 403), why
        assert "Set-Cookie" not in dict(answer.headers), why
        assert state(grounds) == before, why


def forms_body(form: dict[str, str]) -> bytes:
    return urlencode(form).encode()


@pytest.mark.parametrize("address", POSTS)
def test_what_the_browser_says_is_from_elsewhere_does_nothing_with_the_right_mark(
    grounds: Grounds, ada: Reader, address: str
) -> None:
    before = state(grounds)
    for place in ("cross-site", "same-site", "nonsense"):
        answer = ada.post(grounds.at(address), FORMS, Sec_Fetch_Site=place)
        assert answer.status == 403, place
    assert state(grounds) == before


@pytest.mark.parametrize("address", POSTS)
def test_a_mark_counts_in_the_form_and_nowhere_else(
    grounds: Grounds, ada: Reader, address: str
) -> None:
    assert ada.last is not None
    mark, before = ada.last.mark, state(grounds)
    body, target = forms_body(FORMS), grounds.at(address)
    for answer in (
        ada.ask("POST", f"{target}?mark={mark}", body, Content_Type=forms.URLENCODED),
        ada.ask("POST", target, body, Content_Type=forms.URLENCODED, X_CSRF_Token=mark),
        ada.ask("POST", target, body, Content_Type="text/plain"),
        ada.ask("POST", target, b'{"mark": "%s"}' % mark.encode(), Content_Type="application/json"),
    ):
        assert answer.status in (400, 403)
    assert state(grounds) == before


@pytest.mark.parametrize("address", [address for address in POSTS if address != "/sign-in"])
def test_somebody_elses_mark_and_nobodys_cookie_lead_to_the_way_in(
    grounds: Grounds, ada: Reader, address: str
) -> None:
    assert ada.last is not None
    stranger, before = grounds.stranger(), state(grounds)
    answer = stranger.post(grounds.at(address), {**FORMS, "mark": ada.last.mark})
    assert answer.status in (303, 403)
    assert answer["Location"].partition("?")[0] in ("", "/sign-in")
    assert state(grounds) == before


def test_nobody_is_signed_in_by_a_page_elsewhere(grounds: Grounds) -> None:
    """As somebody else, say, to have what they type from then on."""
    mallory, victim = grounds.stranger(), grounds.stranger()
    form = {"name": "ada", "password": PASSWORD, "mark": mallory.get("/sign-in").mark}
    assert victim.post("/sign-in", form).status == 403
    victim.get("/sign-in")
    assert victim.post("/sign-in", form).status == 403
    assert victim.get("/my").status == 303


@pytest.mark.parametrize("address", GETS)
def test_looking_changes_nothing_whatever_the_address_says(
    grounds: Grounds, ada: Reader, address: str
) -> None:
    before, query = state(grounds), forms_body({**FORMS, "back": "/my"}).decode()
    for target in (grounds.at(address), f"{grounds.at(address)}?{query}"):
        assert ada.get(target).status in (200, 303, 404)
    assert ada.ask("HEAD", grounds.at(address)).status in (200, 303, 404)
    assert state(grounds) == before


def test_every_form_of_every_page_has_its_mark_and_a_place_in_the_table(
    grounds: Grounds, ada: Reader
) -> None:
    found = 0
    known = {grounds.at(address) for address in POSTS}
    for path in (*grounds.shown, *map(grounds.at, GETS)):
        page = parsed(ada.get(path))
        inputs = [tag.attributes for tag in page.all("input")]
        posting = [tag for tag in page.all("form") if tag.attributes.get("method") == "post"]
        marks = [each for each in inputs if each.get("name") == forms.MARK]
        assert len(marks) == len(posting), path
        assert all(len(each["value"]) == 48 and each["type"] == "hidden" for each in marks), path
        for tag in posting:
            goes = tag.attributes.get("action", "").partition("?")[0] or path.partition("?")[0]
            assert shape(goes) in map(shape, known), f"{path}: {goes}"
        found += len(posting)
    assert found > 100


def shape(path: str) -> str:
    """The path, whatever it names."""
    return re.sub(r"/[a-z2-7]{26}", "/{id}", path)
