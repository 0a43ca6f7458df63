"""`make run` as somebody starts it who has just fetched the repository."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.app.cli_runner import Cli
from tests.system.server import HOST, PATIENCE, ROOT, free_port, until

WARM = 10.0
SECRET = re.compile(r"^ {4}(admin|demo) +(\S+)$", re.MULTILINE)


def as_from_a_terminal() -> None:
    """A shell's background jobs ignore SIGINT, and so would all that is started from them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class MakeRun:
    """The packages are there already: what is tested is everything after that."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.log = home.parent / f"make-{self.port}.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        environ = {
            **kept,
            "TACCUINO_HOME": str(home),
            "TACCUINO_BIND": f"{HOST}:{self.port}",
            "TACCUINO_WORKERS": "1",
        }
        command = ["make", "run", "--old-file=.venv/ready", f"BIN={Path(sys.executable).parent}"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=as_from_a_terminal,
            )
        began = time.monotonic()
        until(self.healthy, "the server did not come up", pause=0.05)
        self.took = time.monotonic() - began

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def words(self) -> str:
        return self.log.read_text()

    def healthy(self) -> bool:
        assert self.process.poll() is None, self.words
        try:
            with urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def group_is_gone(self) -> bool:
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("make") / "home"


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    """What the first start has shown."""
    return {}


def test_the_first_start_shows_the_secrets_and_serves_a_phone(
    home: Path, secrets: dict[str, str]
) -> None:
    make = MakeRun(home)
    assert make.took < WARM
    secrets.update(SECRET.findall(make.words))
    assert secrets.keys() == {"admin", "demo"}
    assert f"taccuino doctor {make.url} --user demo" in make.words
    result = Cli(home).run("doctor", make.url, "-u", "demo", EAS_PASSWORD=secrets["demo"])
    assert result.exit_code == 0, result.output
    assert "4 items in Calendar" in result.stdout
    assert "3 items in Contacts" in result.stdout
    expect_end(make, signal.SIGTERM)


def test_later_starts_keep_everything_and_show_no_secrets(
    home: Path, secrets: dict[str, str]
) -> None:
    make = MakeRun(home)
    assert SECRET.findall(make.words) == []
    assert secrets["demo"] not in make.words
    result = Cli(home).run("doctor", make.url, "-u", "demo", EAS_PASSWORD=secrets["demo"])
    assert result.exit_code == 0, result.output
    expect_end(make, signal.SIGINT, everybody=True)


def test_an_interrupt_that_only_make_gets_ends_the_server_as_well(home: Path) -> None:
    expect_end(MakeRun(home), signal.SIGINT)


def expect_end(make: MakeRun, number: signal.Signals, everybody: bool = False) -> None:
    """Make dies of the signal, as make does, but not before everything has ended in order."""
    (os.killpg if everybody else os.kill)(make.process.pid, number)
    assert make.process.wait(PATIENCE) == -number
    until(make.group_is_gone, "processes were left behind")
    assert "Shutting down: Master" in make.words
    assert "Traceback" not in make.words
    assert "Error" not in make.words
