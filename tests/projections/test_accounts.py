"""People are found by name and address, and their rows follow from the log alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import people
from domain.account import BETWEEN, AutoReply, OutOfOffice
from projections import accounts
from tests.app.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


@pytest.mark.parametrize("spelling", ["Jürgen", "jürgen", "JÜRGEN", "Ju\u0308rgen"])
def test_a_name_is_found_in_any_case_and_composition(house: House, spelling: str) -> None:
    opened = house.person("Jürgen", mail="j@example.org")
    assert house.account(spelling) == opened
    assert opened.name == "Jürgen"


def test_an_address_is_found_in_any_case(house: House) -> None:
    ada = house.person()
    with house.groupware.reading() as connection:
        assert accounts.by_mail(connection, "ADA@Example.ORG") == ada
        assert accounts.by_id(connection, ada.id) == ada
        assert accounts.by_mail(connection, "bob@example.org") is None


def test_the_epoch_moves_with_secrets_and_enabling_only(house: House) -> None:
    epochs = [house.person().epoch]
    id = house.account().id
    people.choose_zone(house.groupware, house.admin, id, "Europe/Rome")
    people.set_out_of_office(house.groupware, house.admin, id, OutOfOffice(state=1))
    assert house.account().epoch == epochs[0]
    for act in (
        lambda: people.disable(house.groupware, house.admin, id),
        lambda: people.enable(house.groupware, house.admin, id),
        lambda: people.set_password(house.groupware, house.admin, id, "correct horse"),
    ):
        act()
        epochs.append(house.account().epoch)
    assert epochs == sorted(set(epochs))
    assert epochs[-1] == house.log_length()


def test_the_automatic_reply_comes_back_as_it_was_set(house: House) -> None:
    id = house.person().id
    start = house.clock()
    house.clock.advance(days=3)
    away = OutOfOffice(
        BETWEEN, start, house.clock(), AutoReply(True, "<p>Back soon</p>", True), AutoReply(True)
    )
    people.set_out_of_office(house.groupware, house.admin, id, away)
    assert house.account().out_of_office == away


def test_people_are_listed_by_name_and_by_enabling(house: House) -> None:
    house.person("zoe")
    bob = house.person("bob")
    people.disable(house.groupware, house.admin, bob.id)
    with house.groupware.reading() as connection:
        everybody = accounts.all_accounts(connection)
        enabled = accounts.all_accounts(connection, enabled=True)
    assert [row.name for row in everybody] == ["bob", "zoe"]
    assert [row.name for row in enabled] == ["zoe"]


def test_nobody_is_left_of_whom_was_erased_before_a_rebuild(house: House) -> None:
    id = house.person().id
    house.groupware.keyring.erase(id)
    with house.groupware.pool.writing() as connection:
        connection.execute("DELETE FROM account")
        for position, event in house.groupware.replay():
            accounts.project(connection, event, position)
        assert accounts.all_accounts(connection) == []
