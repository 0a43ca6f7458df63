"""Search: the directory in pages, and stores that hold nothing here."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from adapters.eas.picture import encoded
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from tests.app.house import House, names, texts

NEVER_SENT = {
    ("Search", 3): "a server error is 503 with Retry-After in every version",
    ("Store", 3): "a server error is 503 with Retry-After in every version",
    ("Store", 4): "no document library is served, so no link is followed",
    ("Store", 5): "nobody is denied what is found",
    ("Store", 7): "no search leaves this server",
    ("Store", 10): "no search takes long enough",
    ("Store", 11): "no search depends on folders the phone would have to know",
    ("Store", 13): "no document library is served",
    ("Store", 14): "no document library is served",
}
SENT = {
    ("Search", 1): "test_a_hit_says_what_is_known_in_the_order_of_the_schema",
    ("Store", 1): "test_a_hit_says_what_is_known_in_the_order_of_the_schema",
    ("Store", 2): "test_what_cannot_be_searched_is_invalid",
    ("Store", 6): "test_there_is_no_document_library",
    ("Store", 8): "test_what_is_too_complex_is_called_so",
    ("Store", 12): "test_a_range_behind_the_last_hit_is_past_the_end",
    ("Picture", 1): "test_photos_are_sent_within_the_limits",
    ("Picture", 173): "test_photos_are_sent_within_the_limits",
    ("Picture", 174): "test_photos_are_sent_within_the_limits",
    ("Picture", 175): "test_photos_are_sent_within_the_limits",
}


def search(query: str | Element, *options: Element, store: str = "GAL") -> Element:
    wanted = query if isinstance(query, Element) else E("search:Query", query)
    choice = E("search:Options", *options) if options else None
    return E("search:Search", E("search:Store", E("search:Name", store), wanted, choice))


def within(text: str) -> Element:
    return E("search:Range", text)


def store_of(root: Element) -> Element:
    """The Store of an answer; the search as a whole went well."""
    assert names(root) == ["Status", "Response"]
    assert root.text_of("search:Status") == "1"
    (store,) = root.find("search:Response") or ()
    return store


def status_of(house: House, body: Element | None, version: Version = Version.V16_1) -> int:
    store = store_of(house.answer("Search", body, version=version))
    status = int(store.text_of("search:Status", ""))
    assert status == 1 or names(store) == ["Status"]
    return status


def a_photo(side: int = 8) -> bytes:
    content = BytesIO()
    Image.new("RGB", (side, side), "red").save(content, "PNG")
    return content.getvalue()


def test_every_status_is_shown_or_has_a_reason() -> None:
    stated = {("Search", 1), ("Search", 3)}
    stated |= {("Store", status) for status in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14)}
    stated |= {("Picture", status) for status in (1, 173, 174, 175)}
    assert SENT.keys() | NEVER_SENT.keys() == stated
    assert not SENT.keys() & NEVER_SENT.keys()
    assert set(SENT.values()) <= globals().keys()


FACTS = {
    "first_name": "Carol",
    "last_name": "Danvers",
    "company_name": "Acme",
    "job_title": "Pilot",
    "office_location": "Hangar 7",
    "business_phone": "+1 1",
    "home_phone": "+1 2",
    "mobile_phone": "+1 3",
    "email2": "carol@example.net",
}


@pytest.mark.parametrize("version", list(Version))
def test_a_hit_says_what_is_known_in_the_order_of_the_schema(
    house: House, version: Version
) -> None:
    house.contact(**FACTS)
    store = store_of(house.answer("Search", search("car"), version=version))
    assert names(store) == ["Status", "Result", "Range", "Total"]
    properties = {
        "DisplayName": "Carol Danvers",
        "Phone": "+1 1",
        "Office": "Hangar 7",
        "Title": "Pilot",
        "Company": "Acme",
        "FirstName": "Carol",
        "LastName": "Danvers",
        "HomePhone": "+1 2",
        "MobilePhone": "+1 3",
        "EmailAddress": "carol@example.net",
    }
    expected = E("search:Properties", *(E(f"gal:{n}", value) for n, value in properties.items()))
    assert store.find("search:Result") == E("search:Result", expected)
    assert (store.text_of("search:Range"), store.text_of("search:Total")) == ("0-0", "1")


def test_empty_properties_are_left_out_but_the_first_name(house: House) -> None:
    house.contact(company_name="Acme")
    (properties,) = store_of(house.answer("Search", search("acme"))).find("search:Result") or ()
    assert names(properties) == ["DisplayName", "Company", "FirstName"]


def test_a_colleague_is_found_with_alias(house: House) -> None:
    house.person("bob", "Bob van Dyke")
    root = house.answer("Search", search("dyke"))
    assert texts(root, "gal:DisplayName") == ["Bob van Dyke"]
    assert texts(root, "gal:Alias") == ["bob"]
    assert texts(root, "gal:FirstName") == ["Bob van"]
    assert texts(root, "gal:EmailAddress") == ["bob@example.org"]


@pytest.mark.parametrize("options", [(), (within("0-9"),)])
def test_no_hit_is_an_empty_result_with_range_and_total(
    house: House, options: tuple[Element, ...]
) -> None:
    assert store_of(house.answer("Search", search("zzz", *options))) == E(
        "search:Store",
        E("search:Status", 1),
        E("search:Result"),
        E("search:Range", "0-0"),
        E("search:Total", 0),
    )


def test_pages_follow_each_other(house: House) -> None:
    for number in range(5):
        house.contact(first_name=f"Ann{number}")
    seen, ranges = [], []
    for start in (0, 2, 4):
        root = house.answer("Search", search("ann", within(f"{start}-{start + 1}")))
        seen += texts(root, "gal:FirstName")
        ranges += texts(root, "search:Range")
        assert texts(root, "search:Total") == ["5"]
    assert seen == [f"Ann{number}" for number in range(5)]
    assert ranges == ["0-1", "2-3", "4-4"]


def test_without_a_range_there_are_a_hundred(house: House) -> None:
    for number in range(101):
        house.contact(first_name=f"Ann{number:03}")
    root = house.answer("Search", search("ann"))
    assert len(texts(root, "gal:FirstName")) == 100
    assert texts(root, "search:Range") == ["0-99"]
    assert texts(root, "search:Total") == ["101"]


@pytest.mark.parametrize("query", ["ada", "zzz"])
def test_a_range_behind_the_last_hit_is_past_the_end(house: House, query: str) -> None:
    assert status_of(house, search(query, within("1-5"))) == 12


@pytest.mark.parametrize("version", [Version.V2_5, Version.V14_1, Version.V16_1])
@pytest.mark.parametrize(
    "body",
    [
        None,
        E("search:Search"),
        search("", within("0-9")),
        search("  "),
        search(E("search:Query", E("search:FreeText", "ada"))),
        search("ada", within("5-2")),
        search("ada", within("0-1000")),
        search("ada", within("first")),
        search("ada", within("")),
        search("ada", store="Cupboard"),
        E("search:Search", E("search:Store", E("search:Name", "GAL"))),
        E("search:Search", E("search:Store", E("search:Query", "ada"))),
    ],
    ids=lambda body: repr(body)[-60:],
)
def test_what_cannot_be_searched_is_invalid(
    house: House, version: Version, body: Element | None
) -> None:
    assert status_of(house, body, version) == 2


def test_what_is_too_complex_is_called_so(house: House) -> None:
    assert status_of(house, search("a b c d e f g h i")) == 8
    assert status_of(house, search("a b c d e f g h")) == 1
    both = E("search:Query", E("search:And"), E("search:And"))
    assert status_of(house, search(both, store="Mailbox")) == 8
    loose = E("search:Query", E("search:FreeText", "x"))
    assert status_of(house, search(loose, store="Mailbox")) == 8


def mail(*classes: str) -> Element:
    named = (E("airsync:Class", each) for each in classes)
    return E("search:Query", E("search:And", *named, E("search:FreeText", "invoice")))


@pytest.mark.parametrize("query", [mail(), mail("Email"), mail("Email", "SMS")], ids=repr)
def test_mail_is_searched_and_there_is_none(house: House, query: Element) -> None:
    root = house.answer("Search", search(query, within("0-49"), store="Mailbox"))
    assert names(store_of(root)) == ["Status", "Result", "Range", "Total"]
    assert texts(root, "search:Total") == ["0"]
    assert status_of(house, search(query, within("50-99"), store="Mailbox")) == 12


@pytest.mark.parametrize("name", ["Calendar", "Contacts", "Tasks", "Notes"])
def test_what_is_kept_but_not_searched_is_not_said_to_be_absent(house: House, name: str) -> None:
    assert status_of(house, search(mail(name), store="Mailbox")) == 2


@pytest.mark.parametrize("store", ["Mailbox", "DocumentLibrary"])
def test_an_early_version_knows_the_directory_only(house: House, store: str) -> None:
    assert status_of(house, search(mail(), store=store), Version.V2_5) == 2


def test_there_is_no_document_library(house: House) -> None:
    assert status_of(house, search("\\\\server\\share", store="DocumentLibrary")) == 6


def photos(size: int | None = None, number: int | None = None) -> Element:
    return E(
        "search:Picture",
        None if size is None else E("search:MaxSize", size),
        None if number is None else E("search:MaxPictures", number),
    )


@pytest.mark.parametrize(
    ("wish", "statuses"),
    [
        (photos(), ["1", "173", "1"]),
        (photos(number=1), ["1", "173", "175"]),
        (photos(number=0), ["175", "173", "175"]),
        (photos(size=10), ["174", "173", "174"]),
        (photos(size=10_000_000, number=9_000), ["1", "173", "1"]),
    ],
    ids=repr,
)
def test_photos_are_sent_within_the_limits(
    house: House, wish: Element, statuses: list[str]
) -> None:
    for name, picture in (("Ann", a_photo()), ("Ben", None), ("Cem", a_photo())):
        photo = {} if picture is None else {"picture": picture}
        house.contact(first_name=name, last_name="Okoye", **photo)
    root = house.answer("Search", search("okoye", wish))
    assert texts(root, "gal:Status") == statuses
    assert texts(root, "gal:Data") == [encoded(a_photo())] * statuses.count("1")


@pytest.mark.parametrize(
    "wish", [photos(size=-1), E("search:Picture", E("search:MaxPictures", "x"))]
)
def test_limits_that_are_none_are_invalid(house: House, wish: Element) -> None:
    assert status_of(house, search("ada", wish)) == 2


def test_a_photo_comes_last_and_only_if_asked_for(house: House) -> None:
    house.contact(first_name="Ann", picture=a_photo())
    (properties,) = (
        store_of(house.answer("Search", search("ann", photos()))).find("search:Result") or ()
    )
    assert names(properties)[-1] == "Picture"
    assert texts(house.answer("Search", search("ann")), "gal:Picture") == []


def test_an_early_version_gets_no_photo(house: House) -> None:
    house.contact(first_name="Ann", picture=a_photo())
    root = house.answer("Search", search("ann", photos()), version=Version.V14_0)
    assert texts(root, "gal:FirstName") == ["Ann"]
