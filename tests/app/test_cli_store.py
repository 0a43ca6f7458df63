"""`taccuino verify` and `rebuild`: what the log knows."""

from __future__ import annotations

import json
import os
import pty
import re
import sqlite3
import sys
from pathlib import Path

import pytest

from adapters.ids import server_id
from app.cli import main
from app.composition import STORE
from projections import rebuild
from tests.app.cli_runner import Cli


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "home")
    cli.person()
    return cli


def tamper(cli: Cli, statement: str) -> None:
    connection = sqlite3.connect(cli.home / STORE)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_store_that_is_what_its_log_says_is_sound(cli: Cli) -> None:
    cli.event()
    cli.contact()
    looked, verdict = cli.done("verify").splitlines()
    assert re.fullmatch(
        r"\d+ events, \d+ rounds and \d+ rows were compared"
        r" in [\d.]+ s \(\d+ events a second\)\.",
        looked,
    )
    assert verdict == "The log is as it was written, and every row is what it says."


def test_a_row_that_somebody_altered_is_found_and_mended(cli: Cli) -> None:
    cli.event()
    tamper(cli, "UPDATE account SET zone = 'Asia/Tokyo'")
    result = cli.run("verify")
    assert result.exit_code == 1
    assert "In account" in result.stdout
    assert "taccuino rebuild" in result.stderr
    assert result.stderr.count("\n") == 1
    assert "1 rows replaced; phones waited " in cli.done("rebuild")
    assert "nothing had to be replaced" in cli.done("rebuild")
    cli.done("verify")
    assert cli.account().zone == "Europe/Rome"


def test_a_log_that_somebody_altered_is_not_trusted(cli: Cli) -> None:
    cli.event()
    tamper(cli, "UPDATE stored_event SET topic = 'account.zone-chosen' WHERE position = 3")
    result = cli.run("verify")
    assert result.exit_code == 1
    assert "cannot be trusted from event 3 on" in result.stdout
    assert "taccuino restore" in result.stderr


def test_what_is_wrong_is_told_in_the_readers_language_and_as_data(cli: Cli) -> None:
    tamper(cli, "UPDATE account SET zone = 'Asia/Tokyo'")
    account = server_id(cli.account().id)
    plain = cli.run("verify", LC_ALL="it_IT.UTF-8")
    sentence = f"In account la riga id {account} è diversa in zone."
    assert plain.stdout.splitlines()[1:] == [sentence]
    assert "rifà queste righe dal registro" in plain.stderr
    result = cli.run("verify", "--json", LC_ALL="it_IT.UTF-8")
    assert result.exit_code == 1
    (fault,) = json.loads(result.stdout)["faults"]
    assert fault == {
        "kind": "row-differs",
        "table": "account",
        "key": {"id": account},
        "about": [account],
        "columns": ["zone"],
        "sentence": sentence,
    }


def test_a_rebuild_changes_nothing_that_anybody_can_see(cli: Cli) -> None:
    contact = cli.contact("--email", "grace@example.org")
    event = cli.event("--attendee", "grace@example.org")
    lists = [("user", "list"), ("folder", "list", "ada"), ("event", "list", "-u", "ada")]
    shown = [*lists, ("item", "show", event), ("item", "show", contact)]
    before = [cli.rows(*each) for each in shown]
    cli.done("rebuild")
    assert [cli.rows(*each) for each in shown] == before


def test_a_log_that_was_rewritten_is_known_by_a_checkpoint_kept_elsewhere(
    cli: Cli, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    cli.event()
    cli.done("checkpoint", "--file", str(kept))
    cli.event()
    key = cli.done("checkpoint", "--public-key").strip()
    for options in ((), ("--public-key", key)):
        said = cli.done("verify", "--checkpoint", str(kept), *options)
        assert "The log agrees with this line." in said
    tamper(cli, "UPDATE stored_event SET link = zeroblob(32) WHERE position = 4")
    result = cli.run("verify", "--checkpoint", str(kept))
    assert result.exit_code == 1
    tamper(cli, "DELETE FROM stored_event WHERE position > 4")
    assert "The log was cut: on" in cli.run("verify", "--checkpoint", str(kept)).stdout
    told = json.loads(cli.run("verify", "--json", "--checkpoint", str(kept)).stdout)["checkpoints"]
    assert told["number"] == 1
    assert (told["wrong"]["kind"], told["wrong"]["length"]) == ("cut", 4)
    assert told["wrong"]["sentence"].startswith("The log was cut: on ")


@pytest.mark.parametrize("key", ["00" * 32, "not a key"])
def test_a_checkpoint_of_somebody_else_proves_nothing(cli: Cli, tmp_path: Path, key: str) -> None:
    kept = tmp_path / "kept"
    kept.write_text(cli.done("checkpoint"))
    result = cli.run("verify", "--checkpoint", str(kept), "--public-key", key)
    assert result.exit_code == 1
    assert "agrees" not in result.stdout


def test_other_programs_are_told_in_json(cli: Cli, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    cli.done("checkpoint", "--file", str(kept))
    report = json.loads(cli.done("verify", "--json", "--checkpoint", str(kept)))
    assert (report["sound"], report["faults"]) == (True, [])
    assert report["checkpoints"] == {"number": 1, "wrong": None}
    done = json.loads(cli.done("rebuild", "--json"))
    assert (done["events"], done["replaced"]) == (report["events"], 0)
    assert json.loads(cli.done("compact", "--json")) == {"rows": 0, "folders": 0, "phones": []}


def test_rows_that_were_superseded_long_ago_go_when_that_is_asked_for(cli: Cli) -> None:
    event = cli.event()
    for hour in (10, 11, 12):
        cli.done("event", "edit", event, "--start", f"2026-12-02T{hour}:00")
    assert cli.done("compact", "--older-than", "30") == "0 rows of 0 folders went\n"
    assert "not in the range" in cli.refused("compact", "--older-than", "29", status=2)


def test_how_far_a_rebuild_has_come_is_shown_at_a_terminal_and_nowhere_else(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run("rebuild").stderr == ""
    monkeypatch.setenv("TACCUINO_HOME", str(cli.home))
    monkeypatch.setattr(rebuild, "AT_ONCE", 1)
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with pytest.raises(SystemExit) as ended:
            main(["rebuild"])
        monkeypatch.undo()
        shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert ended.value.code == 0
    assert "folding" in shown
    assert "100%" in shown
    assert shown.count("\r") > 3
    assert "folding" not in capsys.readouterr().out
