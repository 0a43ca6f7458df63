"""`taccuino backup` and `taccuino restore`."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from app import backup
from app.cli.house import whoami
from app.composition import MASTER_KEY, STORE, open_groupware
from app.settings import Settings
from tests.app.cli_runner import Cli


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "home")
    cli.person()
    cli.event("--subject", "Dentist")
    return cli


@pytest.fixture
def copy(cli: Cli, tmp_path: Path) -> Path:
    """Made of what was there when there was the dentist only."""
    cli.done("backup", str(tmp_path / "copy.db"))
    return tmp_path / "copy.db"


def subjects(cli: Cli) -> list[str]:
    return sorted(row[2] for row in cli.rows("event", "list", "-u", "ada"))


def test_a_copy_is_one_file_that_only_its_owner_reads_and_has_no_key(
    cli: Cli, tmp_path: Path
) -> None:
    result = cli.run("backup", str(tmp_path / "copy.db"))
    assert result.exit_code == 0
    assert "sound" in result.stdout
    assert f"{cli.home / MASTER_KEY} is not in it" in result.stderr
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["copy.db"]
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_the_key_is_put_beside_it_only_when_asked_for(cli: Cli, tmp_path: Path) -> None:
    cli.done("backup", str(tmp_path / "copy.db"), "--with-key")
    key = tmp_path / "copy.db.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_bytes() == (cli.home / MASTER_KEY).read_bytes()


def test_the_last_copy_is_noted(cli: Cli, copy: Path) -> None:
    noted = backup.last(Settings(home=cli.home))
    assert noted is not None
    assert (noted.path, noted.size) == (copy, copy.stat().st_size)
    Settings(home=cli.home).last_backup.write_text("{}")
    assert backup.last(Settings(home=cli.home)) is None


def test_a_copy_never_takes_the_place_of_another(cli: Cli, copy: Path) -> None:
    before = copy.read_bytes()
    assert "is there already" in cli.refused("backup", str(copy))
    assert copy.read_bytes() == before


def test_what_is_written_meanwhile_is_not_in_it_and_does_not_make_it_begin_anew(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "AT_ONCE", 8)
    steps: list[int] = []

    def meanwhile(left: int, whole: int) -> None:
        steps.append(left)
        if len(steps) < 4:
            cli.event("--subject", f"Later {len(steps)}")

    settings = Settings(home=cli.home)
    made = backup.take(settings, tmp_path / "copy.db", meanwhile)
    assert steps == sorted(steps, reverse=True)
    assert len(set(steps)) == len(steps) > 4
    assert len(subjects(cli)) == 4
    cli.done("restore", str(made.path), "--replace")
    assert subjects(cli) == ["Dentist"]


def test_a_damaged_store_gives_no_copy(cli: Cli, tmp_path: Path) -> None:
    with sqlite3.connect(cli.home / STORE) as connection:
        connection.execute("UPDATE stored_event SET state = x'00' WHERE position = 2")
    connection.close()
    assert "not sound at event 2" in cli.refused("backup", str(tmp_path / "copy.db"))
    assert [each.name for each in tmp_path.iterdir()] == ["home"]


def test_without_a_store_there_is_nothing_to_copy(tmp_path: Path) -> None:
    assert "no store" in Cli(tmp_path / "empty").refused("backup", str(tmp_path / "copy.db"))


def test_a_copy_takes_the_place_of_a_store_which_is_kept(cli: Cli, copy: Path) -> None:
    cli.event("--subject", "Later")
    assert "--replace" in cli.refused("restore", str(copy))
    told = cli.done("restore", str(copy), "--replace")
    assert subjects(cli) == ["Dentist"]
    (aside,) = cli.home.glob("replaced-*")
    assert str(aside) in told
    kept = Cli(aside)
    assert subjects(kept) == ["Dentist", "Later"]
    cli.done("verify")


def test_the_log_says_that_a_copy_was_put_back_and_how_old_it_is(cli: Cli, copy: Path) -> None:
    (newest, *_) = cli.rows("log", "-n", "1")
    cli.event("--subject", "Later")
    cli.done("restore", str(copy), "--replace")
    (line,) = cli.done("log", "--kind", "house.store-restored", "--json").splitlines()
    said = json.loads(line)
    assert (said["actor"], said["fields"]["position"]) == (f"admin:{whoami()}", int(newest[0]))
    (before, *_) = cli.rows("log", "-n", "1", "--before", str(int(newest[0]) + 1))
    assert (before[0], before[2]) == (newest[0], newest[2])
    assert datetime.fromisoformat(said["fields"]["upto"]) < datetime.fromisoformat(said["at"])
    assert "put a copy in the place of the store" in said["sentence"]
    assert f"entry {newest[0]} of " in said["sentence"]
    assert "every row is what it says" in cli.done("verify")


def restorations(cli: Cli) -> list[list[str]]:
    return cli.rows("log", "--kind", "house.store-restored")


def test_a_copy_without_events_is_told_of_too(tmp_path: Path) -> None:
    empty, cli = Cli(tmp_path / "empty"), Cli(tmp_path / "home")
    open_groupware(empty.home).pool.close()
    empty.done("backup", str(tmp_path / "copy.db"), "--with-key")
    cli.done("restore", str(tmp_path / "copy.db"), "--key", str(tmp_path / "copy.db.key"))
    assert "an empty log" in restorations(cli)[0][2]


def test_a_copy_makes_a_house_on_another_machine(cli: Cli, tmp_path: Path) -> None:
    """The key comes along, by itself or as the file beside the copy."""
    copy = tmp_path / "copy.db"
    cli.done("backup", str(copy), "--with-key")
    other = Cli(tmp_path / "other")
    assert "no master key" in other.refused("restore", str(copy))
    where = ("--home", str(other.home), "--key", f"{copy}.key")
    cli.done("restore", str(copy), *where)
    assert subjects(other) == ["Dentist"]
    assert (other.home / MASTER_KEY).stat().st_mode & 0o777 == 0o600
    assert "--home" not in other.done("verify")


def test_a_wrong_key_changes_nothing(cli: Cli, copy: Path, tmp_path: Path) -> None:
    cli.event("--subject", "Later")
    wrong = tmp_path / "wrong.key"
    wrong.write_bytes(bytes(32))
    wrong.chmod(0o600)
    reason = cli.refused("restore", str(copy), "--replace", "--key", str(wrong))
    assert "master key" in reason
    assert subjects(cli) == ["Dentist", "Later"]
    assert not list(cli.home.glob("replaced-*")) + list(cli.home.glob(".restoring-*"))


@pytest.mark.parametrize("damage", ["log", "page", "other", "none"])
def test_what_is_no_sound_copy_changes_nothing(cli: Cli, copy: Path, damage: str) -> None:
    if damage == "log":
        with sqlite3.connect(copy) as connection:
            connection.execute("UPDATE stored_event SET state = x'00' WHERE position = 3")
        connection.close()
    elif damage == "page":
        whole = bytearray(copy.read_bytes())
        whole[4096 * 2 : 4096 * 40] = bytes(4096 * 38)
        copy.write_bytes(whole)
    elif damage == "other":
        copy.write_text("no copy")
    else:
        copy.unlink()
    cli.event("--subject", "Later")
    cli.refused("restore", str(copy), "--replace")
    assert subjects(cli) == ["Dentist", "Later"]


def test_a_damaged_store_is_replaced_all_the_same(cli: Cli, copy: Path) -> None:
    """Its write-ahead log does not get into the new one."""
    (cli.home / STORE).write_text("no store any more")
    (cli.home / f"{STORE}-wal").write_text("nor this")
    cli.done("restore", str(copy), "--replace")
    assert subjects(cli) == ["Dentist"]
    (aside,) = cli.home.glob("replaced-*")
    assert {each.name for each in aside.iterdir()} == {STORE, f"{STORE}-wal", MASTER_KEY}


def test_nothing_is_put_under_a_running_server(cli: Cli, copy: Path) -> None:
    with backup.hold(cli.home):
        assert "a server runs" in cli.refused("restore", str(copy), "--replace")
    cli.done("restore", str(copy), "--replace")


def test_nothing_is_put_under_any_other_process(cli: Cli, copy: Path) -> None:
    groupware = open_groupware(cli.home)
    try:
        assert "has" in cli.refused("restore", str(copy), "--replace")
        assert not list(cli.home.glob("replaced-*"))
    finally:
        groupware.pool.close()


def test_rows_of_another_version_are_folded_anew(cli: Cli, copy: Path) -> None:
    with sqlite3.connect(copy) as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.execute("DROP TABLE item")
    connection.close()
    cli.done("restore", str(copy), "--replace")
    assert subjects(cli) == ["Dentist"]
    cli.done("verify")


def test_the_note_is_json_for_other_programs(cli: Cli, copy: Path) -> None:
    said = json.loads(Settings(home=cli.home).last_backup.read_text())
    assert said.keys() == {"at", "path", "position", "size"}
