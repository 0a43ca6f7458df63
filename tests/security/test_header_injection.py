"""No line break that somebody sends becomes a line of a header, of an answer or of a mail; nor a
line of the journal."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from email.message import EmailMessage
from urllib.parse import quote

import pytest

from adapters.mail.smtp import Smtp, Undelivered
from app import people
from app.identity import onetime
from app.people import Unacceptable
from domain.refused import Refused
from tests.app.house import House
from tests.app.lines import written
from tests.app.post import Post
from tests.app.reader import PASSWORD, Answer, Reader
from tests.security.grounds import GETS, POSTS, Grounds

BREAKS = ["\r\n", "\n", "\r", "\x00\r\n", "\x0b", "\x85", "\u2028", "\u560a\u560d"]
"""The last is what becomes CR LF where only the low bytes are kept."""

PLANTED = "X-Planted: 1"
ALL = ["".join(f"{each}{PLANTED}" for each in BREAKS), *BREAKS[:1], *BREAKS[-3:-2]]
"""All of them, and two that no form refuses."""

pytestmark = pytest.mark.usefixtures("cheap_hashes")


def expect_whole(answer: Answer) -> None:
    """Headers as WSGI wants them: names of letters, values of one line (PEP 3333)."""
    for name, value in answer.headers:
        assert re.fullmatch(r"[A-Za-z0-9-]+", name)
        assert re.fullmatch(r"[\x20-\x7e]*", value), f"{name}: {value!r}"
        assert "planted" not in name.lower()
    assert PLANTED not in answer["Location"]


def evil(broken: str) -> str:
    return f"/my{broken}{PLANTED}{broken}{broken}<b>"


@pytest.mark.parametrize("broken", ALL, ids=range(3))
@pytest.mark.parametrize("address", GETS)
def test_no_answer_takes_a_header_from_an_address(
    grounds: Grounds, address: str, broken: str
) -> None:
    word = quote(evil(broken))
    query = "&".join(f"{name}={word}" for name in ("back", "said", "q", "page", "day", "factor"))
    for reader in (grounds.ada, grounds.stranger()):
        expect_whole(reader.get(f"{grounds.at(address)}?{query}"))


@pytest.mark.parametrize("broken", ALL, ids=range(3))
@pytest.mark.parametrize("address", [a for a in POSTS if a not in ("/sign-out", "/sign-in")])
def test_no_answer_takes_a_header_from_a_form(grounds: Grounds, address: str, broken: str) -> None:
    names = ("back", "theme", "name", "label", "language", "zone", "first_name", "subject", "act")
    grounds.ada.get("/my")
    expect_whole(grounds.ada.post(grounds.at(address), dict.fromkeys(names, evil(broken))))


@pytest.mark.parametrize("broken", BREAKS[:3], ids=range(3))
def test_no_answer_takes_a_header_from_a_header(grounds: Grounds, broken: str) -> None:
    """As a proxy that is less strict than our server may hand it on."""
    names = ("Accept_Language", "X_Forwarded_Host", "X_Forwarded_Proto", "Referer", "User_Agent")
    for name in names:
        expect_whole(grounds.stranger().get("/sign-in", **{name: evil(broken)}))
    expect_whole(grounds.stranger().get("/sign-in", Cookie=f"theme={evil(broken)}"))
    expect_whole(grounds.stranger().get("/sign-in", Cookie=f"taccuino={evil(broken)}"))


@pytest.mark.parametrize("broken", BREAKS[:3], ids=range(3))
def test_no_phone_plants_a_header(reader: Reader, broken: str) -> None:
    word = evil(broken)
    query = f"Cmd={quote(word)}&User=ada&DeviceId={quote(word)}&DeviceType={quote(word)}"
    for method in ("POST", "OPTIONS", "GET"):
        answer = reader.ask(
            method,
            f"/Microsoft-Server-ActiveSync?{query}",
            Authorization="Basic YW5uYTpzZWNyZXQ=",
            MS_ASProtocolVersion=word,
            X_MS_PolicyKey=word,
        )
        expect_whole(answer)


# What is downloaded


def test_a_download_has_a_name_of_its_own(grounds: Grounds) -> None:
    """Not one that somebody chose."""
    house = grounds.house
    people.change_full_name(house.groupware, house.admin, house.account().id, 'Ada"; x="')
    answer = grounds.ada.get("/my/phones/set-up/taccuino.mobileconfig")
    assert answer["Content-Disposition"] == 'attachment; filename="taccuino.mobileconfig"'
    people.change_full_name(house.groupware, house.admin, house.account().id, "Ada Example")


# Mails


@pytest.mark.parametrize("broken", BREAKS[:4], ids=range(4))
def test_no_name_and_no_address_of_several_lines_is_taken(house: House, broken: str) -> None:
    groupware, admin, ada = house.groupware, house.admin, house.account().id
    for act in (
        lambda: people.change_mail(groupware, admin, ada, f"a@example.org{broken}Bcc: b@x.org"),
        lambda: people.change_mail(groupware, admin, ada, f"a{broken}b@example.org"),
        lambda: people.change_full_name(groupware, admin, ada, f"Ada{broken}Bcc: b@example.org"),
        lambda: people.open_account(groupware, admin, f"bob{broken}x", "bob@example.org"),
        lambda: people.open_account(groupware, admin, "bob", "bob@example.org", f"Bob{broken}x"),
    ):
        with pytest.raises(Unacceptable):
            act()
    assert house.account().mail == "ada@example.org"


@pytest.mark.parametrize(
    "mail",
    [
        *("a@example.org, b@example.org", "a@example.org;b@example.org", "<a@example.org>"),
        *('"a b"@example.org', "Ada <a@example.org>", "a@example.org\tb", "@example.org", "a@"),
    ],
)
def test_an_address_is_one_address(house: House, mail: str) -> None:
    with pytest.raises(Unacceptable):
        people.change_mail(house.groupware, house.admin, house.account().id, mail)


@pytest.mark.parametrize("broken", ["\r\n", "\n", "\r"], ids=["crlf", "lf", "cr"])
def test_a_mail_is_not_sent_rather_than_with_a_line_too_many(broken: str) -> None:
    """Even if an account had such an address, from an older store say."""
    smtp = Smtp("127.0.0.1", "taccuino@example.org", port=1)
    for to, subject in ((f"a@example.org{broken}Bcc: b", "Code"), ("a@example.org", f"C{broken}B")):
        with pytest.raises(Undelivered):
            smtp.send(to, subject, "text")


def test_what_a_mail_says_is_beneath_its_headers() -> None:
    message = Smtp("127.0.0.1", "taccuino@example.org")._message(
        "a@example.org", "Il tuo codice è", f"Ada\r\n\r\n{PLANTED}\r\n.\r\nRCPT TO:<b@example.org>"
    )
    assert isinstance(message, EmailMessage)
    head = message.as_bytes().partition(b"\n\n")[0]
    assert PLANTED.encode() not in head
    assert set(message) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    }


def test_a_code_is_sent_to_the_address_of_the_account_whatever_was_typed(house: House) -> None:
    post = Post()
    onetime.send_code(house.groupware, post, house.account(), "en\r\nBcc: x", "it")
    ((to, subject, _),) = post.sent
    assert (to, "\n" in subject, "\r" in subject) == ("ada@example.org", False, False)


# The journal


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with written("debug") as stream:
        yield stream


@pytest.mark.parametrize("broken", BREAKS, ids=range(len(BREAKS)))
def test_nobody_writes_a_line_into_the_journal(
    reader: Reader, lines: io.StringIO, broken: str
) -> None:
    forged = f"x{broken}event=refused address=203.0.113.1"
    reader.sign_in(name=forged, password=f"{PASSWORD}{broken}")
    reader.get(f"/nothing/{quote(forged)}?back={quote(forged)}", User_Agent=forged)
    query = f"Cmd=Sync&User={quote(forged)}&DeviceId={quote(forged)}&DeviceType=x"
    reader.ask("POST", f"/Microsoft-Server-ActiveSync?{query}", User_Agent=forged)
    told = lines.getvalue()
    assert told.isascii()
    for line in told.splitlines():
        assert line.startswith("timestamp=")
        assert not re.search(r"event=refused address=203", line)


def test_a_refusal_is_told_by_its_kind(house: House) -> None:
    with pytest.raises(Refused) as refused:
        people.change_mail(house.groupware, house.admin, house.account().id, "x\r\ny")
    assert "\n" not in str(refused.value)
