"""Who is here: each process answers whoever asks, and `taccuino live` and /admin/live show it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.eas.reply import Empty
from adapters.ids import server_id
from adapters.wbxml import E
from app import people
from app.push import live
from app.push.live import Window, look
from app.push.stay import Stay
from domain.folder import CALENDAR, CONTACTS, default_folder, hierarchy_of
from tests.app.cli_runner import Cli
from tests.app.house import PHONE, Clock, House
from tests.app.reader import Reader, pages, with_password

HIERARCHY = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))
CAME = Clock.now
NAMES = ["ada", "iPhone14C5"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "wake"
    folder.mkdir()
    return folder


@dataclass
class Waiting:
    """Somebody who waits, at a hub where nobody rings."""

    topics: tuple[UUID, ...] = ()

    def register(self, topics: Iterable[UUID]) -> Waiting:
        return Waiting(tuple(topics))


@dataclass
class Process:
    """A process that answers."""

    folder: Path
    number: int = 1

    def __post_init__(self) -> None:
        self.present: set[Stay] = set()
        self.window = Window(self.folder / f"{self.number}-x{live.SUFFIX}", self.present)
        self.thread = threading.Thread(target=self.window.serve, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.window.stop()
        self.thread.join(10)
        self.window.close()

    def request(
        self,
        account: UUID,
        command: str = "Ping",
        folders: tuple[UUID, ...] = (),
        seconds: float = 0,
        age: int = 0,
    ) -> Stay:
        """A phone's request; with `seconds` one that waits."""
        stay = Stay()
        stay.came, stay.line = CAME - timedelta(seconds=age), {"request": f"r{age}"}
        stay.doing = (account, PHONE, command)
        if seconds:
            topics = (*folders, hierarchy_of(account), account, uuid4())
            hub: Any = Waiting()
            stay.begin(hub, topics, uuid4(), seconds, Empty())
        self.present.add(stay)
        return stay


@contextmanager
def process(folder: Path, number: int = 1) -> Iterator[Process]:
    folder.mkdir(exist_ok=True)
    it = Process(folder, number)
    try:
        yield it
    finally:
        it.close()


def test_whoever_asks_is_told_of_those_that_wait_and_of_those_in_work(folder: Path) -> None:
    account, books = uuid4(), (uuid4(), uuid4())
    with process(folder) as it:
        it.request(account, "Ping", books, seconds=900)
        it.request(account, "Sync", age=2)
        it.present.add(Stay())  # nobody knows yet whose it is
        (worker,) = look(folder)
    assert worker.parked == 1
    waiting, working = sorted(worker.connections, key=lambda each: each.command)
    assert (waiting.account, waiting.device, waiting.command) == (account, PHONE, "Ping")
    assert (waiting.folders, waiting.left, waiting.came) == (books, 900, CAME)
    assert (working.command, working.folders, working.left) == ("Sync", (), None)
    assert working.request == "r2"


def test_who_is_gone_is_told_no_more(folder: Path) -> None:
    with process(folder) as it:
        stay = it.request(uuid4(), seconds=60)
        it.present.discard(stay)
        assert look(folder)[0].connections == ()
    assert look(folder) == []


def test_thousands_that_wait_are_told_of_at_once(folder: Path) -> None:
    with process(folder) as it:
        for age in range(2_000):
            it.request(uuid4(), folders=(uuid4(), uuid4()), seconds=900, age=age)
        (worker,) = look(folder)
    assert len({each.request for each in worker.connections}) == 2_000


def test_what_a_killed_process_left_is_cleaned_up(folder: Path) -> None:
    left = folder / f"9{live.SUFFIX}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(left))
    with process(folder):
        assert len(look(folder)) == 1
    assert not left.exists()


def test_a_process_that_hangs_is_passed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PATIENCE", 0.05)
    with process(folder, 2), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as hung:
        path = folder / f"1{live.SUFFIX}"
        hung.bind(str(path))
        hung.listen()
        assert len(look(folder)) == 1
        assert path.exists(), "it may well answer the next time"


def test_whoever_asks_and_does_not_listen_keeps_nobody_else_from_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "TAKEN_WITHIN", 0.2)
    monkeypatch.setattr(live, "PATIENCE", 10)
    with process(folder) as it:
        for age in range(5_000):
            it.request(uuid4(), seconds=900, age=age)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as deaf:
            deaf.connect(str(it.window.path))
            assert len(look(folder)[0].connections) == 5_000


def test_without_a_server_nobody_is_here(tmp_path: Path) -> None:
    assert look(tmp_path / "wake") == []


def test_a_long_path_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30)
    folder.mkdir()
    with process(folder) as it:
        it.request(uuid4())
        assert len(look(folder)[0].connections) == 1


# What people see


@pytest.fixture
def house(house: House) -> House:
    with_password(house)
    people.make_administrator(house.groupware, house.admin, house.account().id)
    house.ask("FolderSync", HIERARCHY)
    return house


def ada_waits(it: Process, house: House) -> None:
    account = house.account().id
    folders = tuple(default_folder(account, type) for type in (CALENDAR, CONTACTS))
    it.request(account, "Ping", folders, seconds=870, age=30)
    it.request(account, "Sync")


def test_the_page_names_people_phones_and_folders_the_newest_first(house: House) -> None:
    reader = Reader(pages(house))
    reader.sign_in()
    assert "No worker answers" in reader.get("/admin/live").text
    with process(house.settings.sockets) as it:
        assert "No phone is connected" in reader.get("/admin/live").text
        ada_waits(it, house)
        text = reader.get("/admin/live").text
    assert "1 waiting, 1 in work" in text
    assert "Calendar, Contacts" in text
    assert "waits up to 14:30 min more" in text
    assert f'<a href="/admin/devices/{server_id(house.phone().id)}">' in text
    assert text.index("Sync<") < text.index("Ping<")
    assert "<script" not in text


def test_a_phone_that_nobody_knows_yet_is_shown_by_what_it_calls_itself(house: House) -> None:
    reader = Reader(pages(house))
    reader.sign_in()
    with process(house.settings.sockets) as it:
        it.request(uuid4(), "FolderSync")
        assert PHONE in reader.get("/admin/live").text


def test_many_are_shown_page_by_page(house: House) -> None:
    reader = Reader(pages(house))
    reader.sign_in()
    with process(house.settings.sockets) as it:
        for age in range(60):
            it.request(house.account().id, f"C{age:02}", seconds=900, age=age)
        first, second = (reader.get(f"/admin/live?page={page}").text for page in (1, 2))
    assert "C49<" in first
    assert "C50<" not in first
    assert "C50<" in second


def test_the_command_line_shows_the_same(house: House) -> None:
    cli = Cli(house.settings.home)
    assert cli.rows("live") == []
    with process(house.settings.sockets) as it:
        ada_waits(it, house)
        rows = cli.rows("live")
        told = json.loads(cli.done("live", "--json"))
    assert [row[:4] for row in rows] == [
        [*NAMES, "Sync", ""],
        [*NAMES, "Ping", "Calendar, Contacts"],
    ]
    assert [row[5] for row in rows] == ["in work", "870 s"]
    (worker,) = told["workers"]
    assert (worker["waiting"], worker["connections"]) == (1, 2)
    assert told["connections"][1] == {
        "user": "ada",
        "phone": server_id(house.phone().id),
        "name": NAMES[1],
        "device": PHONE,
        "command": "Ping",
        "folders": ["Calendar", "Contacts"],
        "since": (CAME - timedelta(seconds=30)).isoformat(),
        "left": 870,
        "request": "r30",
        "worker": worker["worker"],
    }
