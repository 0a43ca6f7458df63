"""Pain 26: who was removed, or has another password, goes on for hours (up to two days, says
support.mailprotector.com 360000438043), since somebody still remembers what was right before.

Here two processes have just let the phone in, and remember all there is to remember. Neither is
told anything: it is refused at its next request to either. That requests which wait end within two
seconds is shown with real processes (tests/system/test_push.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from adapters.wbxml import decode
from app import people, rules, wsgi
from app.composition import open_groupware
from app.devices import phones
from app.groupware import Groupware
from app.identity import credentials
from app.push.wake import WakeHub
from app.settings import Settings
from domain.base import Authorship
from domain.house import SECOND_FACTOR_REQUIRED
from projections import devices
from tests.app.test_still import Server

ANOTHER = "another good password"

Act = Callable[[Groupware, Authorship, UUID], object]


def _block(groupware: Groupware, author: Authorship, account: UUID) -> None:
    with groupware.reading() as connection:
        (phone,) = devices.of_account(connection, account)
    phones.block(groupware, author, phone.id, "lost")


ACTS: dict[str, tuple[Act, str]] = {
    "disabled": (people.disable, "126"),
    "another login password": (lambda g, a, id: people.set_password(g, a, id, ANOTHER), "401"),
    "a password for phones": (
        lambda g, a, id: credentials.reset_activesync_password(g, a, id, ANOTHER),
        "401",
    ),
    "left to the directory": (people.leave_login_to_directory, "503"),
    "a second factor for everybody": (
        lambda g, a, id: rules.decide(g, a, SECOND_FACTOR_REQUIRED, True),
        "401",
    ),
    "the phone blocked": (_block, "129"),
}
"""What is decided about Ada, and what her phone is told: an HTTP status, or one of Sync."""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[list[Server]]:
    """Two over one store. They do not hear each other."""
    settings = Settings(home=tmp_path)
    hubs = [WakeHub(tmp_path / name) for name in ("one", "two")]
    apps = [wsgi.start(settings, hub) for hub in hubs]
    groupware = open_groupware(tmp_path)
    author = groupware.author("admin:root", "test")
    account = people.open_account(groupware, author, "ada", "ada@example.org")
    people.set_password(groupware, author, account, Server.password)
    people.enable(groupware, author, account)
    yield [Server(groupware, hub, app, account) for hub, app in zip(hubs, apps, strict=True)]
    for hub in hubs:
        hub.close()
    groupware.pool.close()


@pytest.mark.parametrize("what", ACTS)
def test_who_is_let_in_no_longer_is_out_at_the_next_request(
    processes: list[Server], what: str
) -> None:
    one, two = processes
    one.sync()
    one.sync()
    two.key = one.key
    for server in processes:
        assert server.sync() == server.sync() == ("200", b""), "remembered from now on"
    act, refusal = ACTS[what]
    act(one.groupware, one.groupware.author("admin:root", "test"), one.account)
    for server in processes:
        status, told = server.sync()
        assert refusal == (decode(told).text_of("airsync:Status") if status == "200" else status)
