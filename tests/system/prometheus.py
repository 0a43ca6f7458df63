"""A real Prometheus that looks at a server each half second, by the recipe that we ship."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.system.server import HOST, ROOT, free_port

RULES = ROOT / "ops" / "prometheus" / "taccuino.rules.yml"
OFTEN = "global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms}\n"


def program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is not there: apt-get install prometheus"
    return found


def promtool(*arguments: str, given: str | None = None) -> str:
    """What it has to say, errors and advice alike; nothing is wrong if it ends well."""
    told = [program("promtool"), *arguments]
    done = subprocess.run(told, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@dataclass(frozen=True)
class Prometheus:
    """It is asked as Grafana asks it."""

    port: int

    def ask(self, what: str, **about: str | float) -> Any:
        """The data of an answer; what is wrong with the question fails the test."""
        _, text = self._fetch(f"/api/v1/{what}?{urlencode(about)}")
        answer = json.loads(text)
        assert answer["status"] == "success", (answer.get("error"), about)
        assert not answer.get("warnings"), (answer["warnings"], about)
        return answer["data"]

    def looks(self) -> bool:
        """Whether it has looked twice, so that it sees what is more than before."""
        try:
            ready = self._fetch("/-/ready")[0] == 200
        except OSError:
            return False
        return ready and self.now("count_over_time(taccuino_workers[1m]) > 1") != []

    def looked(self, since: float) -> bool:
        """Whether it has looked since, and a moment later at what is told only then."""
        last = self.now("timestamp(taccuino_workers)")
        return max(last, default=0) > since + 0.5

    def _fetch(self, path: str) -> tuple[int, bytes]:
        connection = HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def now(self, expression: str) -> list[float]:
        """What each series of it is now."""
        found = self.ask("query", query=expression)["result"]
        return [float(each["value"][1]) for each in found]


@contextmanager
def prometheus(folder: Path, target: str) -> Iterator[Prometheus]:
    """Runs inside; it takes some seconds until it looks for the first time."""
    port = free_port()
    (folder / "prometheus.yml").write_text(OFTEN + _recipe(target), "utf-8")
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                program("prometheus"),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={HOST}:{port}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        yield Prometheus(port)
    finally:
        process.terminate()
        process.wait()


def _recipe(target: str) -> str:
    """The lines of prometheus.yml that the rules tell to write, for the server of the test."""
    lines = re.findall(r"^#     (.*)", RULES.read_text("utf-8"), re.MULTILINE)
    recipe = "\n".join(lines)
    for old, new in (
        ("/etc/prometheus/rules/taccuino.rules.yml", str(RULES)),
        ("127.0.0.1:9464", target),
    ):
        assert old in recipe, old
        recipe = recipe.replace(old, new)
    return recipe
