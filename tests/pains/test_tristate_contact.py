"""Absent read as empty, or the reverse (tine20 #3090, #4776; EAS-4-TbSync #311)."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest

from adapters.eas import contact
from adapters.eas.body import empty_body
from adapters.eas.dialect import Dialect
from adapters.eas.fields import BY_VERSION, CONTACT, Kind
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from domain.contact import FIELDS
from domain.patch import CLEARED, apply
from tests.wire.contact_cases import NAME, full_contact, photo, sent, with_element

VERSIONS = (Version.V2_5, Version.V12_1, Version.V14_1, Version.V16_1)
FULL = full_contact()
NEVER_BY_OMISSION = {"picture", "body"}

OTHER: dict[Kind, Any] = {
    Kind.TEXT: "another text",
    Kind.FILE_AS: "filed elsewhere",
    Kind.EMAIL: "another@example.org",
    Kind.DATE: date(1990, 12, 24),
    Kind.LIST: ("another",),
    Kind.PICTURE: photo(seed=2),
    Kind.BODY: Body("another note"),
}


def dialects(version: Version, element: str) -> dict[str, Dialect]:
    """By what the device said in its first Sync of what it knows."""
    others = frozenset(row.element for row in CONTACT) - {element}
    return {
        "no list": Dialect(version),
        "empty list": Dialect(version, supported=frozenset()),
        "listed": Dialect(version, supported=frozenset({element})),
        "others listed": Dialect(version, supported=others),
    }


def absence_clears(field: str, version: Version, declared: str) -> bool:
    """The rule in words: a list is followed exactly, without one it is the version that tells."""
    if field in NEVER_BY_OMISSION:
        return False
    return declared == "listed" or (declared == "no list" and version >= Version.V16_0)


def emptied(kind: Kind, element: str, dialect: Dialect) -> Element:
    return empty_body(dialect, "contacts")[0] if kind is Kind.BODY else E(element)


@pytest.mark.parametrize("field", sorted(set(FIELDS) - {"uid", "foreign"}))
def test_tristate_table(field: str) -> None:
    for version in VERSIONS:
        row = next(row for row in BY_VERSION[version] if row.field == field)
        for declared, dialect in dialects(version, row.element).items():
            whole = sent(FULL, dialect)
            value = sent({**FULL, field: OTHER[row.kind]}, dialect).find(row.element)
            empty = emptied(row.kind, row.element, dialect)
            gone = {field: CLEARED}
            meanings = {
                "absent": (None, gone if absence_clears(field, version, declared) else {}),
                "empty": (empty, gone),
                "value": (value, {field: OTHER[row.kind]}),
                "unchanged": (whole.find(row.element), {}),
            }
            for said, (element, meant) in meanings.items():
                data = with_element(whole, element, row.element)
                patch = contact.read(data, dialect, FULL)
                assert patch == meant, f"{row.element} {said}, {version.text}, {declared}"


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_not_there_cannot_be_cleared(version: Version) -> None:
    for row, declared in product(BY_VERSION[version], ("no list", "listed")):
        dialect = dialects(version, row.element)[declared]
        data = E(NAME, emptied(row.kind, row.element, dialect))
        assert contact.read(data, dialect, {}) == {}
        assert contact.read(data, dialect, None) == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_no_device_touches_the_uid_or_lines_of_a_vcard(version: Version) -> None:
    supported = frozenset(row.element for row in CONTACT)
    for declared in (None, frozenset[str](), supported):
        patch = contact.read(E(NAME), Dialect(version, supported=declared), FULL)
        assert not {"uid", "foreign"} & patch.keys()


@pytest.mark.parametrize("version", VERSIONS)
def test_an_empty_body_element_says_nothing(version: Version) -> None:
    if version >= Version.V12_0:
        dialect = Dialect(version)
        data = with_element(sent(FULL, dialect), E("airsyncbase:Body"), "airsyncbase:Body")
        assert contact.read(data, dialect, FULL) == {}


TEN = (
    *("first_name", "last_name", "company_name", "email1", "mobile_phone"),
    *("home_phone", "home_street", "home_city", "web_page", "nickname"),
)


@pytest.mark.parametrize("version", VERSIONS)
def test_phone_that_knows_ten_fields(version: Version) -> None:
    """It edits a contact with more than forty, over and over, and loses none of the others."""
    rows = [row for row in BY_VERSION[version] if row.field in TEN]
    dialect = Dialect(version, supported=frozenset(row.element for row in rows))
    values: dict[str, Any] = FULL
    assert len(values) > 40
    for row in rows:
        shown = sent(values, dialect)
        known = [shown.find(known.element) for known in rows if known is not row]
        patch = contact.read(E(NAME, *known), dialect, values)
        assert patch == {row.field: CLEARED}
        values = apply(values, patch)
    untouched = {field: value for field, value in FULL.items() if field not in TEN}
    assert values == untouched


def test_a_phone_without_a_list_loses_no_field_it_does_not_know() -> None:
    dialect = Dialect(Version.V14_1)
    data = E(NAME, E("contacts:FirstName", "Augusta"), E("contacts:JobTitle"))
    patch = contact.read(data, dialect, FULL)
    assert patch == {"first_name": "Augusta", "job_title": CLEARED}
    assert len(apply(FULL, patch)) == len(FULL) - 1


def test_categories_union_and_removal() -> None:
    """Categories are free text in the user's order; only those a phone left out go."""
    dialect = Dialect(Version.V14_1)
    values = {"first_name": "Ada", "categories": ("Work", "Bees", "Work trips")}
    data = sent(values, dialect)
    entries = [E("contacts:Category", text) for text in ("Bees", "Work", "Chess")]
    edited = with_element(data, E("contacts:Categories", *entries), "contacts:Categories")
    assert contact.read(edited, dialect, values) == {"categories": ("Bees", "Work", "Chess")}
    kept = with_element(data, None, "contacts:Categories")
    assert contact.read(kept, dialect, values) == {}
    gone = with_element(data, E("contacts:Categories"), "contacts:Categories")
    assert contact.read(gone, dialect, values) == {"categories": CLEARED}
