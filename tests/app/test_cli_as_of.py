"""`taccuino as-of`: anything as it was, and what differs between two moments."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.ids import server_id
from app.folders import make
from domain.folder import USER_CALENDAR
from domain.partnership import Partnership
from projections import logbook
from tests.app.cli_runner import Cli


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "home")
    cli.person()
    return cli


def now(cli: Cli) -> str:
    """The position that the log has come to."""
    with cli.groupware() as house, house.reading() as connection:
        return str(logbook.last(connection))


def test_a_calendar_is_what_it_was(cli: Cli) -> None:
    kept, gone = cli.event(), cli.event("--subject", "Choir")
    before = now(cli)
    cli.done("event", "edit", kept, "--subject", "Surgery")
    cli.done("event", "remove", gone)
    come = cli.event("--subject", "New", "--start", "2026-12-05T09:00")
    when = "2026-12-01 09:00 – 10:00 Europe/Rome"
    assert sorted(cli.rows("as-of", before, "calendar", "ada")) == sorted(
        [[kept, "Dentist", when], [gone, "Choir", when]]
    )
    assert [row[:2] for row in cli.rows("as-of", now(cli), "calendar", "ada")] == [
        [kept, "Surgery"],
        [come, "New"],
    ]
    assert cli.rows("as-of", "2020-01-01", "calendar", "ada") == []
    assert len(cli.rows("as-of", "2999-01-01T12:00", "calendar", "ada")) == 2


def test_what_differs_between_two_moments_is_told_field_by_field(cli: Cli) -> None:
    kept, gone = cli.event(), cli.event("--subject", "Choir")
    before = now(cli)
    cli.done("event", "edit", kept, "--subject", "Surgery")
    cli.done("event", "remove", gone)
    come = cli.event("--subject", "New")
    after = now(cli)
    rows = {row[0]: row[1:] for row in cli.rows("as-of", before, "calendar", "ada", "--and", after)}
    assert rows[kept] == ["changed", "subject: Dentist → Surgery"]
    assert rows[gone][0] == "went"
    assert rows[come][0] == "came"
    assert "subject: nothing → New" in rows[come][1]
    told = json.loads(cli.done("as-of", before, "calendar", "ada", "--and", after, "--json"))
    (changed,) = [each for each in told if each["item"] == kept]
    assert changed["changed"] == {"subject": {"was": "Dentist", "is": "Surgery"}}


def test_a_calendar_of_that_day_can_be_imported_again(cli: Cli, tmp_path: Path) -> None:
    cli.event()
    before = now(cli)
    (id,) = [row[0] for row in cli.rows("as-of", before, "calendar", "ada")]
    cli.done("event", "remove", id)
    file = tmp_path / "then.ics"
    file.write_text(cli.done("as-of", before, "calendar", "ada", "--ics"))
    assert "SUMMARY:Dentist" in file.read_text()
    cli.done("import", str(file), "-u", "ada")
    assert [row[1] for row in cli.rows("as-of", now(cli), "calendar", "ada")] == ["Dentist"]


def test_contacts_are_told_as_cards(cli: Cli) -> None:
    id = cli.contact()
    before = now(cli)
    cli.done("contact", "remove", id)
    assert "FN:Grace Hopper" in cli.done("as-of", before, "contacts", "ada", "--vcf")
    assert "FN:" not in cli.done("as-of", now(cli), "contacts", "ada", "--vcf")


def test_one_item_is_told_whole(cli: Cli) -> None:
    id = cli.event()
    before = now(cli)
    cli.done("event", "edit", id, "--subject", "Surgery")
    cli.done("event", "remove", id)
    assert dict(cli.rows("as-of", before, "item", id))["subject"] == "Dentist"
    assert "SUMMARY:Dentist" in cli.done("as-of", before, "item", id, "--ics")
    last = dict(cli.rows("as-of", now(cli), "item", id))
    assert (last["subject"], last["removed"]) == ("Surgery", "True")
    assert cli.refused("as-of", "1", "item", id).endswith("then")


def test_folders_are_found_by_the_name_they_had(cli: Cli) -> None:
    ada = cli.account().id
    with cli.groupware() as house, house.acting(house.author("user:ada", "t")) as connection:
        make(house, connection, ada, "Choirs", USER_CALENDAR)
    assert cli.rows("as-of", now(cli), "calendar", "ada", "--folder", "choirs") == []
    assert "had no folder" in cli.refused("as-of", "1", "calendar", "ada", "--folder", "Choirs")


def test_a_person_and_a_phone_are_told_without_their_secrets(cli: Cli) -> None:
    before = now(cli)
    cli.done("user", "disable", "ada")
    told = dict(cli.rows("as-of", before, "user", "ada"))
    assert (told["enabled"], told["zone"], told["login"]) == ("True", "Europe/Rome", "password")
    (row,) = cli.rows("as-of", before, "user", "ada", "--and", now(cli))
    assert row[1:] == ["changed", "enabled: True → False"]
    account = cli.account().id
    with cli.groupware() as house, house.acting(house.author("device:P", "t")):
        house.save(Partnership.begin(account, "PHONE1", "iPhone"))
    phone = server_id(Partnership.id_of(account, "PHONE1"))
    came = now(cli)
    cli.done("device", "block", phone, "--reason", "lost")
    assert dict(cli.rows("as-of", came, "device", phone))["blocked"] == "nothing"
    assert dict(cli.rows("as-of", now(cli), "device", phone))["blocked"] == "lost"
    assert json.loads(cli.done("as-of", came, "device", phone, "--json"))["position"] == int(came)


@pytest.mark.parametrize(
    ("what", "form"), [("calendar", "--vcf"), ("contacts", "--ics"), ("user", "--ics")]
)
def test_a_form_that_does_not_fit_is_said(cli: Cli, what: str, form: str) -> None:
    assert "is for one moment" in cli.refused("as-of", "5", what, "ada", form, status=2)


def test_what_is_no_moment_or_no_id_is_said(cli: Cli) -> None:
    assert "is not a time" in cli.refused("as-of", "noon", "calendar", "ada", status=2)
    assert "is not an id" in cli.refused("as-of", "1", "item", "x")
