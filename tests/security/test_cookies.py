"""Every cookie, on whatever answer, is of this host, hidden from scripts, and not sent by others;
over HTTPS it goes nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from tests.app.house import House
from tests.app.reader import Answer, Reader, pages
from tests.security.grounds import GETS, POSTS, Grounds

VALUES = {"taccuino": r"[\w-]{43}", "theme": "auto|light|dark"}


def expect_flags(answer: Answer, secure: bool) -> list[str]:
    """The names of the cookies that this answer sets, each as it must be."""
    names = []
    for header in (value for name, value in answer.headers if name.lower() == "set-cookie"):
        name, _, rest = header.partition("=")
        value, *flags = rest.split("; ")
        bare = name.removeprefix("__Host-")
        assert re.fullmatch(VALUES[bare], value) or "Max-Age=0" in flags, header
        others = [flag for flag in flags if not flag.startswith("Max-Age=")]
        assert sorted(others) == sorted(
            ["Path=/", "HttpOnly", "SameSite=Lax", *(["Secure"] if secure else [])]
        ), header
        assert ("Max-Age=0" in flags) == (value == ""), header
        if bare == "taccuino":
            assert name.startswith("__Host-") == secure, header
        names.append(bare)
    return names


@pytest.fixture(scope="module")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    """Ada's pages, and behind them a proxy of ours."""
    proxies = (ip_network("127.0.0.1/32"),)
    grounds = Grounds(tmp_path_factory.mktemp("abroad"), trusted_proxies=proxies)
    yield grounds
    grounds.house.close()


HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "sync.example.org"}


@pytest.mark.parametrize("secure", [False, True], ids=["here", "https"])
def test_every_cookie_of_every_answer_has_its_flags(abroad: Grounds, secure: bool) -> None:
    headers = {**abroad.ada.headers, **(HTTPS if secure else {})}
    ada, seen = Reader(abroad.app, headers=headers), set[str]()
    for answer in (ada.get("/sign-in"), ada.sign_in(), ada.get("/my")):
        seen.update(expect_flags(answer, secure))
    for address in GETS:
        stranger = Reader(abroad.app, headers=headers)
        seen.update(expect_flags(stranger.get(abroad.at(address)), secure))
        seen.update(expect_flags(ada.get(abroad.at(address)), secure))
    for address in POSTS:
        if address not in ("/sign-out", "/sign-in"):
            ada.get("/my")
            seen.update(expect_flags(ada.post(abroad.at(address), {"theme": "dark"}), secure))
    ada.get("/my")
    left = ada.post("/sign-out")
    assert expect_flags(left, secure) == ["taccuino"]
    assert seen == {"taccuino", "theme"}


def test_a_cookie_is_set_only_where_it_is_another_one(reader: Reader) -> None:
    reader.sign_in()
    assert not reader.get("/my").cookies
    assert not reader.get("/my/contacts").cookies


def test_behind_a_proxy_of_ours_https_is_believed_and_of_others_not(house: House) -> None:
    ours = Reader(pages(house, trusted_proxies=(ip_network("127.0.0.1/32"),)), headers=HTTPS)
    assert "__Host-taccuino" in ours.get("/sign-in").cookies
    assert "taccuino" in Reader(pages(house), headers=HTTPS).get("/sign-in").cookies


def test_no_password_is_asked_for_over_an_unencrypted_network(house: House) -> None:
    reader = Reader(pages(house), host="sync.example.org")
    answer = reader.get("/sign-in")
    assert answer.status == 403
    assert "encrypted connection" in answer.text
    assert not answer.cookies
    assert 'type="password"' not in answer.text


def test_no_phone_and_no_probe_is_given_a_cookie(reader: Reader) -> None:
    for target in ("/Microsoft-Server-ActiveSync", "/healthz", "/autodiscover/autodiscover.json"):
        assert not reader.get(target, Accept="*/*").cookies
