"""What is counted, over the processes there are and were, and that no label tells of anybody."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

import pytest

from adapters.store.pool import StoreUnavailable
from app import journal
from app.metrics import ledgers, measures
from app.metrics.kinds import OTHER, Count, Measure, Spread
from app.metrics.ledgers import Ledger
from app.metrics.page import STANDING, application
from app.push.wake import WakeHub
from app.settings import Settings
from domain.item import EditSetAside
from tests.app.house import PHONE, House
from tests.app.test_wake import ONE, SOON

SECRETS = ("ada", "example", PHONE, "iPhone", "wrong horse", "Dentist", "evil")
SERIES = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'(\w+)="([^"]*)"')


@pytest.fixture(autouse=True)
def _from_nothing() -> Iterator[None]:
    """The numbers are those of this process: each test has its own."""
    before = {name: each.rows for name, each in measures.MEASURES.items()}
    for each in measures.MEASURES.values():
        each.rows = {}
    yield
    for name, rows in before.items():
        measures.MEASURES[name].rows = rows


def rows(measure: Measure) -> dict[tuple[str, ...], list[float]]:
    return measure.rows


# Counting


def test_what_is_not_among_the_few_values_of_a_label_is_other() -> None:
    count = Count("things", "", size=frozenset({"big"}))
    for size in ("big", "evil", "big", "worse"):
        count.add(size)
    assert count.rows == {("big",): [2], ("other",): [2]}


def test_a_spread_has_how_often_up_to_each_bound_and_how_much_in_all() -> None:
    spread = Spread("sizes", "", (1, 10))
    for much in (0.5, 1, 5, 10, 11):
        spread.put(much)
    assert spread.rows == {(): [2, 2, 1, 27.5]}


def test_a_request_counts_by_command_version_and_both_statuses() -> None:
    fields = {"command": "Sync", "version": "16.1", "eas": 3}
    measures.served(fields, 200, 0.004)
    measures.served({"command": "Sync"}, 401, None)
    assert rows(measures.REQUESTS) == {
        ("Sync", "16.1", "200", "3"): [1],
        ("Sync", "other", "401", "1"): [1],
    }
    assert sum(rows(measures.SECONDS)[("Sync",)][:-1]) == 1


def test_folders_that_were_only_estimated_are_no_answers() -> None:
    fields = {"command": "GetItemEstimate", "version": "16.1", "collections": [("a", 1, 12)]}
    measures.served(fields, 200, 0.004)
    assert rows(measures.COLLECTIONS) == {}
    assert rows(measures.REQUESTS) == {("GetItemEstimate", "16.1", "200", "1"): [1]}


def test_a_folder_counts_with_its_status_and_what_it_was_sent() -> None:
    told = [("one", 1, 0, 7), ("two", 3, 0, 0)]
    measures.served({"command": "Sync", "collections": told}, 200, 0.1)
    assert rows(measures.COLLECTIONS) == {("1",): [1], ("3",): [1]}
    assert rows(measures.DELTA)[()][-1] == 7


def test_incidents_and_events_count_once_they_are_there(house: House) -> None:
    journal.incident(ValueError())
    assert rows(measures.INCIDENTS) == {(): [1]}
    opened = measures.EVENTS.rows.get(("account.opened",), [0])[0]
    house.person("linus")
    assert rows(measures.EVENTS)[("account.opened",)] == [opened + 1]
    before = {kind: list(row) for kind, row in rows(measures.EVENTS).items()}
    with pytest.raises(StoreUnavailable):
        given_up(house)
    assert rows(measures.EVENTS) == before


def given_up(house: House) -> None:
    with house.groupware.pool.writing():
        house.person("grace")
        raise StoreUnavailable("the disk is full")


def test_a_conflict_is_the_event_of_that_name() -> None:
    assert EditSetAside.TOPIC == "edit.set-aside"


def test_counting_a_request_costs_a_few_microseconds() -> None:
    """A Sync without news takes 200; the bound is wide, since machines are busy at times."""
    fields = {"command": "Sync", "version": "16.1", "still": True}
    best = min(took(fields) for _ in range(5))
    assert best < 8e-6


def took(fields: dict[str, Any], times: int = 2000) -> float:
    began = time.perf_counter()
    for _ in range(times):
        measures.served(fields, 200, 0.0002)
    return (time.perf_counter() - began) / times


# Over all processes

COUNTING = """
import sys
from pathlib import Path
from app.metrics import measures
from app.metrics.ledgers import Ledger
measures.AUTHENTICATIONS.add("right")
measures.WAKE.put(0.2)
measures.PARKED.set(3)
Ledger(Path(sys.argv[1])).write()
"""


def another(folder: Path) -> int:
    """A process that counted, and ended; its number."""
    with subprocess.Popen([sys.executable, "-c", COUNTING, str(folder)]) as process:
        assert process.wait(30) == 0
    return process.pid


def right(folder: Path) -> float:
    return ledgers.read(folder).total(measures.AUTHENTICATIONS.name)


def parked(folder: Path) -> float:
    return ledgers.read(folder).total(measures.PARKED.name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ledgers.begin(tmp_path / "run" / "metrics")
    return tmp_path / "run" / "metrics"


def test_the_numbers_of_all_processes_are_added_up(folder: Path) -> None:
    measures.AUTHENTICATIONS.add("right")
    Ledger(folder).write()
    another(folder)
    found = ledgers.read(folder)
    assert (found.processes, right(folder), parked(folder)) == (2, 2, 3)
    assert found.numbers[measures.WAKE.name][()][-1] == 0.2


def test_who_ended_has_counted_but_holds_nothing_any_more(folder: Path) -> None:
    first, second = another(folder), another(folder)
    assert (right(folder), parked(folder)) == (2, 6)
    ledgers.bury(folder, first)
    assert (right(folder), parked(folder)) == (2, 3)
    ledgers.bury(folder, second)
    assert (right(folder), parked(folder), ledgers.read(folder).processes) == (2, 0, 0)
    assert [path.name for path in folder.iterdir()] == [ledgers.GONE]


def test_who_ends_while_others_read_is_counted_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two steps of the burial both files are there."""
    pid = another(folder)
    unlink = Path.unlink
    seen: list[float] = []

    def looked_at_first(path: Path, missing_ok: bool = False) -> None:
        seen.append(right(folder))
        unlink(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", looked_at_first)
        ledgers.bury(folder, pid)
    assert [*seen, right(folder)] == [1, 1]


def test_a_new_server_counts_from_nothing(folder: Path) -> None:
    ledgers.bury(folder, another(folder))
    another(folder)
    ledgers.begin(folder)
    assert ledgers.read(folder) == ledgers.Sum({}, 0)


def test_a_disk_that_takes_nothing_costs_numbers_and_nothing_else(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(folder)
    measures.AUTHENTICATIONS.add("right")
    ledger.write()
    measures.AUTHENTICATIONS.add("right")

    def full(path: Path, data: bytes) -> int:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        ledger.write()
        assert right(folder) == 1
    ledger.write()
    assert right(folder) == 2
    ledgers.begin(next(folder.iterdir()) / "no-folder")
    assert right(folder) == 2


def test_nothing_is_written_where_nothing_was_counted(folder: Path) -> None:
    measures.AUTHENTICATIONS.add("right")
    ledger = Ledger(folder)
    ledger.write()
    (path,) = folder.iterdir()
    path.unlink()
    ledger.write()
    assert list(folder.iterdir()) == []


# As Prometheus sees it


def page(home: Path, path: str = "/metrics", method: str = "GET") -> tuple[str, str]:
    """Status and text."""
    settings = Settings(home=home)
    hub = WakeHub(settings.sockets)
    told: list[str] = []
    app = application(settings, hub)
    asked = {"PATH_INFO": path, "REQUEST_METHOD": method}
    body = b"".join(app(asked, lambda status, _: told.append(status)))
    hub.close()
    return told[0], body.decode()


def series(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for line in text.splitlines():
        if not line.startswith("#"):
            found = SERIES.fullmatch(line)
            assert found, line
            yield found[1], dict(LABEL.findall(found[2] or "")), float(found[3])


def test_the_page_tells_buckets_that_add_up(folder: Path, tmp_path: Path) -> None:
    for seconds in (0.0004, 0.02, 99):
        measures.WAKE.put(seconds)
    Ledger(folder).write()
    status, text = page(tmp_path)
    assert status == "200 OK"
    found = {(name, labels.get("le")): much for name, labels, much in series(text)}
    wake = "taccuino_wake_seconds"
    assert found[(f"{wake}_bucket", "0.0005")] == 1
    assert found[(f"{wake}_bucket", "10.0")] == 2
    assert found[(f"{wake}_bucket", "+Inf")] == found[(f"{wake}_count", None)] == 3
    assert found[(f"{wake}_sum", None)] == pytest.approx(99.0204)


def test_there_is_nothing_else_at_this_address(tmp_path: Path) -> None:
    assert page(tmp_path, "/") == ("404 Not Found", "")
    assert page(tmp_path, "/metrics", "POST") == ("404 Not Found", "")


def test_a_number_without_labels_is_there_before_anything_happened(tmp_path: Path) -> None:
    found = {name: much for name, _, much in series(page(tmp_path)[1])}
    assert found["taccuino_incidents_total"] == 0
    assert found["taccuino_wake_seconds_count"] == 0
    assert found["taccuino_ready"] == 0


def test_what_an_alert_is_for_is_there_before_it_happened(folder: Path, tmp_path: Path) -> None:
    """Else the first time would be no increase: the first item in quarantine, or forty phones that
    begin anew between two looks."""
    measures.happened([EditSetAside.TOPIC])
    Ledger(folder).write()
    told = [(name, *labels.values(), much) for name, labels, much in series(page(tmp_path)[1])]
    kinds = {row[1:] for row in told if row[0] == "taccuino_events_total"}
    assert kinds == {("edit.set-aside", 1), ("edit.held", 0), ("item.quarantined", 0)}
    assert ("taccuino_collections_total", "3", 0) in told
    assert ("taccuino_authentications_total", "directory down", 0) in told


def test_no_label_tells_of_anybody_whatever_phones_say(folder: Path, tmp_path: Path) -> None:
    fields = {"command": "evil", "version": "evil", "account": "ada", "device": PHONE}
    measures.served({**fields, "eas": "evil", "collections": [("i", "evil", 0, 1)]}, 999, 0.1)
    measures.AUTHENTICATIONS.add("wrong horse")
    Ledger(folder).write()
    text = page(tmp_path)[1]
    assert not [word for word in SECRETS if word in text]
    for name, labels, _ in series(text):
        for label, value in labels.items():
            assert label == "le" or value in allowed(name, label), (name, label, value)


def allowed(name: str, label: str) -> Set[str]:
    stem = re.sub("_(total|bucket|sum|count)$", "", name)
    measure = measures.MEASURES[stem]
    few = measure.few[label]
    return {each for (each,) in measure.awaited} if few is None else few | {OTHER}


def test_every_label_has_few_values_or_those_of_the_code() -> None:
    open_ended = [
        (name, label)
        for name, each in measures.MEASURES.items()
        for label, few in each.few.items()
        if few is None
    ]
    assert open_ended == [("taccuino_events", "kind")]
    assert not {f"taccuino_{name}" for name in STANDING} & measures.MEASURES.keys()


# How soon who waits hears


def test_a_wake_is_measured_from_the_first_ring_that_it_tells_of(tmp_path: Path) -> None:
    hub = WakeHub(tmp_path / "wake")
    waiter = hub.register([ONE])
    before = time.monotonic()
    hub.ring([ONE])
    hub.ring([ONE])
    assert waiter.wait(SOON) == {ONE}
    assert before <= waiter.since <= time.monotonic()
    assert waiter.wait(0) == frozenset()
    assert waiter.since == 0
    hub.close()
