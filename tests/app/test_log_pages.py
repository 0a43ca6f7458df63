"""/admin/log, /admin/items and /my/history: what happened, in words, and live."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from falcon import testing

from adapters.ids import by_id, server_id
from app import items as use
from app import links, people
from app.admin.log_live import STREAM
from app.push import following
from tests.app.house import House, a_request
from tests.app.reader import Reader, pages, signed_in, with_password

LINE = re.compile(r'<li><a href="/(?:admin/log|my/history)/(\w+)">\s*<span>(.*?)</span>')


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Ada is an administrator, Bob is not; no test alters what another one looks at."""
    house = House(tmp_path_factory.mktemp("house"), hub=True)
    house.hub.begin(house.groupware.pool)
    house.person(administrator=True)
    house.person("bob", "Bob Example")
    with_password(house)
    with_password(house, "bob")
    yield house
    house.close()


@pytest.fixture
def reader(house: House) -> Reader:
    return signed_in(house)


@pytest.fixture
def bob(house: House) -> Reader:
    reader = Reader(pages(house))
    reader.sign_in("bob")
    return reader


def sentences(text: str) -> list[str]:
    return [unescape(said) for _, said in LINE.findall(text)]


def places(text: str) -> list[int]:
    return [int(place) for place, _ in LINE.findall(text)]


def test_the_newest_stands_first_in_words(reader: Reader, house: House) -> None:
    id = house.appointment("bob", subject="Dentist & co")
    house.remove(id)
    first, second, *_ = sentences(reader.get("/admin/log").text)
    assert first == "The administrator root deleted the event “Dentist & co” of Bob Example."
    assert second.startswith("The administrator root added the event “Dentist & co” of Bob")


def test_page_after_page_is_the_whole_log_each_entry_once(reader: Reader, house: House) -> None:
    for number in range(60):
        house.contact("bob", first_name=f"N{number}")
    end = house.log_length()
    page, found = reader.get("/admin/log").text, []
    while True:
        found += places(page)
        house.contact("bob", first_name="Meanwhile")
        further = re.search(r'rel="next" href="([^"]*)"', page)
        if not further:
            break
        page = reader.get(unescape(further[1])).text
    assert found == list(range(end, 0, -1))


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("person=bob", {"Bob"}),
        ("person=bob@example.org&kind=people", {"Bob"}),
        ("kind=account.opened", {"opened the account"}),
        ("by=admin%3Aroot&kind=events", {"The administrator root"}),
        ("request=test&kind=people", {"Example"}),
        ("since=2026-03-02T08:59&kind=people", {"Example"}),
    ],
)
def test_a_filter_shows_only_what_fits(
    reader: Reader, house: House, query: str, kinds: set[str]
) -> None:
    house.appointment("bob", subject="Lunch")
    found = sentences(reader.get(f"/admin/log?{query}").text)
    assert found
    assert all(any(kind in each for kind in kinds) for each in found)


@pytest.mark.parametrize(("device", "old"), [("QNEW", False), ("QOLD", True)])
def test_what_a_phone_did_is_found_by_what_it_calls_itself(
    reader: Reader, house: House, device: str, old: bool
) -> None:
    """Also in a log that has DeviceIds as authors."""
    house.admit(a_request(device=device))
    phone, actor, item = house.phone(device=device), f"device:{device}", house.contact()
    known = by_id("device", phone.id)
    author = house.groupware.author(actor if old else known, "test", phone.id)
    with house.groupware.acting(author) as connection:
        use.remove(house.groupware, use.load(house.groupware, connection, item))
    for by in (actor, known):
        found = sentences(reader.get(f"/admin/log?kind=contact.removed&by={quote(by)}").text)
        assert len(found) == (not (old and by != actor))
        assert all(each.startswith("The phone iPhone14C5 of Ada Example deleted") for each in found)


def test_a_time_before_everything_finds_nothing_and_says_so(reader: Reader) -> None:
    page = reader.get("/admin/log?until=2026-03-02T08:59")
    assert sentences(page.text) == []
    assert "Try fewer filters." in page.text


@pytest.mark.parametrize(
    "query", ["person=nobody", "device=none", "item=x", "kind=none", "since=yesterday"]
)
def test_what_nobody_is_called_is_said_and_the_form_keeps_it(reader: Reader, query: str) -> None:
    page = reader.get(f"/admin/log?{query}")
    assert page.status == 404
    assert "Nobody and nothing is called like this here." in page.text
    name, _, typed = query.partition("=")
    assert typed in page.text
    assert name in page.text


