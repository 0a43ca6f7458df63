"""What was answered stays answered: over kill -9, over a restart, by whichever worker."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from adapters.wbxml import E, Element
from tests.system.phone import CALENDAR, CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server
from tests.system.truth import Truth
from tests.system.wire import Wire

PEOPLE = ("ada",)
VERSIONS = ("14.1", "16.1")

Stop = Callable[[Server], None]


def kill_and_start(server: Server) -> None:
    server.kill_all()
    server.start()


def end_and_start(server: Server) -> None:
    server.restart()


def kill_all_workers(server: Server) -> None:
    for worker in server.worker_pids():
        server.kill_worker(worker)


@pytest.fixture(params=VERSIONS)
def phone(server: Server, request: pytest.FixtureRequest) -> Iterator[Phone]:
    device = f"phone{random.Random(request.node.name).getrandbits(64):x}"
    wire = Wire(HOST, server.port, "ada", PASSWORD, device, request.param)
    phone = Phone(wire, random.Random(device))
    phone.set_up()
    while phone.sync() or phone.restless:
        pass
    yield phone
    wire.close()


@pytest.mark.parametrize("stop", [kill_and_start, end_and_start, kill_all_workers])
def test_the_same_request_gets_the_same_reply_afterwards(
    server: Server, phone: Phone, stop: Stop
) -> None:
    """Adds, a change, a delete, and news from beside: told twice in the same words."""
    for kind in (CALENDAR, CONTACTS):
        phone.add(kind, 1)
        phone.add(kind, 2)
    phone.sync()
    for kind in (CALENDAR, CONTACTS):
        phone.edit(kind, "a", "edited")
        phone.delete(kind)
        phone.add(kind, 3)
    with server.groupware() as groupware:
        Truth(groupware, server.account("ada")).add(CONTACTS, 4)
    first = said(phone)
    stop(server)
    phone.wire.close()
    with server.groupware() as groupware:
        Truth(groupware, server.account("ada")).add(CONTACTS, 5)
    assert said(phone) == first
    while phone.sync() or phone.restless:
        pass
    assert phone.strange == []
    with server.groupware() as groupware:
        truth = Truth(groupware, server.account("ada"))
        truth.expect_in_step([phone])
        truth.expect_sound()
        for kind in (CALENDAR, CONTACTS):
            for id in truth.live(kind):
                phone.folders[kind].deleted.add(id)
    phone.sync()


def said(phone: Phone) -> Element | None:
    """The reply to what the phone would say now, which it does not read."""
    return phone.wire.ask("Sync", E("airsync:Sync", phone.collections()))


def test_a_key_of_the_hierarchy_survives_too(server: Server, phone: Phone) -> None:
    key = hierarchy(phone, "0").text_of("folderhierarchy:SyncKey", "")
    kill_and_start(server)
    phone.wire.close()
    again = hierarchy(phone, key)
    assert again.text_of("folderhierarchy:Status") == "1"
    assert again.text_of("folderhierarchy:SyncKey") == key


def hierarchy(phone: Phone, key: str) -> Element:
    asked = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", key))
    reply = phone.wire.ask("FolderSync", asked)
    assert reply is not None
    return reply
