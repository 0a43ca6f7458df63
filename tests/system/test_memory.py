"""A big first sync takes no more memory than its window (pain 22).

TACCUINO_CONTACTS in the environment says how many contacts there are.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.eas.client import Client
from adapters.eas.wire import Wire
from adapters.wbxml import Element
from app import items as use
from domain.base import Authorship
from domain.body import Body
from domain.folder import CONTACTS, default_folder
from projections import items
from tests.system.server import HOST, PASSWORD, Server

WORKERS = 1
MANY = int(os.environ.get("TACCUINO_CONTACTS", "0")) or 3_000
CHUNK = 500
NOTE = Body("A note of some length, as people keep them. " * 40)

MOST = 150 << 20
"""What a worker may take in all."""

GROWTH = 40 << 20
"""What a first sync may add, for windows of 512 of such contacts."""


def memory(pid: int, which: str) -> int:
    """VmRSS, what a process holds now, or VmHWM, the most it ever held; in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(which))


@pytest.fixture(scope="module")
def full(server: Server) -> Server:
    """Ada has many contacts."""
    account = server.account("ada")
    with server.groupware() as groupware:
        for start in range(0, MANY, CHUNK):
            author = Authorship("admin:test", "fill", groupware.clock())
            with groupware.acting(author) as connection:
                book = items.collection(connection, default_folder(account, CONTACTS))
                assert book is not None
                for number in range(start, min(start + CHUNK, MANY)):
                    values = {"first_name": f"No {number}", "last_name": "Example", "body": NOTE}
                    use.add(groupware, connection, book, "contacts", values)
    return server


def first_sync(server: Server, device: str) -> list[Element]:
    client = Client(Wire(f"http://{HOST}:{server.port}", 60), "ada", PASSWORD, device)
    client.options()
    client.provision()
    (folder,) = (each for each in client.folder_sync() if each.type == CONTACTS)
    told = client.sync_all(folder.id, folder.kind)
    client.close()
    return told


def test_a_first_sync_takes_the_memory_of_a_window(full: Server) -> None:
    (worker,) = full.worker_pids()
    first_sync(full, "WARMUP")
    before = memory(worker, "VmRSS")
    for number in range(2):
        assert len(first_sync(full, f"PHONE{number}")) == MANY
    most = memory(worker, "VmHWM")
    assert most < MOST, f"{most >> 20} MiB"
    assert most - before < GROWTH, f"{(most - before) >> 20} MiB more than the {before >> 20}"
