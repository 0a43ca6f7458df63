"""Random histories with real processes: phones on a bad network, an editor beside the server,
workers and whole servers that are killed. All must end in step, nothing lost, nothing twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

import pytest

from tests.system.history import SECONDS, SEED, History
from tests.system.server import Server

WORKERS = 2
PEOPLE = ()
SETTINGS = {"HEARTBEAT_MINIMUM": "1"}
NUMBERS = count()


@pytest.fixture
def history(server: Server) -> Iterator[History]:
    """Of somebody new, so that the tests share nothing but the server."""
    number = next(NUMBERS)
    name = f"person{number}"
    account = server.admit(name)[name]
    history = History(server, account, SEED + number)
    history.equip(name)
    yield history
    history.close()


def test_phones_on_a_bad_network_end_in_step(history: History) -> None:
    with history.going_on():
        time.sleep(SECONDS)
    history.settle()
    history.check()


def test_a_killed_worker_costs_nothing(server: Server, history: History) -> None:
    with history.going_on():
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            time.sleep(SECONDS / 4)
            server.kill_worker()
    history.settle()
    history.check()


def test_a_server_that_lost_its_power_goes_on_where_it_was(
    server: Server, history: History
) -> None:
    with history.going_on():
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            time.sleep(SECONDS / 3)
            server.kill_all()
            server.start()
    history.settle()
    history.check()


def test_a_restart_in_the_middle_is_not_noticed(server: Server, history: History) -> None:
    with history.going_on():
        time.sleep(SECONDS / 4)
        server.restart()
        time.sleep(SECONDS / 4)
    history.settle()
    history.check()


def test_rows_are_made_anew_while_phones_are_at_work(server: Server, history: History) -> None:
    with history.going_on():
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            time.sleep(SECONDS / 4)
            with server.groupware() as groupware, groupware.pool.writing() as connection:
                connection.execute("UPDATE directory_entry SET sort = 'wrong', words = ''")
                connection.execute("DELETE FROM contact_address")
            assert "phones waited" in server.verb("rebuild")
    assert "every row is what it says" in server.verify()
    history.settle()
    history.check()
