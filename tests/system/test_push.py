"""What one does, the others see: across workers, from beside the server, and within a second."""

from __future__ import annotations

import random
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pyotp
import pytest

from app import people, rules
from app.devices import access
from app.identity import credentials, secondfactor
from app.identity.proof import Proof, Prover
from app.push.live import look
from domain.base import Authorship
from domain.folder import default_folder
from domain.house import SECOND_FACTOR_REQUIRED
from tests.system.phone import CALENDAR, CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.truth import Truth
from tests.system.wire import Denied, Unanswered, Wire

WORKERS = 4
PEOPLE = ()
SETTINGS = {"HEARTBEAT_MINIMUM": "1", "LOG_LEVEL": "debug"}

AT_ONCE = 0.5
"""Seconds within which a phone hears of an edit; the net below the bell takes longer."""

REVOKED = 2.0
"""Seconds within which somebody who may no longer come in is out, everywhere."""

PASSWORD_OF_PHONES, ANOTHER = "battery staple", "yet another staple"
NOTHING = UUID(int=0)

LONG = 300
"""A heartbeat that no test waits for."""

CHANGES, EXPIRED, DISABLED, BLOCKED = "2", "1", "126", "129"
NAMES = count()


@pytest.fixture
def owner(server: Server) -> str:
    """Somebody new, with empty folders."""
    name = f"owner{next(NAMES)}"
    server.admit(name)
    return name


Equip = Callable[..., Phone]


@pytest.fixture
def equip(server: Server, owner: str) -> Iterator[Equip]:
    """Phones of `owner` that are in step, each with a connection to another worker."""
    phones: list[Phone] = []

    def equipped(version: str = "16.1", password: str = PASSWORD) -> Phone:
        device = f"{owner}x{len(phones)}"
        wire = Wire(HOST, server.port, owner, password, device, version)
        phone = Phone(wire, random.Random(device))
        taken = {server.worker_of(other.wire.connect()) for other in phones}
        settle_elsewhere(server, wire, taken)
        phone.set_up()
        in_step(phone)
        phones.append(phone)
        return phone

    yield equipped
    for phone in phones:
        phone.wire.close()


def settle_elsewhere(server: Server, wire: Wire, taken: set[int | None]) -> None:
    """Connect again and again until another worker than these has the connection."""

    def elsewhere() -> bool:
        wire.close()
        wire.connect()
        wire.options()
        return server.worker_of(wire.connect()) not in taken

    until(elsewhere, "all connections end at the same worker")


def in_step(phone: Phone) -> None:
    while phone.sync() or phone.restless:
        pass


Answering = Future[Any]


