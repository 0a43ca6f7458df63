"""Pain 24: one broken source takes everything down.

Seen in: tine20/tine20 5163 (a mail account is set up wrong, and the calendar fails), Z-Push's
combined backend (nobody comes in unless all backends say yes).

There are no connectors yet. The sources there are, a directory that knows passwords and a server
that takes mails, concern whoever needs them at that moment, and nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import people, wsgi
from app.composition import open_groupware
from app.push.wake import WakeHub
from app.settings import Settings
from tests.app.house import House
from tests.app.post import Post
from tests.app.reader import PASSWORD, Reader, pages, with_password
from tests.app.test_still import Server
from tests.system.server import free_port


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Its directory does not answer: nothing listens there."""
    dead = f"ldap://127.0.0.1:{free_port()}"
    settings = Settings(home=tmp_path, ldap_servers=(dead,), ldap_base="dc=example,dc=org")
    hub = WakeHub(settings.sockets)
    app = wsgi.start(settings, hub)
    groupware = open_groupware(tmp_path, ring=hub.ring)
    author = groupware.author("admin:root", "test")
    account = people.open_account(groupware, author, "ada", "ada@example.org")
    people.set_password(groupware, author, account, Server.password)
    people.enable(groupware, author, account)
    yield Server(groupware, hub, app, account)
    hub.close()
    groupware.pool.close()


def test_a_dead_directory_keeps_out_only_whom_it_would_have_to_know(server: Server) -> None:
    server.sync()
    server.add_contact()
    status, told = server.sync()
    assert status == "200"
    assert b"Grace" in told
    author = server.groupware.author("admin:root", "test")
    people.leave_login_to_directory(server.groupware, author, server.account)
    assert server.sync()[0] == "503", "later, and no question for the password"
    people.take_login_from_directory(server.groupware, author, server.account)
    assert server.sync() == ("200", b"")


def test_a_dead_mail_server_is_told_to_who_wanted_a_mail_and_to_nobody_else(house: House) -> None:
    with_password(house)
    reader = Reader(pages(house, Post(closed="connection refused")))
    reader.sign_in()
    reader.get("/my/second-factor/on?factor=mail")
    answer = reader.post("/my/second-factor/on", {"factor": "mail", "proof": PASSWORD})
    assert answer.status == 422
    assert "This could not be done now. Try again later" in answer.text
    assert house.account().factor == "off"
    for page in ("/my", "/my/calendar", "/my/contacts", "/my/phones"):
        assert reader.get(page).status == 200
