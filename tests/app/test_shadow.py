"""Another version of the program beside this one, on the same log."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.composition import STORE
from tests.app.cli_runner import Cli

HERE = Path(__file__).parents[2]
PACKAGES = ("adapters", "app", "domain", "projections")


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "home")
    cli.person()
    cli.event()
    cli.contact("--email", "grace@example.org")
    return cli


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The source of another version; so far it is the same."""
    there = tmp_path / "other version"
    for package in PACKAGES:
        shutil.copytree(
            HERE / package, there / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    return there


def command(other: Path) -> str:
    """How that version is called: with its own packages before those that are installed."""
    start = f"import sys; sys.path.insert(0, {str(other)!r}); from app.cli import main; main()"
    return f'{sys.executable} -c "{start}"'


def alter(other: Path, file: str, old: str, new: str) -> None:
    source = (other / file).read_text()
    assert old in source
    (other / file).write_text(source.replace(old, new))


def test_the_same_version_makes_the_same_of_the_log(cli: Cli, other: Path) -> None:
    assert cli.done("shadow", command(other)).startswith("Both make the same of ")


def test_each_row_that_another_version_makes_otherwise_is_named(cli: Cli, other: Path) -> None:
    alter(other, "domain/likeness.py", ".casefold()", ".upper()")
    result = cli.run("shadow", command(other))
    assert result.exit_code == 1
    told = result.stdout.splitlines()
    assert len(told) == 2
    assert all(line.startswith("In item the row id ") for line in told)
    assert all(line.endswith(" differs in likeness.") for line in told)
    assert "2 differences in the fold of" in result.stderr


def test_tables_that_only_one_version_has_are_named(cli: Cli, other: Path) -> None:
    for old in ("contact_address (", "contact_address VALUES", "FROM contact_address"):
        alter(other, "projections/relations.py", old, old.replace("contact_", "contacts_"))
    alter(other, "projections/relations.py", "UPDATE contact_", "UPDATE contacts_")
    told = cli.run("shadow", command(other)).stdout
    assert "The table contact_address is new." in told
    assert "The table contacts_address is gone." in told


def test_a_shadow_leaves_the_store_alone(cli: Cli, other: Path) -> None:
    alter(other, "projections/schema.py", "FOLD: Final = ", "FOLD: Final = 70 + ")

    def mark() -> int:
        with closing(sqlite3.connect(cli.home / STORE)) as connection:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            return int(found)

    before = mark()
    cli.done("shadow", command(other))
    assert mark() == before


def test_another_version_that_fails_says_why(cli: Cli, tmp_path: Path) -> None:
    assert "could not fold the log" in cli.refused("shadow", "false")


def test_a_fold_goes_into_a_new_file(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "fold.db"
    assert int(cli.done("fold", str(file))) > 5
    assert "is already there" in cli.refused("fold", str(file))
