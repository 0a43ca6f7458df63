"""A phone that asks the same again is answered from memory, until anything could be different."""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.eas.ids import server_id
from adapters.wbxml import E, Element, decode, encode
from app import items as use
from app import people, wsgi
from app.composition import open_groupware
from app.groupware import Groupware
from app.settings import Settings
from app.still import LATELY, Stillness
from app.wake import WakeHub
from domain.folder import CONTACTS, default_folder
from projections import items

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOOK, OTHER = uuid4(), uuid4()


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Memory:
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.still = Stillness(clock=self.clock)
        self.asked = self.still.digest({"QUERY_STRING": "Cmd=Sync"}, b"body")

    def note(self, rings: int = 0, now: datetime = NOON) -> None:
        self.still.note(self.asked, [BOOK], {"command": "Sync"}, rings, now)

    @property
    def known(self) -> bool:
        return self.still.answered(self.asked) is not None


def test_what_was_noted_is_known_until_its_topic_rings() -> None:
    memory = Memory()
    memory.note()
    memory.still.forget([OTHER])
    assert memory.known
    memory.still.forget([BOOK])
    assert not memory.known


def test_a_ring_for_anything_forgets_everything() -> None:
    memory = Memory()
    memory.note()
    memory.still.forget(None)
    assert not memory.known


@pytest.mark.parametrize("rung", [[BOOK], None])
def test_what_rang_while_the_answer_was_looked_for_is_not_missed(rung: list[UUID] | None) -> None:
    memory = Memory()
    before = memory.still.rings
    memory.still.forget(rung)
    memory.note(before)
    assert not memory.known


def test_other_rings_meanwhile_do_no_harm_unless_there_were_too_many_to_remember() -> None:
    memory = Memory()
    before = memory.still.rings
    memory.still.forget([OTHER])
    memory.note(before)
    assert memory.known
    for _ in range(LATELY + 1):
        memory.still.forget([OTHER])
    memory.still.forget([BOOK])
    memory.note(before)
    assert not memory.known


def test_nothing_is_known_for_longer_than_a_minute_or_beyond_midnight() -> None:
    memory = Memory()
    memory.note()
    memory.clock.now = 61
    assert not memory.known
    memory.note(now=NOON.replace(hour=23, minute=59, second=50))
    memory.clock.now = 61 + 11
    assert not memory.known


def test_any_other_letter_is_another_request() -> None:
    still = Stillness()
    plain = still.digest({"QUERY_STRING": "Cmd=Sync"}, b"body")
    assert still.digest({"QUERY_STRING": "Cmd=Ping"}, b"body") != plain
    assert still.digest({"QUERY_STRING": "Cmd=Sync", "HTTP_AUTHORIZATION": "x"}, b"body") != plain
    assert still.digest({"QUERY_STRING": "Cmd=Sync"}, b"bodz") != plain
    assert Stillness().digest({"QUERY_STRING": "Cmd=Sync"}, b"body") != plain


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


def test_another_day_is_looked_at_again() -> None:
    memory = Memory()
    memory.note(now=NOON + timedelta(hours=12) - timedelta(seconds=5))
    memory.clock.now = 6
    assert not memory.known
