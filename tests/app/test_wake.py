from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from adapters.store.keyring import Keyring
from adapters.store.masterkey import MasterKey
from adapters.store.pool import Pool
from adapters.store.sqlite import SQLiteFactory
from app.composition import CODEC
from app.folders import make_default_folders
from app.groupware import Groupware
from app.push.bell import MOST, Bell, Ear, Topics, pack, unpack
from app.push.wake import ANYTHING, Vanished, Waiter, WakeHub
from domain.account import Account
from domain.folder import hierarchy_of
from projections import schema

SOON = 10.0
"""Longer than any wake takes; only a test that fails waits so long."""

ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    pool = Pool(tmp_path / "store.db")
    yield pool
    pool.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "wake"


@pytest.fixture
def groupware(pool: Pool) -> Groupware:
    with pool.writing() as connection:
        schema.create(connection)
    keyring = Keyring(pool, MasterKey(bytes(32)))
    return Groupware(SQLiteFactory(pool, keyring, schema.projectors(CODEC)), pool)


@pytest.fixture
def hub(folder: Path, pool: Pool, groupware: Groupware, stack: ExitStack) -> WakeHub:
    """One that hears, and looks at the store only when a test says so."""
    hub = WakeHub(folder)
    stack.callback(hub.close)
    hub.begin(pool, look=3600)
    return hub


def commit(groupware: Groupware) -> UUID:
    with groupware.acting(groupware.author("system", "test")):
        account = Account.open(f"n{uuid4().hex}", "a@example.org", "A", "UTC")
        groupware.save(account)
    return account.id


# Waiting


def test_a_ring_wakes_who_waits_for_that_topic_and_nobody_else(hub: WakeHub) -> None:
    one, two = hub.register([ONE]), hub.register([TWO])
    hub.ring([ONE])
    assert one.wait(SOON) == {ONE}
    assert two.wait(0) == frozenset()


def test_what_rings_between_registering_and_waiting_is_not_missed(hub: WakeHub) -> None:
    waiter = hub.register([ONE, TWO])
    hub.ring([TWO])
    hub.ring([ONE, TWO])
    assert waiter.wait(SOON) == {ONE, TWO}
    assert waiter.wait(0) == frozenset()


def test_one_waiter_can_wait_again_and_again(hub: WakeHub) -> None:
    waiter = hub.register([ONE])
    for _ in range(3):
        ringing = threading.Thread(target=hub.ring, args=([ONE],))
        ringing.start()
        assert waiter.wait(SOON) == {ONE}
        ringing.join()


def test_what_rang_before_the_wait_does_not_cut_the_next_one_short(hub: WakeHub) -> None:
    waiter = hub.register([ONE])
    hub.ring([ONE])
    assert waiter.wait(SOON) == {ONE}
    ringing = threading.Timer(0.05, hub.ring, args=([ONE],))
    ringing.start()
    assert waiter.wait(SOON) == {ONE}
    ringing.join()


def test_who_left_is_forgotten(hub: WakeHub) -> None:
    with hub.register([ONE]) as waiter:
        assert hub.parked == 1
    assert hub.parked == 0
    hub.ring([ONE])
    assert waiter.wait(0) == frozenset()
    waiter.cancel()


def test_a_phone_that_vanishes_ends_the_wait(hub: WakeHub) -> None:
    waiter = hub.register([ONE])
    threading.Thread(target=waiter.vanish).start()
    with pytest.raises(Vanished):
        waiter.wait(SOON)


def test_at_the_end_every_wait_returns_with_nothing_and_so_does_a_later_one(hub: WakeHub) -> None:
    waiter = hub.register([ONE])
    threading.Thread(target=hub.release_all).start()
    assert waiter.wait(SOON) == frozenset()
    assert waiter.wait(SOON) == frozenset()
    assert hub.register([TWO]).wait(SOON) == frozenset()


def test_caches_hear_every_ring(hub: WakeHub, folder: Path, stack: ExitStack) -> None:
    heard: list[Topics] = []
    arrived = threading.Event()
    hub.on_ring(lambda topics: (heard.append(topics), arrived.set()))
    hub.ring([ONE])
    assert heard == [{ONE}]
    arrived.clear()
    bell = Bell(folder)
    stack.callback(bell.close)
    bell.ring([TWO])
    assert arrived.wait(SOON)
    assert heard == [{ONE}, {TWO}]


