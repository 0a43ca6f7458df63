"""A server that is looked at: its numbers at their own address, over workers that come and go, its
probes, and `taccuino top`."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.cli import top
from app.composition import STORE
from app.metrics.ledgers import GONE
from tests.app.cli_runner import Cli
from tests.app.test_metrics import series
from tests.system.couple import in_step, ping
from tests.system.phone import CALENDAR, CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server, free_port, until
from tests.system.wire import Denied, Wire, pinging

NUMBERS = free_port()
SETTINGS = {
    "METRICS": f"{HOST}:{NUMBERS}",
    "HEARTBEAT_MINIMUM": "1",
    "LOG_LEVEL": "debug",
}
MODULE = "tests.system.telling"
QUIET = 0.2
"""Seconds in which every worker has written what it counted, mostly."""


def asked(path: str, port: int) -> tuple[int, str]:
    connection = HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def page() -> str:
    status, text = asked("/metrics", NUMBERS)
    assert status == 200
    return text


def total(name: str, **labels: str) -> float:
    """Over all series of this name with these labels."""
    found = (much for each, has, much in series(page()) if each == name and fits(has, labels))
    return sum(found)


def fits(has: dict[str, str], labels: dict[str, str]) -> bool:
    return labels.items() <= has.items()


def comes_to(name: str, much: float, **labels: str) -> bool:
    """Whether the number is there soon."""
    until(lambda: total(name, **labels) == much, f"{name} does not come to {much}\n{page()}")
    return total(name, **labels) == much


def a_phone(server: Server, device: str, password: str = PASSWORD) -> Phone:
    return Phone(Wire(HOST, server.port, "ada", password, device), random.Random(1))


@pytest.fixture
def phones(server: Server) -> Iterator[tuple[Phone, Phone]]:
    """One that gives and one that takes, in step."""
    number = next(NUMBER)
    pair = a_phone(server, f"GIVER{number}"), a_phone(server, f"TAKER{number}")
    for each in pair:
        each.set_up()
    in_step(*pair)
    until(settled, "the numbers do not come to rest", pause=QUIET)
    yield pair
    for each in pair:
        each.wire.close()


NUMBER = iter(range(1, 100))


def test_what_phones_do_is_counted(server: Server, phones: tuple[Phone, Phone]) -> None:
    giver, taker = phones
    sent = "taccuino_delta_items_sum"
    syncs = total("taccuino_requests_total", command="Sync")
    scheduled = total("taccuino_events_total", kind="appointment.scheduled")
    before = total(sent)
    asked_before = giver.wire.asked + taker.wire.asked
    giver.add(CALENDAR, 1)
    in_step(giver, taker)
    asked_now = giver.wire.asked + taker.wire.asked
    assert comes_to(sent, before + 1)
    assert comes_to("taccuino_requests_total", syncs + asked_now - asked_before, command="Sync")
    assert comes_to("taccuino_events_total", scheduled + 1, kind="appointment.scheduled")


def test_a_wrong_password_is_counted_and_nothing_of_it_told(server: Server) -> None:
    outcome = {"outcome": "wrong"}
    before = total("taccuino_authentications_total", **outcome)
    stranger = a_phone(server, "STRANGER", "a wrong horse")
    with pytest.raises(Denied):
        stranger.wire.ask("Sync")
    stranger.wire.close()
    assert comes_to("taccuino_authentications_total", before + 1, **outcome)
    assert not re.search("horse|STRANGER|GIVER|ada|example", page())


def test_a_phone_that_waits_is_seen_and_how_soon_it_hears(
    server: Server, phones: tuple[Phone, Phone]
) -> None:
    giver, taker = phones
    ping(taker, 1)
    heard, took = "taccuino_wake_seconds_count", "taccuino_wake_seconds_sum"
    before, already = total(heard), total(took)
    with waiting(server, taker):
        comes_to("taccuino_parked_requests", 1)
        giver.add(CONTACTS, 2)
        in_step(giver)
    assert comes_to(heard, before + 1)
    assert 0 < total(took) - already < 5
    assert comes_to("taccuino_parked_requests", 0)
    in_step(taker)


@contextmanager
def waiting(server: Server, phone: Phone) -> Iterator[None]:
    """A Ping is parked inside, and ends with news."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ping, phone, 60)
        until(lambda: server.parked(phone.wire.device) == 1, "it does not wait")
        yield
        told = answer.result()
    assert isinstance(told, tuple)
    assert told[0] == "2"


