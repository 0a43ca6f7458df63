"""`taccuino undo`: whose edits and when, reviewed field by field, and taken back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.ids import server_id, uuid_of
from app import items as use
from app.groupware import Groupware
from domain.base import Authorship
from domain.item import Item
from domain.partnership import Partnership
from tests.app.cli_runner import Cli

TODAY = datetime.now().astimezone().date()
DAY, DAY_BEFORE = TODAY.isoformat(), (TODAY - timedelta(days=1)).isoformat()


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "home")
    cli.person()
    return cli


def phone_of(cli: Cli) -> UUID:
    return Partnership.id_of(cli.account().id, "PHONE1")


@pytest.fixture
def phone(cli: Cli) -> str:
    """Ada's, and its id as lists show it."""
    account = cli.account().id
    with cli.groupware() as house, house.acting(by_phone(cli)):
        house.save(Partnership.begin(account, "PHONE1", "iPhone"))
    return server_id(phone_of(cli))


def by(actor: str, partnership: UUID | None = None) -> Authorship:
    return Authorship(actor, "t", datetime.now(UTC), partnership)


def by_phone(cli: Cli) -> Authorship:
    return by("device:PHONE1", phone_of(cli))


def edit(cli: Cli, id: str, author: Authorship, **patch: Any) -> None:
    with cli.groupware() as house, house.acting(author) as connection:
        use.revise(house, connection, found(house, connection, id), patch)


def delete(cli: Cli, id: str, author: Authorship) -> None:
    with cli.groupware() as house, house.acting(author) as connection:
        use.remove(house, found(house, connection, id))


def found(house: Groupware, connection: Any, id: str) -> Item:
    uuid = uuid_of(id)
    assert uuid is not None
    return use.load(house, connection, uuid)


@pytest.fixture
def ids(cli: Cli, phone: str) -> tuple[str, str]:
    """The phone renamed one and deleted another; the name was mended in part since."""
    renamed, deleted = cli.contact(), cli.contact("--first", "Emil")
    edit(cli, renamed, by_phone(cli), first_name="?", last_name="?")
    delete(cli, deleted, by_phone(cli))
    edit(cli, renamed, by("user:ada"), last_name="Hopper-Murray")
    return renamed, deleted


def test_a_review_tells_each_field_and_who_wrote_it_later(
    cli: Cli, phone: str, ids: tuple[str, str]
) -> None:
    rows = {
        row[0]: row[1:] for row in cli.rows("undo", "--device", phone, "--from", DAY, "--dry-run")
    }
    renamed, deleted = ids
    what, fate, told = rows[renamed]
    assert (what, fate) == ("? Hopper-Murray", "put back")
    assert "first_name: Grace → ?; ? → Grace" in told
    assert "last_name: Hopper → ?; Hopper-Murray stays, by user:ada" in told
    assert rows[deleted][1] == "brought back"
    assert cli.fields(renamed)["first_name"] == "?", "a review changes nothing"


def test_what_is_undone_is_as_it_was_and_twice_is_once(
    cli: Cli, phone: str, ids: tuple[str, str]
) -> None:
    renamed, deleted = ids
    asked = ("undo", "--device", phone, "--from", DAY)
    assert cli.done(*asked) == "1 brought back, 0 taken away, 1 put back\n"
    fields = cli.fields(renamed)
    assert (fields["first_name"], fields["last_name"]) == ("Grace", "Hopper-Murray")
    assert cli.fields(deleted)["in"] == "Contacts"
    assert cli.done(*asked) == "0 brought back, 0 taken away, 0 put back\n"


def test_only_what_was_written_in_the_stretch_and_in_the_item_named_is_undone(
    cli: Cli, phone: str, ids: tuple[str, str]
) -> None:
    renamed, deleted = ids
    before = ("undo", "--device", phone, "--from", DAY_BEFORE, "--to", DAY_BEFORE)
    assert cli.done(*before).startswith("0 brought back, 0 taken away, 0 put back")
    only = ("undo", "--device", phone, "--from", DAY, "--to", DAY, "--item", renamed)
    assert cli.done(*only) == "0 brought back, 0 taken away, 1 put back\n"
    assert cli.fields(deleted)["in"].startswith("nowhere")


def test_as_data_each_value_is_whole(cli: Cli, phone: str, ids: tuple[str, str]) -> None:
    renamed, _ = ids
    told = json.loads(cli.done("undo", "--device", phone, "--from", DAY, "--dry-run", "--json"))
    (item,) = [each for each in told["items"] if each["item"] == renamed]
    assert item["fate"] == "put back"
    first, last = item["fields"]["first_name"], item["fields"]["last_name"]
    assert (first["was"], first["made"], first["now"], first["then"]) == (
        "Grace",
        "?",
        "?",
        "Grace",
    )
    assert last["later"]["actor"] == "user:ada"
    assert last["at"] < last["later"]["at"]
    assert "done" not in told
    done = json.loads(cli.done("undo", "--device", phone, "--from", DAY, "--json"))
    assert done["done"] == {"brought back": 1, "taken away": 0, "put back": 1}


def test_a_person_is_their_pages_and_their_phones(
    cli: Cli, phone: str, ids: tuple[str, str]
) -> None:
    renamed, _ = ids
    cli.done("undo", "--person", "ada", "--from", DAY)
    fields = cli.fields(renamed)
    assert (fields["first_name"], fields["last_name"]) == ("Grace", "Hopper")


def test_what_a_connector_brought_is_taken_away(cli: Cli) -> None:
    id = cli.contact()
    edit(cli, id, by("connector:crm"), job_title="Admiral")
    asked = ("undo", "--connector", "crm", "--from", DAY)
    assert cli.done(*asked) == "0 brought back, 0 taken away, 1 put back\n"
    assert "job_title" not in cli.fields(id)


@pytest.mark.parametrize("whose", [(), ("--person", "ada", "--connector", "crm")])
def test_it_has_to_be_said_whose(cli: Cli, whose: tuple[str, ...]) -> None:
    assert "say whose" in cli.refused("undo", *whose, "--from", DAY, status=2)


def test_phones_hear_of_it_at_once(cli: Cli, phone: str, ids: tuple[str, str]) -> None:
    with cli.ear() as ear:
        cli.done("undo", "--device", phone, "--from", DAY)
        assert any(topics for topics in ear.hear())


def test_what_was_removed_is_listed_and_brought_back(cli: Cli) -> None:
    event, contact = cli.event(), cli.contact()
    cli.done("event", "remove", event)
    cli.done("contact", "remove", contact)
    rows = cli.rows("item", "removed", "-u", "ada")
    assert [row[:2] for row in rows] == [[contact, "Grace Hopper"], [event, "Dentist"]]
    assert rows[0][3].startswith("admin:")
    assert cli.done("item", "restore", event) == "Dentist is back in Calendar\n"
    assert cli.fields(event)["in"] == "Calendar"
    assert [row[0] for row in cli.rows("item", "removed", "-u", "ada")] == [contact]
    assert "has not been removed" in cli.refused("item", "restore", event)
