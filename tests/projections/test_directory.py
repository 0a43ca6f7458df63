"""The directory: who is found, by which beginnings, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app import people
from domain.likeness import LOOKED_AT
from domain.patch import CLEARED
from projections import directory
from projections.directory import KEPT, Entry, TooComplex
from tests.app.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.person()
    yield house
    house.close()


def _search(house: House, query: str, start: int = 0, end: int = 99) -> tuple[list[Entry], int]:
    with house.groupware.reading() as connection:
        return directory.search(connection, house.account().id, query, start, end)


def _found(house: House, query: str) -> list[str]:
    return [entry.display_name for entry in _search(house, query)[0]]


GRACE = {
    "first_name": "Zoë",
    "last_name": "Müller-Lüdenscheidt",
    "company_name": "Ångström & Co",
    "email1": '"Zoë" <zoe.mueller@example.org>',
    "email2": "boss@example.net",
}


@pytest.mark.parametrize(
    "query",
    [
        *("z", "Zoe", "ZOË", "zoe\u0308", "mull", "MÜLL", "luden", "muller-lud", "zoe muller"),
        *("muller zoe", "angstr", "zoe.mue", "mueller", "zoe.mueller@example.org", "boss@"),
        "Zoë M.",
    ],
)
def test_a_contact_is_found_by_any_beginning_in_any_case_without_accents(
    house: House, query: str
) -> None:
    house.contact(**GRACE)
    assert _found(house, query) == ["Zoë Müller-Lüdenscheidt"]


@pytest.mark.parametrize("query", ["oe", "zoe x", "example.org", "", " . ", "%", "_", "org"])
def test_the_middle_of_a_word_the_domain_and_wildcards_find_nobody(
    house: House, query: str
) -> None:
    house.contact(**GRACE)
    assert _search(house, query) == ([], 0)


def test_people_are_found_with_alias_and_address(house: House) -> None:
    assert _search(house, "exam") == (
        [
            Entry(
                contact=None,
                display_name="Ada Example",
                first_name="Ada",
                last_name="Example",
                alias="ada",
                email="ada@example.org",
            )
        ],
        1,
    )


def test_people_are_in_the_directory_while_they_are_enabled(house: House) -> None:
    bob = house.person("bob", "Bob Example")
    people.disable(house.groupware, house.admin, bob.id)
    assert _found(house, "bob") == []
    people.enable(house.groupware, house.admin, bob.id)
    assert _found(house, "bob") == ["Bob Example"]


def test_nobody_sees_the_contacts_of_others(house: House) -> None:
    house.person("bob", "Bob Example")
    house.contact("bob", first_name="Carol")
    assert _found(house, "carol") == []


def test_the_entry_follows_the_contact(house: House) -> None:
    contact = house.contact(first_name="Carol", company_name="Acme")
    house.revise(contact, first_name="Caroline", company_name=CLEARED)
    assert _found(house, "acme") == []
    assert _found(house, "carol") == ["Caroline"]
    house.remove(contact)
    assert _found(house, "carol") == []
    house.restore(contact)
    assert _found(house, "carol") == ["Caroline"]


@pytest.mark.parametrize("field", sorted({*KEPT, *LOOKED_AT} - {"picture", "subject", "when"}))
def test_whatever_is_edited_the_rows_are_those_of_a_contact_that_began_so(
    house: House, field: str
) -> None:
    """What an entry is found by, and an item recognised by, is made anew only by some edits."""
    values = {"job_title": "Captain", "last_name": "Rossi"}
    edited = house.contact(**values | {field: "old@example.org 1"})
    house.revise(edited, **{field: "new@example.com 2"})
    begun = house.contact(**values | {field: "new@example.com 2"})
    assert _rows(house, edited) == _rows(house, begun)


def _rows(house: House, contact: UUID) -> list[Any]:
    wanted = (
        "SELECT sort, words, facts FROM directory_entry WHERE id = ?",
        "SELECT likeness FROM item WHERE id = ?",
    )
    with house.groupware.reading() as connection:
        return [connection.execute(each, (contact.bytes,)).fetchone() for each in wanted]


def test_a_revision_while_removed_does_not_bring_an_entry_back(house: House) -> None:
    contact = house.contact(first_name="Carol")
    house.remove(contact)
    house.revise(contact, first_name="Caroline")
    assert _found(house, "carol") == []


def test_a_photo_is_known_to_be_there(house: House) -> None:
    contact = house.contact(first_name="Carol", picture=b"jpeg")
    assert _search(house, "carol")[0][0].pictured
    house.revise(contact, picture=CLEARED)
    assert not _search(house, "carol")[0][0].pictured


def test_pages_are_cut_from_one_order(house: House) -> None:
    for name in ("Émile", "emil", "Eva", "EDGAR", "Ewa"):
        house.contact(first_name=name)
    names = [entry.display_name for entry in _search(house, "e")[0]]
    assert names == ["Ada Example", "EDGAR", "emil", "Émile", "Eva", "Ewa"]
    pages = [_search(house, "e", start, start + 1) for start in (0, 2, 4, 6)]
    assert [e.display_name for page, _ in pages for e in page] == names
    assert {total for _, total in pages} == {6}


def test_a_query_of_many_words_is_too_complex(house: House) -> None:
    with pytest.raises(TooComplex):
        _search(house, "a " * 9)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"file_as": "Lovelace, Ada"}, "Lovelace, Ada"),
        ({"file_as": "Lovelace, Ada", "last_name": "Lovelace"}, "Lovelace"),
        ({"company_name": "Acme", "nickname": "Ace"}, "Ace"),
        ({"email2": "x@example.org"}, "x@example.org"),
        ({}, ""),
    ],
)
def test_somebody_is_called_by_the_best_that_is_known(facts: dict[str, str], name: str) -> None:
    assert directory.display_name(facts) == name
