"""A phone that asks the same again is answered from memory, until anything could be different."""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.ids import server_id
from adapters.wbxml import E, Element, decode, encode
from app import items as use
from app import people, wsgi
from app.composition import open_groupware
from app.groupware import Groupware
from app.push.wake import WakeHub
from app.settings import Settings
from app.still import FEW, Moment, Stillness
from domain.base import Authorship
from domain.folder import CONTACTS, default_folder, hierarchy_of
from projections import items

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


class Memory:
    """One remembered question about the folders of a person, over a store of its own."""

    def __init__(self, home: Path) -> None:
        self.groupware, self.clock = open_groupware(home), Clock()
        self.person, self.other = self.account("ada"), self.account("bob")
        self.still = Stillness(self.groupware.pool, self.clock)
        self.asked = self.still.digest({"QUERY_STRING": "Cmd=Sync"}, b"body")

    def account(self, name: str) -> UUID:
        mail = f"{name}@example.org"
        account = people.open_account(self.groupware, self.author, name, mail)
        people.enable(self.groupware, self.author, account)
        return account

    @property
    def author(self) -> Authorship:
        return self.groupware.author("admin:root", "test")

    def add_contact(self, account: UUID) -> None:
        with self.groupware.acting(self.author) as connection:
            book = items.collection(connection, default_folder(account, CONTACTS))
            assert book is not None
            use.add(self.groupware, connection, book, "contacts", {"first_name": "Grace"})

    def note(self, moment: Moment | None = None, now: datetime = NOON) -> None:
        topics = [hierarchy_of(self.person), self.person]
        fields = {"command": "Sync"}
        self.still.note(self.asked, topics, fields, moment or self.still.now(), now)

    @property
    def known(self) -> bool:
        return self.still.answered(self.asked) is not None


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    memory = Memory(tmp_path)
    yield memory
    memory.groupware.pool.close()


def test_what_was_noted_stands_until_something_it_is_about_happens(memory: Memory) -> None:
    memory.note()
    assert memory.known
    memory.add_contact(memory.other)
    assert memory.known
    memory.add_contact(memory.person)
    assert not memory.known


def test_what_another_process_writes_counts_without_a_ring(memory: Memory, tmp_path: Path) -> None:
    memory.note()
    another = open_groupware(tmp_path)
    people.disable(another, another.author("admin:root", "test"), memory.person)
    another.pool.close()
    assert not memory.known


def test_what_happened_while_the_answer_was_looked_for_is_not_missed(memory: Memory) -> None:
    before = memory.still.now()
    memory.add_contact(memory.person)
    memory.note(before)
    assert not memory.known


def test_after_a_lot_has_happened_the_question_is_asked_anew(memory: Memory) -> None:
    memory.note()
    with memory.groupware.acting(memory.author) as connection:
        book = items.collection(connection, default_folder(memory.other, CONTACTS))
        assert book is not None
        for _ in range(FEW + 1):
            use.add(memory.groupware, connection, book, "contacts", {"first_name": "Grace"})
    assert not memory.known


def test_nothing_is_known_for_longer_than_a_minute_or_beyond_midnight(memory: Memory) -> None:
    memory.note()
    memory.clock.now = 61
    assert not memory.known
    memory.note(now=NOON.replace(hour=23, minute=59, second=50))
    memory.clock.now = 61 + 11
    assert not memory.known


def test_any_other_letter_is_another_request(memory: Memory) -> None:
    still = memory.still
    plain = still.digest({"QUERY_STRING": "Cmd=Sync"}, b"body")
    assert still.digest({"QUERY_STRING": "Cmd=Ping"}, b"body") != plain
    assert still.digest({"QUERY_STRING": "Cmd=Sync", "HTTP_AUTHORIZATION": "x"}, b"body") != plain
    assert still.digest({"QUERY_STRING": "Cmd=Sync"}, b"bodz") != plain
    other = Stillness(memory.groupware.pool)
    assert other.digest({"QUERY_STRING": "Cmd=Sync"}, b"body") != plain


