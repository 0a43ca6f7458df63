"""Pages are for who reads them: a browser or an address that asks for more is put off in words,
and nobody else notices. What comes in a form is bounded."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from app.limits import PER_ADDRESS, PER_BROWSER, RETRY_AFTER, Rate, Turnstile
from app.my import contact_form, event_form
from app.web import forms, paging
from tests.app.house import House
from tests.app.lines import written
from tests.app.reader import Answer, Reader, pages
from tests.security.grounds import parsed

PLENTY = Rate(burst=10_000, per_second=0)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with written("info") as stream:
        yield stream


def narrow(house: House, clock: Clock, browser: Rate = PLENTY, address: Rate = PLENTY) -> Any:
    """The pages, with small budgets."""
    return pages(house, turnstile=Turnstile(browser, address, clock))


def served(reader: Reader, times: int, **headers: str) -> list[Answer]:
    """Those of so many answers that are not refused."""
    answers = [reader.get("/my", **headers) for _ in range(times)]
    return [answer for answer in answers if answer.status != 429]


def signed_in(app: Any, **how: Any) -> Reader:
    reader = Reader(app, **how)
    assert reader.sign_in().status == 303
    return reader


def test_a_reader_in_a_hurry_never_meets_it() -> None:
    """Ten pages a second for a minute, or one each second for a day."""
    assert PER_BROWSER.burst >= 10 * 60
    assert PER_BROWSER.per_second > 1
    assert PER_ADDRESS.burst >= 10 * PER_BROWSER.burst


def test_who_asks_for_more_is_told_by_a_page_what_to_do(house: House, clock: Clock) -> None:
    ada = signed_in(narrow(house, clock, Rate(20, 1)), headers={"Accept-Language": "en"})
    assert len(served(ada, 100)) == 20
    answer = ada.get("/my")
    assert (answer.status, answer["Retry-After"]) == (429, str(RETRY_AFTER))
    assert f"Wait {RETRY_AFTER} seconds, then go back and try again" in answer.text
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "Ada Example" not in answer.text, "the store was not asked"
    clock.now += RETRY_AFTER
    assert len(served(ada, 100)) == 20


def test_nothing_is_done_for_who_is_put_off(house: House, clock: Clock) -> None:
    ada = signed_in(narrow(house, clock, Rate(10, 1)))
    served(ada, 20)
    before = house.log_length()
    assert ada.post("/my/settings", {"language": "it", "zone": "Europe/Rome"}).status == 429
    assert house.log_length() == before


def test_other_browsers_behind_the_same_address_do_not_notice(house: House, clock: Clock) -> None:
    app = narrow(house, clock, Rate(20, 0))
    ada, other = signed_in(app), signed_in(app)
    served(ada, 100)
    assert len(served(other, 15)) == 15


def test_who_throws_cookies_away_has_the_budget_of_the_address(house: House, clock: Clock) -> None:
    app = narrow(house, clock, address=Rate(30, 0))
    answers = [Reader(app).get("/sign-in").status for _ in range(40)]
    made_up = [Reader(app, cookies={"taccuino": f"{n}"}).get("/my").status for n in range(10)]
    assert (answers, made_up) == ([200] * 30 + [429] * 10, [429] * 10)


def test_an_address_is_that_of_the_reader_and_not_of_our_proxy(house: House, clock: Clock) -> None:
    from ipaddress import ip_network

    ours = (ip_network("127.0.0.0/8"),)
    gate = Turnstile(PLENTY, Rate(10, 0), clock)
    app = pages(house, turnstile=gate, trusted_proxies=ours)
    one, other = ({"X-Forwarded-For": f"192.0.2.{n}"} for n in (1, 2))
    assert len(served(Reader(app, headers=one), 20)) == 10
    assert len(served(Reader(app, headers=other), 10)) == 10
    six = [{"X-Forwarded-For": f"2001:db8::{n}"} for n in range(20)]
    assert sum(len(served(Reader(app, headers=each), 1)) for each in six) == 10, "one network"


def test_the_journal_has_a_line_of_it_a_minute(
    house: House, clock: Clock, lines: io.StringIO
) -> None:
    ada = signed_in(narrow(house, clock, Rate(10, 0)))
    served(ada, 50)
    told = [line for line in lines.getvalue().splitlines() if "status=429" in line]
    assert len(told) == 1
    assert "why=TooManyPages" in told[0]
    clock.now += 60
    ada.get("/my")
    assert "times=40" in lines.getvalue().splitlines()[-1]


def test_what_pages_are_made_of_is_not_counted(house: House, clock: Clock) -> None:
    reader = Reader(narrow(house, clock, address=Rate(1, 0)))
    page = reader.get("/sign-in")
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert [reader.get(style).status for _ in range(5)] == [200] * 5


def test_a_form_has_so_many_fields_and_so_many_bytes(house: House) -> None:
    ada = signed_in(pages(house))
    ada.get("/my/contacts/new")
    many = {f"field{n}": "x" for n in range(forms.MOST_FIELDS)}
    assert ada.post("/my/contacts/new", many).status == 400
    most = forms.MOST_FIELDS - 2  # and the mark, and the name
    few = {**dict(list(many.items())[:most]), "first_name": "Grace"}
    assert ada.post("/my/contacts/new", few).status == 303
    large = ada.post("/my/contacts/new", {"first_name": "x" * forms.MOST})
    assert large.status == 413


@pytest.mark.parametrize(
    ("path", "field", "most"),
    [
        ("/my/contacts/new", "first_name", contact_form.LONGEST),
        ("/my/contacts/new", "text", contact_form.LONGEST_TEXT),
        ("/my/calendar/new", "subject", event_form.LONGEST),
    ],
)
def test_a_field_holds_so_many_characters(house: House, path: str, field: str, most: int) -> None:
    ada = signed_in(pages(house))
    filled = {name: value for name, value in inputs(ada.get(path)).items() if name != "mark"}
    assert ada.post(path, {**filled, field: "x" * (most + 1)}).status == 422
    assert ada.post(path, {**filled, field: "x" * most}).status == 303


def inputs(page: Answer) -> dict[str, str]:
    """What a browser would send back as it is."""
    tags = [tag.attributes for tag in parsed(page).all("input")]
    sent = [tag for tag in tags if tag.get("type") not in ("checkbox", "radio") or "checked" in tag]
    return {tag["name"]: tag.get("value", "") for tag in sent}


@pytest.mark.parametrize("length", [None, str(10**12), "-1", "x"])
def test_no_body_is_read_beyond_what_a_form_may_be(house: House, length: str | None) -> None:
    ada = signed_in(pages(house))
    body = b"a=" + b"x" * (forms.MOST + 1)
    headers = {"Content_Type": forms.URLENCODED}
    if length is not None:
        headers["Content_Length"] = length
    assert ada.ask("POST", "/my/settings", body, **headers).status in (400, 413)


def test_what_is_searched_for_is_cut_off(house: House) -> None:
    ada = signed_in(pages(house))
    answer = ada.get("/my/contacts?q=" + "x" * 5000)
    assert answer.status == 200
    assert answer.field("q") == "x" * paging.LONGEST