def test_an_entry_is_told_and_shown_whole(reader: Reader, house: House) -> None:
    id = house.appointment("bob", subject="Review")
    house.revise(id, subject="Review of figures")
    page = reader.get(f"/admin/log/{house.log_length()}").text
    assert "changed the event “Review of figures” of Bob Example: What." in unescape(page)
    assert '<td class="dim">Review</td><td>Review of figures</td>' in page
    assert "version 2, made on version 1" in page
    assert f'href="/admin/items/{server_id(id)}"' in page
    assert '"kind": "appointment.revised"' in unescape(page)


def test_every_entry_can_be_looked_at_and_no_secret_is_shown(reader: Reader, house: House) -> None:
    for position in range(1, house.log_length() + 1):
        page = reader.get(f"/admin/log/{position}")
        assert page.status == 200
        assert "$argon2" not in page.text


@pytest.mark.parametrize("place", ["0", "999999", "x", "-1", "9" * 30])
def test_where_the_log_has_nothing_there_is_no_page(reader: Reader, place: str) -> None:
    assert reader.get(f"/admin/log/{place}").status == 404


def test_an_items_history_tells_what_was_and_what_became_of_it(
    reader: Reader, house: House
) -> None:
    id = house.contact("bob", first_name="Grace")
    with house.groupware.acting(house.groupware.author("user:bob", "b")) as connection:
        item = use.load(house.groupware, connection, id)
        item.revise({"job_title": "Engineer"}, 1)
        item.revise({"job_title": "Admiral"}, 1)
        item.set_aside(uuid4(), {"nickname": "Amazing"}, {"nickname": "G"}, "both")
        house.groupware.save(item)
    text = unescape(reader.get(f"/admin/items/{server_id(id)}").text)
    assert "History of “Grace”" in text
    assert re.search(r"Job title</th><td[^>]*>Engineer</td><td>Admiral</td>", text)
    assert "version 3, made on version 1 while 2 stood already: merged" in text
    assert re.search(r"Nickname</th><td[^>]*>Amazing</td><td>G</td>", text)
    assert text.index("set aside") < text.index("added the contact"), "the newest first"


def test_a_long_history_has_pages(reader: Reader, house: House) -> None:
    id = house.contact("bob", first_name="Grace")
    for number in range(55):
        house.revise(id, last_name=f"N{number}")
    first = reader.get(f"/admin/items/{server_id(id)}").text
    further = re.search(r'rel="next" href="([^"]*)"', first)
    assert further
    second = reader.get(unescape(further[1])).text
    assert (first.count("<section"), second.count("<section")) == (50, 6)
    assert 'rel="next"' not in second


def test_only_administrators_are_shown_the_log(bob: Reader, house: House) -> None:
    id = server_id(house.contact("ada", first_name="Secret"))
    for address in ("/admin/log", "/admin/log/1", f"/admin/items/{id}", "/admin/log/live"):
        answer = bob.get(address)
        assert answer.status == 403
        assert "Secret" not in answer.text


# One's own


def test_people_see_what_happened_to_what_is_theirs_and_to_nothing_else(
    bob: Reader, house: House
) -> None:
    house.contact("ada", first_name="Adas")
    mine = house.contact("bob", first_name="Bobs")
    text = bob.get("/my/history").text
    found = sentences(text)
    assert found[0] == "The administrator root added the contact “Bobs” of Bob Example."
    assert not any("Adas" in each or "account" in each or "password" in each for each in found)
    assert f'href="/my/history/{server_id(mine)}"' in text


def test_people_see_the_history_of_an_item_of_theirs_and_of_no_other(
    bob: Reader, house: House
) -> None:
    theirs, mine = house.contact("ada", first_name="A"), house.contact("bob", first_name="B")
    assert "History of “B”" in unescape(bob.get(f"/my/history/{server_id(mine)}").text)
    for other in (theirs, house.account("ada").id, house.account("bob").id, uuid4()):
        assert bob.get(f"/my/history/{server_id(other)}").status == 404


def test_a_link_leads_to_its_event(bob: Reader, house: House) -> None:
    event, contact = house.appointment("bob", subject="L"), house.contact("bob", first_name="G")
    with house.groupware.acting(house.admin):
        links.link(house.groupware, event, contact)
        links.unlink(house.groupware, event, contact)
    text = bob.get("/my/history").text
    assert text.count(f'href="/my/history/{server_id(event)}"') == 3


# Live