@dataclass
class Server:
    """The whole application of one process, and a phone that has read everything."""

    groupware: Groupware
    hub: WakeHub
    app: Any
    account: UUID
    key: str = "0"
    password: str = "correct horse battery"

    def post(self, command: str, body: Element) -> tuple[str, bytes]:
        data = encode(body)
        secret = base64.b64encode(f"ada:{self.password}".encode()).decode()
        env = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/Microsoft-Server-ActiveSync",
            "QUERY_STRING": f"Cmd={command}&User=ada&DeviceId=PHONE1&DeviceType=iPhone",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(data),
            "wsgi.errors": sys.stderr,
            "CONTENT_LENGTH": str(len(data)),
            "CONTENT_TYPE": "application/vnd.ms-sync.wbxml",
            "HTTP_AUTHORIZATION": f"Basic {secret}",
            "HTTP_MS_ASPROTOCOLVERSION": "16.1",
            "REMOTE_ADDR": "127.0.0.1",
        }
        status: list[str] = []
        body_out = b"".join(self.app(env, lambda line, headers, error=None: status.append(line)))
        return status[0].partition(" ")[0], body_out

    def sync(self) -> tuple[str, bytes]:
        folder = server_id(default_folder(self.account, CONTACTS))
        content = (E("airsync:SyncKey", self.key), E("airsync:CollectionId", folder))
        asked = E("airsync:Collections", E("airsync:Collection", *content))
        status, told = self.post("Sync", E("airsync:Sync", asked))
        collections = decode(told).find("airsync:Collections") if told else None
        for collection in collections or ():
            self.key = collection.text_of("airsync:SyncKey", self.key)
        return status, told

    def add_contact(self) -> None:
        author = self.groupware.author("admin:root", "test")
        with self.groupware.acting(author) as connection:
            book = items.collection(connection, default_folder(self.account, CONTACTS))
            assert book is not None
            use.add(self.groupware, connection, book, "contacts", {"first_name": "Grace"})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    settings = Settings(home=tmp_path)
    hub = WakeHub(settings.sockets)
    app = wsgi.start(settings, hub)
    groupware = open_groupware(tmp_path, ring=hub.ring)
    author = groupware.author("admin:root", "test")
    account = people.open_account(groupware, author, "ada", "ada@example.org")
    people.set_password(groupware, author, account, Server.password)
    people.enable(groupware, author, account)
    served = Server(groupware, hub, app, account)
    served.sync()
    served.sync()
    assert served.sync() == ("200", b"")
    yield served
    hub.close()
    groupware.pool.close()


def statements(server: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything this process asks of a store from now on."""
    asked: list[str] = []
    original = type(server.groupware.pool).reading

    def reading(pool: Any) -> Any:
        asked.append("reading")
        return original(pool)

    monkeypatch.setattr(type(server.groupware.pool), "reading", reading)
    return asked


def test_the_same_question_again_touches_no_store(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = statements(server, monkeypatch)
    assert server.sync() == ("200", b"")
    assert asked == []


def test_what_somebody_adds_is_told_at_the_next_question(server: Server) -> None:
    server.add_contact()
    status, told = server.sync()
    assert status == "200"
    assert b"Grace" in told


def test_whoever_is_disabled_is_refused_at_the_next_question(server: Server) -> None:
    people.disable(server.groupware, server.groupware.author("admin:root", "t"), server.account)
    _, told = server.sync()
    assert decode(told).text_of("airsync:Status") == "126"


def test_an_old_password_is_refused_at_the_next_question(server: Server) -> None:
    author = server.groupware.author("admin:root", "test")
    people.set_password(server.groupware, author, server.account, "another good password")
    assert server.sync()[0] == "401"


def test_a_policy_that_is_assigned_is_demanded_at_the_next_question(server: Server) -> None:
    author = server.groupware.author("admin:root", "test")
    people.write_policy(server.groupware, author, "strict", {"DevicePasswordEnabled": "1"})
    people.assign_policy(server.groupware, author, server.account, "strict")
    _, told = server.sync()
    assert decode(told).text_of("airsync:Status") == "142"


def test_two_requests_that_find_it_out_at_once_do_not_get_in_each_others_way(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.note()
    memory.add_contact(memory.person)
    stands = Stillness._stands

    def interrupted(still: Stillness, known: Any) -> bool:
        monkeypatch.setattr(Stillness, "_stands", stands)
        assert not memory.known, "the other request, in between"
        return stands(still, known)

    monkeypatch.setattr(Stillness, "_stands", interrupted)
    assert not memory.known


def test_a_question_asked_in_a_loop_has_a_line_a_second(memory: Memory) -> None:
    memory.note()

    def times(count: int) -> list[object]:
        answers = [memory.still.answered(memory.asked) for _ in range(count)]
        return [fields["times"] for fields in answers if fields is not None]

    assert times(4) == [1, 0, 0, 0]
    memory.clock.now += 1
    assert times(2) == [4, 0]
