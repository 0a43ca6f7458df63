"""A mail as a real server gets it: encrypted, from whom it should be, and whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.mail.smtp import Smtp, Undelivered
from tests.system.certificate import Certificate, self_signed
from tests.system.postbox import PASSWORD, USER, PostBox, post_office
from tests.system.server import HOST, free_port

TEXT = "Ciao Zoë,\n\nil tuo codice è 123456\n"
ZOE = "zoe@example.org"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """One that this process trusts."""
    certificate = self_signed(tmp_path, HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))
    return certificate


@pytest.fixture
def box(certificate: Certificate) -> Iterator[PostBox]:
    with post_office(certificate) as box:
        yield box


def to(box: PostBox) -> Smtp:
    return Smtp(HOST, "taccuino@example.org", box.port)


def test_a_mail_arrives_whole_and_encrypted(box: PostBox) -> None:
    to(box).send(ZOE, "Il tuo codice", TEXT)
    (mail,) = box.mails
    assert box.encrypted == [True]
    assert (mail["To"], mail["From"]) == (ZOE, "taccuino@example.org")
    assert mail["Subject"] == "Il tuo codice"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"]
    assert mail["Message-ID"].endswith("@example.org>")
    assert mail.get_content().replace("\r\n", "\n") == TEXT


def test_the_server_is_told_who_we_are(certificate: Certificate, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    with post_office(certificate, auth=True) as box:
        post = Smtp(HOST, "taccuino@example.org", box.port, USER, secret)
        post.send(ZOE, "Code", TEXT)
        assert len(box.mails) == 1
        secret.write_text("another")
        with pytest.raises(Undelivered, match="code 535"):
            post.send(ZOE, "Code", TEXT)
    assert PASSWORD not in repr(post)


def test_a_server_with_a_certificate_we_do_not_trust_gets_nothing(
    box: PostBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Undelivered, match="certificate"):
        to(box).send(ZOE, "Code", TEXT)
    assert box.mails == []


def test_a_server_elsewhere_that_does_not_encrypt_gets_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with post_office() as box:
        to(box).send(ZOE, "Code", TEXT)
        assert box.encrypted == [False]
        monkeypatch.setattr("adapters.mail.smtp.LOCAL", ())
        with pytest.raises(Undelivered, match="STARTTLS"):
            to(box).send(ZOE, "Code", TEXT)
    assert len(box.mails) == 1


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(Undelivered, match=r"127\.0\.0\.1 cannot be reached"):
        Smtp(HOST, "taccuino@example.org", free_port()).send(ZOE, "Code", TEXT)


def test_what_the_server_refuses_is_told_without_the_mails_words(box: PostBox) -> None:
    box.answer = "554 I do not like 123456"
    with pytest.raises(Undelivered) as told:
        to(box).send(ZOE, "Code", TEXT)
    assert "code 554" in str(told.value)
    assert "123456" not in str(told.value)


def test_nobody_writes_headers_by_an_address(box: PostBox) -> None:
    with pytest.raises(Undelivered, match="more than one line"):
        to(box).send(f"{ZOE}\nBcc: eve@example.org", "Code", TEXT)
    assert box.mails == []


def test_greenlets_run_on_while_a_mail_is_handed_over(box: PostBox) -> None:
    program = f"""
from gevent import monkey; monkey.patch_all()
import gevent
from adapters.mail.smtp import Smtp
ticks = []
def tick():
    while True:
        ticks.append(1)
        gevent.sleep(0)
clock = gevent.spawn(tick)
Smtp({HOST!r}, "taccuino@example.org", {box.port}).send({ZOE!r}, "Code", "123456")
assert len(ticks) > 10, len(ticks)
clock.kill()
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode == 0
    assert [mail["To"] for mail in box.mails] == [ZOE]
