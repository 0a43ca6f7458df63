"""`taccuino person …`: everything held on somebody is handed over, or erased."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from adapters import vcard
from adapters.ids import uuid_of
from app import erasure
from app import items as use
from tests.app.cli_runner import Cli
from tests.app.somebody import NAME, Somebody, remains


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "home")


@pytest.fixture
def somebody(cli: Cli) -> Somebody:
    """Somebody with everything, and Ada, who knows somebody else."""
    cli.person()
    with cli.groupware() as groupware:
        somebody = Somebody(groupware, cycle(["Ünïcode and plain"]))
        somebody.live()
    return somebody


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text("utf-8"))


def lines(folder: Path, name: str) -> list[Any]:
    return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]


# Export


def test_whatever_a_person_wrote_or_was_noted_of_them_is_handed_over(
    cli: Cli, somebody: Somebody, tmp_path: Path
) -> None:
    folder = tmp_path / "all"
    written = cli.done("person", "export", NAME, str(folder)).splitlines()
    assert [Path(each).name for each in written][:3] == [
        "person.json",
        "Calendar.ics",
        "Contacts.vcf",
    ]
    assert sorted(each.name for each in folder.iterdir()) == sorted(Path(e).name for e in written)
    told = {text for _, text in remains(folder, somebody.said)}
    assert set(somebody.said) - told == {somebody.password}


def test_calendars_and_contacts_can_be_read_by_other_programs(
    cli: Cli, somebody: Somebody, tmp_path: Path
) -> None:
    folder = tmp_path / "all"
    cli.done("person", "export", NAME, str(folder))
    assert b"".join((folder / "Calendar.ics").read_bytes().splitlines()[:1]) == b"BEGIN:VCALENDAR"
    assert len(list(vcard.read((folder / "Contacts.vcf").read_bytes()))) == 1


def test_the_same_twice_is_the_same_to_the_byte(
    cli: Cli, somebody: Somebody, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        cli.done("person", "export", NAME, str(tmp_path / name))
    names = sorted(each.name for each in (tmp_path / "one").iterdir())
    assert names == sorted(each.name for each in (tmp_path / "two").iterdir())
    for each in names:
        assert (tmp_path / "one" / each).read_bytes() == (tmp_path / "two" / each).read_bytes()


def test_of_what_a_person_did_to_others_it_is_told_that_they_did_it_and_no_more(
    cli: Cli, somebody: Somebody, tmp_path: Path
) -> None:
    contact = cli.contact("--first", "Secretary")
    id = uuid_of(contact)
    assert id is not None
    with (
        cli.groupware() as groupware,
        groupware.acting(groupware.author(f"admin:{NAME}", "deciding")) as connection,
    ):
        use.remove(groupware, use.load(groupware, connection, id))
    folder = tmp_path / "all"
    cli.done("person", "export", NAME, str(folder))
    last = lines(folder, "log.jsonl")[-1]
    assert (last["kind"], last["of"], last["actor"]) == (
        "contact.removed",
        contact,
        f"admin:{NAME}",
    )
    assert (last["fields"], last["sentence"]) == ({}, "")
    assert "Secretary" not in (folder / "log.jsonl").read_text("utf-8")


def test_nothing_is_written_over(cli: Cli, somebody: Somebody, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    assert "not an empty folder" in cli.refused("person", "export", NAME, str(tmp_path / "full"))
    assert "no user" in cli.refused("person", "export", "nobody", str(tmp_path / "new"))
    assert "NAME and FOLDER" in cli.refused("person", "export", NAME, status=2)


def test_of_a_contact_its_card_its_history_and_its_events_are_handed_over(
    cli: Cli, tmp_path: Path
) -> None:
    cli.person()
    contact = cli.contact("--first", "Grace", "--last", "Hopper", "--email", "grace@example.org")
    linked, named = cli.event("--subject", "Lunch"), cli.event("--subject", "About Grace Hopper")
    cli.event("--subject", "Something else")
    cli.done("link", linked, contact)
    folder = tmp_path / "grace"
    cli.done("person", "export", "--contact", contact, str(folder))
    known = read(folder, "contact.json")
    assert (known["linked"], known["named in"]) == ([linked], [named])
    events = (folder / "events.ics").read_text("utf-8")
    assert "SUMMARY:Lunch" in events
    assert "SUMMARY:About Grace Hopper" in events
    assert "Something else" not in events
    assert "Grace" in (folder / "contact.vcf").read_text("utf-8")
    kinds = [each["kind"] for each in lines(folder, "history.jsonl")]
    assert kinds == ["contact.added", "relation.begun"]


# Erasing


def test_erasing_is_confirmed_by_the_name(cli: Cli, somebody: Somebody) -> None:
    told = cli.run("person", "erase", NAME, stdin="somebody\n")
    assert told.exit_code == 1
    assert "nothing was done" in told.stderr
    assert cli.account(NAME)
    assert cli.run("person", "erase", NAME, stdin=f"{NAME}\n").exit_code == 0
    assert "no user" in cli.refused("user", "show", NAME)


def test_an_erased_person_is_in_no_file_and_the_store_is_sound(
    cli: Cli, somebody: Somebody
) -> None:
    kept = cli.contact("--first", "Friend", "--email", somebody.address)
    assert cli.rows("person", "erase", NAME, "--yes") == [["ada", "contacts", kept]]
    assert remains(cli.home, somebody.said) == [("taccuino.db", somebody.address)]
    cli.done("verify")
    assert "nothing had to be replaced" in cli.done("rebuild")


def test_an_erasure_that_was_interrupted_is_finished_by_saying_it_again(
    cli: Cli, somebody: Somebody
) -> None:
    with cli.groupware() as groupware:
        erasure.erase_person(groupware, groupware.author("admin:root", "r"), somebody.ids[0])
    cli.done("person", "erase", NAME)
    assert remains(cli.home, somebody.said) == []
    assert cli.done("person", "scour") == ""


def test_a_contact_is_erased_and_the_events_it_was_linked_to_are_named(cli: Cli) -> None:
    cli.person()
    contact = cli.contact("--first", "Qgrace", "--last", "Qhopper")
    event = cli.event("--subject", "Lunch")
    cli.done("link", event, contact)
    told = cli.done("person", "erase", "--contact", contact, "--yes", "--json")
    assert json.loads(told) == [{"item": event, "kind": "event"}]
    assert remains(cli.home, ["Qgrace", "Qhopper"]) == []
    cli.done("verify")
    assert "no contact" in cli.refused("person", "erase", "--contact", event, "--yes")
    assert "NAME, or --contact" in cli.refused("person", "erase", status=2)