@contextmanager
def parked(server: Server, phone: Phone, ask: Callable[[], object]) -> Iterator[Answering]:
    """`ask` is known to be parked in a worker; inside, its answer is still to come."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask)
        device = phone.wire.device
        until(lambda: server.parked(device) == 1 or answer.done(), "the request is not parked")
        assert not answer.done(), answer.result()
        yield answer


@contextmanager
def parked_ping(server: Server, phone: Phone, seconds: int = LONG) -> Iterator[Answering]:
    folders = [folder.id for folder in phone.folders.values()]
    with parked(server, phone, lambda: phone.wire.ping(folders, seconds)) as answer:
        yield answer


def heard(answer: Answering, began: float, within: float = AT_ONCE) -> object:
    """The answer; it must have come in time."""
    told = answer.result(timeout=LONG)
    assert time.monotonic() - began < within
    return told


@pytest.mark.parametrize("versions", [("16.1", "14.1"), ("14.1", "16.1")])
@pytest.mark.parametrize("kind", [CALENDAR, CONTACTS])
def test_an_edit_on_one_phone_reaches_the_other_within_a_second(
    server: Server, equip: Equip, kind: str, versions: tuple[str, str]
) -> None:
    first, second = map(equip, versions)
    for giver, taker in ((first, second), (second, first)):
        with parked_ping(server, taker) as answer:
            began = time.monotonic()
            giver.add(kind, next(NAMES))
            giver.sync()
            assert heard(answer, began) == (CHANGES, [taker.folders[kind].id])
            in_step(taker)
            assert time.monotonic() - began < AT_ONCE
        assert taker.folders[kind].store == giver.folders[kind].store
        in_step(giver)


def test_an_edit_beside_the_server_reaches_phones_in_all_workers(
    server: Server, owner: str, equip: Equip
) -> None:
    phones = [equip() for _ in range(3)]
    with server.groupware() as groupware, ExitStack() as stack:
        truth = Truth(groupware, server.account(owner))
        answers = [stack.enter_context(parked_ping(server, phone)) for phone in phones]
        began = time.monotonic()
        truth.add(CALENDAR, 1)
        for phone, answer in zip(phones, answers, strict=True):
            assert heard(answer, began) == (CHANGES, [phone.folders[CALENDAR].id])


def test_a_sync_that_waits_brings_the_edit_itself(server: Server, equip: Equip) -> None:
    giver, taker = equip(), equip()
    taker.heartbeat = 60
    with parked(server, taker, lambda: taker.sync((CONTACTS,))) as answer:
        began = time.monotonic()
        giver.add(CONTACTS, 1)
        giver.sync()
        assert heard(answer, began) is True
    assert taker.folders[CONTACTS].store == giver.folders[CONTACTS].store


def test_a_phones_own_edit_does_not_end_its_ping(server: Server, equip: Equip) -> None:
    phone, other = equip(), equip()
    elsewhere = replace(phone.wire)
    with parked_ping(server, phone, seconds=2) as answer:
        pinging, phone.wire = phone.wire, elsewhere
        phone.add(CONTACTS, 1)
        phone.sync()
        assert answer.result(timeout=LONG) == (EXPIRED, [])
        phone.wire = pinging
    elsewhere.close()
    in_step(other)
    assert other.folders[CONTACTS].store == phone.folders[CONTACTS].store


def test_a_worker_that_starts_ends_nobodys_ping(server: Server, equip: Equip) -> None:
    """It tells everybody that anything may have changed; they look, and wait on."""
    phone = equip()
    worker = server.worker_of(phone.wire.connect())
    with parked_ping(server, phone, seconds=10) as answer:
        server.kill_worker(next(pid for pid in server.worker_pids() if pid != worker))
        until(lambda: server.looked(phone.wire.device), "the ring did not arrive")
        assert not answer.done()
        server.kill_worker(worker)
        with pytest.raises(Unanswered):
            answer.result(timeout=LONG)


def test_a_newer_ping_ends_the_older_in_another_worker(server: Server, equip: Equip) -> None:
    phone = equip()
    newer = replace(phone.wire)
    settle_elsewhere(server, newer, {server.worker_of(phone.wire.connect())})
    with parked_ping(server, phone) as answer:
        began = time.monotonic()
        folders = [folder.id for folder in phone.folders.values()]
        assert newer.ping(folders, 1) == (EXPIRED, [])
        assert answer.result(timeout=LONG) == (EXPIRED, [])
        assert time.monotonic() - began < LONG / 2
    newer.close()


def test_who_is_disabled_is_out_of_every_worker_at_once(
    server: Server, owner: str, equip: Equip
) -> None:
    phones = [equip() for _ in range(WORKERS)]
    assert len({server.worker_of(phone.wire.connect()) for phone in phones}) == WORKERS
    with server.groupware() as groupware, ExitStack() as stack:
        answers = [stack.enter_context(parked_ping(server, phone)) for phone in phones]
        began = time.monotonic()
        author = groupware.author("admin:test", "test")
        people.disable(groupware, author, server.account(owner))
        for answer in answers:
            assert answer.result(timeout=LONG) == (DISABLED, [])
        assert time.monotonic() - began < REVOKED
    for phone in phones:
        with pytest.raises(Denied):
            phone.wire.options()


def test_a_new_password_ends_the_old_one_at_once(server: Server, owner: str, equip: Equip) -> None:
    phone = equip()
    with server.groupware() as groupware:
        author = groupware.author("admin:test", "test")
        people.set_password(groupware, author, server.account(owner), "another long password")
        began = time.monotonic()
        with pytest.raises(Denied) as denied:
            phone.wire.options()
    assert denied.value.status == 401
    assert time.monotonic() - began < REVOKED


def change_password(prover: Prover, admin: Authorship, account: UUID, id: UUID) -> None:
    credentials.reset_activesync_password(prover.groupware, admin, account, ANOTHER, id=id)


def remove_password(prover: Prover, admin: Authorship, account: UUID, id: UUID) -> None:
    credentials.withdraw(prover.groupware, admin, account, id)


def set_first(prover: Prover, admin: Authorship, account: UUID, id: UUID) -> None:
    credentials.reset_activesync_password(prover.groupware, admin, account, ANOTHER)


def turn_factor_on(prover: Prover, admin: Authorship, account: UUID, id: UUID) -> None:
    proof = Proof(PASSWORD)
    offer = secondfactor.begin(prover, admin, account, proof, "app")
    code = pyotp.TOTP(offer.secret).at(int(time.time()))
    secondfactor.enrol(prover, admin, account, code, ANOTHER)


def require_factor(prover: Prover, admin: Authorship, account: UUID, id: UUID) -> None:
    rules.decide(prover.groupware, admin, SECOND_FACTOR_REQUIRED, True)


@pytest.mark.parametrize(
    ("act", "own_password"),
    [
        (change_password, True),
        (remove_password, True),
        (set_first, False),
        (turn_factor_on, False),
        (require_factor, False),
    ],
)
def test_whoever_is_let_in_no_longer_is_out_of_every_worker_at_once(
    server: Server, owner: str, equip: Equip, act: Callable[..., None], own_password: bool
) -> None:
    account, password = server.account(owner), NOTHING
    with server.groupware() as groupware:
        admin, prover = groupware.author("admin:test", "test"), Prover(groupware)
        if own_password:
            ours = groupware, admin, account, PASSWORD_OF_PHONES
            password = credentials.reset_activesync_password(*ours)
            equip = partial(equip, password=PASSWORD_OF_PHONES)
        phones = [equip() for _ in range(WORKERS)]
        try:
            with ExitStack() as stack:
                answers = [stack.enter_context(parked_ping(server, phone)) for phone in phones]
                began = time.monotonic()
                act(prover, groupware.author("admin:test", "test"), account, password)
                for answer in answers:
                    with pytest.raises(Denied) as denied:
                        answer.result(timeout=LONG)
                    assert denied.value.status == 401
                assert time.monotonic() - began < REVOKED
        finally:
            rules.decide(groupware, admin, SECOND_FACTOR_REQUIRED, False)


def test_a_rule_about_phones_reaches_every_worker_at_once(server: Server, equip: Equip) -> None:
    phones = [equip() for _ in range(WORKERS)]
    with server.groupware() as groupware, ExitStack() as stack:
        answers = [stack.enter_context(parked_ping(server, phone)) for phone in phones]
        began = time.monotonic()
        author = groupware.author("admin:test", "test")
        access.put_rule(groupware, author, "type", "*", "block")
        try:
            for answer in answers:
                assert answer.result(timeout=LONG) == (BLOCKED, [])
            assert time.monotonic() - began < REVOKED
        finally:
            access.remove_rule(groupware, author, "type", "*")


def test_every_worker_tells_who_waits_in_it_until_it_is_gone(
    server: Server, owner: str, equip: Equip
) -> None:
    phones = [equip(), equip()]
    workers = [server.worker_of(phone.wire.connect()) for phone in phones]
    account = server.account(owner)
    with ExitStack() as stack:
        for phone in phones:
            stack.enter_context(parked_ping(server, phone))
        told = look(server.home / "wake")
        assert {each.pid for each in told} == set(server.worker_pids())
        found = {each.device: (worker, each) for worker in told for each in worker.connections}
        for phone, pid in zip(phones, workers, strict=True):
            worker, it = found[phone.wire.device]
            assert (worker.pid, worker.parked) == (pid, 1)
            assert (it.account, it.command) == (account, "Ping")
            assert set(it.folders) == {default_folder(account, type) for type in (8, 9)}
            assert it.left is not None
            assert 0 < it.left <= LONG
        text = page_for_an_administrator(server, owner, "/admin/live")
        assert text.count("<td>Ping<") == len(phones)
        server.kill_worker(workers[0])
        (left,) = [each for worker in look(server.home / "wake") for each in worker.connections]
        assert left.device == phones[1].wire.device
        left_behind = "the socket of the killed worker is there, or that of the new one is not"
        until(lambda: len(list((server.home / "wake").glob("*.live"))) == WORKERS, left_behind)
        server.kill_worker(workers[1])


def page_for_an_administrator(server: Server, name: str, path: str) -> str:
    """A page as this person sees it, who is made an administrator for it."""
    with server.groupware() as groupware:
        author = groupware.author("admin:test", "test")
        people.make_administrator(groupware, author, server.account(name))
    connection, cookie = server.connection(), ""

    def asked(method: str, path: str, **form: str) -> str:
        nonlocal cookie
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        connection.request(method, path, urlencode(form), {"Cookie": cookie, **kind})
        answer = connection.getresponse()
        cookie = (answer.headers.get("Set-Cookie") or cookie).partition(";")[0]
        return answer.read().decode()

    mark = re.search(r'name="mark" value="(\w+)"', asked("GET", "/sign-in"))
    assert mark
    asked("POST", "/sign-in", mark=mark[1], name=name, password=PASSWORD, back="/my")
    text = asked("GET", path)
    connection.close()
    return text


def test_a_phone_that_vanishes_leaves_nothing_behind(server: Server, equip: Equip) -> None:
    phone = equip()
    with parked_ping(server, phone) as answer:
        held = phone.wire.connect()
        worker = server.worker_of(held)
        assert worker is not None
        before = server.descriptors(worker)
        held.shutdown(socket.SHUT_RDWR)
        until(lambda: not server.parked(phone.wire.device), "the request is still parked")
        until(lambda: server.descriptors(worker) == before - 1, "the connection is still held")
        with pytest.raises(Unanswered):
            answer.result(timeout=LONG)


def test_parked_phones_are_answered_when_the_server_ends(server: Server, equip: Equip) -> None:
    pinging, syncing = equip(), equip()
    syncing.heartbeat = 60
    with (
        parked_ping(server, pinging) as ping,
        parked(server, syncing, syncing.sync) as sync,
    ):
        began = time.monotonic()
        server.stop()
        assert ping.result(timeout=LONG) == (EXPIRED, [])
        assert sync.result(timeout=LONG) is False
        assert time.monotonic() - began < 5
    server.start()
    for phone in (pinging, syncing):
        phone.wire.close()
        phone.heartbeat = None
        in_step(phone)
        assert phone.strange == []
