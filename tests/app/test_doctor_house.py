"""`taccuino doctor` without an address: what is wrong with the house here, and what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.store.pool import Pool
from app import backup
from app.cli import doctor_house
from app.composition import MASTER_KEY, STORE
from app.groupware import now
from app.push.wake import WakeHub
from app.settings import Settings
from tests.app.cli_runner import Cli
from tests.system.server import HOST, free_port

CHECKS = ["Folder", "Master key", "Store", "Disk", "Workers", "Backup"]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """A house in order, but for a server."""
    cli = Cli(tmp_path / "home")
    cli.person()
    cli.done("backup", str(tmp_path / "copy.db"))
    return cli


@contextmanager
def running(cli: Cli, workers: int = 1) -> Iterator[None]:
    """Processes that answer, as workers do."""
    with cli.groupware() as groupware:
        hubs = [WakeHub(cli.home / "wake") for _ in range(workers)]
        for hub in hubs:
            hub.begin(groupware.pool)
        yield
        for hub in hubs:
            hub.close()


def examined(cli: Cli, **environ: str) -> tuple[list[str], dict[str, str], str]:
    """The checks that went well, what is said of the others, and the verdict."""
    result = cli.run("doctor", **{"TACCUINO_WORKERS": "1", **environ})
    lines = [
        (line[:3].strip(), line[4:20].strip(), line[31:]) for line in result.stdout.split("\n")
    ]
    good = [name for mark, name, _ in lines if mark == "ok"]
    wrong = {name: told for mark, name, told in lines if mark == "NO"}
    assert (result.exit_code == 1) == bool(wrong)
    return good, wrong, result.stdout.splitlines()[-1] if not wrong else result.stderr


def test_a_house_in_order_is_told_so(cli: Cli) -> None:
    with running(cli):
        good, wrong, verdict = examined(cli)
    assert (good, wrong) == ([*CHECKS, "Clock", "Waits"], {})
    assert verdict == "all is well: the house is in order"


def test_every_check_is_made_whatever_goes_wrong_before(tmp_path: Path) -> None:
    good, wrong, verdict = examined(Cli(tmp_path / "nowhere"))
    assert (good, list(wrong)) == ([], CHECKS)
    assert "TACCUINO_HOME" in wrong["Folder"]
    assert verdict == "taccuino: 6 checks did not go well; what to do stands beside each\n"


def open_folder(cli: Cli) -> None:
    cli.home.chmod(0o755)


def open_key(cli: Cli) -> None:
    (cli.home / MASTER_KEY).chmod(0o644)


def lose_key(cli: Cli) -> None:
    (cli.home / MASTER_KEY).unlink()


def other_key(cli: Cli) -> None:
    (cli.home / MASTER_KEY).write_bytes(bytes(32))


def back_in_time(cli: Cli) -> None:
    with closing(Pool(cli.home / STORE)) as pool, pool.writing() as connection:
        later = now() + timedelta(hours=1)
        connection.execute("INSERT INTO log_moment VALUES (?, 1)", (later.timestamp() * 1e6 // 1,))


def lose_store(cli: Cli) -> None:
    for path in cli.home.glob(f"{STORE}*"):
        path.unlink()


def break_store(cli: Cli) -> None:
    lose_store(cli)
    (cli.home / STORE).write_text("no store any more, whatever it was that happened to it" * 99)


def never_copied(cli: Cli) -> None:
    Settings(home=cli.home).last_backup.unlink()


def copied_long_ago(cli: Cli) -> None:
    made = backup.last(Settings(home=cli.home))
    assert made is not None
    backup._note(
        Settings(home=cli.home),
        backup.Backup(now() - timedelta(days=9, hours=1), made.path, made.position, made.size),
    )


@pytest.mark.parametrize(
    ("harm", "check", "todo"),
    [
        (open_folder, "Folder", "chmod 700"),
        (open_key, "Master key", "chmod 600"),
        (lose_key, "Master key", "nobody reads the log"),
        (other_key, "Master key", "The master key is lost"),
        (back_in_time, "Clock", "timedatectl"),
        (lose_store, "Store", "`taccuino restore` brings it"),
        (break_store, "Store", "not a database"),
        (never_copied, "Backup", "`taccuino backup FILE`"),
        (copied_long_ago, "Backup", "9 days old"),
    ],
    ids=["folder", "key", "no-key", "other-key", "clock", "no-store", "broken", "never", "stale"],
)
def test_what_is_wrong_is_one_sentence_with_what_to_do(
    cli: Cli, harm: Callable[[Cli], None], check: str, todo: str
) -> None:
    harm(cli)
    _, wrong, _ = examined(cli)
    assert wrong.keys() == {check, "Workers"}
    assert todo in wrong[check]


def test_workers_that_do_not_answer_are_told(cli: Cli) -> None:
    _, wrong, _ = examined(cli)
    assert "is the server running?" in wrong["Workers"]
    with running(cli):
        _, wrong, _ = examined(cli, TACCUINO_WORKERS="2")
    assert "only 1 of 2" in wrong["Workers"]


def test_little_room_is_told_before_there_is_none(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(cli.home)._replace(free=100 << 20)
    monkeypatch.setattr(doctor_house.shutil, "disk_usage", lambda _: usage)
    _, wrong, _ = examined(cli)
    assert wrong["Disk"].startswith("only 100 MiB are free")


def test_the_public_address_is_looked_at_from_here(cli: Cli) -> None:
    url = f"https://{HOST}:{free_port()}"
    _, wrong, _ = examined(cli, TACCUINO_PUBLIC_URL=url)
    assert wrong.keys() == {"Workers", "Certificate", "Clock", "Spellings", "Autodiscover"}
