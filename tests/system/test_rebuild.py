"""`taccuino rebuild` beside a server at work: phones wait for nothing but the swap, and no worker
goes on with what it learnt from rows that were wrong."""

from __future__ import annotations

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from adapters.ids import uuid_of
from app.composition import CODEC
from tests.system.phone import CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.truth import Truth
from tests.system.wire import Wire

WORKERS = 2
PEOPLE = ("ada",)
SETTINGS = {"LOG_LEVEL": "debug"}

MANY = 4000
SMALL_PART = 0.4
"""Of the time that a rebuild takes: a seventh, and more where others keep the machine busy."""

NUMBERS = count()
LONG = 600
CHANGES = "2"


def a_phone(server: Server, name: str, device: str) -> Phone:
    phone = Phone(Wire(HOST, server.port, name, PASSWORD, device), random.Random(1), window=500)
    phone.set_up()
    return phone


def rest(phone: Phone) -> None:
    while phone.sync((CONTACTS,)) or phone.folders[CONTACTS].restless:
        pass


def a_new_phone_at(server: Server, worker: int, name: str) -> Phone:
    """One that was never here; the worker with this number has its connection."""
    wire = Wire(HOST, server.port, name, PASSWORD, f"phone{next(NUMBERS)}")

    def settled() -> bool:
        wire.close()
        wire.options()
        return server.worker_of(wire.connect()) == worker

    until(settled, "no connection ends at this worker")
    phone = Phone(wire, random.Random(1), window=500)
    phone.set_up()
    return phone


def tamper(server: Server, statement: str, *values: object) -> None:
    with server.groupware() as groupware, groupware.pool.writing() as connection:
        assert connection.execute(statement, values).rowcount > 0


def rebuilt(server: Server) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(server.verb("rebuild", "--json"))
    return told


@dataclass
class Editor:
    """A phone whose user edits one contact, again and again, and how long each answer took."""

    phone: Phone
    over: threading.Event = field(default_factory=threading.Event)
    took: list[float] = field(default_factory=list)

    def work(self) -> None:
        folder = self.phone.folders[CONTACTS]
        (id, *_) = folder.store
        while not self.over.is_set():
            folder.edited[id] = {**folder.store[id], "a": f"edit {len(self.took)}"}
            began = time.monotonic()
            self.phone.sync((CONTACTS,))
            self.took.append(time.monotonic() - began)


def test_a_phone_at_work_waits_for_nothing_but_the_swap(server: Server) -> None:
    account = server.account("ada")
    with server.groupware() as groupware, groupware.acting(groupware.author("system", "test")):
        truth = Truth(groupware, account)
        for token in range(MANY):
            truth.add(CONTACTS, token)
    phone = a_phone(server, "ada", "EDITOR")
    rest(phone)
    assert len(phone.folders[CONTACTS].store) == MANY
    some = "SELECT id FROM directory_entry LIMIT 50"
    tamper(server, f"UPDATE directory_entry SET words = '' WHERE id IN ({some})")
    editor = Editor(phone)
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(editor.work)
        until(lambda: len(editor.took) > 3 or working.done(), "the phone does not edit")
        done = rebuilt(server)
        after = len(editor.took)
        until(lambda: len(editor.took) > after + 3 or working.done(), "the phone edits no more")
        editor.over.set()
        working.result()
    assert done["replaced"] > 0
    assert max(editor.took) < done["seconds"] * SMALL_PART, (max(editor.took), done)
    assert phone.strange == []
    assert phone.wire.unanswered == 0
    phone.wire.close()
    assert "every row is what it says" in server.verify()


@pytest.fixture
def owner(server: Server) -> str:
    """Somebody new."""
    name = f"owner{next(NUMBERS)}"
    server.admit(name)
    return name


def contact_of(server: Server, owner: str) -> UUID:
    """A new contact, Mr n1."""
    with server.groupware() as groupware:
        id = uuid_of(Truth(groupware, server.account(owner)).add(CONTACTS, 1))
    assert id is not None
    return id


def first_names(phone: Phone) -> set[str]:
    rest(phone)
    return {item["a"] for item in phone.folders[CONTACTS].store.values()}


def test_no_worker_goes_on_with_what_it_rendered_of_wrong_rows(server: Server, owner: str) -> None:
    contact = contact_of(server, owner)
    wrong = CODEC.encode({"first_name": "wrong", "last_name": "n1"})
    tamper(server, "UPDATE item SET value = ? WHERE id = ?", wrong, contact.bytes)
    for told in ({"wrong"}, {"a1"}):
        for worker in server.worker_pids():
            phone = a_new_phone_at(server, worker, owner)
            assert first_names(phone) == told, worker
            phone.wire.close()
        assert rebuilt(server)["replaced"] == ("wrong" in told)


def test_a_phone_that_waits_hears_what_a_missing_row_had_kept_from_it(
    server: Server, owner: str
) -> None:
    phone = a_phone(server, owner, "WAITING")
    rest(phone)
    folder, contact = phone.folders[CONTACTS], contact_of(server, owner)
    tamper(server, "DELETE FROM change WHERE item = ?", contact.bytes)
    with ThreadPoolExecutor(1) as threads:
        told = threads.submit(phone.wire.ping, [folder.id], LONG)
        until(lambda: server.parked("WAITING") == 1 or told.done(), "the phone does not wait")
        assert not told.done(), told.result()
        assert rebuilt(server)["replaced"] > 0
        assert told.result(10) == (CHANGES, [folder.id])
    assert first_names(phone) == {"a1"}
    phone.wire.close()
