"""`taccuino burst`: what is held is looked at and decided."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from adapters.ids import server_id, uuid_of
from app import items as use
from app.cli.house import whoami
from app.groupware import Groupware
from domain.folder import CALENDAR, default_folder
from domain.item import HeldEdit
from domain.partnership import Partnership
from tests.app.cli_runner import Cli

BURST = server_id(UUID(int=7))
LINE = 7


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "home")
    cli.person()
    return cli


@pytest.fixture
def items(cli: Cli) -> tuple[str, str]:
    """An event that Ada's phone deleted in a burst, and one that it renamed."""
    deleted, renamed = cli.event(), cli.event("--subject", "Choir")
    account = cli.account().id
    phone = Partnership.id_of(account, "PHONE1")
    with cli.groupware() as house, house.acting(house.author("device:PHONE1", "t", phone)):
        house.save(Partnership.begin(account, "PHONE1", "iPhone"))
        _hold(house, account, deleted, HeldEdit(1, None))
        _hold(house, account, renamed, HeldEdit(1, {"subject": "Mad"}))
    return deleted, renamed


def _hold(house: Groupware, account: UUID, item: str, edit: HeldEdit) -> None:
    uuid, burst = uuid_of(item), uuid_of(BURST)
    assert uuid
    assert burst
    with house.pool.writing() as connection:
        found = use.load(house, connection, uuid)
        use.hold(house, found, burst, edit, LINE, default_folder(account, CALENDAR))


def test_what_waits_is_listed_by_person(cli: Cli, items: tuple[str, str]) -> None:
    (row,) = cli.rows("burst", "list", "-u", "ada")
    assert (row[:3], row[5:]) == ([BURST, "Calendar", "PHONE1"], ["1", "1", "ada"])
    cli.person("alan")
    assert cli.rows("burst", "list", "-u", "alan") == []


def test_a_burst_is_shown_item_by_item(cli: Cli, items: tuple[str, str]) -> None:
    deleted, renamed = items
    assert cli.rows("burst", "show", BURST) == [
        [deleted, "Dentist", "deleted it"],
        [renamed, "Choir", "subject: Choir → Mad"],
    ]


def test_released_edits_are_in_force_and_both_acts_are_in_the_history(
    cli: Cli, items: tuple[str, str]
) -> None:
    deleted, renamed = items
    assert cli.done("burst", "release", BURST).startswith("2 edits are in force")
    assert cli.fields(deleted)["in"] == "nowhere: it has been removed"
    assert cli.fields(renamed)["subject"] == "Mad"
    facts = map(json.loads, cli.done("history", renamed, "--json").splitlines())
    told = [(fact["actor"], fact["kind"], fact["changed"]) for fact in facts][1:]
    admin, changed = f"admin:{whoami()}", {"subject": {"was": "Choir", "is": "Mad"}}
    assert told == [
        ("device:PHONE1", "edit.held", changed),
        (admin, "edit.released", {}),
        (admin, "appointment.revised", changed),
    ]
    assert cli.rows("burst", "list", "-u", "ada") == []


def test_discarded_edits_are_as_if_they_had_never_been(cli: Cli, items: tuple[str, str]) -> None:
    assert "gets its items back" in cli.done("burst", "discard", BURST)
    assert [cli.fields(id)["subject"] for id in items] == ["Dentist", "Choir"]
    assert cli.rows("burst", "list", "-u", "ada") == []


def test_phones_hear_of_a_decision_at_once(cli: Cli, items: tuple[str, str]) -> None:
    with cli.ear() as ear:
        cli.done("burst", "discard", BURST)
        heard = next(ear.hear())
    assert default_folder(cli.account().id, CALENDAR) in heard


def test_a_finding_leads_to_a_burst(cli: Cli, items: tuple[str, str]) -> None:
    (row,) = cli.rows("findings")
    assert row[0] == "burst held"
    assert f"taccuino burst show {BURST}" in row[-1]
    cli.done("burst", "release", BURST)
    assert cli.rows("findings") == []


@pytest.mark.parametrize("verb", ["show", "release", "discard"])
def test_what_is_decided_or_never_was_waits_no_more(
    cli: Cli, items: tuple[str, str], verb: str
) -> None:
    cli.done("burst", "discard", BURST)
    assert "waits for a decision" in cli.refused("burst", verb, BURST)


def test_limits_hold_for_everybody_or_for_one_person(cli: Cli) -> None:
    def told(*who: str) -> dict[str, str]:
        return dict(cli.rows("burst", "limits", *who))

    assert told() == {"deletions": "100", "edits": "300", "share": "50"}
    cli.done("burst", "limits", "--deletions", "50")
    cli.done("burst", "limits", "-u", "ada", "--share", "90")
    cli.person("alan")
    assert told("-u", "alan") == {"deletions": "50", "edits": "300", "share": "50"}
    assert told("-u", "ada") == {"deletions": "50", "edits": "300", "share": "90"}
    cli.done("burst", "limits", "--deletions", "60")
    assert told("-u", "ada")["deletions"] == "50"
    cli.done("burst", "limits", "-u", "ada", "--default")
    assert told("-u", "ada") == told()
    assert told()["deletions"] == "60"


def test_limits_that_cannot_be_are_refused(cli: Cli) -> None:
    assert "from 1 to" in cli.refused("burst", "limits", "--deletions", "0")
    assert "stands alone" in cli.refused("burst", "limits", "--default", status=2)


def test_bursts_of_everybody_are_listed_without_a_name(cli: Cli, items: tuple[str, str]) -> None:
    assert [row[0] for row in cli.rows("burst", "list")] == [BURST]
