"""No secret is ever in the journal, whatever becomes of the request it came with; and how every
other test is watched for it (tests/leaks.py)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyotp
import pytest

from adapters.wbxml import E
from app import journal, people
from app.auth import Authenticator
from app.commands import COMMANDS
from app.identity import secondfactor
from app.identity.proof import Proof, Prover, Unproven
from tests.app.house import House
from tests.app.lines import written
from tests.app.post import Post
from tests.app.reader import Reader, pages
from tests.app.shell import Shell
from tests.app.test_auth import basic
from tests.leaks import LEAKS, Leaks
from tests.system.server import Server

LOGIN, OLD, PHONES = "correct-horse", "old-horse-of-yesterday", "battery-staple"
GUESS, CODE = "a-wild-guess", "987654"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the journal says at its most talkative."""
    with written("debug") as stream:
        yield stream


def test_no_secret_is_in_the_journal(
    tmp_path: Path, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors: list[Authenticator] = []
    shell = Shell(tmp_path, COMMANDS, lambda *said: doors[0].principal(*said))
    groupware = shell.groupware
    doors.append(Authenticator(groupware))
    author = groupware.author("admin:root", "test")
    id = people.open_account(groupware, author, "anna", "anna@example.org")
    people.set_password(groupware, author, id, OLD)
    people.set_password(groupware, author, id, LOGIN)
    people.enable(groupware, author, id)
    prover = Prover(groupware)
    offer = secondfactor.begin(prover, author, id, Proof(LOGIN), "app")
    code = pyotp.TOTP(offer.secret).at(int(groupware.clock().timestamp()))
    recovery = secondfactor.enrol(prover, author, id, code, PHONES)
    with suppress(Unproven):
        prover.expect(author, id, Proof(LOGIN, CODE, "192.0.2.7"))
    for secret in (LOGIN, OLD, PHONES, GUESS):
        for body in (None, b"\x03\x01", E("folderhierarchy:FolderSync")):
            shell.post("FolderSync", body=body, Authorization=basic(f"anna:{secret}"))
    monkeypatch.setattr(doors[0], "_judgement", lambda *_: 1 / 0)
    shell.post("FolderSync", Authorization=basic(f"anna:{PHONES}"))
    shell.close()
    told = lines.getvalue()
    assert "event=served" in told
    assert "event=refused" in told
    assert "event=incident" in told
    secrets = (LOGIN, OLD, PHONES, GUESS, CODE, code, offer.secret, *recovery)
    assert [secret for secret in secrets if secret in told] == []


# What watches every test of the run


@pytest.fixture
def leaks() -> Leaks:
    """As the one that watches, and another one: what is told here is no trouble."""
    leaks = Leaks()
    for each in ("correct horse battery", "JBSWY3DPEHPK3PXP", "k7x-9_abcdefgh", "Ada Lovelace"):
        leaks.mark(each)
    return leaks


@pytest.mark.parametrize(
    "line",
    [
        *("why=correct horse battery", "a=1 seed=JBSWY3DPEHPK3PXP", 'way="(JBSWY3DPEHPK3PXP)"'),
        *("Cookie: taccuino=k7x-9_abcdefgh; theme=dark", "contact=Ada Lovelace!"),
    ],
)
def test_a_secret_is_found_in_whatever_a_line_says(leaks: Leaks, line: str) -> None:
    leaks.hear(None, "info", {"event": "served", "command": "Sync"})
    assert leaks.told() == []
    leaks.hear(None, "info", {"event": line})
    leaks.hear(None, "info", {"event": "served", "command": "Ping"})
    assert leaks.told() == [f"event={line}"]
    assert leaks.told() == [], "it is told once"


def test_what_only_looks_like_a_secret_is_none(leaks: Leaks) -> None:
    leaks.mark("12345")
    leaks.hear(None, "info", {"event": "12345 JBSWY3DPEHPK3PXPQ correct horse"})
    assert leaks.told() == []


def test_the_log_of_a_server_is_read_to_its_end(leaks: Leaks, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    leaks.watch(log)
    assert leaks.told() == []
    leaks.watch(log)
    log.write_text("event=served\n")
    leaks.told()
    with log.open("ab") as stream:
        stream.write(b"event=served why=JBSWY3DPEHPK3PXP\n\xff\n")
    assert leaks.told() == ["event=served why=JBSWY3DPEHPK3PXP"]
    log.unlink()
    assert leaks.told() == []


def test_every_kind_of_secret_is_known_without_being_named(house: House) -> None:
    """What `house` and its reader had to say to get in, nobody has marked by hand."""
    known, reader = LEAKS._words | set(LEAKS._phrases), Reader(pages(house, post := Post()))
    people.set_password(house.groupware, house.admin, house.account().id, "unheard of before")
    house.contact(first_name="Unheard-of", email1="unheard-of@example.org")
    reader.sign_in(password="unheard of before")
    prover, author, ada = Prover(house.groupware), house.admin, house.account().id
    offer = secondfactor.begin(prover, author, ada, Proof("unheard of before"), "mail", post)
    recovery = secondfactor.enrol(prover, author, ada, post.code, "for phones, unheard of")
    assert offer.factor == "mail"
    said = ("unheard of before", "for phones, unheard of", "Unheard-of", "unheard-of@example.org")
    used = {*said, post.code, *recovery, *reader.cookies.values(), reader.last.mark}
    assert used <= LEAKS._words | set(LEAKS._phrases)
    assert not {*said} & known


def test_what_is_written_in_this_process_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LEAKS, "_lines", [])
    journal.log.info("heard", why="nothing")
    with written("info"):
        journal.log.info("heard as well")
    assert [line.partition("event=")[2][:5] for line in LEAKS._lines] == ["heard"] * 2
    assert LEAKS.told() == []


def test_the_log_of_every_server_is_watched(tmp_path: Path) -> None:
    """It need not come up for that."""
    server = Server(tmp_path, module="nothing.of.this.name")
    with suppress(AssertionError):
        server.start()
    assert server.log in LEAKS._logs
