"""The bench measures all it says it does, and counts right; how fast anything is, is not for a
test to say."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from tests.system.server import HOST, PASSWORD, ROOT, Server

SETTINGS = {"DEVICES_PER_USER": "1000"}

FIGURES = {
    "upload": 2,
    "poll": 4,
    "first": 2,
    "one": 3,
    "push": 4,
    "park": 4,
    "flood": 5,
    "grow": 14,
    "refold": 4,
    "undo": 3,
}
"""How many each case yields."""

COUNTS = {
    "uploaded": 50,
    "first sync, cold": 60,
    "first sync, again": 60,
    "told of one change": 2 * 2,
    "pushed within a worker": 3,
    "pushed across workers": 3,
    "held of 50": 50,
    "woken of 50": 50,
    "requests of the flood": 50,
}
"""In the tiny size, whichever server it is."""

Told = dict[str, Any]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ops.bench", "--size", "tiny", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def measured(*arguments: str) -> Told:
    done = bench("--json", *arguments)
    assert done.returncode == 0, done.stderr
    told: Told = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def told() -> Told:
    return measured()


def test_every_case_yields_all_its_figures(told: Told) -> None:
    assert Counter(figure["case"] for figure in told["figures"]) == FIGURES


def test_every_figure_is_a_number_with_a_name_of_its_own(told: Told) -> None:
    names = [(each["name"], each["unit"], each["of"]) for each in told["figures"]]
    assert len(set(names)) == len(names)
    values = [each["value"] for each in told["figures"] if "KiB" not in each["unit"]]
    assert all(math.isfinite(value) and value > 0 for value in values)


def test_what_the_bare_stack_can_do_stands_beside_it(told: Told) -> None:
    beside = {
        each["case"] for each in told["figures"] if each["of"] == "bare stack" and each["ratio"]
    }
    assert beside >= {"upload", "poll", "first", "one"}


def test_nothing_is_lost_and_nothing_comes_twice(told: Told) -> None:
    counts = told["counts"]
    assert {what: counts.get(what) for what in COUNTS} == COUNTS
    for events in (500, 1000):
        assert counts[f"uploaded, log of {events}"] == 50
        assert counts[f"told of one change, log of {events}"] == 4


def test_the_same_is_measured_of_any_server(server: Server) -> None:
    assert server.process is not None
    url = f"http://{HOST}:{server.port}"
    account = ("--url", url, "--user", "ada", "--password", PASSWORD)
    told = measured(*account, "--server-pid", str(server.process.pid))
    assert Counter(figure["case"] for figure in told["figures"]) == {
        case: number for case, number in FIGURES.items() if case not in {"grow", "refold", "undo"}
    }
    assert {what: told["counts"].get(what) for what in COUNTS} == COUNTS
    refused = bench(*account)
    assert refused.returncode == 1
    assert "--empty deletes them" in refused.stderr
