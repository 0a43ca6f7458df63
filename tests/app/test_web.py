"""What holds for every page: headers, cookies, forms, errors, files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.directory.person import DirectoryDown
from adapters.store.pool import StoreBusy, StoreUnavailable
from app import routes
from app.web import forms
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


# Headers


@pytest.mark.parametrize("address", [*ADDRESSES, "/nothing/here"])
def test_every_page_has_the_strict_headers(reader: Reader, address: str) -> None:
    for answer in (reader.get(address), stranger(reader).get(address)):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]
        assert answer.status in (200, 303, 404)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_script_is_allowed_only_where_there_is_one(reader: Reader, address: str) -> None:
    page = reader.get(address)
    assert ("script-src 'self'" in page["Content-Security-Policy"]) == ("<script" in page.text)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_has_style_script_or_handlers_within(reader: Reader, address: str) -> None:
    text = reader.get(address).text
    text = re.sub(r'<script src="/static/[\w.]+\.js" defer></script>', "", text)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", text)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text), "no other server is asked"


def test_hsts_is_said_over_https_only(house: House) -> None:
    reader = Reader(pages(house), host="sync.example.org", scheme="https")
    assert reader.get("/sign-in")["Strict-Transport-Security"] == "max-age=31536000"
    assert Reader(pages(house)).get("/sign-in")["Strict-Transport-Security"] == ""


# Cookies


def test_over_https_the_cookie_is_bound_to_this_host_and_to_https(house: House) -> None:
    reader = Reader(pages(house), host="sync.example.org", scheme="https")
    flags = reader.sign_in().cookies["__Host-taccuino"]
    assert re.fullmatch(r"[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure", flags)


def test_on_this_machine_the_cookie_has_a_plain_name(house: House) -> None:
    flags = Reader(pages(house)).sign_in().cookies["taccuino"]
    assert re.fullmatch(r"[\w-]{43}; Path=/; HttpOnly; SameSite=Lax", flags)


def test_behind_a_proxy_of_ours_https_is_believed_and_of_others_not(house: House) -> None:
    how = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "sync.example.org"}
    ours = Reader(pages(house, trusted_proxies=_networks("127.0.0.1/32")), headers=how)
    assert "__Host-taccuino" in ours.get("/sign-in").cookies
    assert "taccuino" in Reader(pages(house), headers=how).get("/sign-in").cookies


def _networks(*names: str) -> Any:
    from ipaddress import ip_network

    return tuple(map(ip_network, names))


def test_no_password_is_asked_for_over_an_unencrypted_network(house: House) -> None:
    reader = Reader(pages(house), host="sync.example.org")
    answer = reader.get("/sign-in")
    assert answer.status == 403
    assert "encrypted connection" in answer.text
    assert not answer.cookies
    assert 'type="password"' not in answer.text


def test_a_cookie_that_is_there_twice_is_nobodys(reader: Reader) -> None:
    token = reader.cookies["taccuino"]
    both = stranger(reader).get("/my", Cookie=f"taccuino=planted; taccuino={token}")
    assert both.status == 303


# Forms


@pytest.mark.parametrize("address", POSTS)
def test_no_form_is_taken_without_the_mark_of_its_session(reader: Reader, address: str) -> None:
    other = stranger(reader)
    theirs = other.get("/sign-in").mark
    for mark in ("", "x", "0" * 48, theirs, "é" * 48):
        answer = reader.post(address, {"mark": mark, "name": "ada", "password": PASSWORD})
        assert answer.status in (403, 303), mark
        if answer.status == 303:
            assert answer["Location"].startswith("/sign-in"), mark
        else:
            assert "load the page again" in answer.text
    assert reader.get("/my").status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_that_the_browser_says_is_from_elsewhere_is_not_taken(
    reader: Reader, site: str
) -> None:
    form = {"language": "it", "zone": "Europe/Rome"}
    assert reader.post("/my/settings", form, Sec_Fetch_Site=site).status == 403
    assert reader.post("/my/settings", form, Sec_Fetch_Site="same-origin").status == 303


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


def test_a_form_that_is_too_large_is_refused_in_words(reader: Reader) -> None:
    answer = reader.post("/my/contacts/new", {"text": "x" * forms.MOST})
    assert answer.status == 413
    assert "larger than a form may be" in answer.text


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


@pytest.mark.parametrize(
    "name",
    [
        "style.css",
        "../site.py",
        "..%2fsite.py",
        "%2e%2e/site.py",
        "....//site.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "style.css%00",
    ],
)
def test_nothing_else_is_served_as_a_file(reader: Reader, name: str) -> None:
    answer = reader.get(f"/static/{name}")
    assert answer.status == 404
    assert b"import" not in answer.body


def test_the_theme_is_kept_in_this_browser(reader: Reader) -> None:
    assert "data-theme" not in reader.get("/my").text
    answer = reader.post("/theme", {"theme": "dark", "back": "/my/contacts"})
    assert answer["Location"] == "/my/contacts"
    assert 'data-theme="dark"' in reader.get("/my").text
    reader.post("/theme", {"theme": '"><script>', "back": "//evil.example"})
    assert 'data-theme="dark"' in reader.get("/my").text


def test_what_people_wrote_is_shown_as_they_wrote_it_and_never_run(
    reader: Reader, house: House
) -> None:
    evil = "<img src=x onerror=alert(1)>{{ 7*7 }}{% raise %}"
    house.contact(first_name=evil)
    house.appointment(subject=evil)
    for address in ("/my", "/my/contacts", "/my/calendar"):
        text = reader.get(address).text
        assert "<img src=x" not in text
        assert "{{ 7*7 }}" in text


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

    monkeypatch.setattr("app.proof.Prover.sign_in", down)
    answer = stranger(reader).sign_in()
    assert answer.status == 503
    assert "not right" not in answer.text
