"""The directory as a real OpenLDAP server is one: who is believed, and what becomes of trouble."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.directory import session
from adapters.directory.ldap import (
    DOWN_FOR,
    Directory,
    escaped,
    is_dn,
    is_filter,
)
from adapters.directory.person import DirectoryDown, Person
from tests.system.certificate import self_signed
from tests.system.server import ROOT, free_port, until
from tests.system.slapd import BASE, ELSEWHERE, HERE, Slapd, Somebody

ADA = Somebody("ada", "Ada Lovelace", "ada@example.org", "secret of ada")
JOERG = Somebody("jörg", "Jörg Müß", "joerg@example.org", "Schlüssel für 東京")
NAMELESS = Somebody("nameless", "No Mail", "", "secret of nameless")
STRANGE = Somebody("a(b)*c\\d", "Strange Name", "strange@example.org", "secret of strange")
CLOSED = Somebody("closed", "No Password")
TWINS = [Somebody("twin", f"Twin {n}", f"twin{n}@example.org", "secret of twins") for n in "123"]
ALIAS = Somebody("other", "Other Unit", "other@example.org", "secret of other")
PEOPLE = [ADA, JOERG, NAMELESS, STRANGE, CLOSED, *TWINS, ALIAS]


@contextmanager
def running(slapd: Slapd) -> Iterator[Slapd]:
    slapd.start()
    try:
        yield slapd
    finally:
        slapd.stop()


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with running(Slapd(tmp_path_factory.mktemp("slapd"), PEOPLE)) as slapd:
        yield slapd


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """One without TLS, that tells everybody who is there."""
    folder = tmp_path_factory.mktemp("bare")
    with running(Slapd(folder, PEOPLE, tls=False, anonymous=True)) as slapd:
        yield slapd


def down(directory: Directory, name: str = "ada", password: str = ADA.password) -> str:
    """Why it does not answer."""
    with pytest.raises(DirectoryDown) as caught:
        directory.verify(name, password)
    return caught.value.reason


# Who is believed


@pytest.mark.parametrize("host", [HERE, ELSEWHERE])
@pytest.mark.parametrize("place", [Slapd.plain, Slapd.secure], ids=["starttls", "ldaps"])
def test_whoever_has_the_password_is_told_of(
    slapd: Slapd, place: Callable[[Slapd, str], str], host: str
) -> None:
    directory = slapd.directory(place(slapd, host))
    found = directory.verify("ada", ADA.password)
    assert found == Person(ADA.dn, "Ada Lovelace", "ada@example.org")
    assert directory.verify("ada", "another password") is None


def test_letters_of_every_kind_are_no_obstacle(slapd: Slapd) -> None:
    found = slapd.directory().verify("jörg", JOERG.password)
    assert found is not None
    assert found.full_name == "Jörg Müß"


def test_what_the_directory_does_not_tell_is_empty(slapd: Slapd) -> None:
    found = slapd.directory().verify("nameless", NAMELESS.password)
    assert found == Person(NAMELESS.dn, "No Mail", "")


def test_other_attributes_may_hold_the_name_and_the_address(slapd: Slapd) -> None:
    directory = slapd.directory(full_name="SN", mail="uid")
    assert directory.people("ada") == [Person(ADA.dn, "Lovelace", "ada")]


@pytest.mark.parametrize("name", ["nobody", "closed", "", "ADA LOVELACE", "x" * 5000])
def test_who_is_not_there_or_has_no_password_is_nobody(slapd: Slapd, name: str) -> None:
    assert slapd.directory().verify(name, ADA.password) is None


def test_a_name_that_matches_several_entries_is_nobody(slapd: Slapd) -> None:
    directory = slapd.directory()
    assert len(directory.people("twin")) == 2
    assert directory.verify("twin", "secret of twins") is None


@pytest.mark.parametrize("password", ["", "\u00ad", "\u200b", "\0", " "])
def test_no_password_is_no_password_whatever_a_library_makes_of_it(
    slapd: Slapd, password: str
) -> None:
    """An unauthenticated bind succeeds, for any name (RFC 4513 5.1.2)."""
    assert slapd.directory().verify("ada", password) is None


def test_an_empty_password_is_refused_before_anybody_is_asked() -> None:
    nowhere = Directory((f"ldap://{HERE}:{free_port()}",), BASE)
    assert nowhere.verify("ada", "") is None


INJECTIONS = [
    "*",
    "a*",
    "*)(uid=*",
    "ada)(objectClass=*",
    "*))(|(uid=*",
    "ada)(|(uid=ada",
    "ada\0",
    "\\61da",
    "\\2a",
    "ada)(userPassword=secret*",
    "(&)",
    "ada\udcff",
    "ada,ou=people",
]


@pytest.mark.parametrize("name", INJECTIONS, ids=range(len(INJECTIONS)))
def test_a_name_is_never_more_than_a_name(slapd: Slapd, name: str) -> None:
    for filter in ("(uid={name})", "(&(objectClass=person)(|(uid={name})(mail={name})))"):
        directory = slapd.directory(filter=filter)
        assert directory.people(name) == []
        assert directory.verify(name, ADA.password) is None


def test_a_name_of_special_characters_finds_exactly_its_entry(slapd: Slapd) -> None:
    found = slapd.directory().verify(STRANGE.uid, STRANGE.password)
    assert found == Person(STRANGE.dn, "Strange Name", "strange@example.org")


def test_an_escaped_name_is_letters_digits_and_numbers_of_octets() -> None:
    assert escaped("a*(b)\\\0é") == "a\\2a\\28b\\29\\5c\\00\\c3\\a9"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("(uid={name})", True),
        ("(&(objectClass=user)(!(x=2))(sAMAccountName={name}))", True),
        ("(memberOf:1.2.840.113556.1.4.1941:=cn=Phones,dc=org)", False),
        ("(&(uid={name})(memberOf:1.2.840.113556.1.4.1941:=cn=Phones,dc=org))", True),
        ("uid={name}", False),
        ("(uid=ada)", False),
        ("(&(uid={name})", False),
        ("", False),
    ],
)
def test_a_filter_is_whole_and_has_a_place_for_the_name(text: str, good: bool) -> None:
    assert is_filter(text) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [(BASE, True), ("cn=Rossi\\, Anna,dc=example", True), ("example.org", False), ("", False)],
)
def test_a_base_is_the_name_of_an_entry(text: str, good: bool) -> None:
    assert is_dn(text) is good


def test_a_password_changed_in_the_directory_counts_at_once(slapd: Slapd) -> None:
    directory = slapd.directory()
    slapd.change(ALIAS, userPassword="another secret of other")
    assert directory.verify("other", ALIAS.password) is None
    assert directory.verify("other", "another secret of other") is not None


# Who searches


def test_without_a_service_whoever_searches_is_nobody(bare: Slapd, slapd: Slapd) -> None:
    anonymous = {"bind_dn": "", "bind_password_file": None}
    assert bare.directory(**anonymous).verify("ada", ADA.password) is not None
    assert "noSuchObject" in down(slapd.directory(**anonymous))


def test_a_service_that_is_refused_is_trouble_and_not_a_no(slapd: Slapd, tmp_path: Path) -> None:
    file = tmp_path / "password"
    directory = slapd.directory(bind_password_file=file)
    assert "cannot be read" in down(directory)
    for wrong in ("", "wrong"):
        file.write_text(wrong)
        again = replace(directory)
        assert "refuses the account that searches" in down(again)


def test_a_base_that_is_not_there_is_trouble(slapd: Slapd) -> None:
    directory = replace(slapd.directory(), base="ou=nowhere,dc=example,dc=org")
    assert "noSuchObject" in down(directory)


def test_a_server_that_takes_no_password_as_things_are_says_nothing_about_it(
    tmp_path: Path,
) -> None:
    demanding = "security simple_bind=128"
    slapd = Slapd(tmp_path, [ADA], tls=False, anonymous=True, more=demanding)
    with running(slapd):
        directory = slapd.directory(bind_dn="", bind_password_file=None)
        assert directory.people("ada") != []
        assert "confidentialityRequired" in down(directory)


def test_entries_elsewhere_are_not_followed(slapd: Slapd, tmp_path: Path) -> None:
    """Whoever may write a referral would else be sent the password."""
    with tarpit() as (port, visitors):
        refer = f'referral "ldap://{HERE}:{port}"'
        with running(Slapd(tmp_path, PEOPLE, more=refer)) as referring:
            away = replace(referring.directory(), base="dc=elsewhere,dc=org")
            assert "referral" in down(away)
        assert visitors == []


# Encryption


def test_in_the_clear_nothing_is_said_to_another_machine(bare: Slapd) -> None:
    assert "does not offer TLS" in down(bare.directory(bare.plain(ELSEWHERE)))


def test_on_this_machine_it_is_enough_that_there_is_no_tls(bare: Slapd) -> None:
    assert bare.directory(bare.plain(HERE)).verify("ada", ADA.password) is not None


@pytest.mark.parametrize("place", [Slapd.plain, Slapd.secure], ids=["starttls", "ldaps"])
def test_a_certificate_of_another_authority_is_not_believed(
    slapd: Slapd, tmp_path: Path, place: Callable[[Slapd, str], str]
) -> None:
    other = self_signed(tmp_path, HERE)
    for authority in (other.chain, None):
        reason = down(slapd.directory(place(slapd, HERE), ca_file=authority))
        assert "certificate verify failed" in reason


@pytest.mark.parametrize("place", [Slapd.plain, Slapd.secure], ids=["starttls", "ldaps"])
def test_a_certificate_for_another_host_is_not_believed(
    slapd: Slapd, place: Callable[[Slapd, str], str]
) -> None:
    address = place(slapd, "127.0.0.1").replace("127.0.0.1", "localhost")
    assert "certificate" in down(slapd.directory(address))


def test_an_authority_that_cannot_be_read_is_trouble(slapd: Slapd, tmp_path: Path) -> None:
    assert "authority" in down(slapd.directory(ca_file=tmp_path / "gone.pem"))


# Servers that do not answer


@contextmanager
def tarpit(
    greeting: bytes = b"", drip: bytes = b"", hangs: bool = True
) -> Iterator[tuple[int, list[socket.socket]]]:
    """Accepts, says `greeting`, then nothing, or `drip` again and again, or, unless it `hangs`,
    goodbye: its port and visitors."""
    visitors: list[socket.socket] = []
    over = threading.Event()
    with socket.create_server((HERE, 0)) as listener:

        def receive() -> None:
            while True:
                try:
                    visitor, _ = listener.accept()
                except OSError:
                    return
                visitors.append(visitor)
                threading.Thread(target=talk, args=(visitor,), daemon=True).start()

        def talk(visitor: socket.socket) -> None:
            try:
                visitor.sendall(greeting)
                for _ in range(200 if drip else 0):
                    if not over.wait(0.05):
                        visitor.sendall(drip)
                if not hangs:
                    visitor.shutdown(socket.SHUT_WR)
            except OSError:
                return

        thread = threading.Thread(target=receive)
        thread.start()
        try:
            yield listener.getsockname()[1], visitors
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for visitor in visitors:
                visitor.close()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_server_that_accepts_and_never_answers_is_given_up(slapd: Slapd, scheme: str) -> None:
    with tarpit() as (port, _), within(5):
        assert down(slapd.directory(f"{scheme}://{HERE}:{port}", timeout=1))


def test_a_server_that_answers_a_byte_at_a_time_is_given_up_too(slapd: Slapd) -> None:
    with tarpit(b"\x30\x84\x00\xff\xff\xff", b"\0") as (port, _), within(6):
        assert down(slapd.directory(f"ldap://{HERE}:{port}", timeout=1))


GARBAGE = [
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"\0" * 100,
    b"\xff" * 100,
    b"\x30\x00",
    b"\x30\x03\x02\x01\x01",
    b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x31\x04\x00\x04\x00",
    b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
]


@pytest.mark.parametrize("words", GARBAGE, ids=range(len(GARBAGE)))
def test_a_server_that_speaks_something_else_is_trouble_and_not_a_no(
    slapd: Slapd, words: bytes
) -> None:
    with tarpit(words, hangs=False) as (port, _), within(5):
        assert down(slapd.directory(f"ldap://{HERE}:{port}", timeout=1))


def test_the_next_server_answers_for_one_that_is_down(slapd: Slapd) -> None:
    with tarpit() as (port, visitors):
        nobody = f"ldap://{HERE}:{free_port()}"
        silent = f"ldaps://{HERE}:{port}"
        directory = slapd.directory(nobody, silent, slapd.plain(), timeout=1)
        for _ in range(3):
            assert directory.verify("ada", ADA.password) is not None
        assert len(visitors) == 1


def test_a_server_that_was_down_is_asked_again_after_a_moment(tmp_path: Path) -> None:
    now = 1000.0
    slapd = Slapd(tmp_path, [ADA])
    directory = slapd.directory(clock=lambda: now)
    assert "refused" in down(directory)
    with running(slapd):
        assert "refused" in down(directory)
        now += DOWN_FOR
        assert directory.verify("ada", ADA.password) is not None
    assert down(directory)


def test_only_one_at_a_time_waits_for_a_server_that_was_down(slapd: Slapd) -> None:
    now = 1000.0
    with tarpit() as (port, visitors):
        directory = slapd.directory(f"ldap://{HERE}:{port}", timeout=1, clock=lambda: now)
        assert down(directory)
        now += DOWN_FOR
        waiting = threading.Thread(target=down, args=(directory,))
        waiting.start()
        until(lambda: len(visitors) == 2, "nobody asks whether it is back")
        with within(0.5):
            assert down(directory)
        waiting.join()
        assert len(visitors) == 2


def test_a_directory_of_which_nobody_answers_names_each(slapd: Slapd) -> None:
    places = [f"ldap://{HERE}:{free_port()}" for _ in range(2)]
    reason = down(slapd.directory(*places))
    assert all(place in reason for place in places)


def test_no_trouble_tells_a_name_or_a_password(slapd: Slapd, bare: Slapd) -> None:
    for directory in (
        slapd.directory(slapd.plain("localhost")),
        bare.directory(bare.plain(ELSEWHERE)),
        replace(slapd.directory(), base="ou=nowhere"),
        slapd.directory(f"ldap://{HERE}:{free_port()}"),
    ):
        reason = down(directory, "a name like no other", "a password like no other")
        assert "like no other" not in reason
    assert "password" not in repr(slapd.directory())


def test_conversations_leave_no_connection_open(slapd: Slapd, monkeypatch: Any) -> None:
    opened = []
    original = session._connection

    def noting(place: session.Place) -> Any:
        opened.append(original(place))
        return opened[-1]

    monkeypatch.setattr(session, "_connection", noting)
    slapd.directory().verify("ada", ADA.password)
    slapd.directory().verify("ada", "wrong")
    down(slapd.directory(slapd.plain("localhost")))
    assert len(opened) == 3
    assert all(each.socket is None or each.socket.fileno() == -1 for each in opened)


# Greenlets

TURNS = """
from gevent import monkey
monkey.patch_all()
import sys, time, gevent
from pathlib import Path
from typing import Any
from adapters.directory.ldap import Directory
from adapters.directory.person import DirectoryDown

