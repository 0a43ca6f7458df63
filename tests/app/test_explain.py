"""Why a phone has what it has: on a page, and at the command line."""

from __future__ import annotations

import json
import re
from uuid import UUID

import pytest

from adapters.ids import server_id
from app import i18n
from projections import explanation
from tests.app.cli_runner import Cli
from tests.app.handset import Handset
from tests.app.house import House
from tests.app.reader import Reader, administrator, with_administrator, with_password


@pytest.fixture
def house(house: House) -> House:
    """Ada has a phone with one contact in it; another came since."""
    with_password(house)
    with_administrator(house)
    house.contact(first_name="Bea", last_name="Example")
    phone = Handset(house)
    phone.catch_up(phone.contacts)
    house.contact(first_name="Carl", last_name="Example")
    return house


@pytest.fixture
def reader(house: House) -> Reader:
    return administrator(house)


def place(house: House) -> str:
    return f"/admin/devices/{server_id(house.phone().id)}/explain"


def test_a_page_says_what_a_phone_holds_and_will_be_told(house: House, reader: Reader) -> None:
    told = reader.get(f"{place(house)}?folder={Handset(house).contacts}").text
    assert "one item" in told
    assert re.search(r"<strong>Add</strong>\s*<a [^>]*>Carl Example</a>", told)
    assert "The phone did not have it." in told


def test_an_answer_is_a_page_of_its_own(house: House, reader: Reader) -> None:
    folder = Handset(house).contacts
    listed = reader.get(f"{place(house)}?folder={folder}").text
    found = re.search(rf'href="({place(house)}/\d+\?folder={folder})"', listed)
    assert found
    told = reader.get(found[1]).text
    assert "Bea Example" in told
    assert "Carl Example" not in told


@pytest.mark.parametrize("below", ["/9999", "/0", "/x", "?folder=" + "a" * 26])
def test_what_there_is_not_is_not_found(house: House, reader: Reader, below: str) -> None:
    assert reader.get(place(house) + below).status == 404


def test_a_folder_the_phone_never_asked_for_is_said_so(house: House, reader: Reader) -> None:
    told = reader.get(f"{place(house)}?folder={Handset(house).calendar}").text
    assert "has not asked for this folder yet" in told


def test_every_reason_has_a_sentence_in_every_language() -> None:
    for language in i18n.LANGUAGES:
        said = {key.removeprefix("explain.why.") for key in i18n.texts(language)}
        assert said >= explanation.WORDS


def explain(cli: Cli, house: House, *options: str) -> str:
    return cli.done("explain", server_id(house.phone().id), "--contacts", *options)


def test_the_command_says_the_same(cli: Cli, house: House) -> None:
    told = explain(cli, house)
    assert "holds\t1\n" in told
    assert "pending\t1\n" in told
    data = json.loads(explain(cli, house, "--json"))
    assert [(each["told"], each["rule"]) for each in data["pending"]] == [("Add", "new")]


def test_the_command_goes_through_an_answer(cli: Cli, house: House) -> None:
    (latest,) = explain(cli, house, "--rounds").splitlines()
    position = latest.split("\t")[0]
    (row,) = explain(cli, house, "--round", position).splitlines()
    assert row.split("\t")[0] == "Add"
    assert json.loads(explain(cli, house, "--round", position, "--json"))["rule"] == "new"


def test_the_command_says_why_an_item_did_not_come(cli: Cli, house: House) -> None:
    with house.groupware.reading() as connection:
        rows = connection.execute("SELECT id FROM directory_entry WHERE facts LIKE '%Carl%'")
        (carl,) = rows.fetchone()
    name = server_id(UUID(bytes=carl))
    (row,) = explain(cli, house, "--item", name).splitlines()
    assert row.split("\t")[-1] == "It happened after this answer was begun."


def test_a_folder_goes_by_its_id_or_name_whatever_is_in_it(cli: Cli, house: House) -> None:
    phone, contacts = server_id(house.phone().id), Handset(house).contacts
    for named in (contacts, "Contacts"):
        assert cli.done("explain", phone, "--folder", named) == explain(cli, house)
    assert "ada has no folder Elsewhere" in cli.refused("explain", phone, "--folder", "Elsewhere")
