"""No secret is ever in the journal, whatever becomes of the request it came with."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyotp
import pytest

from adapters.wbxml import E
from app import people, secondfactor
from app.auth import Authenticator
from app.commands import COMMANDS
from app.proof import Proof, Prover, Unproven
from tests.app.lines import written
from tests.app.shell import Shell
from tests.app.test_auth import basic

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