class Tail:
    """What a page that follows the log is told, a piece at a time."""

    def __init__(self, reader: Reader, target: str = "/admin/log/live", **headers: str) -> None:
        path, _, query = target.partition("?")
        cookies = "; ".join(f"{n}={v}" for n, v in reader.cookies.items())
        given = {"Host": "localhost", "Accept": STREAM, "Cookie": cookies, **headers}
        environ = testing.create_environ(path, query_string=query, headers=given, host="localhost")
        told: list[Any] = []
        start = lambda status, fields, *_: told.extend((status, fields))  # noqa: E731
        self.chunks: Any = reader.app(environ, start)
        self.status, self.headers = int(told[0][:3]), dict(told[1])
        if self.status == 200:
            assert next(iter(self.chunks)) == following.AGAIN

    def next(self) -> bytes:
        piece: bytes = next(iter(self.chunks))
        return piece

    def close(self) -> None:
        self.chunks.close()


@pytest.fixture
def tail(reader: Reader) -> Iterator[Tail]:
    tail = Tail(reader)
    yield tail
    tail.close()


def test_what_is_written_is_told_as_it_stands_on_the_page(house: House, tail: Tail) -> None:
    assert tail.headers["Content-Type"] == STREAM
    assert tail.headers["x-accel-buffering"] == "no"
    house.contact("bob", first_name="Live & <b>kicking</b>")
    piece = tail.next().decode()
    assert piece.startswith(f"id: {house.log_length()}\ndata: <li><a href=")
    assert piece.endswith("\n\n")
    assert "“Live &amp; &lt;b&gt;kicking&lt;/b&gt;”" in piece


def test_who_waits_is_woken_by_whatever_is_written(house: House, tail: Tail) -> None:
    with ThreadPoolExecutor() as pool:
        piece = pool.submit(tail.next)
        house.contact("bob", first_name="Woken")
        assert b"Woken" in piece.result(10)


def test_a_browser_that_comes_back_is_told_what_it_missed(reader: Reader, house: House) -> None:
    before = house.log_length()
    for number in range(120):
        house.contact("bob", first_name=f"Missed{number}")
    tail = Tail(reader, "/admin/log/live?after=1", **{"Last-Event-ID": str(before)})
    told = [tail.next().decode() for _ in range(120)]
    tail.close()
    ids = [int(each.split("\n")[0].removeprefix("id: ")) for each in told]
    assert ids == list(range(before + 1, before + 121))


def test_only_what_is_looked_for_is_told(reader: Reader, house: House) -> None:
    tail = Tail(reader, f"/admin/log/live?kind=contacts&after={house.log_length()}")
    house.appointment("bob", subject="Other")
    house.contact("bob", first_name="Looked for")
    assert b"Looked for" in tail.next()
    tail.close()


def test_it_ends_with_the_session(reader: Reader, house: House) -> None:
    tail = Tail(reader)
    reader.get("/my")
    with ThreadPoolExecutor() as pool:
        rest = pool.submit(list, tail.chunks)
        reader.post("/sign-out")
        assert rest.result(10) == []


def test_it_ends_with_the_rights_of_an_administrator(house: House) -> None:
    house.person("carla", "Carla Example", administrator=True)
    with_password(house, "carla")
    reader = Reader(pages(house))
    reader.sign_in("carla")
    tail = Tail(reader)
    with ThreadPoolExecutor() as pool:
        rest = pool.submit(list, tail.chunks)
        people.withdraw_administrator(house.groupware, house.admin, house.account("carla").id)
        assert rest.result(10) == []


def test_proxies_are_kept_by_a_word_now_and_then(
    house: House, tail: Tail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BEAT", 0.01)
    assert tail.next() == following.NOTHING


def test_nobody_opens_more_of_them_than_a_person_has_screens(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "PER_PERSON", 2)
    tails = [Tail(reader), Tail(reader)]
    full = Tail(reader)
    assert full.status == 503
    tails.pop().close()
    tails.append(Tail(reader))
    assert [each.status for each in tails] == [200, 200]
    for each in tails:
        each.close()


def test_without_an_event_source_the_address_leads_to_the_page(reader: Reader) -> None:
    assert reader.get("/admin/log/live")["Location"] == "/admin/log"


def test_following_is_no_use_of_the_session(reader: Reader, house: House, tail: Tail) -> None:
    def used() -> list[Any]:
        with house.groupware.reading() as connection:
            return connection.execute("SELECT max(used) FROM web_session").fetchall()

    before = used()
    house.clock.advance(minutes=10)
    house.contact("bob", first_name="Later")
    assert b"Later" in tail.next()
    assert used() == before


def test_it_ends_with_the_process(tmp_path: Path) -> None:
    house = House(tmp_path / "home", hub=True)
    house.person(administrator=True)
    with_password(house)
    reader = Reader(pages(house))
    reader.sign_in()
    tail = Tail(reader)
    house.hub.release_all()
    assert list(tail.chunks) == []
    house.close()
