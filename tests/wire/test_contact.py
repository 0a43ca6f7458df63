"""Contacts on the wire: whole items out, only real changes in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from adapters.eas import contact
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.fields import BY_VERSION, CONTACT, LEFT_OUT, Kind
from adapters.eas.quirks import IOS, Quirks
from adapters.eas.version import Version
from adapters.wbxml import E
from domain.contact import FIELDS
from domain.patch import CLEARED, apply
from tests.wire.contact_cases import (
    NAME,
    contacts,
    dialects,
    full_contact,
    photo,
    sent,
    with_element,
)

OVERLAYING = Quirks(keeps_what_is_left_out=True)
UNTOUCHED_BY_DEVICES = {"uid", "foreign"}


def names(values: dict[str, Any], dialect: Dialect) -> list[str]:
    return [element.name for element in contact.render(values, dialect)]


def test_the_table_and_the_domain_name_the_same_fields() -> None:
    assert {row.field for row in CONTACT} == set(FIELDS) - UNTOUCHED_BY_DEVICES


@pytest.mark.parametrize("version", Version)
def test_every_version_has_each_field_once(version: Version) -> None:
    fields = [row.field for row in BY_VERSION[version]]
    assert sorted(fields) == sorted(set(FIELDS) - UNTOUCHED_BY_DEVICES)
    assert version in LEFT_OUT


@settings(deadline=None)
@given(contacts, dialects)
def test_a_contact_that_comes_back_as_it_was_sent_is_no_change(
    values: dict[str, Any], dialect: Dialect
) -> None:
    assert contact.read(sent(values, dialect), dialect, values) == {}


@pytest.mark.parametrize("version", Version)
def test_an_added_contact_has_every_property_when_it_is_sent_again(version: Version) -> None:
    dialect = Dialect(version, quirks=IOS)
    added = sent(full_contact(), dialect)
    values = contact.read(added, dialect, None)
    assert set(values) == set(FIELDS) - UNTOUCHED_BY_DEVICES
    assert sent(values, dialect) == added


@settings(deadline=None)
@given(contacts, dialects)
def test_what_a_device_adds_it_is_sent_in_the_same_words(
    values: dict[str, Any], dialect: Dialect
) -> None:
    added = sent(values, dialect)
    stored = contact.read(added, dialect, None)
    assert contact.read(added, dialect, stored) == {}
    assert contact.read(sent(stored, dialect), dialect, stored) == {}


def test_the_code_page_changes_twice() -> None:
    pages = [name.partition(":")[0] for name in names(full_contact(), Dialect())]
    assert [p for p, q in zip(pages, [None, *pages], strict=False) if p != q] == [
        "contacts",
        "airsyncbase",
        "contacts2",
    ]


def test_version_2_5_gets_no_element_that_came_later() -> None:
    written = names(full_contact(), Dialect(Version.V2_5))
    assert "contacts:Body" in written
    assert not [name for name in written if name.startswith("airsyncbase:")]


def test_version_2_5_gets_the_bare_address_and_others_what_is_stored() -> None:
    values = {"email1": '"Lovelace, Ada" <ada@example.org>'}
    old, new = sent(values, Dialect(Version.V2_5)), sent(values, Dialect(Version.V12_0))
    assert old.text_of("contacts:Email1Address") == "ada@example.org"
    assert new.text_of("contacts:Email1Address") == '"Lovelace, Ada" <ada@example.org>'


@pytest.mark.parametrize(
    ("stored", "received"),
    [
        ("ada@example.org", '"Lovelace, Ada" <ada@example.org>'),
        ('"Lovelace, Ada" <ada@example.org>', "ada@example.org"),
        ('"Lovelace, Ada" <ada@example.org>', "Ada <ada@example.org>"),
    ],
)
def test_a_name_before_an_address_is_no_change(stored: str, received: str) -> None:
    data = E(NAME, E("contacts:Email1Address", received))
    assert contact.read(data, Dialect(), {"email1": stored}) == {}


def test_another_address_is_a_change() -> None:
    data = E(NAME, E("contacts:Email1Address", '"Ada" <ada@example.com>'))
    patch = contact.read(data, Dialect(), {"email1": "ada@example.org"})
    assert patch == {"email1": '"Ada" <ada@example.com>'}


def test_lines_of_a_street_end_in_crlf_outside_and_lf_inside() -> None:
    values = {"home_street": "12 St James’s Square\nFlat 2", "last_name": "Lovelace"}
    data = sent(values, Dialect())
    assert data.text_of("contacts:HomeAddressStreet") == "12 St James’s Square\r\nFlat 2"
    assert contact.read(data, Dialect(), None) == values


@pytest.mark.parametrize(
    ("values", "file_as"),
    [
        ({"first_name": "Ada", "middle_name": "King", "last_name": "Byron"}, "Byron, Ada King"),
        ({"first_name": "Sammy", "last_name": "Davis", "suffix": "Jr."}, "Davis Jr., Sammy"),
        ({"last_name": "Byron", "title": "Lady"}, "Byron"),
        ({"first_name": "Ada"}, "Ada"),
        ({"first_name": "Louis", "suffix": "XIV"}, "Louis XIV"),
        ({"company_name": "Analytical Engines", "email1": "a@b.c"}, "Analytical Engines"),
        ({"email2": '"Ada" <ada@example.org>'}, "ada@example.org"),
        ({"pager": "555"}, "555"),
        ({"company_name": "Bees <wholesale>"}, "Bees <wholesale>"),
    ],
)
def test_a_contact_is_always_filed_under_something(values: dict[str, str], file_as: str) -> None:
    assert sent(values, Dialect()).text_of("contacts:FileAs") == file_as


@pytest.mark.parametrize("version", Version)
def test_blanks_alone_are_no_text(version: Version) -> None:
    values = {"first_name": "Ada", "last_name": " ", "email1": "\n"}
    dialect = Dialect(version)
    assert names(values, dialect) == ["contacts:FileAs", "contacts:FirstName"]
    blank = E(NAME, E("contacts:FirstName", " "), E("contacts:FileAs", "Ada"))
    assert contact.read(blank, dialect, {"first_name": "Ada"})["first_name"] is CLEARED


def test_an_empty_file_as_is_never_sent() -> None:
    assert names({"birthday": date(1985, 2, 3)}, Dialect()) == ["contacts:Birthday"]
    assert "contacts:FileAs" not in names({}, Dialect(quirks=OVERLAYING))


ADA = {"first_name": "Ada", "last_name": "Byron"}


def change(values: dict[str, Any], **texts: str) -> dict[str, Any]:
    """What a 14.1 device means that has `values` and sends them with some texts changed."""
    dialect = Dialect(Version.V14_1)
    data = sent(values, dialect)
    for element, text in texts.items():
        name = f"contacts:{element}"
        data = with_element(data, E(name, text), name)
    return contact.read(data, dialect, values)


def test_an_automatic_file_as_that_comes_back_beside_new_names_stays_automatic() -> None:
    assert change(ADA, LastName="King") == {"last_name": "King"}


def test_a_file_as_built_by_the_device_from_the_new_names_is_not_stored() -> None:
    assert change(ADA, LastName="King", FileAs="King, Ada") == {"last_name": "King"}


def test_a_stored_file_as_that_the_names_had_made_follows_the_new_names() -> None:
    values = {**ADA, "file_as": "Byron, Ada"}
    patch = change(values, LastName="King")
    assert patch == {"last_name": "King", "file_as": CLEARED}
    assert contact.automatic_file_as(apply(values, patch)) == "King, Ada"


def test_a_file_as_of_the_devices_own_is_stored_and_kept_when_names_change() -> None:
    assert change(ADA, FileAs="Countess") == {"file_as": "Countess"}
    assert change({**ADA, "file_as": "Countess"}, LastName="King") == {"last_name": "King"}


def test_an_empty_file_as_makes_it_automatic_again() -> None:
    assert change({**ADA, "file_as": "Countess"}, FileAs="") == {"file_as": CLEARED}
    assert change(ADA, FileAs="") == {}


def test_a_client_that_overlays_is_told_of_every_empty_field() -> None:
    written = names({"first_name": "Ada"}, Dialect(quirks=OVERLAYING))
    assert sorted(written) == sorted(row.element for row in BY_VERSION[Version.V16_1])
    data = sent({"first_name": "Ada"}, Dialect(quirks=OVERLAYING))
    assert [child.name for child in data if child.text or child.children] == [
        "contacts:FileAs",
        "contacts:FirstName",
        "airsyncbase:Body",
    ]


@pytest.mark.parametrize("version", Version)
def test_other_clients_get_no_empty_elements(version: Version) -> None:
    assert names({"first_name": "Ada"}, Dialect(version)) == [
        "contacts:FileAs",
        "contacts:FirstName",
    ]


def test_categories_keep_their_order_and_each_stands_once() -> None:
    entries = [E("contacts:Category", text) for text in ("Work", "Bees", "Work", "")]
    data = E(NAME, E("contacts:Categories", *entries))
    assert contact.read(data, Dialect(), None) == {"categories": ("Work", "Bees")}


def test_categories_beyond_what_a_phone_was_sent_stay() -> None:
    many = tuple(f"c{n}" for n in range(310))
    values = {"first_name": "Ada", "categories": many}
    data = sent(values, Dialect())
    sent_entries = data.find("contacts:Categories")
    assert sent_entries is not None
    assert len(sent_entries.children) == 300
    assert contact.read(data, Dialect(), values) == {}
    fewer = E("contacts:Categories", *sent_entries.children[1:])
    patch = contact.read(with_element(data, fewer, fewer.name), Dialect(), values)
    assert patch == {"categories": many[1:]}


@pytest.mark.parametrize(
    ("element", "entry"),
    [("contacts:Categories", "contacts:Category"), ("contacts:Children", "contacts:Child")],
)
def test_three_hundred_entries_are_taken_and_one_more_refuses_the_item(
    element: str, entry: str
) -> None:
    entries = [E(entry, f"e{n}") for n in range(301)]
    row = next(row for row in CONTACT if row.element == element)
    taken = contact.read(E(NAME, E(element, *entries[:300])), Dialect(), None)
    assert len(taken[row.field]) == 300
    with pytest.raises(Unconvertible):
        contact.read(E(NAME, E(element, *entries)), Dialect(), None)


@pytest.mark.parametrize(
    "element",
    [
        E("contacts:Birthday", "soon"),
        E("contacts:Birthday", "1985-02-30T00:00:00.000Z"),
        E("contacts:Anniversary", "1985-02-03T25:00:00.000Z"),
        E("contacts:Picture", "not base64!"),
        E("contacts:Picture", "A" * (48 * 1024 + 4)),
        E("contacts:FirstName", E("contacts:LastName", "Byron")),
        E("airsyncbase:Body", E("airsyncbase:Type", 3), E("airsyncbase:Data", "e1xydGYx")),
    ],
)
def test_a_value_that_means_nothing_refuses_the_item(element: Any) -> None:
    with pytest.raises(Unconvertible):
        contact.read(E(NAME, element), Dialect(), None)


def test_what_belongs_to_the_recipient_cache_is_neither_told_nor_taken() -> None:
    """MS-ASCNTC R105, R415."""
    names = E("contacts:Alias", "ada"), E("contacts:WeightedRank", 7)

    assert contact.read(E(NAME, *names), Dialect(), None) == {}
    for version in Version:
        told = {child.name for child in sent(full_contact(), Dialect(version))}
        assert not told & {name.name for name in names}


def test_unknown_elements_are_passed_over() -> None:
    data = E(
        NAME,
        E("contacts:Alias", "ada"),
        E("calendar:Subject", "x"),
        E("contacts:FirstName", "Ada"),
        E("contacts:WeightedRank", "many"),
    )
    assert contact.read(data, Dialect(), None) == {"first_name": "Ada"}


def test_of_an_element_that_comes_twice_the_first_counts() -> None:
    data = E(NAME, E("contacts:FirstName", "Ada"), E("contacts:FirstName", "Eva"))
    assert contact.read(data, Dialect(), None) == {"first_name": "Ada"}


@pytest.mark.parametrize("version", [Version.V14_1, Version.V16_1])
def test_a_picture_that_the_device_never_got_cannot_be_cleared_by_it(version: Version) -> None:
    unreadable = b"\xff\xd8\xff" + bytes(60_000)
    data = E(NAME, E("contacts:FileAs", "Ada"), E("contacts:Picture"))
    values = {"first_name": "Ada", "picture": unreadable}
    dialect = Dialect(version, supported=frozenset({"contacts:Picture"}))
    assert contact.read(data, dialect, values) == {}


def test_a_new_picture_replaces_the_old_one() -> None:
    values = {"first_name": "Ada", "picture": photo()}
    data = sent({**values, "picture": photo(seed=2)}, Dialect())
    assert contact.read(data, Dialect(), values) == {"picture": photo(seed=2)}


def test_no_row_of_the_table_is_read_in_two_ways() -> None:
    kinds = {row.field: row.kind for row in CONTACT}
    assert all(kinds[row.field] is row.kind for row in CONTACT)
    assert {row.field for row in CONTACT if row.kind is Kind.LIST} == {"categories", "children"}
