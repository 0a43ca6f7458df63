"""A server comes back as an older copy of itself: its phones notice, begin anew and have nothing
twice; what only a phone still has comes back with it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.eas.client import Client, StatusRefusal
from adapters.eas.wire import Wire as ClientWire
from app import backup, folders
from app.settings import Settings
from domain.folder import USER_CALENDAR
from tests.app.cli_runner import Cli
from tests.system.conftest import up
from tests.system.couple import in_step
from tests.system.phone import BAD_KEY, CALENDAR, CONTACTS, Folder, Phone, born
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.truth import Truth
from tests.system.wire import Wire


class Hoarder(Phone):
    """A phone that, told to begin anew, uploads what it has, as some do."""

    def _refused(self, folder: Folder, status: str) -> None:
        had = dict(folder.store)
        super()._refused(folder, status)
        if status == BAD_KEY:
            for item in had.values():
                self.clients += 1
                folder.unsent[f"c{self.clients}"] = item


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    home = tmp_path / "home"
    home.mkdir()
    server = Server(home)
    server.admit("ada")
    with up(server):
        yield server


def phone(server: Server, kind: type[Phone], device: str, version: str) -> Phone:
    made = kind(Wire(HOST, server.port, "ada", PASSWORD, device, version), random.Random(1))
    made.set_up()
    return made


def births(server: Server, kind: str) -> Counter[str]:
    with server.groupware() as groupware:
        live = Truth(groupware, server.account("ada")).live(kind)
    return Counter(item["birth"] for item in live.values())


def set_back(server: Server, copy: Path) -> None:
    server.kill_all()
    cli = Cli(server.home)
    put_back = ("restore", str(copy), "--replace")
    until(lambda: cli.run(*put_back).exit_code == 0, "the workers do not go")
    server.start()


def born_of(phone: Phone, kind: str) -> list[str]:
    return sorted(item["birth"] for item in phone.folders[kind].store.values())


def test_phones_go_on_after_an_older_copy_was_put_back(server: Server, tmp_path: Path) -> None:
    hoarder = phone(server, Hoarder, "HOARDER", "16.1")
    plain = phone(server, Phone, "PLAIN", "14.1")
    for n in range(4):
        (hoarder if n % 2 else plain).add(CALENDAR, n)
        (plain if n % 2 else hoarder).add(CONTACTS, n)
    in_step(hoarder, plain)
    copy = tmp_path / "copy.db"
    Cli(server.home).done("backup", str(copy))
    copied = births(server, CALENDAR)

    hoarder.add(CALENDAR, 10)
    plain.add(CALENDAR, 11)
    in_step(hoarder, plain)
    plain.delete(CALENDAR)
    in_step(plain, hoarder)
    hoarder.edit(CALENDAR, "b", "55")
    hoarder.sync()
    before = births(server, CALENDAR)
    assert len(before) == 5
    hoarder.add(CALENDAR, 20)
    plain.add(CALENDAR, 21)
    for each in (hoarder, plain):
        each.wire.close()
    set_back(server, copy)
    assert births(server, CALENDAR) == copied
    told = Cli(server.home).rows("log", "--kind", "house.store-restored")
    assert [len(told), "put a copy in the place of the store" in told[0][2]] == [1, True]

    in_step(plain, hoarder)
    in_step(plain, hoarder)
    after = births(server, CALENDAR)
    assert set(after.values()) == {1}, "nothing is there twice"
    unsent = {born(CALENDAR, 20), born(CALENDAR, 21)}
    assert after.keys() == copied.keys() | before.keys() | unsent
    contacts = births(server, CONTACTS)
    for each in (hoarder, plain):
        assert each.strange == ["resync"], "the folder in which nothing had happened went on"
        assert born_of(each, CALENDAR) == sorted(after)
        assert born_of(each, CONTACTS) == sorted(contacts)
        assert each.folders[CALENDAR].store == hoarder.folders[CALENDAR].store
    server.verify()
    for each in (hoarder, plain):
        each.wire.close()


def make_folder(server: Server, name: str) -> None:
    account = server.account("ada")
    with server.groupware() as groupware:
        author = groupware.author("user:ada", "test")
        with groupware.acting(author) as connection:
            folders.make(groupware, connection, account, name, USER_CALENDAR)


def test_a_phone_that_knows_newer_folders_lists_them_anew(server: Server, tmp_path: Path) -> None:
    """With the same ids: it goes on in those that are there."""
    cli, copy = Cli(server.home), tmp_path / "copy.db"
    with closing(ClientWire(f"http://{HOST}:{server.port}", 30)) as wire:
        phone = Client(wire, "ada", PASSWORD)
        phone.provision()
        before = {folder.id for folder in phone.folder_sync()}
        cli.done("backup", str(copy))
        make_folder(server, "Holidays")
        assert [folder.name for folder in phone.folder_sync()] == ["Holidays"]
        wire.close()
        set_back(server, copy)
        with pytest.raises(StatusRefusal) as refused:
            phone.folder_sync()
        assert refused.value.status == 9
        phone.folder_key = "0"
        assert {folder.id for folder in phone.folder_sync()} == before


def test_a_copy_is_made_while_phones_write(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them waits for it, and what it holds is one moment."""
    giver = phone(server, Phone, "GIVER", "16.1")
    for n in range(60):
        giver.add(CALENDAR, n)
    in_step(giver)
    seen: list[int] = []

    def meanwhile(left: int, whole: int) -> None:
        if len(seen) < 5:
            giver.add(CONTACTS, len(seen))
            assert giver.sync() is True
        seen.append(left)

    monkeypatch.setattr(backup, "AT_ONCE", 4)
    made = backup.take(Settings(home=server.home), tmp_path / "copy.db", meanwhile)
    assert len(seen) > 5
    assert len(births(server, CONTACTS)) == 5
    assert giver.strange == []
    other = Cli(tmp_path / "other")
    key = str(server.home / "master.key")
    other.done("restore", str(made.path), "--key", key)
    rows = other.rows("contact", "list", "-u", "ada")
    assert rows == []
    giver.wire.close()


def test_no_copy_is_put_under_a_server_that_runs(server: Server, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    cli = Cli(server.home)
    cli.done("backup", str(copy))
    assert "a server runs" in cli.refused("restore", str(copy), "--replace")
    server.verify()
