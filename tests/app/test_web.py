"""What holds for every page: forms, errors, files. Its headers, cookies and marks, and what attacks
come to: tests/security."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.directory.person import DirectoryDown
from adapters.store.pool import StoreBusy, StoreUnavailable
from app import routes
from app.web.static import HERE
from tests.app.house import House
from tests.app.reader import PASSWORD, Reader, pages, with_password

ID = "a" * 26
ADDRESSES = [page.address.replace("{id}", ID) for page in routes.PAGES if page.get]
POSTS = [page.address.replace("{id}", ID) for page in routes.PAGES if page.post]
ANYBODY = {page.address for page in routes.PAGES if page.who == "anybody"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for all of them: hardly any test changes what is in it."""
    house = House(tmp_path_factory.mktemp("house"))
    house.person(administrator=True)
    with_password(house)
    yield house
    house.close()


@pytest.fixture(scope="module")
def app(house: House) -> Any:
    return pages(house)


@pytest.fixture(scope="module")
def cookies(app: Any) -> dict[str, str]:
    reader = Reader(app)
    reader.sign_in()
    return reader.cookies


@pytest.fixture
def reader(app: Any, cookies: dict[str, str]) -> Reader:
    """Ada, signed in; she is an administrator."""
    reader = Reader(app, cookies=dict(cookies))
    reader.get("/my")
    return reader


def stranger(reader: Reader) -> Reader:
    return Reader(reader.app)


# Forms


def test_a_mark_is_another_one_each_time_and_good_as_long_as_the_session(reader: Reader) -> None:
    first, second = reader.get("/my").mark, reader.get("/my").mark
    assert first != second
    for mark in (first, second):
        form = {"mark": mark, "language": "en", "zone": "Europe/Rome"}
        assert reader.post("/my/settings", form).status == 303


@pytest.mark.parametrize(
    "body",
    [
        b"mark",
        b"a=%ff%fe",
        b"a=%00",
        b"\xff\xfe",
        b"a=\xc3\xa9",
        b"&".join(b"f%d=1" % n for n in range(300)),
        b"mark=1&mark=2",
    ],
    ids=["no value", "not utf-8", "nul", "bytes", "unquoted", "too many", "twice"],
)
def test_what_is_no_form_is_refused_in_words(reader: Reader, body: bytes) -> None:
    answer = reader.ask(
        "POST", "/my/settings", body, Content_Type="application/x-www-form-urlencoded"
    )
    assert answer.status == 400
    assert "could not be read" in answer.text


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/plain", ""])
def test_a_body_of_another_kind_is_no_form(reader: Reader, kind: str) -> None:
    assert reader.ask("POST", "/my/settings", b"a=1", Content_Type=kind).status == 400


# Errors


def test_nothing_here_is_a_page_for_readers_and_a_line_for_others(reader: Reader) -> None:
    answer = reader.get("/no/such/page")
    assert answer.status == 404
    assert "Nothing here" in answer.text
    plain = stranger(reader).get("/no/such/page", Accept="*/*")
    assert (plain.status, plain.body) == (404, b"There is nothing here.\n")


def test_a_fault_is_a_page_with_its_incident_and_never_tells_more(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr("projections.directory.contacts", broken)
    answer = reader.get("/my/contacts")
    assert answer.status == 503
    assert answer["Retry-After"] == "30"
    assert re.search(r"name this number: [0-9a-f]{8}", answer.text)
    assert answer["X-Taccuino-Incident"] in answer.text
    assert "secret words" not in answer.text
    assert answer["Content-Security-Policy"]


def test_a_method_a_page_does_not_know_is_refused(reader: Reader) -> None:
    assert reader.ask("DELETE", "/my/contacts").status == 405
    assert reader.get("/sign-out").status == 405


@pytest.mark.parametrize("address", sorted({*ADDRESSES, *POSTS} - ANYBODY))
def test_a_stranger_sees_nothing_but_the_way_in(reader: Reader, address: str) -> None:
    for method in ("GET", "POST"):
        answer = stranger(reader).ask(method, address)
        assert answer.status in (303, 405)
        if answer.status == 303:
            assert answer["Location"].startswith("/sign-in")


# Files and theme


def test_what_pages_are_made_of_is_kept_for_ever_under_a_name_of_its_content(
    reader: Reader,
) -> None:
    style = re.search(r'href="(/static/style\.[0-9a-f]{16}\.css)"', reader.get("/my").text)
    assert style
    answer = stranger(reader).get(style[1])
    assert answer.body == (HERE / "style.css").read_bytes()
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Type"] == "text/css; charset=utf-8"


def test_the_theme_is_kept_in_this_browser(reader: Reader) -> None:
    assert "data-theme" not in reader.get("/my").text
    answer = reader.post("/theme", {"theme": "dark", "back": "/my/contacts"})
    assert answer["Location"] == "/my/contacts"
    assert 'data-theme="dark"' in reader.get("/my").text
    reader.post("/theme", {"theme": '"><script>', "back": "//evil.example"})
    assert 'data-theme="dark"' in reader.get("/my").text


def test_no_line_of_the_journal_tells_a_token_a_name_or_what_somebody_wrote(
    app: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = Reader(app)
    reader.sign_in()
    reader.get("/my/contacts?q=privateword")
    reader.post("/my/contacts/new", {"first_name": "Privatename"})
    reader.get("/no/such/privatepage")
    written = capsys.readouterr()
    lines = written.out + written.err
    assert "POST /my/contacts/new" in lines
    token = reader.cookies["taccuino"]
    for secret in (token, PASSWORD, "privateword", "Privatename", "privatepage", "ada"):
        assert secret not in lines, secret


def test_a_head_is_a_page_without_its_body(reader: Reader) -> None:
    answer = reader.ask("HEAD", "/my")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer["Content-Length"]) > 1000


@pytest.mark.parametrize("trouble", [StoreBusy, StoreUnavailable])
def test_a_store_that_cannot_be_used_is_told_as_a_page(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception]
) -> None:
    def broken(*_: object) -> None:
        raise trouble("the disk is gone")

    monkeypatch.setattr("projections.sessions.find", broken)
    answer = reader.get("/my")
    assert answer.status == 503
    assert answer["Retry-After"]
    assert "Nothing was lost; try again" in answer.text


def test_while_the_directory_is_down_nobodys_password_is_wrong(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise DirectoryDown("no server answers")

    monkeypatch.setattr("app.identity.proof.Prover.sign_in", down)
    answer = stranger(reader).sign_in()
    assert answer.status == 503
    assert "not right" not in answer.text
