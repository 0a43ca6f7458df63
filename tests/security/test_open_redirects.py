"""Nobody is led away from here: wherever a request says where to go next, it is a path of ours."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.visit import own_path
from tests.app.house import House
from tests.app.reader import PASSWORD, Answer, Reader, pages
from tests.security.factors import Somebody
from tests.security.grounds import GETS, POSTS, Grounds, parsed

pytestmark = pytest.mark.usefixtures("cheap_hashes")

ELSEWHERE = [
    "https://evil.example",
    "https:evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    " //evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "evil.example",
    "@evil.example",
    "http://localhost@evil.example",
    "http://localhost.evil.example",
    "/my\r\nLocation: https://evil.example",
    "/my\r\nSet-Cookie: taccuino=planted",
    "/%09/evil.example",
    "/\u3002/evil.example",
    "",
]
NAMES = ("back", "next", "url", "to", "return", "returnTo", "redirect", "redirect_uri", "continue")
"""What leads somewhere, here or in other people's software."""

LEADING = re.compile(r"visit\.(?:asked|form\.text|form\.secret)\(\"(\w+)\"\)")
APP = Path(__file__).parents[2] / "app"
OURS = "http://localhost"


def expect_here(answer: Answer) -> None:
    """Whatever a browser makes of it, it stays at this host."""
    for name in ("Location", "Refresh", "Content-Location"):
        place = answer[name]
        assert re.fullmatch(r"(/(?![/\\])[!-~]*)?", place), f"{name}: {place!r}"
        assert "evil.example" not in urlsplit(urljoin(f"{OURS}/my", place)).netloc
    for page in parsed(answer).all("meta"):
        assert page.attributes.get("http-equiv", "").lower() != "refresh"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_whoever_signs_in_stays_here(reader: Reader, elsewhere: str) -> None:
    page = reader.get(f"/sign-in?back={quote(elsewhere)}")
    expect_here(page)
    assert own_path(page.field("back")) == page.field("back")
    for back in (elsewhere, page.field("back")):
        other = Reader(reader.app)
        other.get("/sign-in")
        answer = other.post("/sign-in", {"name": "ada", "password": PASSWORD, "back": back})
        assert answer.status in (303, 400)
        expect_here(answer)
        assert answer["Location"] in ("", "/", "/my", elsewhere)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_whoever_has_signed_in_stays_here(grounds: Grounds, elsewhere: str) -> None:
    ada = grounds.ada
    for address in ("/sign-in", "/sign-in/code"):
        answer = ada.get(f"{address}?back={quote(elsewhere)}")
        assert answer.status == 303
        expect_here(answer)
    ada.get("/my")
    answer = ada.post("/theme", {"theme": "dark", "back": elsewhere})
    assert answer.status in (303, 400)
    expect_here(answer)


@pytest.mark.parametrize("address", GETS)
def test_no_page_is_led_by_a_word_of_the_address(grounds: Grounds, address: str) -> None:
    query = "&".join(f"{name}={quote('//evil.example/x')}" for name in NAMES)
    for reader in (grounds.ada, grounds.stranger()):
        expect_here(reader.get(f"{grounds.at(address)}?{query}"))
        expect_here(reader.get(grounds.at(address), Referer="https://evil.example/"))


@pytest.mark.parametrize("address", [a for a in POSTS if a not in ("/sign-out", "/sign-in")])
def test_no_form_is_led_by_one_of_its_fields(grounds: Grounds, address: str) -> None:
    form = dict.fromkeys(NAMES, "//evil.example/x")
    grounds.ada.get("/my")
    expect_here(grounds.ada.post(grounds.at(address), form, Referer="https://evil.example/"))


def test_a_host_that_somebody_made_up_leads_nowhere(grounds: Grounds) -> None:
    """What goes on is a path, so it stays where the browser believes to be."""
    for headers in ({"X_Forwarded_Host": "evil.example"}, {"Forwarded": "host=evil.example"}):
        expect_here(grounds.stranger().get("/my/contacts", **headers))


def test_what_leads_somewhere_is_called_back_and_nothing_else_is() -> None:
    """A page that goes where a form or an address says would be found here, and above by name."""
    led = [
        (path.relative_to(APP), word)
        for folder in ("web", "my", "admin")
        for path in (APP / folder).glob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if ".go(" in line or "Location" in line or "own_path(" in line
        for word in LEADING.findall(line)
    ]
    assert {word for _, word in led} == {"back"}
    assert {path.name for path, _ in led} == {"sign_in.py"}


def test_whoever_was_on_the_way_to_a_page_gets_there(reader: Reader) -> None:
    way = reader.get("/my/contacts?q=rossi&page=2")["Location"]
    back = reader.get(way).field("back")
    assert back == "/my/contacts?q=rossi&page=2"
    assert reader.sign_in(back=back)["Location"] == back


def test_also_where_a_code_is_asked_for_in_between(house: House) -> None:
    ada = Somebody(house, "ada")
    reader, back = Reader(pages(house)), "/my/contacts?q=rossi&page=2"
    halfway = reader.sign_in(back=back)["Location"]
    assert reader.get(halfway).field("back") == back
    assert reader.post("/sign-in/code", {"code": ada.shown(), "back": back})["Location"] == back


@given(st.text(st.sampled_from("/\\.:@%?#&= \t\r\n\x00abevil-~+,;é。／"), max_size=12))
def test_whatever_is_written_into_a_link_becomes_a_path_of_ours(text: str) -> None:
    path = own_path(text)
    assert path in (text, "/")
    place = urlsplit(urljoin(f"{OURS}/my/", path))
    assert (place.scheme, place.netloc) == ("http", "localhost")
    assert path.isascii()
    assert path.isprintable()
    assert not path.startswith(("//", "/\\"))
    assert " " not in path
