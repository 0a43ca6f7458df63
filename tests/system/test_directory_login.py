"""A phone of somebody whom only the directory knows, from the first sign-in to a day without it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import count

import pytest
from click.testing import Result

from tests.app.cli_runner import Cli
from tests.system.conftest import up
from tests.system.phone import CALENDAR, Phone
from tests.system.server import HOST, Server
from tests.system.slapd import ELSEWHERE, HERE, SECRET, SERVICE, Slapd, Somebody
from tests.system.wire import Denied, Later, Wire

ADA = Somebody("ada", "Ada Lovelace", "ada@example.org", "secret of ada")
GRACE = Somebody("grace", "Grace Hopper", "grace@example.org", "secret of grace")
ALAN = Somebody("alan", "Alan Turing", "", "secret of alan")
TWINS = [Somebody("twin", f"Twin {n}", f"twin{n}@example.org", "secret of twins") for n in "12"]
NAMES = count()


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    slapd = Slapd(tmp_path_factory.mktemp("slapd"), [ADA, GRACE, ALAN, *TWINS])
    slapd.start()
    yield slapd
    slapd.stop()


@pytest.fixture(scope="module")
def server(slapd: Slapd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One worker, that what it remembers be sure; its directory needs StartTLS, being elsewhere."""
    settings = slapd.settings(slapd.plain(ELSEWHERE))
    server = Server(tmp_path_factory.mktemp("home"), workers=1, settings=settings)
    with up(server):
        yield server


@dataclass
class Desk(Cli):
    """The command line beside the server, with the same settings."""

    settings: dict[str, str] = field(default_factory=dict)

    def run(self, *args: str, stdin: str | bytes | None = None, **environ: str) -> Result:
        chosen = {f"TACCUINO_{name}": value for name, value in self.settings.items()}
        return super().run(*args, stdin=stdin, **chosen, **environ)


@pytest.fixture
def cli(server: Server) -> Desk:
    return Desk(server.home, server.settings)


Dial = Callable[[str, str], Wire]


@pytest.fixture
def wire(server: Server) -> Iterator[Dial]:
    """A new phone of somebody who types this secret."""
    with ExitStack() as open_ones:

        def dialled(user: str, secret: str) -> Wire:
            wire = Wire(HOST, server.port, user, secret, f"PHONE{next(NAMES)}")
            open_ones.callback(wire.close)
            return wire

        yield dialled


def test_the_administrator_looks_and_adds_and_the_phone_signs_in(
    server: Server, slapd: Slapd, cli: Desk, wire: Dial
) -> None:
    place = slapd.plain(ELSEWHERE)
    assert cli.rows("directory", "check", "ada") == [[place, ADA.dn, ADA.cn, ADA.mail]]
    with pytest.raises(Denied) as stranger:
        wire("ada", ADA.password).options()
    assert stranger.value.status == 401

    cli.done("user", "add", "ada", "--ldap", "--zone", "Europe/Rome")
    facts = dict(cli.rows("user", "show", "ada"))
    assert (facts["mail"], facts["full name"]) == (ADA.mail, ADA.cn)
    assert facts["login"] == "the directory knows the password"
    with pytest.raises(Denied) as disabled:
        wire("ada", ADA.password).options()
    assert disabled.value.status == 403

    cli.done("user", "enable", "ada")
    with pytest.raises(Denied) as wrong:
        wire("ada", "another secret").options()
    assert wrong.value.status == 401
    phone = Phone(wire("ada", ADA.password), random.Random(1))
    phone.set_up()
    phone.sync()
    phone.add(CALENDAR, 1)
    phone.sync()
    assert phone.acknowledged == 1
    assert phone.strange == []


def test_another_name_in_the_directory_is_the_one_here_after_a_login(
    server: Server, slapd: Slapd, cli: Desk, wire: Dial
) -> None:
    cli.done("user", "add", "grace", "--ldap", "--enable")
    slapd.change(GRACE, mail="rear.admiral@example.org")
    wire("grace", GRACE.password).options()
    assert dict(cli.rows("user", "show", "grace"))["mail"] == "rear.admiral@example.org"
    wire("rear.admiral@example.org", GRACE.password).options()


def test_while_the_directory_is_down_known_phones_go_on_and_others_come_later(
    server: Server, slapd: Slapd, cli: Desk, wire: Dial
) -> None:
    cli.done("user", "add", "alan", "--ldap", "--mail", "alan@example.org", "--enable")
    known = Phone(wire("alan", ALAN.password), random.Random(1))
    known.set_up()
    slapd.stop()
    try:
        known.sync()
        for secret in ("wrong", "also wrong"):
            with pytest.raises(Later) as later:
                wire("alan", secret).options()
            assert later.value.seconds == 60
        assert "it cannot be reached" in server.lines("status=503")[-1]
        assert "directory does not answer" in cli.refused("user", "add", "new", "--ldap")
    finally:
        slapd.start()


def test_no_secret_and_no_name_is_in_the_log(server: Server, wire: Dial) -> None:
    for secret in (ADA.password, "wrong"):
        with suppress(Denied, Later):
            wire("ada", secret).options()
    assert server.lines("command=OPTIONS")
    for word in (ADA.password, GRACE.password, ADA.cn, ADA.mail, SECRET, SERVICE):
        assert word not in server.words()


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("user", "add", "nobody", "--ldap"), "the directory knows no nobody"),
        (("user", "add", "twin", "--ldap"), "more than one twin"),
        (("user", "add", "*", "--ldap"), "the directory knows no *"),
    ],
)
def test_whom_the_directory_does_not_know_once_is_not_added(
    cli: Desk, argv: tuple[str, ...], reason: str
) -> None:
    assert reason in cli.refused(*argv)


def test_an_address_the_directory_does_not_tell_has_to_be_said(cli: Desk) -> None:
    assert "say --mail" in cli.refused("user", "add", "alan", "--ldap", status=2)


def test_each_server_answers_for_itself(slapd: Slapd, cli: Desk) -> None:
    places = (slapd.secure(HERE), "ldap://127.0.0.2:1")
    cli.settings = {**cli.settings, "LDAP_SERVERS": " ".join(places)}
    told = cli.run("directory", "check", "ada")
    first, second = told.stdout.splitlines()
    assert first.split("\t")[:2] == [places[0], ADA.dn]
    assert second.split("\t")[1].startswith("down: ldap://127.0.0.2:1: it cannot be reached")
    assert told.exit_code == 1


def test_nobody_and_several_are_named_as_such(cli: Desk) -> None:
    for name, answer in (("nobody", "nobody"), ("twin", "more than one entry")):
        told = cli.run("directory", "check", name)
        assert told.stdout.split("\t")[1].strip() == answer
        assert told.exit_code == 1


def test_without_settings_there_is_no_directory(server: Server) -> None:
    cli = Cli(server.home)
    assert "TACCUINO_LDAP_SERVERS" in cli.refused("directory", "check", "ada")
    assert "TACCUINO_LDAP_SERVERS" in cli.refused("user", "add", "ada", "--ldap")
