"""Find: pages of one search, known by its id."""

from __future__ import annotations

import pytest

from adapters.wbxml import E, Element
from tests.app.house import House, names, texts
from tests.app.test_search import a_photo

NEVER_SENT = {
    ("Find", 3): "no search depends on folders the phone would have to know",
    ("Response", 3): "no search depends on folders the phone would have to know",
}
SENT = {
    ("Find", 1): "test_a_hit_is_answered_in_the_order_of_the_schema",
    ("Find", 2): "test_what_is_no_search_is_invalid",
    ("Response", 1): "test_a_hit_is_answered_in_the_order_of_the_schema",
    ("Response", 2): "test_a_search_with_bad_parameters_is_invalid",
    ("Response", 4): "test_a_search_begins_at_its_beginning",
}
ID = "7f3a2c10-9f6b-4f8e-8f51-0a1b2c3d4e5f"


def find(query: str, range: str | None = None, *options: Element, id: str = ID) -> Element:
    wanted = () if range is None else (E("find:Range", range),)
    choice = E("find:Options", *wanted, *options) if wanted or options else None
    criterion = E("find:GalSearchCriterion", E("find:Query", query), choice)
    return E("find:Find", E("find:SearchId", id), E("find:ExecuteSearch", criterion))


def response_of(root: Element) -> Element:
    """The Response of an answer; the command as a whole went well."""
    assert names(root) == ["Status", "Response"]
    assert root.text_of("find:Status") == "1"
    response = root.find("find:Response")
    assert response is not None
    return response


def status_of(house: House, body: Element) -> int:
    response = response_of(house.answer("Find", body))
    status = int(response.text_of("find:Status", ""))
    assert status == 1 or names(response) == ["Store", "Status"]
    return status


def test_every_status_is_shown_or_has_a_reason() -> None:
    stated = {("Find", status) for status in (1, 2, 3)}
    stated |= {("Response", status) for status in (1, 2, 3, 4)}
    assert SENT.keys() | NEVER_SENT.keys() == stated
    assert not SENT.keys() & NEVER_SENT.keys()
    assert set(SENT.values()) <= globals().keys()


def test_a_hit_is_answered_in_the_order_of_the_schema(house: House) -> None:
    response = response_of(house.answer("Find", find("ada", "0-9")))
    assert names(response) == ["Store", "Status", "Result", "Range", "Total"]
    properties = (
        E("gal:DisplayName", "Ada Example"),
        E("gal:Alias", "ada"),
        E("gal:FirstName", "Ada"),
        E("gal:LastName", "Example"),
        E("gal:EmailAddress", "ada@example.org"),
    )
    assert response == E(
        "find:Response",
        E("itemoperations:Store", "GAL"),
        E("find:Status", 1),
        E("find:Result", E("find:Properties", *properties)),
        E("find:Range", "0-0"),
        E("find:Total", 1),
    )


def test_no_hit_has_no_result(house: House) -> None:
    response = response_of(house.answer("Find", find("zzz")))
    assert names(response) == ["Store", "Status", "Range", "Total"]
    assert response.text_of("find:Total") == "0"


def test_pages_follow_each_other_under_one_id(house: House) -> None:
    for number in range(5):
        house.contact(first_name=f"Ann{number}")
    seen, ranges = [], []
    for start in (0, 2, 4):
        root = house.answer("Find", find("ann", f"{start}-{start + 1}"))
        seen += texts(root, "gal:FirstName")
        ranges += texts(root, "find:Range")
        assert texts(root, "find:Total") == ["5"]
    assert seen == [f"Ann{number}" for number in range(5)]
    assert ranges == ["0-1", "2-3", "4-4"]


def test_a_page_behind_the_last_hit_is_empty(house: House) -> None:
    house.answer("Find", find("ada", "0-9"))
    response = response_of(house.answer("Find", find("ada", "10-19")))
    assert names(response) == ["Store", "Status", "Range", "Total"]
    assert response.text_of("find:Total") == "1"