# Other processes


def test_a_ring_reaches_the_waiters_of_another_process(
    hub: WakeHub, folder: Path, stack: ExitStack
) -> None:
    waiter = hub.register([ONE])
    script = (
        "import sys, pathlib, uuid; from app.push.bell import Bell;"
        "Bell(pathlib.Path(sys.argv[1])).ring([uuid.UUID(int=1)])"
    )
    before = time.monotonic()
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True)
    rung = time.monotonic()
    assert waiter.wait(SOON) == {ONE}
    assert before < waiter.since < rung, "it is told since when, by the clock of all processes"


def test_a_newcomer_tells_everybody_that_anything_may_have_changed(
    hub: WakeHub, folder: Path, pool: Pool, stack: ExitStack
) -> None:
    """It takes the place of one that may have died between its commit and its ring."""
    waiter = hub.register([ONE, TWO])
    newcomer = WakeHub(folder)
    stack.callback(newcomer.close)
    newcomer.begin(pool, look=3600)
    assert waiter.wait(SOON) == {ANYTHING}


def test_more_topics_than_fit_are_everything(hub: WakeHub, folder: Path, stack: ExitStack) -> None:
    waiter = hub.register([ONE])
    bell = Bell(folder)
    stack.callback(bell.close)
    bell.ring([UUID(int=number) for number in range(10, 10 + MOST + 1)])
    assert waiter.wait(SOON) == {ANYTHING}


def test_topics_travel_as_they_are() -> None:
    assert unpack(pack(frozenset([ONE, TWO]))) == {ONE, TWO}
    assert unpack(pack(None)) is None
    assert unpack(b"half a topic") is None


