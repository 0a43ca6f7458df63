"""What holds for every verb of the command line."""

from __future__ import annotations

import stat
from pathlib import Path

import click
import pytest

from app.cli import INDEX, main, show
from tests.app.cli_runner import Cli


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "home")


def every_command(
    command: click.Command, *path: str
) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            found += every_command(inner, *path, name)
    return found


COMMANDS = every_command(main)


def test_the_index_names_every_verb_of_the_command_line() -> None:
    files = {path.stem for path in Path(show.__file__).parent.glob("*.py")}
    verbs = {module.rpartition(".")[2] for module in INDEX.values()}
    shared = {"__init__", "shell", "house", "show", "types", "items", "samples", "make"}
    shared |= {"asking", "user_show", "device_shown", "device_decisions", "reader"}
    shared |= {"doctor_checks", "doctor_cut", "doctor_house", "doctor_visit", "doctor_way"}
    shared |= {"progress", "top_drawn", "doctor_waits"}
    assert verbs == files - shared


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(p) for p, _ in COMMANDS])
def test_every_command_and_option_says_what_it_does(
    cli: Cli, path: tuple[str, ...], command: click.Command
) -> None:
    assert "Usage: taccuino" in cli.done(*path, "--help")
    assert command.help
    options = [
        each for each in command.params if isinstance(each, click.Option) and not each.hidden
    ]
    assert all(each.help for each in options)


def test_a_verb_that_is_none_is_a_misuse_in_one_line(cli: Cli) -> None:
    assert "No such command 'fly'" in cli.refused("fly", status=2)


def test_an_option_that_is_missing_is_named_with_the_place_of_the_help(cli: Cli) -> None:
    line = cli.refused("user", "add", "ada", status=2)
    assert "--mail" in line
    assert "taccuino user add --help" in line


def test_a_bad_setting_is_a_misuse_in_one_line(cli: Cli) -> None:
    result = cli.run("user", "list", TACCUINO_WORKERS="many")
    assert result.exit_code == 2
    assert result.stderr.startswith("taccuino: workers: 'many'")
    assert result.stderr.count("\n") == 1


def test_a_home_that_cannot_be_used_is_a_failure_in_one_line(cli: Cli) -> None:
    cli.home.mkdir()
    (cli.home / "wake").write_text("in the way")
    assert f"{cli.home / 'wake'}: File exists" in cli.refused("user", "list")


def test_a_master_key_that_others_can_read_is_refused_in_one_line(cli: Cli) -> None:
    cli.person()
    (cli.home / "master.key").chmod(0o644)
    assert "chmod 600" in cli.refused("user", "list")


def test_the_home_is_nobody_elses_business(cli: Cli) -> None:
    cli.done("user", "list")
    assert stat.S_IMODE(cli.home.stat().st_mode) == 0o700


def test_a_list_is_a_table_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    show.table(("name", "mail"), [("ada", "[b]ada@example.org")], "nobody")
    drawn = capsys.readouterr().out
    assert "name" in drawn
    assert "[b]ada@example.org" in drawn


def test_an_empty_list_says_so_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    show.table(("name",), [], "nobody")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    show.table(("name",), [], "nobody")
    assert capsys.readouterr() == ("", "nobody\n")
