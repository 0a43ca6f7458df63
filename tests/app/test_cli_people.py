"""`taccuino user`, `folder`, `policy` and `init`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.identity.passwords import verify
from domain.base import Event
from tests.app.cli_runner import PASSWORD, Cli

ADD = ("user", "add", "ada", "--mail", "ada@example.org", "--name", "Ada Example")


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "home")


def test_a_person_is_added_with_password_and_enabled_in_one_go(cli: Cli) -> None:
    assert cli.done(*ADD, "--password-stdin", "--enable", stdin=f"{PASSWORD}\n").count("\n") == 1
    account = cli.account()
    assert (account.mail, account.full_name) == ("ada@example.org", "Ada Example")
    assert account.enabled
    assert not account.administrator
    assert verify(PASSWORD, account.login_hash)


def test_without_enable_a_person_has_no_folders_and_is_told_how_to_get_them(cli: Cli) -> None:
    cli.done(*ADD, "--password-stdin", stdin=PASSWORD)
    assert not cli.account().enabled
    assert "taccuino user enable ada" in cli.refused("folder", "list", "ada")


@pytest.mark.parametrize(
    ("options", "password", "reason"),
    [
        ((), "short", "between 8 and 256 characters"),
        (("--zone", "Europe/Atlantis"), PASSWORD, "Europe/Atlantis"),
        (("--mail", "nowhere"), PASSWORD, "'nowhere' is not a mail address"),
    ],
)
def test_somebody_who_cannot_be_added_whole_is_not_added_at_all(
    cli: Cli, options: tuple[str, ...], password: str, reason: str
) -> None:
    line = cli.refused(*ADD, "--password-stdin", "--enable", *options, stdin=password)
    assert reason in line
    assert cli.done("user", "list") == ""


def test_a_name_is_given_once(cli: Cli) -> None:
    cli.person()
    assert "there is an account" in cli.refused(*ADD, "--password-stdin", stdin=PASSWORD)


def test_without_a_terminal_the_password_has_to_come_from_standard_input(cli: Cli) -> None:
    assert "--password-stdin" in cli.refused(*ADD, status=2)


def test_the_list_tells_who_there_is_and_who_may_sync(cli: Cli) -> None:
    cli.person()
    cli.person("root", "--admin")
    cli.done("user", "disable", "ada")
    assert [row[:5] for row in cli.rows("user", "list")] == [
        ["ada", "ada@example.org", "Ada Example", "disabled", ""],
        ["root", "root@example.org", "Root Example", "enabled", "administrator"],
    ]


def test_a_person_is_found_by_address_as_well(cli: Cli) -> None:
    cli.person()
    cli.done("user", "disable", "ADA@example.org")
    assert not cli.account().enabled
    cli.done("user", "enable", "Ada")
    assert cli.account().enabled


def test_a_new_password_takes_the_place_of_the_old(cli: Cli) -> None:
    cli.person()
    cli.done("user", "password", "ada", "--password-stdin", stdin="another horse\n")
    assert verify("another horse", cli.account().login_hash)
    assert not verify(PASSWORD, cli.account().login_hash)


def test_a_zone_is_chosen_by_its_name(cli: Cli) -> None:
    cli.person()
    cli.done("user", "zone", "ada", "Asia/Tokyo")
    assert cli.account().zone == "Asia/Tokyo"
    assert "Mars/Olympus" in cli.refused("user", "zone", "ada", "Mars/Olympus")


@pytest.mark.parametrize("verb", [("enable",), ("disable",), ("zone",)])
def test_somebody_unknown_is_named_with_the_list_that_helps(cli: Cli, verb: tuple[str]) -> None:
    more = ("Europe/Rome",) if verb == ("zone",) else ()
    line = cli.refused("user", *verb, "nobody", *more)
    assert "no user nobody" in line
    assert "taccuino user list" in line


def test_every_fact_names_the_administrator_who_is_logged_in(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "grace")
    cli.person()
    with cli.groupware() as groupware:
        facts = [event for _, event in groupware.replay() if isinstance(event, Event)]
    assert {fact.actor for fact in facts} == {"admin:grace"}
    assert len({fact.request for fact in facts}) == 1


def test_folders_are_listed_with_ids_and_how_much_is_in_them(cli: Cli) -> None:
    cli.person()
    cli.contact()
    rows = cli.rows("folder", "list", "ada")
    assert [row[2:] for row in rows if row[1] in ("Calendar", "Contacts")] == [
        ["calendar", "0"],
        ["contacts", "1"],
    ]
    assert all(re.fullmatch("[a-z2-7]{26}", row[0]) for row in rows)
    assert len(rows) == 7


def test_a_policy_is_written_listed_and_assigned(cli: Cli) -> None:
    cli.person()
    cli.done("policy", "set", "strict", "DevicePasswordEnabled=1", "MinDevicePasswordLength=6")
    assert cli.rows("policy", "list") == [
        ["strict", "1", "0", "DevicePasswordEnabled=1 MinDevicePasswordLength=6"]
    ]
    cli.done("policy", "assign", "ada", "strict")
    assert cli.account().policy == "strict"
    cli.done("policy", "assign", "ada")
    assert cli.account().policy == ""


def test_a_policy_that_means_nothing_is_refused(cli: Cli) -> None:
    cli.person()
    assert "MinLength" in cli.refused("policy", "set", "strict", "MinLength=6")
    assert "no = in it" in cli.refused("policy", "set", "strict", "MinLength", status=2)
    assert "no policy lax" in cli.refused("policy", "assign", "ada", "lax")


def test_the_first_start_makes_two_accounts_and_shows_their_secrets_once(cli: Cli) -> None:
    first, second = cli.done("init"), cli.done("init")
    shown = dict(re.findall(r"^ {4}(\w+) +([a-z2-9-]{19})$", first, re.MULTILINE))
    assert shown.keys() == {"admin", "demo"}
    for name, secret in shown.items():
        assert verify(secret, cli.account(name).login_hash)
        assert secret not in second
    assert cli.account("admin").administrator
    assert cli.account("demo").enabled
    assert "taccuino doctor http://127.0.0.1:8000 --user demo" in second


def test_the_first_start_gives_demo_something_to_look_at(cli: Cli) -> None:
    cli.done("init")
    events = cli.rows("event", "list", "-u", "demo")
    assert [row[2] for row in events if len(row) > 4 and row[4]] == ["Weekly planning"]
    assert len(events) == 4
    assert len(cli.rows("contact", "list", "-u", "demo")) == 3
    lunch = next(row[0] for row in events if row[2] == "Lunch with Ada")
    ada = next(row[0] for row in cli.rows("contact", "list", "-u", "demo") if "Ada" in row[1])
    assert ["linked to", ada] in cli.rows("item", "show", lunch)


def test_a_store_with_people_in_it_is_left_alone(cli: Cli) -> None:
    cli.person()
    assert "passwords" not in cli.done("init")
    assert len(cli.rows("user", "list")) == 1


def test_whoever_may_be_reached_by_others_is_not_told_how_to_open_up(cli: Cli) -> None:
    closed = cli.run("init").stdout
    opened = cli.run("init", TACCUINO_BIND="0.0.0.0:9000").stdout
    assert "Only this machine" in closed
    assert "Only this machine" not in opened
    assert "doctor http://127.0.0.1:9000" in opened


def test_the_versions_spoken_with_a_person_have_a_ceiling(cli: Cli) -> None:
    cli.person()
    assert "up to 14.1" in cli.done("user", "ceiling", "ada", "14.1")
    assert cli.account().ceiling == "14.1"
    assert "no version" in cli.refused("user", "ceiling", "ada", "15")
    assert "any version" in cli.done("user", "ceiling", "ada")
    assert cli.account().ceiling == ""