tarpit, place, ca, dn, file, base = sys.argv[1:]
facts = dict(bind_dn=dn, bind_password_file=Path(file), ca_file=Path(ca), timeout=1)
slow, good = Directory((tarpit,), base, **facts), Directory((place,), base, **facts)

def wait():
    try:
        slow.verify("ada", "x")
    except DirectoryDown:
        return "down"

ticks = []
def tick():
    while True:
        ticks.append(time.monotonic())
        gevent.sleep(0.01)

ticking = gevent.spawn(tick)
waiting = [gevent.spawn(wait) for _ in range(50)]
answers = [gevent.spawn(good.verify, "ada", "secret of ada") for _ in range(5)]
gevent.joinall(waiting + answers, raise_error=True)
print({each.value for each in waiting}, {each.value.full_name for each in answers})
print(len(ticks))
"""


def test_under_gevent_whoever_waits_for_the_directory_keeps_nobody_else_waiting(
    slapd: Slapd,
) -> None:
    with tarpit() as (port, _), within(10):
        argv = [
            f"ldaps://{HERE}:{port}",
            slapd.plain(),
            str(slapd.certificate.chain),
            slapd.directory().bind_dn,
            str(slapd.password_file),
            slapd.directory().base,
        ]
        done = subprocess.run(
            [sys.executable, "-P", "-c", TURNS, *argv],
            env={"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told, ticks = done.stdout.splitlines()
    assert told == "{'down'} {'Ada Lovelace'}"
    assert int(ticks) > 20