def test_a_search_begins_at_its_beginning(house: House) -> None:
    assert status_of(house, find("ada", "1-9")) == 4
    assert status_of(house, find("ada", "0-0")) == 1
    assert status_of(house, find("ada", "1-9")) == 1
    assert status_of(house, find("ada", "1-9", id="another")) == 4
    assert status_of(house, find("adam", "1-9")) == 4


def test_another_phone_begins_its_own_search(house: House) -> None:
    house.answer("Find", find("ada", "0-0"))
    root = house.answer("Find", find("ada", "1-9"), device="OTHER")
    assert texts(root, "find:Status") == ["1", "4"]


def test_paging_leaves_no_event(house: House) -> None:
    house.answer("Find", find("ada", "0-0"))
    length = house.log_length()
    for id in ("a", "b", "c"):
        house.answer("Find", find("ada", "0-9", id=id))
    assert house.log_length() == length


CRITERION = E("find:GalSearchCriterion", E("find:Query", "ada"))


@pytest.mark.parametrize(
    "body",
    [
        None,
        E("find:Find"),
        E("find:Find", E("find:ExecuteSearch", CRITERION)),
        E("find:Find", E("find:SearchId"), E("find:ExecuteSearch", CRITERION)),
        E("find:Find", E("find:SearchId", "x" * 257), E("find:ExecuteSearch", CRITERION)),
        E("find:Find", E("find:SearchId", ID)),
        E("find:Find", E("find:SearchId", ID), E("find:ExecuteSearch")),
        E("find:Find", E("find:SearchId", ID), E("find:ExecuteSearch", CRITERION, CRITERION)),
        E("find:Find", E("find:SearchId", ID), E("find:ExecuteSearch", E("find:Query", "x"))),
    ],
    ids=lambda body: repr(body)[:60],
)
def test_what_is_no_search_is_invalid(house: House, body: Element | None) -> None:
    assert house.answer("Find", body) == E("find:Find", E("find:Status", 2))


@pytest.mark.parametrize(
    "body",
    [
        find(""),
        find("a b c d e f g h i"),
        find("ada", "9-0"),
        find("ada", "0-1000"),
        find("ada", "0-9", E("find:Picture", E("find:MaxSize", "big"))),
    ],
    ids=["empty", "too many words", "backwards", "too far", "no size"],
)
def test_a_search_with_bad_parameters_is_invalid(house: House, body: Element) -> None:
    assert status_of(house, body) == 2


def test_photos_come_within_the_limits(house: House) -> None:
    for name in ("Ann", "Ben"):
        house.contact(first_name=name, last_name="Okoye", picture=a_photo())
    house.contact(first_name="Cem", last_name="Okoye")
    wish = E("find:Picture", E("find:MaxSize", 102400), E("find:MaxPictures", 1))
    root = house.answer("Find", find("okoye", "0-9", wish))
    assert texts(root, "gal:Status") == ["1", "175", "173"]


def mail(range: str, query: Element) -> Element:
    options = E("find:Options", E("find:Range", range))
    criterion = E("find:MailBoxSearchCriterion", query, options)
    return E("find:Find", E("find:SearchId", ID), E("find:ExecuteSearch", criterion))


def test_mail_is_searched_and_there_is_none(house: House) -> None:
    query = E("find:Query", E("find:FreeText", "invoice"), E("airsync:Class", "Email"))
    response = response_of(house.answer("Find", mail("0-9", query)))
    assert names(response) == ["Store", "Status", "Range", "Total"]
    assert response.text_of("itemoperations:Store") == "Mailbox"
    assert response.text_of("find:Total") == "0"
    contacts = E("find:Query", E("find:FreeText", "ada"), E("airsync:Class", "Contacts"))
    assert status_of(house, mail("0-9", contacts)) == 2
    assert status_of(house, mail("5-9", query)) == 4
    assert status_of(house, mail("9-5", query)) == 2
    assert status_of(house, mail("0-9", E("find:Query", "text"))) == 2