def test_a_socket_whose_owner_died_is_removed(folder: Path, stack: ExitStack) -> None:
    script = (
        "import sys, os, pathlib; from app.push.bell import Ear;"
        "Ear(pathlib.Path(sys.argv[1])); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], check=False)
    assert len(list(folder.iterdir())) == 1
    bell = Bell(folder)
    stack.callback(bell.close)
    bell.ring([ONE])
    assert list(folder.iterdir()) == []


def deaf_and_rung(folder: Path, pool: Pool, stack: ExitStack, *rings: UUID) -> Waiter:
    """Somebody who waits for one topic in a process that hears only when its queue is full."""
    deaf = WakeHub(folder)
    stack.callback(deaf.close)
    waiter = deaf.register([ONE])
    bell = Bell(folder)
    stack.callback(bell.close)
    while not bell.owes:
        bell.ring([TWO])
    for topic in rings:
        bell.ring([topic])
    deaf.begin(pool, look=3600)
    while bell.owes:
        bell.settle()
    return waiter


def test_who_could_not_take_a_ring_is_told_later_what_it_was(
    folder: Path, pool: Pool, groupware: Groupware, stack: ExitStack
) -> None:
    """And nobody has to look for what was not meant for him: there are thousands who wait."""
    others = (UUID(int=n) for n in range(2, 40))
    assert deaf_and_rung(folder, pool, stack, *others, ONE).wait(SOON) == {ONE}


def test_more_than_can_be_kept_for_somebody_is_everything(
    folder: Path, pool: Pool, groupware: Groupware, stack: ExitStack
) -> None:
    many = (UUID(int=n) for n in range(2, 1100))
    assert deaf_and_rung(folder, pool, stack, *many).wait(SOON) == {ANYTHING}


def test_a_home_with_a_long_name_can_ring_too(tmp_path: Path, stack: ExitStack) -> None:
    folder = tmp_path / ("long" * 30) / "wake"
    hub = WakeHub(folder)
    stack.callback(hub.close)
    pool = Pool(tmp_path / "other.db")
    stack.callback(pool.close)
    groupware = Groupware(SQLiteFactory(pool, Keyring(pool, MasterKey(bytes(32)))), pool)
    assert groupware.pool is pool
    hub.begin(pool, look=3600)
    waiter = hub.register([ONE])
    bell = Bell(folder)
    stack.callback(bell.close)
    bell.ring([ONE])
    assert waiter.wait(SOON) == {ONE}


def test_hearing_ends_in_a_home_with_a_long_name_too(tmp_path: Path) -> None:
    ear = Ear(tmp_path / ("long" * 30) / "wake")
    hearing = threading.Thread(target=lambda: list(ear.hear()), daemon=True)
    hearing.start()
    ear.stop()
    hearing.join(SOON)
    assert not hearing.is_alive()
    ear.close()


# The net below


def test_a_commit_nobody_rang_for_wakes_who_waits_for_it_at_the_next_look(
    hub: WakeHub, pool: Pool, groupware: Groupware
) -> None:
    account = commit(groupware)
    hub.look(pool)
    one, two = hub.register([account]), hub.register([TWO])
    with groupware.acting(groupware.author("system", "test")):
        person = groupware.load(Account, account)
        person.enable()
        groupware.save(person)
    hub.ring([TWO])  # whoever else rings does not cover it up
    hub.look(pool)
    assert one.wait(0) == {account}
    assert two.wait(0) == {TWO}
    hub.look(pool)
    assert one.wait(0) == frozenset()


def test_an_item_nobody_rang_for_wakes_the_phones_of_its_person(
    hub: WakeHub, pool: Pool, groupware: Groupware
) -> None:
    account = commit(groupware)
    hub.look(pool)
    hers, others = hub.register([hierarchy_of(account)]), hub.register([hierarchy_of(ONE)])
    with groupware.acting(groupware.author("system", "test")):
        make_default_folders(groupware, account)
    hub.look(pool)
    assert hers.wait(0) == {hierarchy_of(account)}
    assert others.wait(0) == frozenset()


def test_what_is_written_beside_the_log_wakes_nobody(hub: WakeHub, pool: Pool) -> None:
    waiter = hub.register([ONE])
    with pool.writing() as connection:
        connection.execute("CREATE TABLE cache (x)")
    hub.look(pool)
    hub.look(pool)
    assert waiter.wait(0) == frozenset()


def test_the_look_happens_by_itself(
    folder: Path, pool: Pool, groupware: Groupware, stack: ExitStack
) -> None:
    hub = WakeHub(folder)
    stack.callback(hub.close)
    hub.begin(pool, look=0.01)
    waiter = hub.register([Account.id_of("ada")])
    with groupware.acting(groupware.author("system", "test")):
        groupware.save(Account.open("ada", "ada@example.org", "Ada", "UTC"))
    assert waiter.wait(SOON) == {Account.id_of("ada")}


def test_a_commit_rings_with_the_topics_it_touched(
    folder: Path, pool: Pool, hub: WakeHub, groupware: Groupware
) -> None:
    groupware.ring = hub.ring
    heard: list[Topics] = []
    hub.on_ring(heard.append)
    id = commit(groupware)
    assert heard == [{id}]


# Inside a server

PATCHED = """
from gevent import monkey; monkey.patch_all()
import gevent, pathlib, socket, sys, uuid
from app.composition import open_groupware
from app.push.wake import Vanished, WakeHub
from app.push.watch import watched

hub = WakeHub(pathlib.Path(sys.argv[1]))
one = uuid.UUID(int=1)
here, phone = socket.socketpair()

def parked():
    with hub.register([one]) as waiter, watched(here, waiter):
        try:
            return waiter.wait(60)
        except Vanished:
            return "vanished"

def during(act):
    greenlet = gevent.spawn(parked)
    while not hub.parked:
        gevent.sleep(0)
    gevent.sleep(0)
    act()
    print(greenlet.get(timeout=10), hub.parked)

during(lambda: hub.ring([one]))
during(hub.release_all)
hub.draining = False
if sys.argv[2] == "farewell":
    phone.send(b"tls says goodbye")
    gevent.sleep(0)
during(phone.close)
hub.begin(open_groupware(pathlib.Path(sys.argv[1]).parent / "home").pool)
gevent.sleep(0)
hub.close()
gevent.sleep(0)
"""


@pytest.mark.parametrize("how", ["plain", "farewell"])
def test_in_a_patched_process_rings_ends_and_lost_phones_free_their_greenlets(
    folder: Path, how: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PATCHED, str(folder), how],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines() == [
        f"frozenset({{{ONE!r}}}) 0",
        "frozenset() 0",
        "vanished 0",
    ], done.stderr
    assert done.stderr == ""