def test_a_worker_that_dies_has_counted_and_leaves_nothing(
    server: Server, phones: tuple[Phone, Phone]
) -> None:
    before = total("taccuino_requests_total")
    for each in phones:
        each.wire.close()
    server.kill_workers()
    until(lambda: total("taccuino_workers") == server.workers, "the new ones do not count")
    assert total("taccuino_requests_total") == before
    folder = server.home / "run" / "metrics"
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    assert len(names) == server.workers + 1
    assert GONE in names


def settled() -> bool:
    """Nobody has counted anything since the last look."""
    now, before = total("taccuino_requests_total"), SEEN.pop() if SEEN else -1.0
    SEEN.append(now)
    return now == before


SEEN: list[float] = []


def test_numbers_are_at_their_own_address_only(server: Server) -> None:
    assert asked("/metrics", server.port)[0] == 404
    assert asked("/healthz", NUMBERS)[0] == 404
    assert asked("/healthz", server.port) == (200, '{"status":"ok"}')


def test_a_worker_is_ready_when_it_can_serve(server: Server) -> None:
    status, text = asked("/readyz", server.port)
    assert status == 200, text
    assert json.loads(text)["ready"] is True
    assert total("taccuino_ready") == 1
    assert total("taccuino_store_bytes") >= (server.home / STORE).stat().st_size


def test_top_shows_who_waits_and_how_much_is_asked(
    server: Server, phones: tuple[Phone, Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    giver, taker = phones
    ping(taker, 1)
    second = SimpleNamespace(sleep=lambda _: syncs(giver), monotonic=time.monotonic)
    monkeypatch.setattr(top, "time", second)
    with waiting(server, taker):
        lines = Cli(server.home).done("top", "--once", "--json").splitlines()
        drawn = Cli(server.home).done("top", "--once")
        giver.add(CONTACTS, 3)
        in_step(giver)
    in_step(taker)
    (frame,) = map(json.loads, lines)
    assert (frame["workers"], frame["waiting"]) == (server.workers, 1)
    assert frame["requests"] > 0
    assert "Sync" in frame["commands"]
    assert frame["half_within"] <= frame["most_within"]
    assert [(each["user"], each["command"]) for each in frame["phones"]] == [("ada", "Ping")]
    assert "phones waiting 1" in drawn
    assert "Sync" in drawn


def syncs(phone: Phone) -> None:
    """Until the numbers show it."""
    before = total("taccuino_requests_total", command="Sync")
    phone.sync()
    until(lambda: total("taccuino_requests_total", command="Sync") > before, "nothing counted")


def test_an_address_that_is_taken_is_told_in_one_line(server: Server, tmp_path: Path) -> None:
    other = Server(tmp_path, settings={"METRICS": f"{HOST}:{NUMBERS}"})
    told = other.refused()
    assert told.startswith("taccuino: ")
    assert f"'{HOST}', {NUMBERS}" in told
    assert told.count("\n") == 1


def test_a_balancer_is_told_that_a_server_ends_and_who_waits_is_answered(
    server: Server, phones: tuple[Phone, Phone]
) -> None:
    """The port is open for a part of a second more, unless the moment is a bad one: so it is tried
    a few times."""
    _, taker = phones
    ping(taker, 1)
    for _ in range(5):
        told = ending(server, taker)
        server.start()
        if told:
            break
    assert told == {"ending": "this process is about to end"}


def ending(server: Server, phone: Phone) -> dict[str, str]:
    """SIGTERM while this phone waits; what /readyz says is wrong until nobody is there."""
    phone.wire.begin("Ping", pinging([phone.folders[CALENDAR].id], 60))
    until(lambda: server.parked(phone.wire.device) == 1, "it does not wait")
    assert server.process is not None
    server.process.terminate()
    wrong = {}
    with suppress(ConnectionError):
        while True:
            status, text = asked("/readyz", server.port)
            parts = {name: said for name, said in json.loads(text).items() if said != "ok"}
            assert parts.pop("ready") is (status == 200)
            wrong |= parts
    assert phone.wire.finish().text_of("ping:Status") == "1"
    phone.wire.close()
    server.stop()
    return wrong


def test_top_has_nothing_to_show_where_no_server_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(top, "EVERY", 0.0)
    assert "no server runs" in Cli(tmp_path / "home").refused("top", "--once")
