"""`taccuino log` and `taccuino history`: what happened, in words and as data."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from uuid import uuid4

import pytest

from adapters.ids import server_id
from app.cli.house import whoami
from tests.app.cli_runner import Cli

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TZ", "Europe/Rome")
    cli = Cli(tmp_path / "home")
    cli.person()
    return cli


def objects(cli: Cli, *args: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in cli.done(*args, "--json").splitlines()]


def test_the_log_is_told_newest_first(cli: Cli) -> None:
    id = cli.event("--subject", "Dentist")
    cli.done("event", "remove", id)
    rows = cli.rows("log", "-u", "ada", "--kind", "events")
    who = f"The administrator {whoami()}"
    assert [row[2] for row in rows] == [
        f"{who} deleted the event “Dentist” of Ada Example.",
        f"{who} added the event “Dentist” of Ada Example: Tuesday 1 December 2026, 09:00 – 10:00.",
    ]
    assert [int(row[0]) for row in rows] == sorted((int(row[0]) for row in rows), reverse=True)
    assert all(row[3].startswith("cli-") for row in rows)


def test_it_speaks_the_language_of_whoever_works_there(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    (row,) = cli.rows("log", "--kind", "account.opened")
    assert row[2] == f"L'amministratore {whoami()} ha aperto l'account di Ada Example (ada)."


def test_position_by_position_it_goes_back_to_the_beginning(cli: Cli) -> None:
    found, before = [], ()
    while rows := cli.rows("log", "-n", "4", *before):
        found += [int(row[0]) for row in rows]
        before = ("--before", rows[-1][0])
    assert found == list(range(found[0], 0, -1))
    assert found[0] > 8


def test_each_event_whole_is_a_json_object_on_a_line(cli: Cli) -> None:
    id = cli.contact("--first", "Grace")
    (added,) = objects(cli, "log", "--item", id)
    assert (added["kind"], added["of"], added["erased"]) == ("contact.added", id, False)
    assert added["fields"]["values"]["first_name"] == "Grace"
    assert added["sentence"].endswith("added the contact “Grace” of Ada Example.")
    assert {each["kind"] for each in objects(cli, "log", "--request", added["request"])} == {
        "contact.added"
    }
    assert "$argon2" not in cli.done("log", "--json")


def test_times_are_those_of_the_clocks_here(cli: Cli) -> None:
    assert cli.rows("log", "--since", "2020-01-01", "--until", "2999-01-01T10:00")
    assert cli.rows("log", "--until", "2020-01-01") == []


def test_by_whom_something_was_done(cli: Cli) -> None:
    assert cli.rows("log", "--by", f"admin:{whoami()}", "-n", "1")
    assert cli.rows("log", "--by", "system") == []


@pytest.mark.parametrize(
    "option",
    [("-u", "nobody"), ("--device", "none"), ("--item", "x"), ("--kind", "none")],
    ids=["person", "device", "item", "kind"],
)
def test_what_nobody_is_called_is_refused(cli: Cli, option: tuple[str, str]) -> None:
    assert option[1] in cli.refused("log", *option)


# An item


def test_the_history_tells_who_changed_what_from_what(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "grace")
    id = cli.event("--reminder", "15", "--location", "Here")
    cli.done("event", "edit", id, "--start", "2026-12-02T10:00", "--clear", "reminder")
    cli.done("event", "remove", id)
    begun, revised, removed = cli.rows("history", id)
    assert all(row[3].startswith("The administrator grace ") for row in (begun, revised, removed))
    assert "What: Dentist" in begun[4]
    assert "Reminder: 15 minutes before → (empty)" in revised[4]
    assert "When: Tuesday 1 December 2026, 09:00 – 10:00 → Wednesday 2 December" in revised[4]
    assert (begun[:2], revised[:2], removed[:2]) == (["1", ""], ["2", "1"], ["3", ""])
    assert removed[4] == ""
    assert len({row[5] for row in (begun, revised, removed)}) == 3


def test_the_history_of_a_series_tells_its_rule(cli: Cli) -> None:
    series = "BEGIN:VEVENT\nUID:1\nDTSTART:20261201T090000\nRRULE:FREQ=DAILY\nEND:VEVENT"
    cli.done("import", "-", "-u", "ada", stdin=f"BEGIN:VCALENDAR\n{series}\nEND:VCALENDAR\n")
    (event,) = cli.rows("event", "list", "-u", "ada")
    (begun,) = cli.rows("history", event[0])
    assert "Repeats: Every day" in begun[4]


def test_what_changed_is_data_as_well(cli: Cli) -> None:
    id = cli.contact("--first", "Grace", "--last", "Hopper")
    cli.done("contact", "edit", id, "--last", "Murray")
    _, revised = objects(cli, "history", id)
    assert revised["changed"] == {"last_name": {"was": "Hopper", "is": "Murray"}}
    assert revised["merged"] is False


def test_links_belong_to_the_history_of_both(cli: Cli) -> None:
    event, contact = cli.event(), cli.contact()
    cli.done("link", event, contact)
    cli.done("unlink", event, contact)
    for id in (event, contact):
        kinds = [each["kind"] for each in objects(cli, "history", id)]
        assert kinds[1:] == ["relation.begun", "contact.unlinked"]


def test_what_never_was_has_no_history(cli: Cli) -> None:
    assert "there is no item" in cli.refused("history", server_id(uuid4()))


# Following


def test_whoever_follows_is_told_what_others_write_until_ctrl_c(cli: Cli) -> None:
    cli.contact("--first", "Before")
    verb = ("log", "--follow", "-n", "1", "--kind", "contacts")
    with Popen(
        [sys.executable, "-P", "-c", "from app.cli import main; main()", *verb],
        env=os.environ | {"TACCUINO_HOME": str(cli.home), "PYTHONPATH": str(ROOT)},
        stdout=PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        patience = threading.Timer(30, process.kill)
        patience.start()
        assert "“Before”" in process.stdout.readline()
        cli.event("--subject", "Not looked for")
        cli.contact("--first", "After")
        assert "“After”" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
        assert process.stdout.read() == ""
        patience.cancel()
